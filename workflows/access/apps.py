"""People and their offices as a Django app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Registers the triggers that keep appointments, and what forbids ending a unit."""

    name = "workflows.access"
    label = "access"

    def ready(self) -> None:
        """Hand the triggers to the registry, and say that nobody may be left in office at a unit that ends."""
        from workflows.access.queries import people_left
        from workflows.access.triggers import TRIGGERS
        from workflows.lib import triggers
        from workflows.organization import endings

        triggers.register(self, TRIGGERS)
        endings.register("access", people_left)
