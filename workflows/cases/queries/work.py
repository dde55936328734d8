"""Work lists: what waits for a person, what he did, what his unit submitted. Keyset pages, capped counts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases.batch import BATCH
from workflows.cases.beside import HELPERS
from workflows.cases.models import Assignment, Case, State
from workflows.cases.queries.visible import offices, visible

PAGE = 20
CAP = 99
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and where the next begins (None at the end)."""

    rows: list[Any]
    after: str | None


def waiting(user: User, held: list[Standing]) -> QuerySet[Assignment]:
    """Open assignments of the person's offices; one claimed by a colleague is hidden, not forbidden."""
    mine = Q(assignee=user) | (offices(held) & Q(assignee__isnull=True))
    return Assignment.objects.filter(mine, closed_at__isnull=True)


def desk(user: User, held: list[Standing], *, after: str | None = None, limit: int = PAGE) -> Page:
    """The person's open assignments by due date, then age."""
    rows = waiting(user, held).select_related("case__unit", "case__matter", "unit", "task", "round")
    if after:
        due, pk = date.fromisoformat(after[:10]), int(after[11:])
        later = Q(due__gt=due) | Q(due=due, pk__gt=pk) | Q(due__isnull=True)
        rows = rows.filter(Q(due__isnull=True, pk__gt=pk) if due == FAR else later)
    found = list(rows.order_by(F("due").asc(nulls_last=True), "id")[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], f"{(more.due or FAR).isoformat()}_{more.pk}" if more else None)


def waiting_count(user: User, held: list[Standing]) -> int:
    """How many assignments wait, counted up to the cap plus one (“99+”)."""
    return waiting(user, held)[: CAP + 1].count()


def done(user: User, *, after: int | None = None, limit: int = PAGE) -> Page:
    """What the person did, newest first."""
    rows = Assignment.objects.filter(closed_by=user).select_related("case__unit", "case__matter", "task", "opinion")
    if after:
        rows = rows.filter(pk__lt=after)
    return _by_id(list(rows.order_by("-pk")[: limit + 1]), limit)


def submitted(unit_ids: set[int], *, after: int | None = None, limit: int = PAGE) -> Page:
    """Cases of the person's units, newest first, drafts among them."""
    rows = Case.objects.filter(unit_id__in=unit_ids).exclude(state=State.CANCELLED).select_related("unit", "matter")
    if after:
        rows = rows.filter(pk__lt=after)
    return _by_id(list(rows.order_by("-pk")[: limit + 1]), limit)


def _by_id(found: list[Any], limit: int) -> Page:
    return Page(found[:limit], str(found[limit - 1].pk) if len(found) > limit else None)


def personal(user: User) -> list[Assignment]:
    """Open tasks that are this person's alone, by case: what a hand-over passes on."""
    rows = Assignment.objects.filter(assignee=user, closed_at__isnull=True).exclude(via__in=HELPERS)
    return list(rows.select_related("case__unit", "case__matter", "unit", "task").order_by("case_id", "pk"))


def batchable(user: User, held: list[Standing], chosen: list[int]) -> list[Assignment]:
    """Of the tasks chosen those that wait for the person at a step that may be passed several at a time."""
    rows = waiting(user, held).filter(pk__in=chosen, node__in=BATCH, case__state=State.RUNNING).exclude(via__in=HELPERS)
    return list(rows.select_related("case__unit", "case__matter", "unit", "task").order_by("pk"))


def seen(user: User, held: list[Standing], pk: int, now: datetime) -> Assignment | None:
    """One task of a case the person may see, open or not: so that a batch can say why it was not done."""
    row = Assignment.objects.select_related("case__unit", "unit", "task").filter(pk=pk).first()
    return row if row is not None and visible(user, held, now).filter(pk=row.case_id).exists() else None
