"""People who stand beside a task's own handler: delegates and added signers. They speak; the engine waits for the handler.

before: the handler acts when they have spoken, and not forward if one objected. after: the handler acts first, the engine
goes on when they have agreed; an objection gives the task back to him. delegate: advice, which comes back to the owner.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.audit import operations as audit
from workflows.cases.acts import Act, Outcome
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, Opinion, Round
from workflows.cases.operations import driving, loading
from workflows.cases.operations.permitting import permit
from workflows.lib import local
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
    beside = list(own.children.filter(closed_at__isnull=True, via__in=HELPERS))
    if any(child.via not in {how, "delegate"} for child in beside):
        raise Conflict(_("同一任务不能同时前加签和后加签。"), code="both_ways")
    if to.pk in {actor.pk, own.assignee_id} or any(child.assignee_id == to.pk for child in beside):
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
    branches = Assignment.objects.filter(case=case, node=own.node, round=own.round, pass_no=own.pass_no).exclude(via__in=HELPERS)
    if not branches.filter(closed_at__isnull=True).exists():
        raise Conflict(_("这次会签已经结束，不能再加签。请刷新页面。"), code="panel_over")
    if branches.exclude(closed_as__in=["transferred", "withdrawn", "cancelled", "void_by_return"]).filter(unit=unit).exists():
        raise Refused(_("%(unit)s已在会签单位之列。") % {"unit": unit.name}, code="twice", field="unit")
    if not access.holders(own.role, unit, now):
        raise Refused(_("%(unit)s没有会签经办人，请先由安全管理员任职。") % {"unit": unit.name}, code="nobody", field="unit")
    if not reason.strip():
        raise Refused(_("请写明加签的事由。"), code="no_reason", field="reason")
    branch = _open_branch(case, own, unit, actor, standing, now)
    Assignment.objects.filter(pk=branch.pk).update(via="parallel", added_by=actor, request=reason.strip())
    branch.refresh_from_db()
    _log(case, "added", {"assignment": branch.pk, "via": "parallel", "unit": unit.code}, reason, standing.principal, actor, now)
    told = _("%(title)s：请贵单位会签。%(reason)s") % {"title": case.title, "reason": reason.strip()}
    to = {"role": own.role, "unit_id": unit.pk}
    outbox.put(key=f"handed/{branch.pk}", task="cases.tell", args={"case_id": case.pk, "text": told, **to}, now=now)
    case.save(update_fields=["node", "stage", "state"])
    return branch


@transaction.atomic
def remove_sign(*, case_id: int, assignment_id: int, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will take an added signer or a delegate off again (减签): only one who was added and has not spoken.

    By whoever added him, or the steward. Taking off the last signer after a handler who has acted lets the engine go on; the
    last open branch of a panel stays. :raises Conflict: spoken already, or the last one.
    """
    case = loading.lock(case_id)
    added = loading.assignment_of(case, assignment_id)
    standing = permit("remove_sign", case, assignment=added, actor=actor, now=now)
    if added.closed_at is not None or added.via not in {*HELPERS, "parallel"}:
        raise Conflict(_("只能减去加签后尚未办理的人员。"), code="not_removable")
    if added.via == "parallel":
        others = Assignment.objects.filter(case=case, node=added.node, round=added.round, pass_no=added.pass_no, closed_at__isnull=True)
        if not others.exclude(task=added.task).exists():
            raise Conflict(_("这是最后一名未办理的会签人，不能减签，请由其办理或者转办。"), code="last_signer")
        added.task.status = "CANCELED"
        added.task.finished = now
        added.task.save(update_fields=["status", "finished"])
        gone = Assignment.objects.filter(task=added.task, closed_at__isnull=True)
        case.consultations.filter(assignment__in=gone, closed_as="").update(closed_as="void")
        gone.exclude(pk=added.pk).update(closed_at=now, closed_by=actor, closed_as="cancelled")
    added.closed_at, added.closed_by, added.closed_as = now, actor, "cancelled"
    added.save(update_fields=["closed_at", "closed_by", "closed_as"])
    _log(case, "removed", {"assignment": added.pk, "via": added.via}, reason, standing.principal, actor, now)
    if added.via == "after" and added.parent.closed_at is not None and not _outstanding(added.parent):
        own, round_ = added.parent, added.round
        driving.drive(_resumed(own, case=case, round_=round_, actor=actor, standing=standing, now=now))
        case.save(update_fields=driving.CASE_FIELDS)
    return added


