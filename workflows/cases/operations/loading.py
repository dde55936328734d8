"""The first step of every act: the case under its lock, the task that really belongs to it, the person's standing."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases.models import Assignment, Case, CaseVersion, DutyConflict, Opinion
from workflows.cases.queries.timeline import outcome_title
from workflows.cases.rules import RECORDABLE_FROM_PAPER
from workflows.lib import local
from workflows.lib.refusals import Conflict, Forbidden, Missing


def lock(case_id: int) -> Case:
    """The case and its process, locked until commit: first in every lock order (case → accounts → series → chain)."""
    case = (
        Case.objects.select_related("process", "matter", "unit", "section", "rule")
        .select_for_update(of=("self", "process"))
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise Missing(_("没有找到这个办件。"), code="no_case")
    return case


def assignment_of(case: Case, assignment_id: int) -> Assignment:
    """The assignment, only if it and its task belong to this very case; the lock above protects no other."""
    beside = Assignment.objects.filter(parent=OuterRef("pk"))
    assignment = (
        Assignment.objects.select_related("task", "round", "unit", "parent__task")
        .annotate(
            waiting=Exists(beside.filter(closed_at__isnull=True, via__in=["delegate", "before"])),
            joined_by_signers=Exists(beside.filter(via__in=["before", "after"])),
        )
        .filter(pk=assignment_id, case_id=case.pk)
        .first()
    )
    if assignment is None or assignment.task.process_id != case.process_id:
        raise Missing(_("这项任务不属于该办件。"), code="foreign_task")
    assignment.case = case
    assignment.task.process = case.process
    return assignment


def answered_before(assignment: Assignment, *, key: UUID | None, actor: User) -> Opinion | None:
    """None while the assignment is open; the first answer again for a repeated key; a conflict for anybody else."""
    if assignment.closed_at is None:
        return None
    given = Opinion.objects.select_related("actor").filter(assignment=assignment).first()
    if given is not None and given.key == key and given.actor_id == actor.pk:
        return given
    if given is None:
        raise Conflict(
            _("这项任务已于 %(time)s 因%(why)s关闭，不需要再办理。")
            % {"time": local.minute_of(assignment.closed_at), "why": assignment.get_closed_as_display()},
            code="closed",
        )
    raise Conflict(
        _("这项任务已由 %(name)s 于 %(time)s 办理（%(outcome)s）。")
        % {"name": given.actor.name, "time": local.minute_of(given.at), "outcome": outcome_title(assignment, given.outcome)},
        code="already_done",
    )


def newest_version(case: Case, version_n: int) -> CaseVersion:
    """The newest version, if the form was shown that one."""
    version = case.versions.order_by("-n").first()
    if version.n != version_n:
        raise Conflict(
            _("办件内容已更新到第 %(n)d 版，您看到的是第 %(seen)d 版。请看过新内容后再办理。") % {"n": version.n, "seen": version_n},
            code="stale_version",
        )
    return version


def standing_for(assignment: Assignment, *, actor: User, now: datetime, from_paper: bool) -> Standing:
    """In which office, and in whose name, the actor may do this.

    :raises Forbidden: he holds neither the role at that unit nor, for an act on paper, the office of recording it.
    """
    held = access.standings(actor, now)
    if from_paper:
        if assignment.duty not in RECORDABLE_FROM_PAPER:
            raise Forbidden(_("这个环节须由本人在系统中办理，不能依纸质件补录。"), code="not_recordable")
        for standing in held:
            if standing.role in {"secretary", "general", "steward"}:
                return standing
        raise Forbidden(_("只有区委编办的会务秘书、综合科或流程管理人员可以依纸质件补录。"), code="not_recorder")
    own = assignment.assignee_id == actor.pk or assignment.via not in {"delegate", "before", "after"}
    for standing in held:
        if own and standing.role == assignment.role and standing.unit.pk == assignment.unit_id:
            return standing
    raise Forbidden(
        _("这一步须由%(unit)s的%(role)s办理，您没有这项职务。") % {"unit": assignment.unit.name, "role": assignment.get_role_display()},
        code="wrong_office",
    )


def refuse_conflicting_duty(assignment: Assignment, *, actor: User, standing: Standing) -> None:
    """One person may not hold two conflicting duties in one case; a stand-in counts as himself and as the principal.

    :raises Forbidden: names the earlier act that stands in the way.
    """
    persons = {actor.pk, standing.principal.pk} if standing.principal else {actor.pk}
    held = {
        row["assignment__duty"]: row
        for row in Opinion.objects.filter(assignment__case_id=assignment.case_id).values(
            "assignment__duty", "actor_id", "in_name_of_id", "actor__name", "at"
        )
        if persons & {row["actor_id"], row["in_name_of_id"]}
    }
    if not held:
        return
    for conflict in DutyConflict.objects.filter(lifted_reason=""):
        other = {conflict.first: conflict.second, conflict.second: conflict.first}.get(assignment.duty)
        if other in held:
            earlier = held[other]
            raise Forbidden(
                _("%(name)s 已于 %(time)s 在本办件中承担“%(duty)s”，按照职责分离不能再承担“%(now)s”。请转由他人办理。")
                % {
                    "name": earlier["actor__name"],
                    "time": local.minute_of(earlier["at"]),
                    "duty": conflict.get_first_display() if conflict.first == other else conflict.get_second_display(),
                    "now": assignment.get_duty_display(),
                },
                code="duty_conflict",
            )
