"""How one person stands to one case right now: what the policy table is asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases import policy
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, Deliberation, Reminder
from workflows.cases.policy import Situation, Verdict
from workflows.cases.terms import State
from workflows.documents import queries as documents
from workflows.lib import local

OFFICE_ROLES = frozenset({"general", "officer", "chief", "deputy", "secretary", "signatory", "steward"})
LEADER_ROLES = frozenset({"deputy", "signatory", "chief"})


def situation(
    case: Case, *, user: User, held: Sequence[Standing], assignment: Assignment | None = None, node: str | None = None, now: object = None
) -> Situation:
    """The person's relations to the case and what stands in the way, for the task given or the case as a whole."""
    relations = _relations(case, user, held, assignment)
    return Situation(
        frozenset(relations), State(case.state), node or (assignment.node if assignment else case.node), _obstacles(case, assignment, now)
    )


def offers(case: Case, *, user: User, held: Sequence[Standing], assignment: Assignment | None, now: object) -> dict[str, Verdict]:
    """Every operation with the table's answer: what a screen shows as buttons and quiet lines."""
    return policy.offers(situation(case, user=user, held=held, assignment=assignment, now=now))


def handles(assignment: Assignment, user: User, held: Sequence[Standing]) -> bool:
    """Whether the person may act on this open assignment: his own, or one of his offices'."""
    if assignment.closed_at is not None:
        return False
    if assignment.via in HELPERS:
        return assignment.assignee_id == user.pk
    return assignment.assignee_id == user.pk or any(
        standing.role == assignment.role and standing.unit.pk == assignment.unit_id for standing in held
    )


def _relations(case: Case, user: User, held: Sequence[Standing], assignment: Assignment | None) -> set[str]:
    found = {policy.READER}
    roles = {standing.role for standing in held}
    if assignment is not None and handles(assignment, user, held):
        found.add(policy.HANDLER)
    if assignment is not None and (user.pk in (assignment.closed_by_id, assignment.added_by_id)):
        found.add(policy.ACTOR)
    if any(standing.role in {"clerk", "head"} and standing.unit.pk == case.unit_id for standing in held):
        found.add(policy.SUBMITTER)
    if "steward" in roles:
        found.add(policy.STEWARD)
    if roles & OFFICE_ROLES:
        found.add(policy.OFFICE)
    if roles & LEADER_ROLES:
        found.add(policy.LEADER)
    return found


def _obstacles(case: Case, assignment: Assignment | None, now: object) -> frozenset[str]:
    found = set()
    if case.decided_at is not None and documents.for_subject(case.subject):
        found.add("issued")
    if case.body_index or Deliberation.objects.filter(case=case).exists():
        found.add("deliberated")
    if assignment is not None:
        if assignment.closed_at is None and assignment.children.filter(closed_at__isnull=True, via__in=["delegate", "before"]).exists():
            found.add("waiting")
        if assignment.closed_at is not None:
            found |= _after(case, assignment)
    if now is not None and Reminder.objects.filter(case=case, kind="remind", day=local.day_of(now)).exists():
        found.add("reminded")
    return frozenset(found)


def _after(case: Case, assignment: Assignment) -> set[str]:
    """What happened since the assignment was closed: has a successor acted, or only looked."""
    later = Assignment.objects.filter(case=case, created_at__gte=assignment.closed_at, pk__gt=assignment.pk)
    found = set()
    if any(row.closed_at is not None and row.closed_as == "done" for row in later):
        found.add("acted")
    if any(row.opened_at is not None for row in later):
        found.add("opened")
    return found


@dataclass(frozen=True, slots=True)
class Offered:
    """What one person may do to a case beside acting on it: his open task, his last act, the added signers he may take off."""

    mine: Assignment | None
    done: Assignment | None
    removable: list[Assignment]
    verdicts: Mapping[str, Verdict]


def offered(case: Case, *, user: User, held: Sequence[Standing], now: object) -> Offered:
    """The table's answer for every operation, each about the task it concerns (six queries at most)."""
    rows = list(case.assignments.select_related("unit", "assignee", "task").order_by("pk"))
    own = [row for row in rows if handles(row, user, held)]
    mine = min(own, key=lambda row: (row.assignee_id != user.pk, -row.pk), default=None)
    done = next((row for row in reversed(rows) if row.closed_by_id == user.pk and row.closed_as == "done" and row.via not in HELPERS), None)
    base = situation(case, user=user, held=held, assignment=mine, now=now)
    verdicts = policy.offers(base)
    verdicts["withdraw"] = policy.verdict("withdraw", _of_done(case, base, done))
    added = [row for row in rows if row.closed_at is None and row.via in {"before", "after", "parallel"}]
    removable = [row for row in added if row.added_by_id == user.pk or policy.STEWARD in base.relations]
    relations = base.relations | (_relations(case, user, held, removable[0]) if removable else set())
    verdicts["remove_sign"] = policy.verdict(
        "remove_sign", Situation(frozenset(relations), base.state, removable[0].node if removable else base.node, base.obstacles)
    )
    return Offered(mine, done, removable, verdicts)


def _of_done(case: Case, base: Situation, done: Assignment | None) -> Situation:
    """The situation seen from one's own last act; the case's obstacles are those already read."""
    if done is None:
        return Situation(base.relations - {policy.ACTOR}, base.state, base.node, base.obstacles)
    return Situation(base.relations | {policy.ACTOR}, base.state, done.node, base.obstacles | _after(case, done))
