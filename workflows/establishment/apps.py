from django.apps import AppConfig


class EstablishmentConfig(AppConfig):
    name = "workflows.establishment"
    label = "establishment"

    def ready(self) -> None:
        """Put the ledger's rules into the database after every migrate."""
        from workflows.establishment.triggers import TRIGGERS
        from workflows.lib import triggers

        triggers.register(self, TRIGGERS)
