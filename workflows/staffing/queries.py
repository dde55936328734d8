"""Gathering what the checks, the route and the papers read: few questions to the database, whatever the number of lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases.models import Case, State
from workflows.establishment import queries as ledger
from workflows.establishment.balance import Figures
from workflows.establishment.models import Account, Code, Kind, Transfer
from workflows.lib.validity import covers, valid_on
from workflows.matters import queries as matters
from workflows.matters.models import Material, Matter
from workflows.organization import tree
from workflows.organization.models import Unit, UnitVersion
from workflows.organization.terms import Kind as UnitKind
from workflows.staffing import phrasing, routing, similarity
from workflows.staffing.evidence import Alike, Consulted, Facts, KindFact, RouteFact, UnitFact
from workflows.staffing.payload import Request

ALIKE_NAME, ALIKE_FUNCTIONS, ALIKE_CASE = 50, 40, 60
MOST_ALIKE = 5
CASES_COMPARED = 200
# At these nodes the unit speaks; what others said in an earlier round no longer counts.
BEFORE_CONSULTATION = frozenset({"draft", "endorse", "accept", "supplement"})


@dataclass(frozen=True, slots=True)
class Taken:
    """Posts this case took from `giver`, and the account they are in now: the giver's `held`, or the receiver's after the decision."""

    quantity: int
    giver: Account
    holder: Account


def facts(*, case: Case | None, matter: Matter, unit: Unit, request: Request, materials: Iterable[str], day: date) -> Facts:
    """Everything the checks read about `request` of `unit` on `day`; `case` is None before there is one.

    Seven SQL before acceptance and six after it, three more where a total limits the source, whatever the number of lines.
    """
    versions = list(UnitVersion.objects.filter(valid_on(day)).select_related("unit"))
    known = kinds()
    units = {version.unit_id: _unit_fact(version, day) for version in versions if version.unit_id in request.unit_ids | {unit.pk}}
    district = next((version.unit_id for version in versions if version.kind == UnitKind.DISTRICT), 0)
    taken = _taken(case)
    figures, pool = _balances(request, taken, district)
    asked = routing.route_facts(request, units=units, kinds=known)
    route, unsuitable = _route(case, matter, asked, day, versions)
    return Facts(
        matter=matter.code,
        day=day,
        applicant=units.get(unit.pk) or UnitFact(unit.pk, unit.code, unit.name, in_force=False),
        reach=frozenset(tree.below([(row.unit_id, row.parent_id, row.sponsor_id) for row in versions], unit.pk)),
        units=units,
        kinds=known,
        figures=figures,
        pool=pool,
        rooms=_rooms(request, known, taken, day),
        materials=frozenset(materials),
        required=dict(Material.objects.filter(matter=matter, required=True).values_list("code", "name")),
        route=route,
        unsuitable=unsuitable,
        consulted=_consulted(case),
        alike=_alike(case, matter, unit, request, versions),
        same_name=_same_name(request, versions),
        tasks=tuple(title for title, _day in phrasing.tasks(request, asked["rank"], day)),
    )


def route_facts(matter: Matter, unit: Unit, request: Request, day: date) -> dict[str, Any]:
    """The facts of `request` for `matters.queries.plan`. Two SQL."""
    versions = UnitVersion.objects.filter(valid_on(day), unit_id__in=request.unit_ids).select_related("unit")
    return routing.route_facts(request, units={row.unit_id: _unit_fact(row, day) for row in versions}, kinds=kinds())


def kinds() -> dict[str, KindFact]:
    """Every kind of post by code. One SQL."""
    rows = Kind.objects.values_list("code", "name", "nature", "body", "rank", "seat")
    return {row[0]: KindFact(*row) for row in rows}


def _unit_fact(version: UnitVersion, day: date) -> UnitFact:
    return UnitFact(
        id=version.unit_id, code=version.unit.code, name=version.name, short_name=version.short_name, kind=version.kind,
        nature=version.nature, rank=version.rank, functions=version.functions, in_force=covers(day, version.valid_from, version.valid_to),
    )  # fmt: skip


def _taken(case: Case | None) -> list[Taken]:
    """What this very case holds or has moved on, so that its checks and papers show the ledger as it was before it. One SQL."""
    if case is None or case.accepted_at is None:
        return []
    rows = Transfer.objects.filter(subject=case.subject, code=Code.RESERVE).exclude(resolved_by__code=Code.VOID)
    rows = rows.select_related("debit__kind", "credit", "resolved_by__credit")
    return [Taken(row.quantity, row.debit, row.resolved_by.credit if hasattr(row, "resolved_by") else row.credit) for row in rows]


def _balances(request: Request, taken: Iterable[Taken], district: int) -> tuple[dict[tuple[int, str], Figures], dict[str, int]]:
    """Figures of the units named and the pool by kind, with what this case has taken put back."""
    posts = ledger.balances(request.unit_ids | {district})
    for move in taken:
        for account, sign in ((move.giver, +1), (move.holder, -1)):
            key = (account.unit_id, move.giver.kind.code, account.bucket)
            posts[key] = posts.get(key, 0) + sign * move.quantity
    figures: dict[tuple[int, str], Figures] = {}
    pool: dict[str, int] = {}
    for (unit, kind, bucket), quantity in posts.items():
        if unit != district:
            figures[unit, kind] = replace(figures.get((unit, kind), Figures()), **{bucket: quantity})
        elif bucket == "pool":
            pool[kind] = quantity
    return figures, pool


def _rooms(request: Request, known: Mapping[str, KindFact], taken: Iterable[Taken], day: date) -> dict[str, int]:
    """What may still be issued, by kind, for kinds a total limits; asked only when a line draws on the source.

    Leadership positions have no total: the norm limits them (C13), not the source.
    """
    raised = {line.kind for line in request.lines if line.source == "issued" and line.direction == "up"}
    wanted = {kind for kind in raised if kind in known and known[kind].nature != "leader"}
    if not wanted:
        return {}
    own: dict[str, int] = {}
    for move in taken:
        if move.giver.bucket == "issued":
            own[move.giver.kind.code] = own.get(move.giver.kind.code, 0) + move.quantity
    rooms: dict[str, int] = {}
    for use in ledger.ceilings(day):
        codes = {kind.code for kind in use.ceiling.kinds.all()}
        left = max(0, use.room + sum(own.get(code, 0) for code in codes))
        for code in codes & wanted:
            rooms[code] = min(rooms.get(code, left), left)
    return rooms


def _route(
    case: Case | None, matter: Matter, asked: Mapping[str, Any], day: date, versions: Iterable[UnitVersion]
) -> tuple[RouteFact | None, str]:
    """The frozen route of an accepted case (no SQL), else the one the table gives today, or why it gives none (two SQL)."""
    if case is not None and case.route and case.node not in BEFORE_CONSULTATION:
        frozen = case.route
        return RouteFact(frozen["name"], frozen["basis"], tuple(frozen["bodies"]), tuple(frozen["consult"]), frozen["names"]), ""
    rule = matters.decide(matter, asked, day).rule
    if rule is None:
        return None, _("审批权限表中没有适用于本件的一行，请联系区委编办综合科。")
    names = {version.unit.code: version.short_name or version.name for version in versions if version.unit.code in rule.consult}
    names |= {body.code: body.name for body in matters.bodies() if body.code in rule.bodies}
    return RouteFact(rule.name, rule.basis, rule.bodies, rule.consult, names), ""


def _consulted(case: Case | None) -> tuple[Consulted, ...]:
    """The answers of the newest round's countersigns, unanswered ones included; none before the fan-out."""
    if case is None or case.node in BEFORE_CONSULTATION:
        return ()
    rows = case.assignments.filter(node="countersign", parent__isnull=True).exclude(closed_as="void_by_return")
    last: dict[str, Consulted] = {}
    for row in rows.select_related("unit", "round", "opinion").order_by("round__n", "pass_no", "pk"):
        said = getattr(row, "opinion", None)
        outcome = said.outcome if said and said.outcome in {"agree", "disagree", "none"} else None
        last[row.unit.code] = Consulted(row.unit.code, row.unit.name, outcome, said.text if said else "")
    return tuple(last.values())


