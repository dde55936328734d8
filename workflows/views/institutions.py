"""Institutions: the register as a tree or a search, one institution as of a day, and the entry of a change."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from forms.organization import AsOfForm, ChangeForm, RegisterForm
from workflows.access import queries as access
from workflows.cases.models import Case
from workflows.establishment import queries as establishment
from workflows.establishment.balance import Figures
from workflows.establishment.explanation import Step
from workflows.establishment.models import Code, Nature
from workflows.lib.refusals import Missing, Refused
from workflows.organization import operations
from workflows.organization import queries as organization
from workflows.organization.models import Unit, UnitVersion
from workflows.organization.terms import Kind, System
from workflows.views import charts
from workflows.views.asof import dated
from workflows.views.doors import door, held
from workflows.views.kinds import named_kinds
from workflows.views.refusing import refuse

GROUPS = (
    Kind.COMMITTEE, Kind.DEPARTMENT, Kind.SUBDISTRICT, Kind.TOWNSHIP, Kind.PARK, Kind.DIRECT_PSU,
    Kind.DISPATCHED, Kind.SUBORDINATE_PSU, Kind.SCHOOL, Kind.COORDINATION, Kind.NAMEPLATE, Kind.DIVISION,
)  # fmt: skip
DEPARTMENTS = {
    System.PARTY: gettext_lazy("党委工作部门"),
    System.GOVERNMENT: gettext_lazy("政府工作部门"),
    System.MASS: gettext_lazy("群团机关"),
}
LIFE_COLUMNS = 4
LISTED = 5
ATTRIBUTES = (
    ("kind", gettext_lazy("机构类别")),
    ("rank", gettext_lazy("规格")),
    ("nature", gettext_lazy("机构性质")),
    ("system", gettext_lazy("系统类别")),
    ("psu_class", gettext_lazy("事业单位类别")),
    ("funding", gettext_lazy("经费形式")),
    ("parent", gettext_lazy("隶属")),
    ("sponsor", gettext_lazy("举办单位")),
    ("host", gettext_lazy("挂牌于")),
    ("credit_code", gettext_lazy("信用代码")),
    ("legal_representative", gettext_lazy("法定代表人")),
    ("address", gettext_lazy("住所")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the register: the institution, its posts if the reader may see them, and how many stand under it."""

    version: UnitVersion
    posts: Any
    state: tuple[str, str]
    under: int
    former: str = ""


@door("unit.view")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All institutions as of a day: by group, under one superior, or those a search finds."""
    form = RegisterForm(dated(request), initial={"on": request.day})
    data = form.cleaned_data if form.is_valid() else {}
    day = data.get("on") or request.day
    versions = organization.versions_on(day)
    chosen, former = _chosen(versions, data, request.GET.get("under", ""), day)
    figures = _figures(request, [version.unit_id for version in chosen], day)
    superiors = _superiors(versions.values())
    rows = [_row(version, figures, superiors, former) for version in chosen]
    context = {
        "form": form, "day": day, "today": request.day, "groups": _grouped(rows), "count": len(rows), "total": len(versions),
        "q": data.get("q", ""), "nav": "institutions",
        "under": next((v for v in versions.values() if str(v.unit_id) == request.GET.get("under")), None),
        "trail": [(_("机构"), "")],
    }  # fmt: skip
    return render(request, "organization/register.html", context)


@door("unit.view")
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One institution as of a day: attributes with their documents, posts, positions, why a figure is what it is, its life."""
    form = AsOfForm(dated(request), initial={"on": request.day})
    day = form.day(request.day)
    history = organization.history(code)
    if not history:
        raise Missing(_("没有这个机构。"), code="no_unit")
    unit = history[0].unit
    version = next((v for v in history if v.valid_from <= day and (v.valid_to is None or day < v.valid_to)), None)
    children = organization.children(unit, day) if version else []
    context = {
        "unit": unit, "version": version, "day": day, "today": request.day, "form": form, "nav": "institutions",
        "trail": [(_("机构"), reverse("unit-list")), (version.short_name or version.name if version else unit.name, "")],
        "may_change": held(request, "unit.edit") and version is not None and day == request.day, "life": _life(history),
    }  # fmt: skip
    moved: list[date] = []
    if version:
        context |= _attributes(history, version, children, day)
        if _opens(request, "ledger.view", version):
            context |= _posts(unit, children, day, request.GET.get("why", ""), request.day)
            moved = [step.date for step in context["steps"]]
            context["cases"] = _open_cases(unit) if day == request.day else None
        context["may_propose"] = day == request.day and held(request, "case.propose") and _opens(request, "case.propose", version)
    days = {v.valid_from for v in history} | {v.valid_to for v in history if v.valid_to} | set(moved)
    context |= {
        "earlier": max((each for each in days if each < day), default=None),
        "later": min((each for each in days | {request.day} if day < each <= request.day), default=None),
    }
    return render(request, "organization/institution.html", context)


