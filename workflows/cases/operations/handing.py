"""Passing work on: transfer (it becomes another's), delegate (it comes back), and handing over everything of one person."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.audit import operations as audit
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import loading
from workflows.cases.operations.permitting import permit
from workflows.lib.refusals import Forbidden, Refused
from workflows.outbox import operations as outbox


@transaction.atomic
def transfer(*, case_id: int, assignment_id: int, to: User, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will make an open task another holder's of the same office: a new assignment with its parent, never a vote.

    The handler passes on his own task, the steward anybody's. The first holder keeps his view of the case.

    :raises Refused: the new handler does not hold the office, holds a conflicting duty, or is the present one.
    """
    case = loading.lock(case_id)
    old = loading.assignment_of(case, assignment_id)
    standing = permit("transfer", case, assignment=old, actor=actor, now=now)
    if old.closed_at is not None:
        loading.answered_before(old, key=None, actor=actor)
    return _pass_on(case, old, to, reason, standing, actor, now)


@transaction.atomic
def delegate(*, case_id: int, assignment_id: int, to: User, request: str, actor: User, now: datetime) -> Assignment:
    """This function will ask another holder of the office to say something first; the task stays the owner's, who still decides.

    The delegate's opinion is on file and no vote; while it is outstanding the owner does not act (MODEL §2).
    """
    case = loading.lock(case_id)
    own = loading.assignment_of(case, assignment_id)
    standing = permit("delegate", case, assignment=own, actor=actor, now=now)
    _may_receive(own, to, now)
    if to.pk == actor.pk:
        raise Refused(_("不能委派给自己。"), code="self", field="to")
    if not request.strip():
        raise Refused(_("请写明委派办理的内容。"), code="no_reason", field="reason")
    child = _copy(own, to, "delegate", request, actor, now)
    if own.assignee_id is None:
        own.assignee = actor
        own.save(update_fields=["assignee"])
    _log(case, "delegated", own, to, request, standing.principal, actor, now)
    _tell(case, child, now)
    return child


@transaction.atomic
def hand_over(*, leaving: User, to: User, reason: str, actor: User, now: datetime) -> list[Assignment]:
    """This function will pass every open task that is personally assigned to a departing person on to a successor, in one act.

    Tasks addressed to an office need no hand-over: whoever holds it next sees them. Wherever the case stands: a person leaves
    whether or not his cases are returned or suspended.

    :raises Forbidden: the actor is no steward.
    :raises Refused: the successor lacks one of the offices; nothing is handed over then.
    """
    steward = next((one for one in access.standings(actor, now) if one.role == "steward"), None)
    if steward is None:
        raise Forbidden(_("只有流程管理人员可以移交他人的全部待办。"), code="not_steward")
    own = Assignment.objects.filter(assignee=leaving, closed_at__isnull=True).order_by("case_id", "pk")
    moved = []
    for pk, case_id in own.values_list("pk", "case_id"):
        case = loading.lock(case_id)
        old = loading.assignment_of(case, pk)
        if old.closed_at is None:
            moved.append(_pass_on(case, old, to, reason, steward, actor, now))
    return moved


def _pass_on(case: Case, old: Assignment, to: User, reason: str, standing: Standing, actor: User, now: datetime) -> Assignment:
    """Close one assignment and open the same for another person, with everybody who stands beside it; a helper stays a helper."""
    _may_receive(old, to, now)
    if not reason.strip():
        raise Refused(_("请写明转办的理由。"), code="no_reason", field="reason")
    old.closed_at, old.closed_by, old.closed_as = now, actor, "transferred"
    old.save(update_fields=["closed_at", "closed_by", "closed_as"])
    new = _copy(old, to, old.via if old.via in HELPERS else "transfer", reason, actor, now)
    if old.via in HELPERS:
        Assignment.objects.filter(pk=new.pk).update(parent=old.parent_id, added_by=old.added_by_id)
    else:
        old.children.filter(via__in=HELPERS).update(parent=new)
    _log(case, "transferred", old, to, reason, standing.principal, actor, now)
    _tell(case, new, now)
    return new


def _may_receive(assignment: Assignment, to: User, now: datetime) -> None:
    """The receiver holds the office and may take on the duty."""
    standing = next((one for one in access.standings(to, now) if (one.role, one.unit.pk) == (assignment.role, assignment.unit_id)), None)
    if standing is None:
        raise Refused(
            _("%(name)s没有%(unit)s的%(role)s职务，不能接办。请选择同一岗位的人员。")
            % {"name": to.name, "unit": assignment.unit.name, "role": assignment.get_role_display()},
            code="wrong_office",
            field="to",
        )
    if assignment.assignee_id == to.pk:
        raise Refused(_("这项任务已经由%(name)s办理。") % {"name": to.name}, code="already_theirs", field="to")
    if Assignment.objects.filter(task=assignment.task_id, assignee=to, closed_at__isnull=True).exists():
        raise Refused(_("%(name)s已经在本环节办理，请选择其他人员。") % {"name": to.name}, code="twice", field="to")
    loading.refuse_conflicting_duty(assignment, actor=to, standing=standing)


def _copy(parent: Assignment, to: User, via: str, request: str, actor: User, now: datetime) -> Assignment:
    return Assignment.objects.create(
        case_id=parent.case_id, task_id=parent.task_id, node=parent.node, duty=parent.duty, round_id=parent.round_id,
        pass_no=parent.pass_no, role=parent.role, unit_id=parent.unit_id, assignee=to, parent=parent, via=via, added_by=actor,
        request=request.strip(), due=parent.due, created_at=now,
    )  # fmt: skip


def _log(case: Case, verb: str, old: Assignment, to: User, reason: str, principal: User | None, actor: User, now: datetime) -> None:
    audit.record(
        chain=case.subject, verb=f"cases.assignment.{verb}", unit=case.unit.code, reason=reason.strip(), in_name_of=principal,
        before={"assignment": old.pk, "node": old.node, "assignee": old.assignee_id}, after={"assignee": to.pk, "name": to.name},
        chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip


def _tell(case: Case, assignment: Assignment, now: datetime) -> None:
    text = _("%(title)s：%(by)s%(via)s给您“%(node)s”。") % {
        "title": case.title, "by": assignment.added_by.name, "via": assignment.get_via_display(),
        "node": assignment.task.flow_task.task_title,
    }  # fmt: skip
    args = {"case_id": case.pk, "users": [assignment.assignee_id], "text": text}
    outbox.put(key=f"handed/{assignment.pk}", task="cases.tell", args=args, now=now)
