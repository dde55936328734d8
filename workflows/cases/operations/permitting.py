"""Asking the policy table inside the lock: the one place where an operation beside the acts is authorised."""

from datetime import datetime

from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases import policy
from workflows.cases.models import Assignment, Case
from workflows.cases.queries.situation import handles, situation
from workflows.lib.refusals import Conflict, Forbidden

_PERSONAL = {"policy_person"}


def permit(operation: str, case: Case, *, assignment: Assignment | None = None, actor: User, now: datetime) -> Standing:
    """The standing under which the actor may do this; the case is locked by the caller.

    :raises Forbidden: he does not stand to the case in the right way.
    :raises Conflict: the case has moved on: its state, its node, or what others did since.
    """
    held = access.standings(actor, now)
    answer = policy.verdict(operation, situation(case, user=actor, held=held, assignment=assignment, now=now))
    if not answer.allowed:
        raise (Forbidden if answer.code in _PERSONAL else Conflict)(answer.reason, code=answer.code)
    return _as(held, case, assignment, actor)


def _as(held: list[Standing], case: Case, assignment: Assignment | None, actor: User) -> Standing:
    """The office that fits best: the task's, the steward's, the unit's, any."""
    wanted = [(assignment.role, assignment.unit_id)] if assignment and handles(assignment, actor, held) else []
    for role, unit in wanted:
        for standing in held:
            if (standing.role, standing.unit.pk) == (role, unit):
                return standing
    if not held:
        raise Forbidden(_("您目前没有任何岗位，不能办理。"), code="policy_person")
    return next((s for s in held if s.role == "steward"), next((s for s in held if s.unit.pk == case.unit_id), held[0]))