def _alike(case: Case | None, matter: Matter, unit: Unit, request: Request, versions: Iterable[UnitVersion]) -> tuple[Alike, ...]:
    """Cases of the same matter and, for a new institution, units that resemble it; the most alike first."""
    found = _alike_cases(case, matter, unit, request)
    born = request.institution
    if born is not None and born.name:
        for version in versions:
            if version.kind in {UnitKind.DISTRICT, UnitKind.COMMITTEE, UnitKind.DIVISION} or version.name == born.name:
                continue
            if (likeness := similarity.percent(born.name, version.name)) >= ALIKE_NAME:
                found.append(Alike("name", version.name, likeness))
            elif (likeness := similarity.percent(born.functions, version.functions)) >= ALIKE_FUNCTIONS:
                found.append(Alike("functions", version.name, likeness))
    return tuple(sorted(found, key=lambda each: -each.percent)[:MOST_ALIKE])


def _alike_cases(case: Case | None, matter: Matter, unit: Unit, request: Request) -> list[Alike]:
    """A new institution is compared with every unit's cases of the matter, anything else with the unit's own."""
    if not request.title:
        return []
    rows = Case.objects.filter(matter=matter, number__isnull=False).exclude(state__in=[State.CANCELLED, State.REFUSED])
    rows = rows if request.institution is not None else rows.filter(unit=unit)
    rows = rows if case is None else rows.exclude(pk=case.pk)
    found = []
    for number, title in rows.order_by("-pk").values_list("number", "title")[:CASES_COMPARED]:
        if (likeness := similarity.percent(request.title, title)) >= ALIKE_CASE:
            found.append(Alike("case", title, likeness, number))
    return found


def _same_name(request: Request, versions: Iterable[UnitVersion]) -> str:
    wanted = request.institution.name.strip() if request.institution else ""
    return next((version.name for version in versions if wanted and version.name == wanted), "")
