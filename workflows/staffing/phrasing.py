"""Pure: the words of replies and refusals, in the order and form offices write them (DOMAIN §4.1). The office may change every word.

Papers speak the office's own Chinese, whatever the language of the screen. Counts are Arabic, ordinals Chinese (GB/T 15835).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.utils import translation

from workflows.lib import numerals
from workflows.organization.terms import Funding, PsuClass, Rank
from workflows.staffing import routing
from workflows.staffing.evidence import Facts
from workflows.staffing.lines import totals
from workflows.staffing.payload import Request, RequestLine

# Beyond so many institutions a reply sums up instead of listing line by line.
LISTED = 10
PRONOUNS = (
    ("办事处", "你街道"), ("街道", "你街道"), ("镇人民政府", "你镇"), ("镇", "你镇"), ("局", "你局"), ("委员会", "你委"), ("委", "你委"),
    ("办公室", "你办"), ("部", "你部"), ("院", "你院"), ("中心", "你中心"), ("校", "你校"), ("学", "你校"), ("馆", "你馆"),
)  # fmt: skip
ENDINGS = ("的请示", "的报告", "的函", "的申请")
SOURCES = {"pool": "从区周转池调剂", "issued": "在上级下达总额内核增"}


def pronoun(name: str) -> str:
    """How a paper addresses an office: 你局, 你街道, 你单位."""
    return next((word for ending, word in PRONOUNS if name.endswith(ending)), "你单位")


def subject(title: str) -> str:
    """What a request is about, without its own kind of document: `关于设立区公共图书馆`."""
    bare = title.strip()
    for ending in ENDINGS:
        bare = bare.removesuffix(ending)
    return bare if bare.startswith("关于") else f"关于{bare}"


def quotation(request: Request, applicant: str) -> str:
    """`你局《关于…的请示》（某字〔2026〕3号）收悉。`"""
    number = f"（{request.incoming_number}）" if request.incoming_number else ""
    return f"{pronoun(applicant)}《{request.title}》{number}收悉。"


def sessions(held: Iterable[tuple[str, str, bool]]) -> str:
    """`经区委编委会议2026年第3次会议研究，并报市委编委批准（市编委〔2026〕9号），` from (body, session or reply number, outside?)."""
    parts = []
    for body, session, outside in held:
        if outside:
            parts.append(f"报{body}批准（{session}）")
        else:
            parts.append(f"经{_session(body, session)}研究")
    return "，并".join(parts)


def _session(body: str, session: str) -> str:
    """The body's name and its session without saying the same twice: 区委编办2026年第13次主任办公会."""
    kind = session.rpartition("次")[2]
    shared = next((kind[place:] for place in range(len(kind)) if body.endswith(kind[place:])), "")
    before = body.removesuffix(shared) if shared else body
    return session if before in session else before + session


def reply_title(request: Request, issuer: str) -> str:
    """发文机关 + 关于…的 + 批复."""
    return f"{issuer}{subject(request.title)}的批复"


def refusal_title(request: Request, issuer: str) -> str:
    """发文机关 + 关于…的 + 复函."""
    return f"{issuer}{subject(request.title)}的复函"


def reply(request: Request, facts: Facts, decided: str) -> list[str]:
    """The body of a 批复 (D09); `decided` is what `sessions` gives."""
    articles = _founding(request, facts) if request.institution else _changes(request, facts)
    articles.append(_demands(request, facts.applicant.name))
    opening = f"{quotation(request, facts.applicant.name)}{decided or '经研究'}，现批复如下："
    return [opening, *(f"{numerals.number(place)}、{text}" for place, text in enumerate(articles, 1)), "此复。"]


def refusal(request: Request, facts: Facts, decided: str, reason: str) -> list[str]:
    """The body of a 不予同意答复 (D12), with its reason."""
    matter = subject(request.title).removeprefix("关于")
    return [
        f"{quotation(request, facts.applicant.name)}{decided or '经研究'}，暂不同意{matter}。",
        f"理由：{reason.strip().rstrip('。') or '现有理由和依据尚不充分'}。",
        "此复。",
    ]


