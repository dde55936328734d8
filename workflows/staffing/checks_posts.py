"""Pure: checks of the lines: who may be named, totals, over-establishment, natures, norms, leadership positions."""

from collections import Counter
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from workflows.lib import numerals
from workflows.organization.terms import Rank
from workflows.staffing import norms, routing
from workflows.staffing.evidence import Facts, KindFact, UnitFact
from workflows.staffing.lines import totals
from workflows.staffing.payload import Request, RequestLine
from workflows.staffing.verdicts import ORDINANCE, REGULATION, Check, Verdict, block, good, warn

# Which kinds of post an institution of each nature may have (条例486 art. 15); the park may also have 员额.
NATURES = {
    "administrative": frozenset({"adm", "non"}), "mass": frozenset({"adm", "non"}),
    "psu": frozenset({"psu", "quota", "control", "non"}), "other": frozenset(),
}  # fmt: skip
BODIES = {
    "DEPT": frozenset({"department"}), "STREET": frozenset({"subdistrict", "township"}), "PARK": frozenset({"park"}),
    "PSU": frozenset({"direct_psu", "subordinate_psu"}), "SCHOOL": frozenset({"school"}),
    "DIV": frozenset({"department", "subdistrict", "township", "park", "direct_psu", "subordinate_psu", "school", "dispatched"}),
}  # fmt: skip
WITHOUT_POSTS = frozenset({"nameplate", "coordination"})
UNBORN = lazy("新设机构")


def stated(request: Request, facts: Facts) -> list[Verdict]:
    """Each line names a unit of the applicant, a kind, a number and, where another unit gives, that unit."""
    if not request.lines:
        return [block(_("请至少填写一行编制或者领导职数的变动。"), _("0行"), "lines")]
    found = [verdict for place, line in enumerate(request.lines) for verdict in _stated(place, line, request, facts)]
    again = [key for key, count in Counter((line.unit, line.kind, line.source, line.giver) for line in request.lines).items() if count > 1]
    found += [
        block(_("%(unit)s的同一类别列了多行，请合并为一行。") % {"unit": facts.name_of(unit, UNBORN)}, kind, "lines")
        for unit, kind, _source, _giver in again
    ]
    if request.matter == "R02" and not any(facts.kinds[line.kind].nature != "leader" for line in request.lines if line.kind in facts.kinds):
        found.append(block(_("设立事业单位应当同时提出编制。"), _("无编制行"), "lines"))
    return found or good(
        _("变动明细填写完整。"),
        _("%(lines)d行，共%(posts)d名") % {"lines": len(request.lines), "posts": sum(line.quantity for line in request.lines)},
    )


def in_force(request: Request, facts: Facts) -> list[Verdict]:
    """Every unit named exists today, and is the applicant's own or one it sponsors; a giver outside needs its consent."""
    named = {pk: facts.units.get(pk) for pk in sorted(request.unit_ids)}
    found = [
        block(_("“%(name)s”不存在、尚未设立或者已经撤销。") % {"name": facts.name_of(pk)}, numerals.day(facts.day), "lines")
        for pk, unit in named.items() if unit is None or not unit.in_force
    ]  # fmt: skip
    for place, line in enumerate(request.lines):
        if line.unit is not None and line.unit in facts.units and line.unit not in facts.reach:
            found.append(
                block(
                    _("“%(name)s”不是本单位或者本单位举办的机构，不能代为申请。") % {"name": facts.name_of(line.unit)},
                    facts.applicant.name,
                    f"lines.{place}.unit",
                )
            )
        if line.giver is not None and line.giver in facts.units and line.giver not in facts.reach:
            found.append(
                warn(
                    _("调出机构“%(name)s”不属于本单位管理，请说明其意见。") % {"name": facts.name_of(line.giver)},
                    facts.applicant.name,
                    f"lines.{place}.giver",
                )
            )
    return found or good(_("所列机构均在有效期内，且由本单位管理。"), "、".join(facts.name_of(pk) for pk in named) or str(UNBORN))


