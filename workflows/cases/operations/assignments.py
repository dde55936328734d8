"""Our own work-list rows: opened by the engine's hook, closed by the act, made void by a return."""

from datetime import datetime
from typing import Any, Protocol

from django.db.models import Max
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases.acts import Act
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, Stage, State
from workflows.matters import queries as matters

OPEN_TASKS = (STATUS.NEW, STATUS.ASSIGNED, STATUS.SCHEDULED, STATUS.STARTED)
# The nodes at which the case lies with the unit, and what it is called then; everywhere else it is running.
WITH_THE_UNIT = {"supplement": State.SUPPLEMENT}


class Node(Protocol):
    """What the case machine asks of a flow's human node."""

    name: str
    duty: str
    stage: Stage
    role: str

    def seat(self, case: Case, data: dict[str, Any]) -> int:
        """The unit whose holders of `role` may act."""


def open_assignment(act: Act, task: Task, node: Node) -> Assignment:
    """This function will put a freshly opened task on the work list of the office that has to act, and move the case there."""
    unit_id = node.seat(act.case, task.data)
    assignment = Assignment.objects.create(
        case=act.case, task=task, node=node.name, duty=node.duty, round=act.round, pass_no=_pass_no(act, node.name),
        role=node.role, unit_id=unit_id, assignee=_restored(act, node, unit_id), due=_due(act, node.name), created_at=act.now,
    )  # fmt: skip
    act.opened.append(assignment)
    settle(act.case, node=node.name, stage=node.stage)
    return assignment


def settle(case: Case, *, node: str, stage: Stage, state: State | None = None) -> None:
    """Set stage, state and node together: the one place where they change (MODEL §2)."""
    case.node, case.stage = node, stage
    if state is not None:
        case.state = state
    elif node == "draft":
        case.state = State.DRAFT if case.number is None else State.RETURNED
    else:
        case.state = WITH_THE_UNIT.get(node, State.RUNNING)


def close(assignment: Assignment, *, act: Act) -> None:
    """This function will mark one assignment as done by the actor."""
    assignment.closed_at, assignment.closed_by, assignment.closed_as = act.now, act.actor, "done"
    assignment.opened_at = assignment.opened_at or act.now
    assignment.save(update_fields=["closed_at", "closed_by", "closed_as", "opened_at"])


def void_open(case: Case, *, closed_as: str, now: datetime, keep_task: int | None = None) -> None:
    """This function will cancel every open task of the case but one, and every open assignment; nothing is deleted.

    The act that calls it has closed its own assignment already; a delegate or added signer of the same task goes with the rest.
    Questions beside the flow that nobody answered yet become void: after a return all of them, else those of the cancelled tasks.
    """
    tasks = Task.objects.filter(process_id=case.process_id, status__in=OPEN_TASKS).exclude(pk=keep_task)
    tasks.update(status=STATUS.CANCELED, finished=now)
    gone = case.assignments.filter(closed_at__isnull=True)
    asked = case.consultations.filter(closed_as="")
    (asked.filter(assignment__in=gone) if closed_as == "cancelled" else asked).update(closed_as="void")
    gone.update(closed_at=now, closed_as=closed_as)


def mark_opened(*, assignment: Assignment, user: User, now: datetime) -> None:
    """This function will note once that the handler has opened his task; from then on the step before it is not withdrawn.

    One conditional update outside any act; together with the reading log the only thing a page view writes (MODEL §2).
    """
    if assignment.opened_at is None and assignment.assignee_id in {None, user.pk}:
        Assignment.objects.filter(pk=assignment.pk, opened_at__isnull=True, closed_at__isnull=True).update(opened_at=now)


def _pass_no(act: Act, node: str) -> int:
    """How often the node was opened in this round; the branches of one fan-out share one pass."""
    known = act.results.setdefault("passes", {})
    if node not in known:
        last = Assignment.objects.filter(case=act.case, node=node, round=act.round).aggregate(last=Max("pass_no"))["last"]
        known[node] = (last or 0) + 1
    return known[node]


def _restored(act: Act, node: Node, unit_id: int) -> User | None:
    """After a return whoever handled the step before gets it again, if he still holds the office; never who only advised on it."""
    if act.target != node.name:
        return None
    rows = Assignment.objects.filter(case=act.case, node=node.name, unit_id=unit_id, closed_as="done").exclude(via__in=HELPERS)
    last = rows.order_by("-pk").first()
    if last is None or last.closed_by_id is None:
        return None
    return next((user for user in access.holders(node.role, unit_id, act.now) if user.pk == last.closed_by_id), None)


def _due(act: Act, node: str) -> Any:
    known = act.results.setdefault("due", {})
    if node not in known:
        due = matters.due(node, act.case.matter, act.now)
        known[node] = due.day if due else None
    return known[node]
