"""The decision log as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the triggers that guard the log."""

    name = "workflows.audit"
    label = "audit"

    def ready(self) -> None:
        """Hand the triggers to the registry."""
        from workflows.audit.triggers import TRIGGERS
        from workflows.lib import triggers

        triggers.register(self, TRIGGERS)
