"""Pure: what an institution of each kind must and must not have. Each rule cites its article."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflows.lib.findings import Finding
from workflows.organization.terms import Kind, Nature, Rank

RANK_ORDER = {rank.value: place for place, rank in enumerate(Rank)}
PSU_KINDS = frozenset({Kind.DIRECT_PSU.value, Kind.SUBORDINATE_PSU.value, Kind.SCHOOL.value})
ADMINISTRATIVE_KINDS = frozenset({Kind.DEPARTMENT.value, Kind.SUBDISTRICT.value, Kind.TOWNSHIP.value})
SPONSORED_KINDS = frozenset({Kind.SUBORDINATE_PSU.value, Kind.SCHOOL.value})
WITHOUT_POSTS = frozenset({Kind.NAMEPLATE.value, Kind.COORDINATION.value})


@dataclass(frozen=True, slots=True)
class Relative:
    """What a rule reads of a parent, sponsor or host: its name, kind and rank, and whether it is in force on the day."""

    name: str
    kind: str
    rank: str
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The units an institution refers to, the names of its siblings, and whether its parents lead back to itself."""

    parent: Relative | None = None
    sponsor: Relative | None = None
    host: Relative | None = None
    sibling_names: frozenset[str] = frozenset()
    circular: bool = False


Attributes = Mapping[str, Any]
Rule = Callable[[Attributes, Surroundings], list[Finding]]


def has_name(values: Attributes, around: Surroundings) -> list[Finding]:
    """An institution bears a name that none of its siblings bears."""
    name = str(values.get("name") or "").strip()
    if not name:
        return [_block("U01", _("请填写机构名称。"), field="name")]
    if name in around.sibling_names:
        return [_block("U02", _("同一上级下已有同名机构“%(name)s”。") % {"name": name}, field="name", fact=name)]
    return []


def stands_in_the_tree(values: Attributes, around: Surroundings) -> list[Finding]:
    """Everything but the district itself has a superior that is in force, and never stands under itself."""
    found = []
    if values["kind"] == Kind.DISTRICT:
        return [_block("U03", _("区是机构树的根，没有上级。"), field="parent")] if around.parent else []
    if around.parent is None:
        found.append(_block("U04", _("请填写隶属的上级机构。"), field="parent"))
    if around.circular:
        found.append(_block("U05", _("隶属关系首尾相接：机构不能隶属于自己或者自己的下级。"), field="parent"))
    for field, relative in (("parent", around.parent), ("sponsor", around.sponsor), ("host", around.host)):
        if relative and not relative.in_force:
            message = _("“%(name)s”在生效之日尚未设立或者已经撤销，不能作为上级、举办或者挂牌单位。") % {"name": relative.name}
            found.append(_block("U06", message, field=field, fact=relative.name))
    return found


def nature_fits_kind(values: Attributes, around: Surroundings) -> list[Finding]:
    """Institutions are administrative or public; each kind has its nature (《地方各级人民政府机构设置和编制管理条例》第十五条)."""
    kind, nature = values["kind"], values.get("nature")
    article = _("《地方各级人民政府机构设置和编制管理条例》第十五条")
    if kind in PSU_KINDS and nature != Nature.PSU:
        return [_block("U07", _("事业单位的机构性质应为“事业单位”。"), field="nature", fact=str(nature), article=article)]
    if kind in ADMINISTRATIVE_KINDS and nature == Nature.PSU:
        return [_block("U08", _("工作部门、街道和乡镇不能是事业单位性质。"), field="nature", fact=str(nature), article=article)]
    if nature != Nature.PSU and values.get("psu_class"):
        return [_block("U09", _("只有事业单位才有事业单位类别。"), field="psu_class", fact=str(values["psu_class"]), article=article)]
    return []


