"""Who will handle a case: the steps ahead with the persons who can act, and an alarm where nobody can."""

from dataclasses import dataclass
from datetime import datetime

from workflows.access import queries as access
from workflows.access.models import User
from workflows.matters.queries import Plan
from workflows.organization.models import Unit


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step of the route: the office, its holders today, and the working days it has."""

    node: str
    unit: Unit
    role: str
    holders: list[User]
    days: int | None


def route_ahead(plan: Plan, *, office: Unit, applicant: Unit, limits: dict[str, int], now: datetime) -> list[Ahead]:
    """The steps from endorsement to confirmation for a plan of the authority table (one query for all holders)."""
    stops = [("endorse", applicant, "head"), ("accept", office, "general"), ("evaluate", plan.section, "officer")]
    stops += [("countersign", unit, "countersigner") for unit in plan.consult]
    stops += [("section_review", plan.section, "chief"), ("deputy_review", office, "deputy"), ("deliberate", office, "secretary")]
    stops += [("draft_document", plan.section, "officer"), ("sign", plan.signatory, "signatory"), ("implement", applicant, "clerk")]
    stops += [("confirm", office, "general")]
    seated = access.holders_of({(role, unit.pk) for _node, unit, role in stops}, now)
    return [Ahead(node, unit, role, seated.get((role, unit.pk), []), limits.get(node)) for node, unit, role in stops]