def within_totals(request: Request, facts: Facts) -> list[Verdict]:
    """C05: what is asked for is there: in the pool, under the ceiling, or vacant at the giver."""
    wanted: dict[tuple[str, int | None, str], int] = {}
    for line in request.lines:
        key = (line.source, line.giver if line.source == "unit" else None, line.kind)
        if line.direction == "down":
            key = ("unit", line.unit, line.kind)
        wanted[key] = wanted.get(key, 0) + line.quantity
    found, told = [], []
    for (source, giver, kind), posts in wanted.items():
        name = _kind_name(facts, kind)
        left = _available(facts, source, giver, kind)
        where = {"pool": _("区周转池"), "issued": _("上级下达总额")}.get(source) or facts.name_of(giver, UNBORN)
        if left is None:
            told.append(_("%(where)s%(kind)s没有总额限制") % {"where": where, "kind": name})
            continue
        fact = _("%(where)s%(kind)s可用%(left)d名，申请%(posts)d名") % {"where": where, "kind": name, "left": left, "posts": posts}
        told.append(fact)
        if posts > left:
            found.append(block(_("%(where)s余额不足（余 %(left)d 名）。") % {"where": where, "left": left}, fact, "lines"))
    return found or good(_("总量不突破。"), "；".join(told))


def not_over(request: Request, facts: Facts) -> list[Verdict]:
    """C06: an institution over its establishment in a kind should not get more of it."""
    sponsor = request.institution.sponsor if request.institution else None
    raised = {(line.unit if line.unit is not None else sponsor, line.kind) for line in request.lines if line.direction == "up"}
    found = []
    for unit, kind in sorted((unit, kind) for unit, kind in raised if unit is not None):
        over = facts.figures_of(unit, kind).over
        if over:
            fact = _("核定%(approved)d，实有%(filled)d") % {
                "approved": facts.figures_of(unit, kind).approved,
                "filled": facts.figures_of(unit, kind).filled,
            }
            found.append(
                warn(
                    _("%(unit)s%(kind)s超编%(over)d名，请说明消化办法。")
                    % {"unit": facts.name_of(unit), "kind": _kind_name(facts, kind), "over": over},
                    fact,
                    "lines",
                )
            )
    return found or good(
        _("申请机构在同类编制上没有超编、超职数。"), "、".join(sorted({facts.name_of(unit) for unit, _kind in raised if unit is not None}))
    )


def natures(request: Request, facts: Facts) -> list[Verdict]:
    """C07: administrative and public-institution posts never mix; leadership positions fit the sort of institution."""
    found = []
    for place, line in enumerate(request.lines):
        kind = facts.kinds.get(line.kind)
        unit = _target(line, request, facts)
        if kind is not None and unit is not None and (reason := _unfit(kind, unit)):
            found.append(block(reason, _("%(unit)s；%(kind)s") % {"unit": unit.name, "kind": kind.name}, f"lines.{place}.kind"))
    used = {facts.kinds[line.kind].nature for line in request.lines if line.kind in facts.kinds}
    if {"adm", "psu"} <= used:
        found.append(block(_("行政编制和事业编制不得混在一件中办理，请分别申报。"), _("行政类、事业类"), "lines"))
    return found or good(_("编制类别与机构性质一致。"), "、".join(sorted({_kind_name(facts, line.kind) for line in request.lines})))


def measured(request: Request, facts: Facts) -> list[Verdict]:
    """C12: the number is calculated: by a standard or the workload, and compared with similar institutions."""
    found = []
    if not request.measurement:
        found.append(warn(_("没有测算依据，请说明申请数量是怎样得出的。"), _("未填写"), "measurement"))
    if not request.peers:
        found.append(warn(_("没有同类单位对比，请说明理由。"), _("未填写"), "peers"))
    return found or good(_("已附测算依据和同类单位对比。"), request.measurement[:40])


def leaders(request: Request, facts: Facts) -> list[Verdict]:
    """C13: leaders are among the posts, one principal, deputies by norm, no rank above the institution's own."""
    changed = {
        pair: net for pair, net in totals(request.lines).items() if pair[1] in facts.kinds and facts.kinds[pair[1]].nature == "leader"
    }
    if not changed:
        return good(_("不涉及领导职数。"), _("0名"))
    found, told = [], []
    for unit in sorted({unit for unit, _kind in changed}, key=lambda pk: pk or 0):
        verdicts, fact = _leaders_of(unit, request, facts, {kind: net for (pk, kind), net in changed.items() if pk == unit})
        found += verdicts
        told.append(fact)
    return found or good(
        _("领导职数未超过配备标准。"), "；".join(told[:5]) + (_("等%(n)d个机构") % {"n": len(told)} if len(told) > 5 else "")
    )


