"""How one person stands to one case right now: what the policy table is asked with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases import policy
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, Deliberation, Opinion, Reminder
from workflows.cases.policy import Situation, Verdict
from workflows.cases.queries import voting
from workflows.cases.terms import State
from workflows.documents import queries as documents
from workflows.lib import local

OFFICE_ROLES = frozenset({"general", "officer", "chief", "deputy", "secretary", "signatory", "steward"})
LEADER_ROLES = frozenset({"deputy", "signatory", "chief"})


def situation(
    case: Case,
    *,
    user: User,
    held: Sequence[Standing],
    assignment: Assignment | None = None,
    node: str | None = None,
    now: object = None,
    rows: Sequence[Assignment] | None = None,
) -> Situation:
    """The person's relations to the case and what stands in the way, for the task given or the case as a whole.

    `rows`: all assignments of the case, where the caller has read them already.
    """
    relations = _relations(case, user, held, assignment, rows)
    obstacles = _obstacles(case, assignment, now, rows)
    return Situation(frozenset(relations), State(case.state), node or (assignment.node if assignment else case.node), obstacles)


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


def _relations(
    case: Case, user: User, held: Sequence[Standing], assignment: Assignment | None, rows: Sequence[Assignment] | None
) -> set[str]:
    found = {policy.READER}
    roles = {standing.role for standing in held}
    if assignment is not None and handles(assignment, user, held):
        found.add(policy.HANDLER)
    known = case.assignments.filter(closed_at__isnull=True) if rows is None and assignment is None else rows or ()
    if assignment is None and any(handles(row, user, held) for row in known):
        found.add(policy.HANDLER)
    if assignment is not None and assignment.closed_as == "done" and assignment.closed_by_id == user.pk:
        found.add(policy.ACTOR)
    if assignment is not None and assignment.added_by_id == user.pk:
        found.add(policy.ADDER)
    if any(standing.role in {"clerk", "head"} and standing.unit.pk == case.unit_id for standing in held):
        found.add(policy.SUBMITTER)
    if "steward" in roles:
        found.add(policy.STEWARD)
    if roles & OFFICE_ROLES:
        found.add(policy.OFFICE)
    if roles & LEADER_ROLES:
        found.add(policy.LEADER)
    return found


def _obstacles(case: Case, assignment: Assignment | None, now: object, rows: Sequence[Assignment] | None) -> frozenset[str]:
    found = set()
    if case.decided_at is not None and documents.for_subject(case.subject):
        found.add("issued")
    if case.body_index or _deliberated(case, rows):
        found.add("deliberated")
    if assignment is not None:
        if assignment.closed_at is None and _waits(assignment, rows):
            found.add("waiting")
        if assignment.via in HELPERS:
            found.add("helper")
        if assignment.closed_at is not None:
            found |= after(case, assignment)
    if now is not None and Reminder.objects.filter(case=case, kind="remind", day=local.day_of(now)).exists():
        found.add("reminded")
    return frozenset(found)


def _deliberated(case: Case, rows: Sequence[Assignment] | None) -> bool:
    if rows is None:
        return Deliberation.objects.filter(case=case).exists()
    return any(row.node == "deliberate" and row.closed_as in {"done", "void_by_return", "withdrawn"} for row in rows)


def _waits(assignment: Assignment, rows: Sequence[Assignment] | None) -> bool:
    """Whether a delegate or a signer before the handler has still to speak."""
    if rows is None:
        return assignment.children.filter(closed_at__isnull=True, via__in=["delegate", "before"]).exists()
    return any(row.parent_id == assignment.pk and row.closed_at is None and row.via in {"delegate", "before"} for row in rows)


def after(case: Case, assignment: Assignment) -> set[str]:
    """What happened since the assignment was closed: it was a return, others built on it, or a panel it belongs to decided."""
    given = Opinion.objects.filter(assignment=assignment).values_list("pk", "assignment__returned").first()
    if given is None:
        return set()
    opinion, returned = given
    found = {"returned"} if returned is not None else set()
    later = Opinion.objects.filter(assignment__case=case, pk__gt=opinion).exclude(
        assignment__in=beside(case, assignment), assignment__returned__isnull=True
    )
    if later.exists():
        found.add("acted")
    if successors(case, assignment).filter(opened_at__isnull=False).exists():
        found.add("opened")
    # Others were released when the panel decided; taking one voice back would leave a panel of one.
    if voting.decides(case, assignment) and not voting.still_open(case, assignment):
        found.add("decided")
    return found


@dataclass(frozen=True, slots=True)
class Offered:
    """What one person may do to a case beside acting on it: his open task, his last act, the added signers he may take off."""

    mine: Assignment | None
    done: Assignment | None
    removable: list[Assignment]
    verdicts: Mapping[str, Verdict]


def offered(case: Case, *, user: User, held: Sequence[Standing], now: object) -> Offered:
    """The table's answer for every operation, each about the task it concerns (seven queries at most)."""
    rows = list(case.assignments.select_related("unit", "assignee", "task").order_by("pk"))
    own = [row for row in rows if handles(row, user, held)]
    mine = min(own, key=lambda row: (row.assignee_id != user.pk, -row.pk), default=None)
    done = next((row for row in reversed(rows) if row.closed_by_id == user.pk and row.closed_as == "done" and row.via not in HELPERS), None)
    base = situation(case, user=user, held=held, assignment=mine, now=now, rows=rows)
    verdicts = policy.offers(base)
    verdicts["withdraw"] = policy.verdict("withdraw", _of_done(case, base, done))
    added = [row for row in rows if row.closed_at is None and row.via in {*HELPERS, "parallel"}]
    removable = [row for row in added if row.added_by_id == user.pk or policy.STEWARD in base.relations]
    relations = base.relations | (_relations(case, user, held, removable[0], rows) if removable else set())
    verdicts["remove_sign"] = policy.verdict(
        "remove_sign",
        Situation(frozenset(relations), base.state, removable[0].node if removable else base.node, base.obstacles),
    )
    return Offered(mine, done, removable, verdicts)


def _of_done(case: Case, base: Situation, done: Assignment | None) -> Situation:
    """The situation seen from one's own last act; the case's obstacles are those already read."""
    if done is None:
        return Situation(base.relations - {policy.ACTOR}, base.state, base.node, base.obstacles)
    return Situation(base.relations | {policy.ACTOR}, base.state, done.node, base.obstacles | after(case, done))


def beside(case: Case, assignment: Assignment) -> QuerySet[Assignment]:
    """The other branches of the same fan-out: neither built on this one nor taken back with it.

    Where they speak one after the other, whoever comes after this one does build on it.
    """
    if assignment.node != "countersign":
        return Assignment.objects.none()
    rows = Assignment.objects.filter(case=case, node=assignment.node, round_id=assignment.round_id, pass_no=assignment.pass_no).exclude(
        pk=assignment.pk
    )
    if voting.panel(case).mode == "sequence":
        rows = rows.filter(Q(via="parallel") | Q(pk__lt=assignment.pk))
    return rows.exclude(via__in=HELPERS, task_id=assignment.task_id)


def successors(case: Case, assignment: Assignment) -> QuerySet[Assignment]:
    """Open assignments that exist because this one was done: the next step, the next in a sequence, who signs after it."""
    opened = Q(created_at__gte=assignment.closed_at, pk__gt=assignment.pk)
    built = opened & ~Q(pk__in=beside(case, assignment).values("pk"))
    return Assignment.objects.filter(case=case, closed_at__isnull=True).filter(built | Q(task_id=assignment.task_id))
