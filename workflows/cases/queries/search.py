"""The case list: filters and words, keyset pages, the same number of queries at ten cases and at a million."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases.models import Case, State
from workflows.cases.queries.visible import visible
from workflows.cases.queries.work import PAGE, Page, waiting

OPEN_STATES = (State.DRAFT, State.RUNNING, State.SUPPLEMENT, State.RETURNED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means no narrowing. `due`: overdue | today | week."""

    words: str = ""
    state: str = ""
    stage: str = ""
    matter: str = ""
    unit: int | None = None
    due: str = ""
    mine: bool = False


def search(
    user: User,
    held: list[Standing],
    filters: Filters,
    *,
    now: datetime,
    day: date,
    week_end: date,
    after: int | None = None,
    limit: int = PAGE,
) -> Page:
    """Cases the person may see that fit the filters, newest first (1 query)."""
    rows = _narrowed(visible(user, held, now), user, held, filters, day, week_end)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.select_related("unit", "matter").order_by("-pk")[: limit + 1])
    return Page(found[:limit], str(found[limit - 1].pk) if len(found) > limit else None)


def _narrowed(rows: QuerySet[Case], user: User, held: list[Standing], filters: Filters, day: date, week_end: date) -> QuerySet[Case]:
    rows = rows.exclude(state=State.CANCELLED) if filters.state != State.CANCELLED else rows
    for word in filters.words.lower().split():
        rows = rows.filter(Q(search__contains=word) | Q(title__icontains=word))
    if filters.state == "open":
        rows = rows.filter(state__in=OPEN_STATES)
    elif filters.state:
        rows = rows.filter(state=filters.state)
    if filters.stage:
        rows = rows.filter(stage=filters.stage, closed_at__isnull=True)
    if filters.matter:
        rows = rows.filter(matter__code=filters.matter)
    if filters.unit:
        rows = rows.filter(unit_id=filters.unit)
    if filters.mine:
        rows = rows.filter(pk__in=waiting(user, held).values("case_id"))
    limits = {"overdue": Q(deadline__lt=day), "today": Q(deadline=day), "week": Q(deadline__gte=day, deadline__lte=week_end)}
    if filters.due in limits:
        rows = rows.filter(limits[filters.due], closed_at__isnull=True)
    return rows
