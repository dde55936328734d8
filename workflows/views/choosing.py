"""Whom an operation may name: holders of the same office, colleagues, units that answer; each list one or two queries."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpRequest

from workflows.access import queries as access
from workflows.access.roles import ADMINISTRATORS, ROLES
from workflows.cases.models import Assignment, Case
from workflows.cases.queries.situation import OFFICE_ROLES
from workflows.organization.models import Unit

People = list[tuple[int, str]]


def same_office(row: Assignment, request: HttpRequest) -> People:
    """The others who hold the office of a task."""
    taken = {row.assignee_id, None if row.assignee_id else request.user.pk}
    return [(user.pk, user.name) for user in access.holders(row.role, row.unit_id, request.now) if user.pk not in taken]


def offices_of(rows: Iterable[Assignment], request: HttpRequest) -> People:
    """Everybody who holds the office of one of these tasks."""
    seated = access.holders_of({(row.role, row.unit_id) for row in rows}, request.now)
    return sorted({(user.pk, user.name) for people in seated.values() for user in people}, key=lambda one: one[1])


def colleagues(request: HttpRequest) -> People:
    """Whom one may add as a signer: the people of one's own unit, in the establishment office all its people."""
    units = {standing.unit.pk for standing in request.held}
    office = any(standing.role in OFFICE_ROLES for standing in request.held)
    rows = [row for row in _seated(request.day) if row.unit_id in units or (office and row.role in OFFICE_ROLES)]
    return [(row.user_id, _named(row)) for row in _once(rows) if row.user_id != request.user.pk]


def everybody(request: HttpRequest) -> list[tuple[str, People]]:
    """Everybody who works on cases, by unit: the readers of a circulation."""
    grouped: dict[str, People] = {}
    for row in _once(_seated(request.day)):
        if row.user_id != request.user.pk:
            grouped.setdefault(row.unit.name, []).append((row.user_id, f"{row.user.name}　{ROLES[row.role]}"))
    return list(grouped.items())


def answering(request: HttpRequest, *, besides: Iterable[int] = ()) -> People:
    """Units that have a countersigner today, but those named."""
    left = set(besides)
    rows = access.appointments(day=request.day, role="countersigner").filter(user__is_active=True)
    return list(dict.fromkeys((row.unit_id, row.unit.name) for row in rows if row.unit_id not in left))


def departing(request: HttpRequest) -> People:
    """Everybody with an office, for a hand-over."""
    return sorted(((row.user_id, _named(row)) for row in _once(_seated(request.day))), key=lambda one: one[1])


def evaluator(case: Case, rows: Iterable[Assignment]) -> tuple[str, Unit] | None:
    """The office that evaluated, for a countersigner's question."""
    row = next((one for one in rows if one.node == "evaluate"), None)
    return (row.role, row.unit) if row else (("officer", case.section) if case.section_id else None)


def task_title(row: Assignment) -> str:
    """区财政局　部门会签（朱算）."""
    who = f"（{row.assignee.name}）" if row.assignee_id else ""
    return f"{row.unit.short_name or row.unit.name}　{row.task.flow_task.task_title}{who}"


def _seated(day: date) -> list[Any]:
    rows = access.appointments(day=day).exclude(role__in=ADMINISTRATORS).filter(user__is_active=True)
    return list(rows)


def _once(rows: Iterable[Any]) -> list[Any]:
    return list({row.user_id: row for row in reversed(list(rows))}.values())[::-1]


def _named(row: Any) -> str:
    return f"{row.user.name}（{row.unit.short_name or row.unit.name} {ROLES[row.role]}）"
