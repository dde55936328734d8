"""The house itself as an app: its commands, its translations, and Celery loaded in every process."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Without models."""

    name = "project"

    def ready(self) -> None:
        """Load the Celery app and every room's tasks, so that web processes and commands know them by name too."""
        from project.celery import app

        app.autodiscover_tasks(force=True)
