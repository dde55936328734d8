"""Pure: checks of what the unit states: completeness, authority, basis, opinions of others, collective discussion, Article 16."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from workflows.lib import numerals
from workflows.staffing import routing
from workflows.staffing.evidence import Facts
from workflows.staffing.payload import ARTICLE_16, Request
from workflows.staffing.verdicts import ORDINANCE, REGULATION, Check, Verdict, block, good, warn

FINANCE = "finance"
SUPERIOR = "superior"


def basics(request: Request, facts: Facts) -> list[Verdict]:
    """Title, the incoming document's number and date, whom to ask."""
    wanted = {
        "title": (_("请填写事项名称。"), request.title),
        "incoming_number": (_("请填写来文字号。"), request.incoming_number),
        "incoming_date": (_("请填写来文日期。"), request.incoming_date),
        "contact": (_("请填写联系人。"), request.contact),
        "phone": (_("请填写联系电话。"), request.phone),
    }
    found = [block(message, _("未填写"), name) for name, (message, value) in wanted.items() if not value]
    if request.incoming_date and request.incoming_date > facts.day:
        found.append(block(_("来文日期不能晚于今天。"), numerals.day(request.incoming_date), "incoming_date"))
    if request.effective_date and request.effective_date < facts.day:
        found.append(block(_("希望实施日期不能早于今天。"), numerals.day(request.effective_date), "effective_date"))
    return found or good(_("基本情况已填写完整。"), f"{request.incoming_number}　{request.title}")


def argument(request: Request, facts: Facts) -> list[Verdict]:
    """必要性、合理性、可行性: three sections that cannot be left out."""
    wanted = {
        "necessity": (_("请写明必要性。"), request.necessity),
        "rationality": (_("请写明合理性。"), request.rationality),
        "feasibility": (_("请写明可行性。"), request.feasibility),
    }
    found = [block(message, _("未填写"), name) for name, (message, value) in wanted.items() if not value]
    return found or good(_("必要性、合理性、可行性均已说明。"), _("共%(n)d字") % {"n": sum(len(value) for _m, value in wanted.values())})


def materials(request: Request, facts: Facts) -> list[Verdict]:
    """Every required document is attached."""
    found = [
        block(_("缺少材料：%(name)s。") % {"name": name}, _("未上传"), f"materials.{code}")
        for code, name in facts.required.items() if code not in facts.materials
    ]  # fmt: skip
    return found or good(_("必备材料齐全。"), "、".join(facts.required.values()))


def authority(request: Request, facts: Facts) -> list[Verdict]:
    """C01: the bodies of the route are competent for the rank and the source of the posts."""
    if facts.route is None:
        return [block(facts.unsuitable or _("审批权限表中没有适用于本件的一行。"), _("无适用路线"))]
    asked = routing.route_facts(request, units=facts.units, kinds=facts.kinds)
    fact = _("%(name)s：%(bodies)s（依据%(basis)s）") % {
        "name": facts.route.name, "bodies": " → ".join(facts.route.said(facts.route.bodies)), "basis": facts.route.basis,
    }  # fmt: skip
    if SUPERIOR not in facts.route.bodies:
        if routing.needs_superior(asked["rank"]) and request.matter != "R10":
            return [block(_("科级以上机构和领导职数须报上级机构编制部门审批，现有路线没有这一环节。"), fact)]
        if asked["source"] == "issued" and "leader" not in asked["natures"]:
            return [block(_("由上级下达总额增加编制属跨层级调整，须报上级机构编制部门审批，现有路线没有这一环节。"), fact)]
    return good(_("审批权限明确，路线中的机构有权决定本件。"), fact)


def grounds(request: Request, facts: Facts) -> list[Verdict]:
    """C02: at least one document is relied on, each with its clause."""
    if not request.basis:
        return [block(_("请至少填写一项法律法规或者政策依据，并写明条款。"), _("未填写"), "basis")]
    vague = [ground.title or ground.clause for ground in request.basis if not (ground.title and ground.clause)]
    if vague:
        return [block(_("依据应当同时写明文件和条款：%(titles)s。") % {"titles": "、".join(vague)}, vague[0], "basis")]
    return good(_("依据和条款已写明。"), "；".join(f"{ground.title} {ground.clause}" for ground in request.basis))


def money(request: Request, facts: Facts) -> list[Verdict]:
    """C10: the finance office has been heard, or will be by the route."""
    answers = {each.code: each for each in facts.consulted}
    if FINANCE in answers and answers[FINANCE].answer is not None:
        each = answers[FINANCE]
        if each.answer == "disagree":
            return [warn(_("%(name)s不同意，须写明采纳或者不采纳的理由。") % {"name": each.name}, each.text, "finance")]
        return good(_("%(name)s已出具意见。") % {"name": each.name}, each.text or _("同意"))
    if FINANCE in facts.materials:
        return good(_("已附财政部门经费意见。"), _("材料：财政部门经费意见"))
    if facts.route is not None and FINANCE in facts.route.consult:
        return good(
            _("财政部门意见将在会签环节取得。"), _("路线会签单位：%(units)s") % {"units": "、".join(facts.route.said(facts.route.consult))}
        )
    return [block(_("既未附财政部门经费意见，审批路线也没有财政会签。"), _("无财政意见"), "finance")]