def comparison(request: Request, facts: Facts) -> list[Verdict]:
    """C16: leadership positions are compared line by line with the charter in force."""
    if "comparison" not in facts.materials:
        return [block(_("请上传领导职数（三定）对照表。"), _("未上传"), "materials.comparison")]
    return good(_("已附领导职数（三定）对照表。"), _("材料：领导职数（三定）对照表"))


def filed(request: Request, facts: Facts) -> list[Verdict]:
    """C20: leadership positions of section rank and above are reported to the superior."""
    rank = routing.route_facts(request, units=facts.units, kinds=facts.kinds)["rank"]
    if not routing.needs_superior(rank):
        return good(_("股级领导职数不需报上级备案。"), _("规格：股级及以下"))
    filing = [task for task in facts.tasks if "备案" in task]
    if not filing:
        return [
            block(_("科级以上领导职数变化须报上级机构编制部门备案，实施任务中没有备案任务。"), "、".join(facts.tasks) or _("无实施任务"))
        ]
    return good(_("实施任务中已列明报上级备案。"), filing[0])


def _stated(place: int, line: RequestLine, request: Request, facts: Facts) -> list[Verdict]:
    at, found = f"lines.{place}", []
    kind = facts.kinds.get(line.kind)
    if request.matter == "R02" and line.unit is not None:
        found.append(block(_("设立事业单位的编制行只针对新设机构。"), facts.name_of(line.unit), f"{at}.unit"))
    if request.matter != "R02" and line.unit is None:
        found.append(block(_("请选择机构。"), _("未填写"), f"{at}.unit"))
    if kind is None:
        found.append(block(_("请选择编制类别。"), line.kind or _("未填写"), f"{at}.kind"))
    elif (request.matter == "R10") == (kind.nature == "leader") and request.matter != "R02":
        message = _("领导职数请用“领导职数核定”事项申报。") if request.matter == "R10" else _("编制请用“编制调整”事项申报。")
        found.append(block(message, kind.name, f"{at}.kind"))
    if line.quantity == 0:
        found.append(block(_("请填写名数。"), _("未填写"), f"{at}.quantity"))
    if line.source == "unit" and line.giver is None:
        found.append(block(_("请选择调出机构。"), _("未填写"), f"{at}.giver"))
    if line.giver is not None and line.giver == line.unit:
        found.append(block(_("调出机构和调入机构不能是同一个。"), facts.name_of(line.giver), f"{at}.giver"))
    if request.matter == "R02" and line.direction == "down":
        found.append(block(_("新设机构没有可以核减的编制。"), _("核减"), f"{at}.direction"))
    return found


def _available(facts: Facts, source: str, giver: int | None, kind: str) -> int | None:
    if source == "pool":
        return facts.pool.get(kind, 0)
    if source == "issued":
        return facts.rooms.get(kind)
    return facts.figures_of(giver, kind).vacancy if giver is not None else 0


def _target(line: RequestLine, request: Request, facts: Facts) -> UnitFact | None:
    """Whose nature must fit the kind: the line's unit, or the institution to be born."""
    if line.unit is not None:
        return facts.units.get(line.unit)
    born = request.institution
    return None if born is None else UnitFact(0, "", born.name or str(UNBORN), kind=born.kind, nature="psu", rank=born.rank)


def _unfit(kind: KindFact, unit: UnitFact) -> str:
    if unit.kind in WITHOUT_POSTS:
        return _("挂牌机构和议事协调机构没有编制和领导职数。")
    if kind.nature == "leader":
        return "" if unit.kind in BODIES.get(kind.body, frozenset()) else _("“%(kind)s”与机构类别不符。") % {"kind": kind.name}
    allowed = NATURES.get(unit.nature, frozenset()) | (frozenset({"quota"}) if unit.kind == "park" else frozenset())
    return (
        ""
        if kind.nature in allowed
        else _("“%(kind)s”与机构性质不符：行政机构不得使用事业编制，事业单位不得使用行政编制。") % {"kind": kind.name}
    )


