"""The working-day calendar of a year with the office's departures from the State's, and the time limits that run in it."""

import calendar as months
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms.matters import DayForm, LimitForm, YearForm
from workflows.lib.calendar import Calendar
from workflows.lib.refusals import Missing, Refused
from workflows.matters import operations, queries
from workflows.matters.models import CalendarDay, TimeLimit
from workflows.views.doors import door, held
from workflows.views.refusing import posted, refuse
from workflows.views.verbs import NODES

STEPS = {"case": gettext_lazy("全件办结"), **NODES}


@door("calendar.edit", "authority.view")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """A year of working days and days off, and the time limits."""
    return _page(request, DayForm(initial={"day": request.GET.get("day", "")}))


@door("calendar.edit")
@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Make one day a working day or a day off against the State's calendar."""
    form = DayForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = operations.set_day(**data, actor=request.user, now=request.now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            word = _("上班") if row.working else _("放假")
            messages.success(
                request, _("%(day)s已设为%(word)s，依据：%(basis)s。") % {"day": _said(row.day), "word": word, "basis": row.basis}
            )
            return redirect(f"{reverse('calendar')}?year={row.day.year}")
    return _page(request, form, status=422)


@door("calendar.edit")
@require_POST
def remove_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the State's calendar decide about a day again."""
    row = CalendarDay.objects.filter(pk=pk).first()
    if row is None:
        raise Missing(_("这一天没有单独设置。"), code="no_day")
    operations.remove_day(day=row.day, actor=request.user, now=request.now)
    messages.success(request, _("%(day)s恢复按国家日历。") % {"day": _said(row.day)})
    return redirect(f"{reverse('calendar')}?year={row.day.year}")


@door("calendar.edit")
@require_http_methods(["GET", "POST"])
def set_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one time limit; deadlines already given stay."""
    limit = TimeLimit.objects.select_related("matter").filter(pk=pk).first()
    if limit is None:
        raise Missing(_("没有这个时限。"), code="no_limit")
    form = LimitForm(posted(request), initial={"days": limit.days, "basis": limit.basis})
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_limit(limit=limit, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("“%(step)s”的时限已改为%(days)s个工作日。") % {"step": _step(limit), "days": form.cleaned_data["days"]}
            )
            return redirect("calendar")
    title = _("%(step)s的时限") % {"step": _step(limit)}
    context = {
        "form": form, "errors": form.summary() if form.is_bound else [], "title": title, "button": _("保存"), "nav": "more",
        "note": _("已经给出的期限不变，今后到达这一步的办件按新的时限计算。"), "trail": [(_("工作日历"), reverse("calendar")), (title, "")],
    }  # fmt: skip
    return render(request, "access/form.html", context, status=422 if form.is_bound else 200)


def _page(request: HttpRequest, form: DayForm, status: int = 200) -> HttpResponse:
    year = YearForm(request.GET).year_or(request.day)
    table = queries.calendar()
    own = {row.day: row for row in queries.days(year)}
    may_edit = held(request, "calendar.edit")
    context = {
        "year": year, "known": table.known(year), "months": [_month(table, own, year, month, request.day) for month in range(1, 13)],
        "own": list(own.values()), "limits": [(_step(limit), limit) for limit in queries.limits()], "nav": "more", "may_edit": may_edit,
        "form": form if may_edit else None, "errors": form.summary() if form.is_bound else [],
        "calendar_gap": queries.calendar_notice(request.day), "working": table.between(date(year - 1, 12, 31), date(year, 12, 31)),
        "trail": [(_("工作日历"), "")],
    }  # fmt: skip
    return render(request, "matters/calendar.html", context, status=status)


def _month(table: Calendar, own: dict[date, CalendarDay], year: int, month: int, today: date) -> dict[str, Any]:
    """Weeks of cells: the day, and how it looks."""
    weeks = months.Calendar().monthdatescalendar(year, month)
    return {"n": month, "weeks": [[_cell(table, own, day, today) if day.month == month else None for day in week] for week in weeks]}


def _cell(table: Calendar, own: dict[date, CalendarDay], day: date, today: date) -> dict[str, Any]:
    working = table.is_working(day)
    kind = "off" if not working else ""
    if working != (day.weekday() < 5):
        kind = "shift" if working else "holiday"
    names = {"off": _("休息"), "shift": _("上班"), "holiday": _("放假"), "": _("工作日")}
    return {"day": day, "kind": kind, "own": own.get(day), "today": day == today, "word": names[kind]}


def _step(limit: TimeLimit) -> str:
    name = str(STEPS.get(limit.key, limit.key))
    return f"{name}（{limit.matter.name}）" if limit.matter else name


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
