"""People who stand beside a task's own handler: delegates and added signers. They speak; the engine waits for the handler.

before: the handler acts when they have spoken, and not forward if one objected. after: the handler acts first, the engine
goes on when they have agreed; an objection gives the task back to him. delegate: advice, which comes back to the owner.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.acts import Act, Outcome
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import loading
from workflows.cases.operations.permitting import permit
from workflows.lib.refusals import Conflict, Refused
from workflows.organization.models import Unit
from workflows.outbox import operations as outbox


@transaction.atomic
def add_sign(*, case_id: int, assignment_id: int, how: str, to: User, request: str, actor: User, now: datetime) -> Assignment:
    """This function will add a signer before or after the handler of a task (前加签、后加签).

    :raises Refused: a task has signers before or after, not both; nobody twice; the person must hold an office and may not
    hold a conflicting duty.
    """
    case = loading.lock(case_id)
    own = loading.assignment_of(case, assignment_id)
    standing = permit(f"add_{how}", case, assignment=own, actor=actor, now=now)
    beside = list(own.children.filter(closed_at__isnull=True))
    if any(child.via != how and child.via in {"before", "after"} for child in beside):
        raise Conflict(_("同一任务不能同时前加签和后加签。"), code="both_ways")
    if to.pk == actor.pk or any(child.assignee_id == to.pk for child in own.children.all()):
        raise Refused(_("%(name)s已经在本环节办理，不能重复加签。") % {"name": to.name}, code="twice", field="to")
    if not request.strip():
        raise Refused(_("请写明加签的事由。"), code="no_reason", field="reason")
    office = next(iter(access.standings(to, now)), None)
    if office is None:
        raise Refused(_("%(name)s目前没有任何岗位，不能加签。") % {"name": to.name}, code="wrong_office", field="to")
    loading.refuse_conflicting_duty(own, actor=to, standing=office)
    child = Assignment.objects.create(
        case=case, task=own.task, node=own.node, duty=own.duty, round=own.round, pass_no=own.pass_no, role=office.role, unit=office.unit,
        assignee=to, parent=own, via=how, added_by=actor, request=request.strip(), due=own.due, created_at=now,
    )  # fmt: skip
    _log(case, "added", {"assignment": child.pk, "via": how, "name": to.name, "node": own.node}, request, standing.principal, actor, now)
    text = _("%(title)s：%(by)s请您加签“%(node)s”。") % {"title": case.title, "by": actor.name, "node": own.task.flow_task.task_title}
    outbox.put(key=f"handed/{child.pk}", task="cases.tell", args={"case_id": case.pk, "users": [to.pk], "text": text}, now=now)
    return child


@transaction.atomic
def add_branch(*, case_id: int, assignment_id: int, unit: Unit, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will enlarge the electorate of an open panel by one unit (并加签): a branch like the others.

    :raises Refused: the unit is asked already, or nobody there can countersign.
    """
    case = loading.lock(case_id)
    own = loading.assignment_of(case, assignment_id)
    standing = permit("add_parallel", case, assignment=own, actor=actor, now=now)
    branches = Assignment.objects.filter(case=case, node=own.node, round=own.round, pass_no=own.pass_no)
    if branches.exclude(closed_as__in=["transferred", "withdrawn", "cancelled"]).filter(unit=unit).exists():
        raise Refused(_("%(unit)s已在会签单位之列。") % {"unit": unit.name}, code="twice", field="unit")
    if not access.holders(own.role, unit, now):
        raise Refused(_("%(unit)s没有会签经办人，请先由安全管理员任职。") % {"unit": unit.name}, code="nobody", field="unit")
    if not reason.strip():
        raise Refused(_("请写明加签的事由。"), code="no_reason", field="reason")
    branch = _open_branch(case, own, unit, actor, standing, now)
    Assignment.objects.filter(pk=branch.pk).update(via="parallel", added_by=actor, request=reason.strip())
    branch.refresh_from_db()
    _log(case, "added", {"assignment": branch.pk, "via": "parallel", "unit": unit.code}, reason, standing.principal, actor, now)
    case.save(update_fields=["node", "stage", "state"])
    return branch


