"""Who will handle a case: the steps ahead with the persons who can act, and an alarm where nobody can or only the submitter could."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases.models import Case
from workflows.cases.seats import OFFICE
from workflows.matters.queries import Plan
from workflows.organization.models import Unit

ORDER = (
    "draft", "endorse", "accept", "evaluate", "countersign", "section_review", "deputy_review", "deliberate", "draft_document", "sign",
    "implement", "confirm",
)  # fmt: skip
# Steps whose duty excludes whoever proposed (DutyConflict): he is none of those who can act there.
APART = frozenset({"endorse", "accept", "evaluate", "countersign", "section_review", "deputy_review", "sign"})

Stop = tuple[str, Unit, str]


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step of the route: the office, its holders today, and the working days it has."""

    node: str
    unit: Unit
    role: str
    holders: list[User]
    days: int | None

    def alarm(self, submitters: Collection[int] = ()) -> str:
        """`nobody`: no person holds the office. `submitter`: only those do who submitted and may not. Else nothing."""
        if not self.holders:
            return "nobody"
        return "submitter" if self.node in APART and {user.pk for user in self.holders} <= set(submitters) else ""


def route_ahead(plan: Plan, *, office: Unit, applicant: Unit, limits: Mapping[str, int], now: datetime) -> list[Ahead]:
    """The steps from endorsement to confirmation for a plan of the authority table (one query for all holders)."""
    return _seated(_stops(applicant, office, plan.section, plan.consult, plan.signatory), limits, now)


def remaining(case: Case, *, limits: Mapping[str, int], now: datetime) -> list[Ahead]:
    """The steps of an accepted case from where it stands to its end, by its frozen route (three queries)."""
    route = case.route or {}
    ids = route.get("units", {})
    units = Unit.objects.in_bulk({*ids.values(), case.section_id} - {None})
    consult = [units[ids[code]] for code in route.get("consult", [])]
    stops = _stops(case.unit, units[ids[OFFICE]], units[case.section_id], consult, units[ids[route["signatory"]]])
    return _seated([stop for stop in stops if _ahead_of(case.node, stop[0])], limits, now)


def _ahead_of(node: str, name: str) -> bool:
    return node not in ORDER or ORDER.index(name) >= ORDER.index(node)


def _stops(applicant: Unit, office: Unit, section: Unit, consult: Iterable[Unit], signatory: Unit) -> list[Stop]:
    stops: list[Stop] = [("endorse", applicant, "head"), ("accept", office, "general"), ("evaluate", section, "officer")]
    stops += [("countersign", unit, "countersigner") for unit in consult]
    stops += [("section_review", section, "chief"), ("deputy_review", office, "deputy"), ("deliberate", office, "secretary")]
    stops += [("draft_document", section, "officer"), ("sign", signatory, "signatory"), ("implement", applicant, "clerk")]
    return [*stops, ("confirm", office, "general")]


def _seated(stops: list[Stop], limits: Mapping[str, int], now: datetime) -> list[Ahead]:
    seated = access.holders_of({(role, unit.pk) for _node, unit, role in stops}, now)
    return [Ahead(node, unit, role, seated.get((role, unit.pk), []), limits.get(node)) for node, unit, role in stops]