def opinions(request: Request, facts: Facts) -> list[Verdict]:
    """C15: every affected department is heard; disagreement is listed, never counted as agreement."""
    if not facts.consulted:
        units = facts.route.said(facts.route.consult) if facts.route else []
        return good(_("将按审批路线征求有关部门意见。"), "、".join(units) or _("本路线不设会签"))
    against = [
        warn(_("%(name)s不同意：%(text)s") % {"name": each.name, "text": each.text or _("未说明理由")}, each.text)
        for each in facts.consulted if each.answer == "disagree"
    ]  # fmt: skip
    if against:
        return against
    waiting = [each.name for each in facts.consulted if each.answer is None]
    told = "、".join(f"{each.name}：{ANSWERS[each.answer]}" for each in facts.consulted)
    message = _("尚待%(names)s答复。") % {"names": "、".join(waiting)} if waiting else _("有关部门意见齐备，没有不同意见。")
    return good(message, told)


def discussion(request: Request, facts: Facts) -> list[Verdict]:
    """C31: the leadership of the unit discussed the proposal collectively, with date, session, outcome and minutes."""
    record = request.discussion
    found = []
    if record.date is None:
        found.append(block(_("请填写党组（党委）集体讨论的日期。"), _("未填写"), "discussion.date"))
    elif record.date > facts.day:
        found.append(block(_("集体讨论日期不能晚于今天。"), numerals.day(record.date), "discussion.date"))
    if not record.session:
        found.append(block(_("请填写集体讨论的会议名称。"), _("未填写"), "discussion.session"))
    if not record.summary:
        found.append(block(_("请填写集体讨论情况。"), _("未填写"), "discussion.summary"))
    if "minutes" not in facts.materials:
        found.append(block(_("请上传集体讨论会议纪要。"), _("未上传"), "materials.minutes"))
    return found or good(_("已经领导班子集体讨论决定。"), f"{numerals.day(record.date)}　{record.session}")


def article16(request: Request, facts: Facts) -> list[Verdict]:
    """C32: the five questions of Article 16, each answered in words."""
    found = []
    for place, name in enumerate(ARTICLE_16):
        statement = request.article16.get(name)
        number = "一二三四五"[place]
        if statement is None or not statement.conclusion or not statement.text:
            found.append(block(_("第十六条第（%(n)s）项尚未逐项作出说明。") % {"n": number}, _("未填写"), f"article16.{name}"))
        elif statement.conclusion == "no":
            found.append(
                warn(_("第十六条第（%(n)s）项的结论为“否”，请说明仍须调整的理由。") % {"n": number}, statement.text, f"article16.{name}")
            )
    return found or good(_("第十六条五项已逐项说明。"), _("五项结论均为“是”"))


def rectification(request: Request, facts: Facts) -> list[Verdict]:
    """C33: problems found by inspection are put right before new requests are granted."""
    if facts.findings_open:
        return [
            warn(
                _("申请单位有未办结的整改事项：%(what)s。") % {"what": "、".join(facts.findings_open)},
                _("%(n)d件") % {"n": len(facts.findings_open)},
            )
        ]
    return good(_("申请单位没有已登记而未办结的整改事项。"), _("整改登记：0件"))


ANSWERS = {"agree": lazy("同意"), "disagree": lazy("不同意"), "none": lazy("无意见"), None: lazy("未答复")}

CHECKS = [
    Check("F01", lazy("基本情况"), f"{REGULATION}第八条；一事一报", basics),
    Check("F02", lazy("必要性、合理性、可行性"), f"{REGULATION}第八条（应当充分论证必要性、合理性、可行性）", argument),
    Check("F03", lazy("材料"), f"{REGULATION}第十三条；受理审查要件齐全", materials),
    Check("C01", lazy("审批权限"), f"{REGULATION}第十四条（按程序报批，严格遵守管理权限）", authority),
    Check("C02", lazy("政策依据"), f"{REGULATION}第八条、第十一条", grounds),
    Check("C10", lazy("财政意见"), f"{ORDINANCE}第六条（充分考虑财政的供养能力）", money, frozenset({"R10", "R02"})),
    Check("C15", lazy("征求意见"), f"{ORDINANCE}第十条", opinions),
    Check("C31", lazy("集体讨论"), f"{REGULATION}第八条（动议应当由党委（党组）领导班子集体讨论决定）", discussion),
    Check("C32", lazy("第十六条说明"), f"{REGULATION}第十六条（有关部门应当对照前款规定逐项作出说明）", article16),
    Check("C33", lazy("整改情况"), f"{REGULATION}第二十八条；问题整改与审批联动", rectification),
]
