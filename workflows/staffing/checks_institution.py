"""Pure: checks of a new public institution: likeness to what exists, divisions, name, and that it is not registered before approval."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from workflows.lib import numerals
from workflows.staffing import norms
from workflows.staffing.evidence import Facts
from workflows.staffing.payload import Institution, Request
from workflows.staffing.verdicts import ORDINANCE, REGULATION, Check, Verdict, block, good, warn

SUBJECTS = ("中心", "馆", "站", "所", "院", "校", "学校", "园", "队", "社", "台", "室")
INFLATED = ("总局", "总队", "总站", "厅", "部", "署", "管理局", "委员会", "大队")
LONGEST_NAME = 30


def described(request: Request, facts: Facts) -> list[Verdict]:
    """What a request to found an institution must state."""
    born = request.institution or Institution()
    wanted = {
        "name": (_("请填写机构名称。"), born.name), "kind": (_("请选择机构类别。"), born.kind),
        "sponsor": (_("请选择举办单位。"), born.sponsor),
        "rank": (_("请选择规格。"), born.rank), "psu_class": (_("请选择事业单位类别。"), born.psu_class),
        "funding": (_("请选择经费形式。"), born.funding), "purpose": (_("请填写宗旨。"), born.purpose),
        "functions": (_("请填写主要职责。"), born.functions),
    }  # fmt: skip
    found = [block(message, _("未填写"), f"institution.{name}") for name, (message, value) in wanted.items() if not value]
    if born.sponsor is not None and born.sponsor not in facts.reach:
        found.append(block(_("举办单位应当是本单位或者本单位管理的机构。"), facts.name_of(born.sponsor), "institution.sponsor"))
    if born.valid_from is not None and born.valid_from < facts.day:
        found.append(block(_("设立日期不能早于今天。"), numerals.day(born.valid_from), "institution.valid_from"))
    return found or good(_("拟设机构的名称、规格、类别、宗旨和职责均已写明。"), born.name)


def unlike_others(request: Request, facts: Facts) -> list[Verdict]:
    """C03: nothing in the district bears this name, does this work, or has been asked for already."""
    words = {"name": _("名称与“%(title)s”相近"), "functions": _("职责与“%(title)s”相近"), "case": _("与办件%(reference)s“%(title)s”相近")}
    found = [
        warn((words[each.what] + _("，请说明为什么不由其承担。")) % {"title": each.title, "reference": each.reference},
             _("相似度%(percent)d%%") % {"percent": each.percent}, "institution.name" if each.what != "case" else "title")
        for each in facts.alike
    ]  # fmt: skip
    return found or good(_("未发现名称、职责相近的机构和重复的办件。"), _("已比对全区机构和同类办件"))


def divisions(request: Request, facts: Facts) -> list[Verdict]:
    """C04: divisions in proportion to the posts."""
    born = request.institution or Institution()
    names = [part for part in re.split(r"[、，,；;\n]", born.divisions) if part.strip()]
    posts = sum(line.quantity for line in request.lines if line.kind in facts.kinds and facts.kinds[line.kind].nature != "leader")
    usual = norms.divisions(posts)
    fact = _("编制%(posts)d名，拟设内设机构%(n)d个，一般不超过%(usual)d个") % {"posts": posts, "n": len(names), "usual": usual}
    if len(names) > usual:
        return [warn(_("内设机构偏多，请说明理由。"), fact, "institution.divisions")]
    return good(_("内设机构数量适当。"), fact)


def name_conforms(request: Request, facts: Facts) -> list[Verdict]:
    """C11: 区划 + 业务 + 主体词, without words that promise a higher rank."""
    name = (request.institution or Institution()).name
    found = []
    if name and not name.endswith(SUBJECTS):
        found.append(warn(_("名称没有规范的主体词（中心、馆、站、所、院、校等）。"), name, "institution.name"))
    if (
        name
        and "区" not in name
        and not name.startswith(("示例",))
        and not any(name.startswith(unit.short_name) for unit in facts.units.values() if unit.short_name)
    ):
        found.append(warn(_("名称没有冠以行政区划或者举办单位名称。"), name, "institution.name"))
    if any(name.endswith(word) for word in INFLATED):
        found.append(warn(_("名称含有暗示较高规格的用语，请规范名称。"), name, "institution.name"))
    if len(name) > LONGEST_NAME:
        found.append(warn(_("名称过长，请精简。"), _("%(n)d字") % {"n": len(name)}, "institution.name"))
    return found or good(_("名称规范。"), name)


def not_yet_registered(request: Request, facts: Facts) -> list[Verdict]:
    """C21: approval comes before registration: no institution of this name exists."""
    if facts.same_name:
        return [block(_("已有同名机构“%(name)s”，不能重复设立。") % {"name": facts.same_name}, facts.same_name, "institution.name")]
    return good(
        _("批准设立后再办理事业单位法人登记；现无同名机构。"),
        _("实施任务已列明法人设立登记") if any("登记" in task for task in facts.tasks) else _("无同名机构"),
    )


def unrepeated(request: Request, facts: Facts) -> list[Verdict]:
    """The same unit has not asked for the same thing in another case."""
    found = [
        warn(_("与办件%(reference)s“%(title)s”相近，请说明不重复。") % {"reference": each.reference, "title": each.title},
             _("相似度%(percent)d%%") % {"percent": each.percent}, "title")
        for each in facts.alike if each.what == "case"
    ]  # fmt: skip
    return found or good(_("本单位没有内容相近的同类办件。"), _("已比对本单位同类办件"))


BIRTH = frozenset({"R02"})
CHECKS = [
    Check("F06", lazy("拟设机构"), "《事业单位登记管理暂行条例》第六条、第八条", described, BIRTH),
    Check("C03", lazy("职责不重复"), f"{ORDINANCE}第十条（职责相同或者相近的，原则上由一个机构承担）", unlike_others, BIRTH),
    Check("C03", lazy("事项不重复"), f"{REGULATION}第十三条", unrepeated, frozenset({"R10", "R15"})),
    Check("C04", lazy("内设机构数量"), f"{ORDINANCE}第十三条", divisions, BIRTH),
    Check("C11", lazy("名称规范"), "《事业单位登记管理暂行条例》第八条；机构名称应当规范并与职能相称", name_conforms, BIRTH),
    Check("C21", lazy("先批准后登记"), "《事业单位登记管理暂行条例》第三条、第七条", not_yet_registered, BIRTH),
]
