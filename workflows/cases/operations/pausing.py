"""挂起: the clock stands still and nobody acts, until the steward resumes the case."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.models import Assignment, Case, Suspension
from workflows.cases.operations import assignments, loading
from workflows.cases.operations.permitting import permit
from workflows.cases.terms import State
from workflows.lib import local
from workflows.lib.refusals import Refused
from workflows.matters import queries as matters


@transaction.atomic
def suspend(*, case_id: int, reason: str, actor: User, now: datetime) -> Suspension:
    """This function will stop the clock of a running case and close it to acts.

    :raises Refused: no reason. :raises Forbidden, Conflict: the policy table says no.
    """
    case = loading.lock(case_id)
    standing = permit("suspend", case, actor=actor, now=now)
    if not reason.strip():
        raise Refused(_("请写明挂起的理由，例如等待上级批复。"), code="no_reason", field="reason")
    suspension = Suspension.objects.create(case=case, kind="suspend", reason=reason.strip(), started_at=now)
    _settle(case, State.SUSPENDED)
    audit.record(
        chain=case.subject, verb="cases.case.suspended", unit=case.unit.code, reason=reason.strip(), in_name_of=standing.principal,
        before={"state": State.RUNNING}, after={"state": State.SUSPENDED}, chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    return suspension


@transaction.atomic
def resume(*, case_id: int, text: str = "", actor: User, now: datetime) -> Case:
    """This function will start the clock again and move every deadline by the working days it stood."""
    case = loading.lock(case_id)
    standing = permit("resume", case, actor=actor, now=now)
    days = restart_clock(case, now=now)
    _settle(case, State.RUNNING)
    audit.record(
        chain=case.subject, verb="cases.case.resumed", unit=case.unit.code, reason=text.strip(), in_name_of=standing.principal,
        before={"state": State.SUSPENDED}, after={"state": State.RUNNING, "days_stood": days}, chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    return case


def restart_clock(case: Case, *, now: datetime) -> int:
    """This function will end the open stretch and move the case's deadline and its open tasks' by it; the working days it lasted."""
    stretch = Suspension.objects.filter(case=case, ended_at__isnull=True).first()
    if stretch is None:
        return 0
    stretch.ended_at = now
    stretch.save(update_fields=["ended_at"])
    calendar = matters.calendar()
    stood = calendar.between(local.day_of(stretch.started_at), local.day_of(now))
    if not stood:
        return 0
    if case.deadline is not None:
        case.deadline = calendar.add(case.deadline, stood).day
        case.save(update_fields=["deadline"])
    for assignment in Assignment.objects.filter(case=case, closed_at__isnull=True, due__isnull=False, created_at__lt=stretch.started_at):
        Assignment.objects.filter(pk=assignment.pk).update(due=calendar.add(assignment.due, stood).day)
    return stood


def _settle(case: Case, state: State) -> None:
    assignments.settle(case, node=case.node, stage=case.stage, state=state)
    case.save(update_fields=["node", "stage", "state"])