def _leaders_of(unit: int | None, request: Request, facts: Facts, nets: Mapping[str, int]) -> tuple[list[Verdict], str]:
    """The verdicts about one institution, with its leaders after the change counted over all kinds it has."""
    name = facts.name_of(unit, UNBORN)
    rank = _rank_of(unit, request, facts)
    posts = _posts_after(unit, request, facts)
    held = {kind for pk, kind in facts.figures if pk == unit and kind in facts.kinds and facts.kinds[kind].nature == "leader"}
    after = {code: (facts.figures_of(unit, code).approved if unit is not None else 0) + nets.get(code, 0) for code in held | set(nets)}
    bodies = {facts.kinds[code].body for code in nets}
    found = []
    for body in sorted(bodies):
        seats = {
            seat: sum(n for code, n in after.items() if (facts.kinds[code].body, facts.kinds[code].seat) == (body, seat))
            for seat in ("principal", "deputy")
        }
        limit, usual = norms.principals(body, norms.divisions(posts)), norms.deputies(body, posts)
        fact = _("%(unit)s编制%(posts)d名，正职%(principal)d名，副职%(deputy)d名（标准%(limit)d正%(usual)d副）") % {
            "unit": name, "posts": posts, "limit": limit, "usual": usual, **seats,
        }  # fmt: skip
        if seats["principal"] > limit:
            found.append(warn(_("%(unit)s正职超过配备标准。") % {"unit": name}, fact, "lines"))
        if seats["deputy"] > usual and body != "DIV":
            found.append(warn(_("%(unit)s副职超过配备标准。") % {"unit": name}, fact, "lines"))
    total = sum(after.values())
    if total > posts:
        found.append(
            block(
                _("%(unit)s领导职数超过其编制数。") % {"unit": name},
                _("领导职数%(total)d名，编制%(posts)d名") % {"total": total, "posts": posts},
                "lines",
            )
        )
    higher = [facts.kinds[code].name for code in nets if facts.kinds[code].body != "DIV" and routing.above(facts.kinds[code].rank, rank)]
    if higher:
        found.append(
            warn(_("%(unit)s的%(kinds)s规格高于机构规格。") % {"unit": name, "kinds": "、".join(higher)}, _rank_name(rank), "lines")
        )
    return found, _("%(unit)s编制%(posts)d名、领导%(total)d名") % {"unit": name, "posts": posts, "total": total}


def _rank_of(unit: int | None, request: Request, facts: Facts) -> str:
    if unit is None:
        return request.institution.rank if request.institution else "none"
    return facts.units[unit].rank if unit in facts.units else "none"


def _rank_name(rank: str) -> str:
    return str(Rank(rank).label) if rank in Rank.values else rank


def _posts_after(unit: int | None, request: Request, facts: Facts) -> int:
    changes = sum(
        net
        for (pk, kind), net in totals(request.lines).items()
        if pk == unit and kind in facts.kinds and facts.kinds[kind].nature in {"adm", "psu"}
    )
    return (facts.posts_of(unit) if unit is not None else 0) + changes


def _kind_name(facts: Facts, code: str) -> str:
    return facts.kinds[code].name if code in facts.kinds else code


CHECKS = [
    Check("F04", lazy("变动明细"), f"{REGULATION}第八条；请示应当写明编制性质、数额和来源", stated),
    Check("F05", lazy("机构有效"), f"{REGULATION}第八条（可以动议机关及其所属事业单位事项）", in_force),
    Check("C05", lazy("总量不突破"), f"{ORDINANCE}第六条、第十六条、第二十九条", within_totals),
    Check("C06", lazy("不超编、不超职数"), f"{ORDINANCE}第六条（机构实有人员不得突破规定的编制）", not_over),
    Check("C07", lazy("编制类别与机构性质"), f"{ORDINANCE}第十五条", natures),
    Check("C12", lazy("测算依据"), f"{REGULATION}第十二条、第十三条", measured, frozenset({"R10", "R02"})),
    Check("C13", lazy("领导职数标准"), f"{ORDINANCE}第二十条、第二十八条", leaders, frozenset({"R02", "R15"})),
    Check("C16", lazy("三定对照"), "《“三定”规定制定和实施办法》", comparison, frozenset({"R15"})),
    Check("C20", lazy("上级备案"), f"{REGULATION}第十四条；科级以上领导职数变化报上级备案", filed, frozenset({"R15"})),
]
