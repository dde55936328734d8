"""The desk: what waits for me and until when, what my unit submitted, what I did, and how the office is doing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from workflows.access import queries as access
from workflows.access.roles import ADMINISTRATORS
from workflows.cases.batch import BATCH
from workflows.cases.models import Assignment, State
from workflows.cases.queries import exchange, overview, work
from workflows.cases.queries.visible import visible
from workflows.lib.calendar import Calendar
from workflows.matters import queries as matters
from workflows.notices import queries as notices
from workflows.views import charts, deadlines, reference

TABS = ("waiting", "asked", "read", "submitted", "done")


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment on the work list."""

    assignment: Assignment
    due: deadlines.Due

    @property
    def batch(self) -> bool:
        """Whether it may be passed together with others."""
        row = self.assignment
        return row.node in BATCH and not row.via and row.case.state == State.RUNNING


@dataclass(frozen=True, slots=True)
class Group:
    """今天要办, 五个工作日内, 以后到期."""

    title: str
    lines: list[Line]


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The first page after signing in. `?tab=` waiting (default), submitted, done; `?after=` the next page of it."""
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    administers = any(standing.role in ADMINISTRATORS for standing in request.held)
    calendar = reference.calendar()
    context: dict[str, Any] = {
        "tab": tab,
        "nav": "desk",
        "today": request.day,
        "administers": administers,
        "can_propose": access.anywhere(request.held, "case.propose") is not None,
        "messages_latest": notices.latest(request.user, 3),
        "calendar_gap": _calendar_gap(calendar, request.day) if access.anywhere(request.held, "authority.view") else "",
    }
    context |= {"waiting": _waiting, "asked": _asked, "read": _read, "submitted": _submitted, "done": _done}[tab](request, calendar)
    context["counts"] = exchange.counts(request.user, request.held) if not administers else {}
    if _in_office(request):
        context |= _office(request, calendar)
    return render(request, "desk/desk.html", context)


@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """The number beside 消息, asked for after the page and every two minutes; nothing when all is read."""
    n = notices.unread_count(request.user)
    return HttpResponse(format_html("<b>{}</b>", "99+" if n > work.CAP else n) if n else "")


def _waiting(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    after = request.GET.get("after")
    page = work.desk(request.user, request.held, after=after)
    lines = [Line(row, deadlines.due(row.due, request.day, calendar)) for row in page.rows]
    total = work.waiting_count(request.user, request.held)
    urgent = [line for line in lines if line.due.group == "today"]
    late = sum(1 for line in urgent if line.due.kind == "late")
    return {
        "groups": groups(lines),
        "total": "99+" if total > work.CAP else total,
        "batch": sum(1 for line in lines if line.batch) > 1,
        "urgent": len(urgent),
        "late": late,
        "first": lines[0].assignment if lines else None,
        "page": _pager(page.after, after, "waiting"),
    }


def groups(lines: Iterable[Line]) -> list[Group]:
    """Lines in their three groups, empty ones left out."""
    lines = list(lines)
    titles = [("today", _("今天要办")), ("week", _("五个工作日内")), ("later", _("以后到期"))]
    made = [Group(title, [line for line in lines if line.due.group == key]) for key, title in titles]
    return [group for group in made if group.lines]


def _submitted(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    units = access.scope(request.held, "case.propose", request.day) or set()
    after = request.GET.get("after", "")
    page = work.submitted(units, after=int(after) if after.isdigit() else None)
    rows = [{"case": case, "due": _case_due(case, request.day, calendar)} for case in page.rows]
    return {"cases": rows, "page": _pager(page.after, after, "submitted")}


def _done(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    after = request.GET.get("after", "")
    page = work.done(request.user, after=int(after) if after.isdigit() else None)
    return {"done": page.rows, "page": _pager(page.after, after, "done")}


def _asked(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    questions = exchange.asked(request.user, request.held)[: work.CAP]
    orders = exchange.demanded(request.user, request.held)[: work.CAP]
    return {
        "questions": [{"asked": row, "due": deadlines.due(row.due, request.day, calendar)} for row in questions],
        "orders": [{"order": row, "due": deadlines.due(row.due, request.day, calendar)} for row in orders],
    }


def _read(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    after = request.GET.get("after", "")
    page = exchange.sent_to(request.user, after=int(after) if after.isdigit() else None)
    return {"circulated": page.rows, "page": _pager(page.after, after, "read")}


def _case_due(case: Any, today: date, calendar: Calendar) -> deadlines.Due:
    return deadlines.due(case.deadline if case.state in (State.RUNNING, State.SUPPLEMENT) else None, today, calendar)


def _in_office(request: HttpRequest) -> bool:
    """Whether the person reads all cases, so that the office's figures are his to see."""
    return any(standing.reach("case.view") == "all" for standing in request.held)


def _office(request: HttpRequest, calendar: Calendar) -> dict[str, Any]:
    cases = visible(request.user, request.held, request.now)
    stages = overview.by_stage(cases)
    return {
        "workload": charts.workload([(str(stage.label), n) for stage, n in stages]),
        "workload_total": sum(n for _stage, n in stages),
        "average": overview.average_days(cases, calendar),
    }


def _calendar_gap(calendar: Calendar, day: date) -> str:
    missing = [
        year for year in (day.year, day.year + 1 if day.month >= matters.LOOK_AHEAD_FROM_MONTH else day.year) if not calendar.known(year)
    ]
    if not missing:
        return ""
    return _("节假日表尚无%(year)s年的安排，涉及该年的期限暂按周一至周五推算。") % {"year": missing[0]}


def _pager(after: Any, now: Any, tab: str) -> dict[str, str]:
    return {"next": f"tab={tab}&after={after}" if after else "", "newest": f"tab={tab}" if now else ""}