def refused_at_the_door(request: Request, applicant: str, reason: str, article: str) -> list[str]:
    """The body of a 不予受理告知 (D02)."""
    ground = f"依据{article.strip().rstrip('。')}，" if article.strip() else ""
    return [f"{quotation(request, applicant)}经审查，{reason.strip().rstrip('。')}。{ground}对该事项不予受理。", "特此告知。"]


def summary(lines: Sequence[RequestLine], facts: Facts) -> str:
    """`事业编制（全额）25名、事业单位正职（股级）1名`, by kind in the order of the lines."""
    by_kind: dict[str, int] = {}
    for line in lines:
        by_kind[line.kind] = by_kind.get(line.kind, 0) + line.quantity
    return "、".join(f"{_kind(facts, kind)}{posts}名" for kind, posts in by_kind.items())


def numbers_missing(text: str, request: Request) -> list[str]:
    """Decided quantities the text does not state: neither the total of a kind nor the numbers of its lines."""
    missing = []
    for kind in dict.fromkeys(line.kind for line in request.lines):
        posts = [line.quantity for line in request.lines if line.kind == kind]
        if not _stated(sum(posts), text) and not all(_stated(number, text) for number in posts):
            missing.append(f"{sum(posts)}名")
    return missing


def tasks(request: Request, rank: str, day: date) -> list[tuple[str, date | None]]:
    """What the unit has to do after the decision, each with a day by which; registration is due within 60 working days."""
    wanted: list[tuple[str, int]] = []
    if request.institution is not None:
        wanted += [("办理事业单位法人设立登记", 90), ("刻制印章、挂牌", 30), ("配备人员并办理用编、实名制手续", 90)]
    elif request.matter == "R15":
        wanted.append(("按干部管理权限和核定职数配备领导人员", 60))
        if routing.needs_superior(rank):
            wanted.append(("领导职数变化报上级机构编制部门备案", 30))
        wanted.append(("修订“三定”规定或者机构编制文件中的领导职数", 60))
    else:
        wanted.append(("按核定编制办理用编和实名制手续", 60))
    wanted.append(("向区委编办书面反馈落实情况", 90))
    return [(title, day + timedelta(days=days)) for title, days in wanted]


def _changes(request: Request, facts: Facts) -> list[str]:
    raised = [line for line in request.lines if line.direction == "up"]
    lowered = [line for line in request.lines if line.direction == "down"]
    articles = []
    for lines, verb in ((raised, "增加"), (lowered, "减少")):
        units = list(dict.fromkeys(line.unit for line in lines))
        if not lines:
            continue
        if len(units) > LISTED:
            articles += _summed(lines, units, facts, verb)
        else:
            articles += [_change([line for line in lines if line.unit == unit], facts) for unit in units]
    after = _after(request, facts)
    return [*articles, after] if after else articles


def _change(lines: list[RequestLine], facts: Facts) -> str:
    """One institution's lines: `同意从区周转池调剂事业编制（全额）25名，核增给…。`"""
    parts = []
    for line in lines:
        posts = f"{_kind(facts, line.kind)}{line.quantity}名"
        if facts.kinds.get(line.kind) is not None and facts.kinds[line.kind].nature == "leader":
            parts.append(f"核定{posts}" if line.direction == "up" else f"核减{posts}")
        elif line.direction == "up":
            where = SOURCES.get(line.source) or f"从{facts.full_name_of(line.giver)}调剂"
            parts.append(f"{where}{posts}")
        else:
            to = {"pool": "，收回区周转池", "issued": "，交回上级"}.get(line.source) or f"，划给{facts.full_name_of(line.giver)}"
            parts.append(f"核减{posts}{to}")
    name = facts.full_name_of(lines[0].unit)
    if lines[0].direction == "up":
        return f"同意{'，'.join(parts)}，用于{name}。"
    return f"同意{name}{'；'.join(parts)}。"