def waits_for_others(act: Act, outcome: Outcome) -> bool:
    """Whether the engine must wait for signers added after the handler; a return waits for nobody.

    :raises Refused: going forward although a signer added before has objected.
    """
    if outcome.kind == "back" or not act.assignment.joined_by_signers:
        return False
    children = list(act.assignment.children.filter(via__in=["before", "after"]).select_related("opinion", "assignee").order_by("pk"))
    if any(child.closed_at is None and child.assignee_id == act.actor.pk for child in children):
        raise Refused(_("您已被请求加签本环节，不能同时代为办理。请由原办理人办理。"), code="twice", field="outcome")
    # Asked again after talking it over, a signer's last word counts.
    last = {child.assignee.name: _said(child) for child in children if child.via == "before" and _said(child)}
    objected = [name for name, word in last.items() if word == "disagree"]
    if objected:
        raise Refused(
            _("加签人%(names)s不同意，不能直接通过，请退回或者与其协商后重新加签。") % {"names": "、".join(objected)},
            code="objected",
            field="outcome",
        )
    return any(child.via == "after" and child.closed_at is None for child in children)


def spoken(act: Act) -> None:
    """After a helper spoke: the last signer added after lets the engine go on, or gives the task back to its handler."""
    own = act.assignment.parent
    if act.assignment.via != "after" or own.closed_at is None:
        return
    if act.outcome == "disagree":
        own.task.assignments.filter(closed_at__isnull=True).update(closed_at=act.now, closed_as="cancelled")
        _give_back(own, act)
    elif not _outstanding(own):
        driving.drive(
            _resumed(
                own, case=act.case, round_=act.round, actor=act.actor, standing=act.standing, now=act.now, opened=act.opened,
                results=act.results,
            )
        )  # fmt: skip


def _outstanding(own: Assignment) -> bool:
    return own.children.filter(closed_at__isnull=True, via="after").exists()


def _resumed(own: Assignment, *, case: Case, round_: Round, actor: User, standing: Standing, now: datetime, **rest: Any) -> Act:
    """The handler's own act again, carried on when the last signer has spoken or been taken off."""
    given = Opinion.objects.select_related("version", "actor").get(assignment=own)
    own.case, own.task.process = case, case.process
    return Act(
        case=case, assignment=own, node=own.node, outcome=given.outcome, version=given.version, round=round_, text=given.text,
        data=given.data, actor=actor, standing=standing, now=now, day=local.day_of(now), **rest,
    )  # fmt: skip


def _give_back(own: Assignment, act: Act) -> None:
    """The handler's word does not count any more; he has the task again, in the same pass, so that a branch stays a branch."""
    Assignment.objects.filter(pk=own.pk).update(closed_as="void_by_return")
    again = Assignment.objects.create(
        case=act.case, task=own.task, node=own.node, duty=own.duty, round=own.round, pass_no=own.pass_no, role=own.role,
        unit_id=own.unit_id, assignee=own.closed_by, parent=own, due=own.due, created_at=act.now,
    )  # fmt: skip
    act.opened.append(again)


def _open_branch(case: Case, own: Assignment, unit: Unit, actor: User, standing: Standing, now: datetime) -> Assignment:
    """One more branch of the same fan-out, its token next after the last one's."""
    fork = own.task.previous.first()
    fork.process = case.process
    base = own.task.token.token.rsplit("_", 1)[0]
    tokens = case.process.task_set.filter(token__startswith=f"{base}_").values_list("token", flat=True)
    last = max(int(str(token).rsplit("_", 1)[1]) for token in tokens)
    case.process.act = Act(
        case=case, assignment=own, node=own.node, outcome="added", version=case.versions.order_by("-n").first(), round=own.round, text="",
        data={}, actor=actor, standing=standing, now=now, day=local.day_of(now), results={"passes": {own.node: own.pass_no}},
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
