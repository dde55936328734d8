"""Where a step is done: the unit whose holders of its role may act."""

from typing import Any

from workflows.cases.models import Case
from workflows.organization.models import Unit

OFFICE = "office"


def applicant(case: Case, _data: dict[str, Any]) -> int:
    """The unit that submitted the case."""
    return case.unit_id


def office(case: Case, _data: dict[str, Any]) -> int:
    """The establishment office."""
    if case.route is not None:
        return case.route["units"][OFFICE]
    return Unit.objects.values_list("pk", flat=True).get(code=OFFICE)


def section(case: Case, _data: dict[str, Any]) -> int:
    """The section that handles the case, frozen at acceptance."""
    return case.section_id


def consulted(_case: Case, data: dict[str, Any]) -> int:
    """The unit of this branch."""
    return data["unit"]


def signatory(case: Case, _data: dict[str, Any]) -> int:
    """The unit whose signatory decides, by the authority table."""
    return case.route["units"][case.route["signatory"]]
