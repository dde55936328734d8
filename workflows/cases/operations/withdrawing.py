"""撤回: taking back one's own act while nobody has built on it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow.status import STATUS

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.audit import operations as audit
from workflows.cases.acts import Act
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, Suspension
from workflows.cases.operations import loading, versions
from workflows.cases.operations.permitting import permit
from workflows.cases.queries import situation
from workflows.establishment import operations as ledger
from workflows.lib import local
from workflows.lib.refusals import Conflict, Forbidden, Refused


@transaction.atomic
def withdraw(*, case_id: int, assignment_id: int, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will take back the actor's own act: what it opened is cancelled, his task opens again.

    The opinion stays on file; the new assignment is his. Only while no successor acted or opened, and nothing was issued.

    :raises Refused: no reason. :raises Forbidden, Conflict: the policy table says no.
    """
    case = loading.lock(case_id)
    done = loading.assignment_of(case, assignment_id)
    permit("withdraw", case, assignment=done, actor=actor, now=now)
    if done.closed_as != "done" or done.via in HELPERS:
        raise Conflict(_("这项任务没有可以撤回的办理。"), code="nothing_done")
    if not reason.strip():
        raise Refused(_("请写明撤回的理由。"), code="no_reason", field="reason")
    standing = _still_holds(done, actor, now)
    before = {"node": case.node, "state": case.state}
    _cancel_successors(case, done, now)
    _undo(case, done, actor, now)
    task = done.task
    task.status = STATUS.CANCELED
    task.save(update_fields=["status"])
    Assignment.objects.filter(pk=done.pk).update(closed_as="withdrawn")
    again = _open_again(case, done, actor, standing, now)
    case.save(update_fields=["node", "stage", "state"])
    audit.record(
        chain=case.subject, verb="cases.opinion.withdrawn", unit=case.unit.code, before=before, reason=reason.strip(),
        after={"node": case.node, "state": case.state, "assignment": again.pk, "withdrawn": done.pk}, in_name_of=standing.principal,
        chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    return again


def _still_holds(done: Assignment, actor: User, now: datetime) -> Standing:
    """The office in which the act was done, if the actor still holds it."""
    for standing in access.standings(actor, now):
        if (standing.role, standing.unit.pk) == (done.role, done.unit_id):
            return standing
    raise Forbidden(
        _("您已不再担任%(unit)s的%(role)s，不能撤回。") % {"unit": done.unit.name, "role": done.get_role_display()}, code="wrong_office"
    )


def _cancel_successors(case: Case, done: Assignment, now: datetime) -> None:
    """Whatever the act opened, and whoever was to sign after it; branches beside it stay open."""
    opened = list(situation.successors(case, done).values_list("pk", "task_id"))
    case.process.task_set.filter(pk__in={task for _pk, task in opened}).update(status=STATUS.CANCELED, finished=now)
    rows = Assignment.objects.filter(pk__in=[pk for pk, _task in opened])
    case.consultations.filter(assignment__in=rows, closed_as="").update(closed_as="void")
    rows.update(closed_at=now, closed_as="withdrawn")


def _undo(case: Case, done: Assignment, actor: User, now: datetime) -> None:
    """What the act itself had done beside the flow: posts reserved by a direct endorsement, the clock a supplement restarted."""
    if done.node == "endorse":
        ledger.void(subject=case.subject, basis=case.number, effective_date=local.day_of(now), actor=actor, now=now)
    if done.node == "supplement":
        stopped = case.suspensions.filter(kind="supplement").latest("pk")
        Suspension.objects.create(case=case, kind="supplement", reason=stopped.reason, defects=stopped.defects, started_at=now)


def _open_again(case: Case, done: Assignment, actor: User, standing: Standing, now: datetime) -> Assignment:
    """The same node with the same token in the same pass, so that a branch of a fan-out stays a branch."""
    node, task = done.task.flow_task, done.task
    version = versions.newest(case)
    if node.name in {"draft", "supplement"}:
        version = versions.reopen(case, actor=actor, now=now)
    before = task.previous.first()
    before.process = case.process
    case.process.act = Act(
        case=case, assignment=done, node=node.name, outcome="withdrawn", version=version, round=case.rounds.order_by("-n").first(),
        text="", data={}, actor=actor, standing=standing, now=now, day=local.day_of(now), results={"passes": {node.name: done.pass_no}},
    )  # fmt: skip
    node._create(before.flow_task.activation_class(before), task.token, data=task.data)
    again = case.process.act.opened[0]
    again.assignee = actor
    again.save(update_fields=["assignee"])
    return again