@door("unit.edit")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a change of attributes with the document that sets it; the earlier values stay readable as of their days."""
    unit = organization.unit(code)
    version = organization.history(unit)[-1]
    form = ChangeForm(request.POST) if request.method == "POST" else ChangeForm.of(version, request.day)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        basis = operations.Basis(data["basis_number"], data["basis_title"], data["basis_date"], "")
        try:
            operations.change(
                unit=unit, changes=form.changes(version), basis=basis, valid_from=data["valid_from"], actor=request.user, now=request.now
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("已登记%(name)s的变更，依据%(number)s。") % {"name": data["short_name"] or data["name"], "number": basis.number}
            )
            return redirect("unit", code=code)
    trail = [(_("机构"), reverse("unit-list")), (unit.short_name or unit.name, reverse("unit", args=[code])), (_("登记变更"), "")]
    context = {"form": form, "unit": unit, "version": version, "errors": form.summary() if form.is_bound else [], "trail": trail}
    return render(request, "organization/change.html", context, status=422 if form.is_bound else 200)


def _chosen(versions: dict[int, UnitVersion], data: dict[str, Any], under: str, day: date) -> tuple[list[UnitVersion], dict[int, str]]:
    """The versions to list, in order, and the former name by which a search found them."""
    kind = data.get("kind")
    if data.get("q"):
        found = organization.find(data["q"], day, limit=60)
        listed = [versions[unit.pk] for unit in found if unit.pk in versions]
        former = {unit.pk: unit.matched_name for unit in found if unit.matched_name}
        return [version for version in listed if not kind or version.kind == kind], former
    ordered = list(versions.values())
    if under.isdecimal():
        return [v for v in ordered if int(under) in {v.unit_id, v.parent_id, v.sponsor_id, v.host_id}], {}
    if kind:
        return [version for version in ordered if version.kind == kind], {}
    district = next((v.unit_id for v in ordered if v.kind == Kind.DISTRICT), None)
    return [v for v in ordered if v.kind != Kind.DISTRICT and _superior(v) in {district, None}], {}


def _superior(version: UnitVersion) -> int | None:
    """Whom the register lists a unit under: who bears or runs it before who it formally belongs to."""
    return version.host_id or version.sponsor_id or version.parent_id


def _superiors(versions: Iterable[UnitVersion]) -> dict[int, int]:
    """Unit id → how many units the register lists directly under it."""
    counts: dict[int, int] = {}
    for version in versions:
        superior = _superior(version)
        if superior is not None:
            counts[superior] = counts.get(superior, 0) + 1
    return counts


def _figures(request: HttpRequest, unit_ids: list[int], day: date) -> dict[tuple[int, str], Any]:
    """Posts of the listed units as far as the reader may see them."""
    shown = access.scope(request.held, "ledger.view", day)
    ids = unit_ids if shown is None else [pk for pk in unit_ids if pk in shown]
    return establishment.figures(ids, day=None if day == request.day else day) if ids else {}


def _row(version: UnitVersion, figures: dict[tuple[int, str], Any], superiors: dict[int, int], former: dict[int, str]) -> Row:
    own = [found for (pk, kind), found in figures.items() if pk == version.unit_id and not kind.startswith("L-")]
    approved, filled = sum(f.approved for f in own), sum(f.filled for f in own)
    vacancy, over = sum(f.vacancy for f in own), sum(f.over for f in own)
    posts = {"approved": approved, "filled": filled, "vacancy": vacancy} if own else None
    state = charts.state(approved, vacancy, over) if own else ("", "")
    return Row(version, posts, state, superiors.get(version.unit_id, 0), former.get(version.unit_id, ""))


def _opens(request: HttpRequest, name: str, version: UnitVersion) -> bool:
    """Whether a door opens for this unit: mostly seen from the unit and who runs it, without reading the whole tree."""
    for pk in (version.unit_id, version.sponsor_id, version.parent_id):
        standing = access.opens(request.held, name, pk) if pk else None
        if standing and (pk == version.unit_id or standing.reach(name) != "own"):
            return True
    shown = access.scope(request.held, name, request.day)
    return shown is None or version.unit_id in shown


def _attributes(history: list[UnitVersion], version: UnitVersion, children: list[UnitVersion], day: date) -> dict[str, Any]:
    """The attributes in force with the document that set each, and the units under this one."""
    rows = []
    for name, label in ATTRIBUTES:
        value = getattr(version, name)
        shown = getattr(version, f"get_{name}_display", lambda value=value: value)()
        if value and (name, value) != ("rank", "none"):
            rows.append((label, shown, value if isinstance(value, Unit) else None, organization.provenance(history, name, day)))
    return {
        "attributes": rows,
        "functions": organization.provenance(history, "functions", day) if version.functions else None,
        "former": [v.name for v in reversed(history) if v.valid_from < version.valid_from and v.name != version.name],
        "nameplates": [child for child in children if child.kind == Kind.NAMEPLATE],
        "subordinates": [child for child in children if child.kind not in {Kind.NAMEPLATE, Kind.DIVISION}],
        "divisions": [child for child in children if child.kind == Kind.DIVISION],
    }


def _open_cases(unit: Unit) -> list[Case]:
    """The unit's numbered cases that are not closed, newest first."""
    rows = Case.objects.filter(unit=unit, closed_at__isnull=True, number__isnull=False)
    return list(rows.select_related("matter").order_by("-pk")[:LISTED])


