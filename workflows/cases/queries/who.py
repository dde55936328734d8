"""Whom to tell about a case: its unit, whoever holds it now, the director above them; and what is due."""

from collections.abc import Iterator
from datetime import date, datetime

from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases.models import Assignment, Case
from workflows.cases.seats import OFFICE
from workflows.cases.terms import State
from workflows.organization import queries as organization


def people_of(case: Case, office: str, now: datetime) -> list[User]:
    """`clerk`: the unit's clerks; `handlers`: everybody who can act on an open task; `deputy`: the office's deputy directors."""
    if office == "clerk":
        return access.holders("clerk", case.unit, now)
    if office == "deputy":
        return access.holders("deputy", organization.unit(OFFICE), now)
    rows = Assignment.objects.filter(case=case, closed_at__isnull=True).select_related("assignee")
    return [user for row in rows for user in ([row.assignee] if row.assignee else access.holders(row.role, row.unit_id, now))]


def due(day: date) -> Iterator[tuple[Assignment, str]]:
    """Open tasks that fall due on `day` (`due`) or are past it (`escalate`); suspended cases have no clock."""
    rows = Assignment.objects.filter(closed_at__isnull=True, due__lte=day).exclude(case__state=State.SUSPENDED)
    for assignment in rows.select_related("case").order_by("pk").iterator():
        yield assignment, "due" if assignment.due == day else "escalate"
