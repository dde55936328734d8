"""撤回: taking back one's own act while nobody has built on it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow.status import STATUS

from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.acts import Act
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import loading, versions
from workflows.cases.operations.permitting import permit
from workflows.lib import local
from workflows.lib.refusals import Conflict, Refused


@transaction.atomic
def withdraw(*, case_id: int, assignment_id: int, reason: str, actor: User, now: datetime) -> Assignment:
    """This function will take back the actor's own act: what it opened is cancelled, his task opens again.

    The opinion stays on file; the new assignment is his. Only while no successor acted or opened, and nothing was issued.

    :raises Refused: no reason. :raises Forbidden, Conflict: the policy table says no.
    """
    case = loading.lock(case_id)
    done = loading.assignment_of(case, assignment_id)
    standing = permit("withdraw", case, assignment=done, actor=actor, now=now)
    if done.closed_as != "done" or done.via in {"delegate", "before", "after"}:
        raise Conflict(_("这项任务没有可以撤回的办理。"), code="nothing_done")
    if not reason.strip():
        raise Refused(_("请写明撤回的理由。"), code="no_reason", field="reason")
    before = {"node": case.node, "state": case.state}
    _cancel_successors(case, done, now)
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


def _cancel_successors(case: Case, done: Assignment, now: datetime) -> None:
    """Whatever the act opened, system steps included; branches beside it stay open."""
    opened = Assignment.objects.filter(case=case, closed_at__isnull=True, created_at__gte=done.closed_at, pk__gt=done.pk)
    tasks = case.process.task_set.filter(pk__gt=done.task_id, created__gte=done.task.finished)
    tasks.filter(assignments__in=opened).update(status=STATUS.CANCELED, finished=now)
    opened.update(closed_at=now, closed_as="withdrawn")


def _open_again(case: Case, done: Assignment, actor: User, standing: object, now: datetime) -> Assignment:
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
