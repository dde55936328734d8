"""The ledger: the district's totals, unit by unit, movement by movement; Excel out, and in after a dry run."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms.establishment import ConfirmLoadForm, LoadForm, MovementForm, TotalsForm, UnitsForm
from workflows.access import queries as access
from workflows.establishment import exports, loading, queries
from workflows.establishment.balance import Figures
from workflows.establishment.models import Kind, Nature
from workflows.lib import blobs
from workflows.lib.refusals import Missing, Refused
from workflows.organization import queries as organization
from workflows.organization.models import UnitVersion
from workflows.views import charts, pager, reading
from workflows.views.asof import dated
from workflows.views.doors import door, held
from workflows.views.refusing import posted, refuse

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit's posts of one kind."""

    unit: UnitVersion
    kind: Kind
    figures: Figures
    state: tuple[str, str]


@door("ledger.view")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The whole district's posts by kind, the pool and the totals issued from above, as of a day. Units see their own instead."""
    if access.scope(request.held, "ledger.view", request.day) is not None:
        return units(request)
    form = TotalsForm(dated(request), initial={"on": request.day})
    day = (form.cleaned_data.get("on") if form.is_valid() else None) or request.day
    totals = queries.district_overview(None if day == request.day else day)
    posts = [total for total in totals if total.kind.nature != Nature.LEADER]
    leaders = [total for total in totals if total.kind.nature == Nature.LEADER]
    context = {
        "form": form, "day": day, "today": request.day, "posts": [(total, _total_bar(total)) for total in posts], "leaders": leaders,
        "ceilings": [(use, _ceiling_bar(use)) for use in queries.ceilings(day)], "whole": True, "tab": "totals",
        "may_load": held(request, "ledger.load"), "nav": "ledger", "trail": [(_("台账"), "")],
    }  # fmt: skip
    return render(request, "establishment/totals.html", context)


@door("ledger.view")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Posts unit by unit as far as the reader may see them."""
    form, rows, day, whole = _unit_rows(request)
    context = {
        "form": form, "day": day, "today": request.day, "rows": rows, "sum": _sum(rows), "whole": whole, "tab": "units",
        "may_load": held(request, "ledger.load"), "nav": "ledger", "trail": [(_("台账"), "")],
    }  # fmt: skip
    return render(request, "establishment/units.html", context)


@door("ledger.view")
@require_safe
def movements(request: HttpRequest) -> HttpResponse:
    """Every movement of posts, newest first."""
    kinds = queries.kinds()
    form = MovementForm(request.GET, kinds=[(kind.code, kind.name) for kind in kinds])
    data = form.cleaned_data if form.is_valid() else {}
    scope = access.scope(request.held, "ledger.view", request.day)
    wanted = scope
    if data.get("unit"):
        found = {unit.pk for unit in organization.find(data["unit"], request.day, limit=50)}
        wanted = found if scope is None else found & scope
    rows = queries.movements(
        unit_ids=wanted, kind=data.get("kind", ""), code=data.get("code", ""), since=data.get("since"), until=data.get("until"),
        before=pager.before(request), limit=PAGE + 1,
    )  # fmt: skip
    shown = rows[:PAGE]
    context = {
        "form": form, "rows": shown, "whole": scope is None, "tab": "movements", "nav": "ledger", "may_load": held(request, "ledger.load"),
        "page": pager.links(request, shown[-1].pk if len(rows) > PAGE else None),
        "trail": [(_("台账"), reverse("ledger")), (_("变动"), "")],
    }  # fmt: skip
    return render(request, "establishment/movements.html", context)


@door("ledger.view")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The ledger as Excel for the units the page lists, as of its day; every cell is text or a number, never a formula."""
    _form, rows, day, _whole = _unit_rows(request)
    reading.note(request, "ledger", "export")
    content = exports.ledger(unit_ids=sorted({row.unit.unit_id for row in rows}), day=day)
    return _file(content, f"ledger-{day:%Y%m%d}.xlsx")


@door("ledger.load")
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty file with the headings an import expects."""
    history = request.GET.get("what") == "history"
    return _file(exports.template(history=history), "history.xlsx" if history else "opening.xlsx")


@door("ledger.load")
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Try a file: every row is reported, nothing is written. The report carries the button that loads the very same file."""
    form = LoadForm(posted(request), request.FILES if request.method == "POST" else None, initial={"effective_date": request.day})
    context = {"form": form, "nav": "ledger", "trail": [(_("台账"), reverse("ledger")), (_("载入"), "")]}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        content = data["file"].read()
        try:
            report = _tried(data["what"], content, data["effective_date"], request.day)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            stored = blobs.put(io.BytesIO(content))
            confirm = ConfirmLoadForm(
                initial={name: data[name] for name in ("what", "basis", "effective_date")} | {"digest": stored.sha256}
            )
            context |= {"report": report, "confirm": confirm, "file": data["file"].name, "what": data["what"]}
            return render(request, "establishment/tried.html", context)
    context["errors"] = form.summary() if form.is_bound else []
    return render(request, "establishment/load.html", context, status=422 if form.is_bound else 200)


