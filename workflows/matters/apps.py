from django.apps import AppConfig

from workflows.organization import endings


class MattersConfig(AppConfig):
    name = "workflows.matters"
    label = "matters"

    def ready(self) -> None:
        """A unit the authority table still names cannot end."""
        from workflows.matters import queries

        endings.register("matters", queries.named_in_the_table)