def public_institution_has_sponsor(values: Attributes, around: Surroundings) -> list[Finding]:
    """A public institution under a department names who runs it (《事业单位登记管理暂行条例》第二条)."""
    if values["kind"] in SPONSORED_KINDS and around.sponsor is None:
        return [_block("U10", _("部门所属事业单位和学校应有举办单位。"), field="sponsor", article=_("《事业单位登记管理暂行条例》第二条"))]
    if around.sponsor and around.sponsor.kind in WITHOUT_POSTS:
        return [_block("U11", _("挂牌机构和议事协调机构不能举办事业单位。"), field="sponsor", fact=around.sponsor.name)]
    return []


def division_has_parent(values: Attributes, around: Surroundings) -> list[Finding]:
    """A division stands inside an institution with posts of its own, one rank below it at least."""
    if values["kind"] != Kind.DIVISION or around.parent is None:
        return []
    if around.parent.kind in WITHOUT_POSTS | {Kind.DISTRICT.value, Kind.DIVISION.value}:
        message = _("“%(name)s”不能设内设机构：挂牌机构无编制，议事协调机构不单设办事机构。") % {"name": around.parent.name}
        return [_block("U12", message, field="parent", article=_("《地方各级人民政府机构设置和编制管理条例》第十二条"))]
    rank, above = values.get("rank") or Rank.NONE, around.parent.rank
    if Rank.NONE not in {rank, above} and RANK_ORDER[rank] <= RANK_ORDER[above]:
        message = _("内设机构规格应低于所在机构（%(above)s）。") % {"above": Rank(above).label}
        article = _("《地方各级人民政府机构设置和编制管理条例》第十三条")
        return [_block("U13", message, field="rank", fact=str(Rank(rank).label), article=article)]
    return []


def nameplate_has_host_and_nothing_else(values: Attributes, around: Surroundings) -> list[Finding]:
    """加挂牌子: a second name on an institution's door, without rank, money or posts of its own."""
    if values["kind"] != Kind.NAMEPLATE:
        return [_block("U14", _("只有挂牌机构才填挂靠单位。"), field="host")] if around.host else []
    found = []
    if around.host is None:
        found.append(_block("U15", _("挂牌机构应写明在哪个机构挂牌。"), field="host"))
    elif around.host.kind in WITHOUT_POSTS:
        found.append(_block("U16", _("不能在挂牌机构或者议事协调机构上再挂牌。"), field="host", fact=around.host.name))
    return found + _without(values, _("挂牌机构"), "")


def coordination_has_no_rank(values: Attributes, around: Surroundings) -> list[Finding]:
    """议事协调机构: no office, posts, rank or seal of its own (《地方各级人民政府机构设置和编制管理条例》第十二条、第十九条)."""
    if values["kind"] != Kind.COORDINATION:
        return []
    return _without(values, _("议事协调机构"), _("《地方各级人民政府机构设置和编制管理条例》第十二条、第十九条"))


RULES: tuple[Rule, ...] = (
    has_name,
    stands_in_the_tree,
    nature_fits_kind,
    public_institution_has_sponsor,
    division_has_parent,
    nameplate_has_host_and_nothing_else,
    coordination_has_no_rank,
)


def check(values: Attributes, around: Surroundings) -> list[Finding]:
    """Every finding of every rule; none means the institution may stand as described."""
    return [finding for rule in RULES for finding in rule(values, around)]


def may_hold_posts(kind: str) -> bool:
    """Whether an institution of this kind may have posts or leadership positions at all."""
    return kind not in WITHOUT_POSTS


def _without(values: Attributes, who: str, article: str) -> list[Finding]:
    found = []
    if (values.get("rank") or Rank.NONE) != Rank.NONE:
        found.append(_block("U17", _("%(who)s不明确规格。") % {"who": who}, field="rank", fact=str(values["rank"]), article=article))
    if values.get("funding"):
        found.append(_block("U18", _("%(who)s没有自己的经费形式。") % {"who": who}, field="funding", article=article))
    return found


def _block(code: str, message: str, *, field: str | None = None, fact: str = "", article: str = "") -> Finding:
    return Finding(code=code, level="block", message=message, field=field, fact=fact, article=article)