@door("ledger.load")
@require_POST
def confirm_load(request: HttpRequest) -> HttpResponse:
    """Load the file that was tried: all of it, or nothing."""
    form = ConfirmLoadForm(request.POST)
    if not form.is_valid() or not blobs.exists(form.cleaned_data["digest"]):
        raise Missing(_("试算已失效，请重新选择文件。"), code="no_trial")
    data = form.cleaned_data
    with blobs.open_blob(data["digest"]) as file:
        if data["what"] == "history":
            report = loading.load_history(file=file, day=request.day, actor=request.user, now=request.now)
        else:
            report = loading.load_opening(
                file=file, basis=data["basis"], effective_date=data["effective_date"], actor=request.user, now=request.now
            )
    if report.already:
        messages.warning(request, _("这份文件已经载入过，没有重复载入。"))
    else:
        messages.success(request, _("已载入%(rows)s行，依据：%(basis)s。") % {"rows": len(report.records), "basis": data["basis"]})
    return redirect("ledger")


def _tried(what: str, content: bytes, effective: date, today: date) -> loading.Report:
    file = io.BytesIO(content)
    return loading.check_history(file=file, day=today) if what == "history" else loading.check_opening(file=file, effective_date=effective)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _unit_rows(request: HttpRequest) -> tuple[UnitsForm, list[UnitRow], date, bool]:
    """The form, the rows it leaves, the day, and whether the reader sees every unit."""
    kinds = queries.kinds()
    form = UnitsForm(dated(request), initial={"on": request.day}, kinds=[(kind.code, kind.name) for kind in kinds])
    data = form.cleaned_data if form.is_valid() else {}
    day = data.get("on") or request.day
    scope = access.scope(request.held, "ledger.view", request.day)
    figures = queries.figures(scope, None if day == request.day else day)
    versions = organization.versions_on(day)
    wanted = [kind for kind in kinds if _wanted(kind, data.get("kind", ""))]
    rows = [
        UnitRow(version, kind, found, charts.state(found.approved, found.vacancy, found.over))
        for version in versions.values()
        if _named(version, data.get("q", ""))
        for kind in wanted
        if (found := figures.get((version.unit_id, kind.code)))
    ]
    state = data.get("state")
    return form, [row for row in rows if not state or row.state[1] == state], day, scope is None


def _wanted(kind: Kind, choice: str) -> bool:
    leader = kind.nature == Nature.LEADER
    return kind.code == choice if choice not in {"", "leaders"} else leader == (choice == "leaders")


def _named(version: UnitVersion, text: str) -> bool:
    words = text.strip().lower()
    return not words or words in version.name or words in version.short_name or version.initials.startswith(words)


def _sum(rows: list[UnitRow]) -> dict[str, int]:
    names = ("approved", "filled", "locked", "held", "frozen", "vacancy", "over", "pledged")
    return {name: sum(getattr(row.figures, name) for row in rows) for name in names}


def _total_bar(total: Any) -> charts.Bar:
    """Where the issued posts of a kind are: in use, locked, vacant at units, in the pool. 100 % is what was issued."""
    scale = 100.0 / max(total.issued, total.approved + total.pool, 1)
    pieces = [
        ("actual", total.filled - total.over), ("over", total.over), ("locked", total.locked + total.held), ("frozen", total.frozen),
        ("vacant", total.vacant), ("pool", total.pool),
    ]  # fmt: skip
    label = _("%(name)s：核定%(approved)s，实有%(filled)s，空编%(vacant)s，周转池%(pool)s，超编%(over)s") % {
        "name": total.kind.name, "approved": total.approved, "filled": total.filled, "vacant": total.vacant,
        "pool": total.pool, "over": total.over,
    }  # fmt: skip
    return charts.Bar(label, charts.laid(pieces, scale))


def _ceiling_bar(use: Any) -> charts.Bar:
    """A total as a bar: used against what may be issued."""
    scale = charts.TICK / max(use.ceiling.quantity, 1)
    within = min(use.used, use.ceiling.quantity)
    label = _("%(name)s：总额%(quantity)s，已用%(used)s") % {"name": use.ceiling.name, "quantity": use.ceiling.quantity, "used": use.used}
    pieces = [("actual", within), ("over", max(use.used - use.ceiling.quantity, 0)), ("vacant", max(use.room, 0))]
    return charts.Bar(label, charts.laid(pieces, scale), charts.percent(charts.TICK))