def _posts(unit: Unit, children: list[UnitVersion], day: date, why: str, today: date) -> dict[str, Any]:
    """Posts bars, leadership positions, the figures of divisions, and the explanation of one figure."""
    own = [child for child in children if child.kind not in {Kind.NAMEPLATE, Kind.DIVISION}]
    figures = establishment.figures([unit.pk, *(child.unit_id for child in children)], None if day == today else day)
    kinds = named_kinds({code for _unit, code in figures})
    posts, seats = [], []
    for kind in kinds:
        mine = figures.get((unit.pk, kind.code))
        if mine and kind.nature == Nature.LEADER:
            seats.append(charts.seats_row(kind.name, mine))
        elif mine:
            posts.append(charts.posts_row(kind.name, mine))
        below = [figures[child.unit_id, kind.code] for child in own if (child.unit_id, kind.code) in figures]
        if below and kind.nature != Nature.LEADER:
            name = _("所属单位%(kind)s") % {"kind": kind.name} if mine else kind.name
            posts.append(charts.posts_row(name, _sum(below), _("所属%(n)s个单位合计。") % {"n": len(below)}))
    chosen = next((k for k in kinds if k.code == why and (unit.pk, k.code) in figures), None)
    chosen = chosen or next((k for k in kinds if (unit.pk, k.code) in figures and k.nature != Nature.LEADER), None)
    steps = establishment.explain(unit.pk, chosen.code, max(day, today)) if chosen else []
    until = [step for step in steps if step.date <= day]
    inner = {child.unit_id: _inner(child, kinds, figures) for child in children if child.kind == Kind.DIVISION}
    return {
        "inner_total": sum(sum(each.values()) for each in inner.values()),
        "posts": posts, "seats": seats, "steps": steps, "chosen": chosen, "told": until,
        "line": charts.life_line(_life_steps(until, day, figures.get((unit.pk, chosen.code)))) if chosen else None,
        "choices": [k for k in kinds if (unit.pk, k.code) in figures],
        "chosen_figure": figures[unit.pk, chosen.code].approved if chosen else None,
        "inner": inner,
    }  # fmt: skip


