from datetime import date
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from workflows.lib.findings import Finding


class EstablishmentConfig(AppConfig):
    name = "workflows.establishment"
    label = "establishment"

    def ready(self) -> None:
        """Put the ledger's rules into the database after every migrate; a unit with posts does not end."""
        from workflows.establishment.triggers import TRIGGERS
        from workflows.lib import triggers
        from workflows.organization import endings

        triggers.register(self, TRIGGERS)
        endings.register("establishment", _posts_left)


def _posts_left(unit_id: int, _day: date) -> list["Finding"]:
    from workflows.establishment.queries import obstacle

    return obstacle(unit_id)
