"""The house itself as an app: its commands, its translations, and Celery loaded in every process."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Without models."""

    name = "project"

    def ready(self) -> None:
        """Load the Celery app, so that `shared_task` finds it in the web processes and commands too."""
        from project import celery  # noqa: F401
