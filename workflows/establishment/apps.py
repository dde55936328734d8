from django.apps import AppConfig


class EstablishmentConfig(AppConfig):
    name = "workflows.establishment"
    label = "establishment"

    def ready(self) -> None:
        """Put the ledger's rules into the database after every migrate."""
        from workflows.establishment.triggers import TRIGGERS  # noqa: PLC0415 — apps must be loaded first
        from workflows.lib import triggers  # noqa: PLC0415

        triggers.register(self, TRIGGERS)
