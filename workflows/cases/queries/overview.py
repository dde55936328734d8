"""How the office is doing: open cases by stage, and the average time to a close."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from workflows.cases.models import Case, Stage, State
from workflows.lib import local
from workflows.lib.calendar import Calendar
from workflows.lib.findings import Finding


def by_stage(cases: QuerySet[Case]) -> list[tuple[Stage, int]]:
    """Open, numbered cases per stage, all five stages in order (1 query)."""
    counted = dict(
        cases.filter(closed_at__isnull=True, number__isnull=False).order_by().values_list("stage").annotate(Count("pk"))
    )  # fmt: skip
    return [(stage, counted.get(stage, 0)) for stage in Stage]


def average_days(cases: QuerySet[Case], calendar: Calendar, *, last: int = 50) -> float | None:
    """Mean working days from submission to close over the last closed cases; None without any (1 query)."""
    spans: Iterable[tuple[date, date]] = [
        (local.day_of(start), local.day_of(end))
        for start, end in cases.filter(state=State.CLOSED, submitted_at__isnull=False)
        .order_by("-closed_at")
        .values_list("submitted_at", "closed_at")[:last]
    ]
    days = [calendar.between(start, end) for start, end in spans]
    return sum(days) / len(days) if days else None


def obstacle(unit_id: int) -> list[Finding]:
    """Why the unit may not end yet: its open cases (1 query)."""
    rows = Case.objects.filter(unit_id=unit_id, closed_at__isnull=True).values_list("number", "title")
    names = [number or title for number, title in rows[:5]]
    if not names:
        return []
    message = _("还有未办结的办件：%(cases)s。请先办结或者撤销。") % {"cases": "、".join(names)}
    return [Finding("CASES", "block", message, fact=_("未办结办件"))]