def _sum(figures: list[Figures]) -> Figures:
    return Figures(*(sum(getattr(each, field.name) for each in figures) for field in fields(Figures)))


def _inner(child: UnitVersion, kinds: list[Any], figures: dict[tuple[int, str], Figures]) -> dict[str, int]:
    """A division's posts and leadership positions."""
    total = {"approved": 0, "filled": 0, "leaders": 0}
    for kind in kinds:
        found = figures.get((child.unit_id, kind.code), Figures())
        if kind.nature == Nature.LEADER:
            total["leaders"] += found.approved
        else:
            total["approved"] += found.approved
            total["filled"] += found.filled
    return total


def _life_steps(steps: list[Step], day: date, now: Figures | None) -> list[charts.LifeStep]:
    """The last changes of one figure and where it stands on `day`; an opening that changes nothing is left out."""
    changed = [step for step in steps if step.change]
    shown = [
        charts.LifeStep(
            step.date, step.after, step.change if place else None, step.title or _deed(step), step.number,
            f"/cases/{step.subject.removeprefix('case/')}/" if step.subject.startswith("case/") else "",
        )
        for place, step in enumerate(changed)
    ]  # fmt: skip
    figure = now.approved if now else (changed[-1].after if changed else 0)
    return [*shown[-(LIFE_COLUMNS - 1) :], charts.LifeStep(day, figure, None, "", "")]


def _deed(step: Step) -> str:
    """What a ledger step was, in words."""
    return _("期初核定") if step.source == "opening" else "、".join(str(Code(code).label) for code in step.codes)


def _life(history: list[UnitVersion]) -> list[dict[str, Any]]:
    """沿革: each version with what it changed, newest first; the end of a unit is an event too."""
    events = []
    before: UnitVersion | None = None
    for version in history:
        events.append({"version": version, "changes": _changes(before, version), "first": before is None})
        before = version
    if before is not None and before.valid_to is not None:
        events.append({"version": before, "ended": before.valid_to, "changes": []})
    return events[::-1]


def _changes(before: UnitVersion | None, after: UnitVersion) -> list[tuple[Any, str, str]]:
    """(label, was, is) of every attribute that differs."""
    if before is None:
        return []
    named = (("name", gettext_lazy("名称")), *ATTRIBUTES, ("functions", gettext_lazy("主要职责")))
    return [(label, _shown(before, name), _shown(after, name)) for name, label in named if getattr(before, name) != getattr(after, name)]


def _shown(version: UnitVersion, name: str) -> str:
    display = getattr(version, f"get_{name}_display", None)
    return str(display() if display else getattr(version, name) or "")


def _grouped(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under the heading of their kind; departments of the Party, the government and the others apart."""
    groups: dict[str, list[Row]] = {}
    order = {kind.value: place for place, kind in enumerate(GROUPS)}
    systems = {system.value: place for place, system in enumerate(DEPARTMENTS)}

    def place(row: Row) -> tuple[int, int]:
        department = row.version.kind == Kind.DEPARTMENT
        return order.get(row.version.kind, -1), systems.get(row.version.system, len(systems)) if department else 0

    for row in sorted(rows, key=place):
        name = row.version.get_kind_display()
        if row.version.kind == Kind.DEPARTMENT:
            name = DEPARTMENTS.get(row.version.system, gettext_lazy("人大、政协、监委、法院、检察院机关"))
        groups.setdefault(str(name), []).append(row)
    return list(groups.items())
