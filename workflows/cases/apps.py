"""The room of the case machine."""

from datetime import date
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from workflows.lib.findings import Finding


class CasesConfig(AppConfig):
    """Registers the triggers that guard its tables, and why a unit with open cases may not end."""

    name = "workflows.cases"
    label = "cases"

    def ready(self) -> None:
        """Hand the triggers to the registry and the obstacle to the organization."""
        from workflows.cases.triggers import TRIGGERS
        from workflows.lib import triggers
        from workflows.organization import endings

        triggers.register(self, TRIGGERS)
        endings.register("cases", _open_cases)


def _open_cases(unit_id: int, _day: date) -> list["Finding"]:
    from workflows.cases.queries.overview import obstacle

    return obstacle(unit_id)