def _summed(lines: list[RequestLine], units: Sequence[int | None], facts: Facts, verb: str) -> list[str]:
    """Many institutions: the sum, what each gets if all get the same, and their names."""
    first = facts.full_name_of(units[0])
    each = {unit: summary([line for line in lines if line.unit == unit], facts) for unit in units}
    articles = [f"同意{first}等{len(units)}个单位{verb}{summary(lines, facts)}。"]
    if len(set(each.values())) == 1:
        names = "、".join(facts.name_of(unit) for unit in units)
        articles.append(f"每个单位核定{next(iter(each.values()))}，单位为：{names}。")
    else:
        articles.append("各单位核定如下：" + "；".join(f"{facts.full_name_of(unit)}{text}" for unit, text in each.items()) + "。")
    return articles


def _after(request: Request, facts: Facts) -> str:
    """`调整后，…核定事业编制（全额）43名。` for every institution touched, where they are few."""
    changed = {(unit, kind): net for (unit, kind), net in totals(request.lines).items() if unit is not None}
    if len({unit for unit, _kind in changed}) > LISTED:
        return ""
    told = [
        f"{facts.full_name_of(unit)}核定{_kind(facts, kind)}{facts.figures_of(unit, kind).approved + net}名"
        for (unit, kind), net in changed.items()
    ]
    return f"调整后，{'；'.join(told)}。"


def _founding(request: Request, facts: Facts) -> list[str]:
    born = request.institution
    assert born is not None
    sponsor = facts.full_name_of(born.sponsor, "区委、区政府")
    words = [
        f"为{sponsor}{'所属' if born.kind != 'direct_psu' else '直属'}{_label(PsuClass, born.psu_class)}事业单位",
        f"机构规格为{_label(Rank, born.rank)}", f"经费形式为{_label(Funding, born.funding)}",
    ]  # fmt: skip
    inner = re.sub(r"[\n；;]+", "、", born.divisions).strip("、")
    setting = f"机构设置。同意设立{born.name}，{'，'.join(words)}。" + (f"内设{inner}。" if inner else "")
    posts = [line for line in request.lines if facts.kinds.get(line.kind) is None or facts.kinds[line.kind].nature != "leader"]
    leaders = [line for line in request.lines if line not in posts]
    sources = "，".join(
        f"{SOURCES.get(line.source) or '从' + facts.full_name_of(line.giver) + '调剂'}{_kind(facts, line.kind)}{line.quantity}名"
        for line in posts
    )
    staff = f"人员编制和领导职数。核定{born.name}{summary(posts, facts)}（{sources}）" + (
        f"；核定{summary(leaders, facts)}。" if leaders else "。"
    )
    duties = "；".join(part.strip().rstrip("。；;") for part in born.functions.split("\n") if part.strip())
    purpose = f"宗旨是{born.purpose.rstrip('。')}。" if born.purpose else ""
    return [setting, f"主要职责。{purpose}{duties}。", staff]


def _demands(request: Request, applicant: str) -> str:
    who = pronoun(applicant)
    if request.institution is not None:
        register = f"请{who}自批复之日起60个工作日内组织办理事业单位法人设立登记"
        return f"有关要求。{register}，按规定办理用编和实名制手续，严格在核定的编制和职数内配备人员。"
    if request.matter == "R15":
        return f"请{who}按照干部管理权限和核定的领导职数配备领导人员，不得超职数、超规格配备，并相应修订有关机构编制文件。"
    return f"请{who}严格在核定的编制内配备人员，按规定办理用编和实名制手续，不得改变编制使用范围。"


def _stated(number: int, text: str) -> bool:
    return re.search(rf"(?<!\d){number}(?!\d)", text) is not None


def _kind(facts: Facts, code: str) -> str:
    return facts.kinds[code].name if code in facts.kinds else code


def _label(choices: type[Rank] | type[Funding] | type[PsuClass], value: str) -> str:
    with translation.override("zh-hans"):
        return str(choices(value).label) if value in choices.values else value
