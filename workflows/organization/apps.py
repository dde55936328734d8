"""Institutions as a Django app."""

from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    """Registers the triggers that keep institutions and their versions."""

    name = "workflows.organization"
    label = "organization"

    def ready(self) -> None:
        """Hand the triggers to the registry."""
        from workflows.lib import triggers
        from workflows.organization.triggers import TRIGGERS

        triggers.register(self, TRIGGERS)