@transaction.atomic
def remove_sign(*, case_id: int, assignment_id: int, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will take an added signer off again (减签): only one who was added, has not spoken, and is not the last open one.

    By whoever added him, or the steward. :raises Conflict: spoken already, or the last one.
    """
    case = loading.lock(case_id)
    added = loading.assignment_of(case, assignment_id)
    standing = permit("remove_sign", case, assignment=added, actor=actor, now=now)
    if added.closed_at is not None or added.via not in {"before", "after", "parallel"}:
        raise Conflict(_("只能减去加签后尚未办理的人员。"), code="not_removable")
    if added.via == "parallel":
        others = Assignment.objects.filter(case=case, node=added.node, round=added.round, pass_no=added.pass_no, closed_at__isnull=True)
        if not others.exclude(pk=added.pk).exists():
            raise Conflict(_("这是最后一名未办理的会签人，不能减签，请由其办理或者转办。"), code="last_signer")
        added.task.status = "CANCELED"
        added.task.finished = now
        added.task.save(update_fields=["status", "finished"])
    added.closed_at, added.closed_by, added.closed_as = now, actor, "cancelled"
    added.save(update_fields=["closed_at", "closed_by", "closed_as"])
    _log(case, "removed", {"assignment": added.pk, "via": added.via}, reason, standing.principal, actor, now)
    return added


def waits_for_others(act: Act, outcome: Outcome) -> bool:
    """Whether the engine must wait for signers added after the handler; a return waits for nobody.

    :raises Refused: going forward although a signer added before has objected.
    """
    if outcome.kind == "back" or not act.assignment.joined_by_signers:
        return False
    children = list(act.assignment.children.filter(via__in=["before", "after"]).select_related("opinion", "assignee"))
    objected = [child.assignee.name for child in children if child.via == "before" and _said(child) == "disagree"]
    if objected:
        raise Refused(
            _("加签人%(names)s不同意，不能直接通过，请退回或者与其协商后重新加签。") % {"names": "、".join(objected)},
            code="objected",
            field="outcome",
        )
    return any(child.via == "after" and child.closed_at is None for child in children)


def spoken(act: Act, *, go_on: Callable[[Act], None]) -> None:
    """After a helper spoke: the last signer added after lets the engine go on, or gives the task back to its handler."""
    own = act.assignment.parent
    if act.assignment.via != "after" or own.closed_at is None:
        return
    if act.outcome == "disagree":
        own.children.filter(closed_at__isnull=True, via="after").update(closed_at=act.now, closed_as="cancelled")
        _give_back(own, act)
    elif not own.children.filter(closed_at__isnull=True, via="after").exists():
        go_on(_resumed(own, act))


def _resumed(own: Assignment, act: Act) -> Act:
    """The handler's own act again, carried on by the last signer."""
    given = Opinion.objects.select_related("version", "actor").get(assignment=own)
    own.case, own.task.process = act.case, act.case.process
    return Act(
        case=act.case, assignment=own, node=own.node, outcome=given.outcome, version=given.version, round=act.round, text=given.text,
        data=given.data, actor=act.actor, standing=act.standing, now=act.now, day=act.day, opened=act.opened, results=act.results,
    )  # fmt: skip


def _give_back(own: Assignment, act: Act) -> None:
    again = Assignment.objects.create(
        case=act.case, task=own.task, node=own.node, duty=own.duty, round=own.round, pass_no=own.pass_no + 1, role=own.role,
        unit_id=own.unit_id, assignee=own.closed_by, parent=own, due=own.due, created_at=act.now,
    )  # fmt: skip
    act.opened.append(again)


def _open_branch(case: Case, own: Assignment, unit: Unit, actor: User, standing: object, now: datetime) -> Assignment:
    """One more branch of the same fan-out, its token next after the last one's."""
    fork = own.task.previous.first()
    fork.process = case.process
    base = own.task.token.token.rsplit("_", 1)[0]
    tokens = case.process.task_set.filter(token__startswith=f"{base}_").values_list("token", flat=True)
    last = max(int(str(token).rsplit("_", 1)[1]) for token in tokens)
    case.process.act = Act(
        case=case, assignment=own, node=own.node, outcome="added", version=case.versions.order_by("-n").first(), round=own.round, text="",
        data={}, actor=actor, standing=standing, now=now, day=now.date(), results={"passes": {own.node: own.pass_no}},
    )  # fmt: skip
    node = own.task.flow_task
    node._create(fork.flow_task.activation_class(fork), type(own.task.token)(f"{base}_{last + 1}"), data={"unit": unit.pk})
    return case.process.act.opened[0]


def _said(child: Assignment) -> str | None:
    opinion = getattr(child, "opinion", None)
    return opinion.outcome if opinion else None


def _log(case: Case, verb: str, after: dict[str, object], reason: str, principal: User | None, actor: User, now: datetime) -> None:
    audit.record(
        chain=case.subject, verb=f"cases.signer.{verb}", unit=case.unit.code, after=after, reason=reason.strip(), in_name_of=principal,
        chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
