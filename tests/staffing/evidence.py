"""A healthy request of each matter with the facts around it; a test changes one thing and sees one check speak."""

from dataclasses import replace
from datetime import date
from typing import Any

from workflows.establishment.balance import Figures
from workflows.lib.findings import Finding
from workflows.staffing import checks, payload
from workflows.staffing.evidence import Facts, KindFact, RouteFact, UnitFact

DAY = date(2026, 3, 9)
STREET, CENTRE, OTHER, SCHOOL, BUREAU, OUTSIDE = 1, 2, 3, 4, 5, 6

KINDS = {
    "ADM": KindFact("ADM", "行政编制", "adm"),
    "PSU-F": KindFact("PSU-F", "事业编制（全额）", "psu"),
    "EDU": KindFact("EDU", "教职工编制", "psu"),
    "QUO": KindFact("QUO", "员额", "quota"),
    "L-SCHOOL-SUB-P": KindFact("L-SCHOOL-SUB-P", "学校党组织书记", "leader", "SCHOOL", "sub_section", "principal"),
    "L-SCHOOL-SUB-D": KindFact("L-SCHOOL-SUB-D", "学校党组织副书记", "leader", "SCHOOL", "sub_section", "deputy"),
    "L-PSU-SUB-P": KindFact("L-PSU-SUB-P", "事业单位正职（股级）", "leader", "PSU", "sub_section", "principal"),
    "L-PSU-SEC-P": KindFact("L-PSU-SEC-P", "事业单位正职（正科级）", "leader", "PSU", "section_chief", "principal"),
    "L-DEPT-SEC-D": KindFact("L-DEPT-SEC-D", "部门副职（正科级单位）", "leader", "DEPT", "section_chief", "deputy"),
}
UNITS = {
    STREET: UnitFact(STREET, "dongfanglu", "东方路街道办事处", "东方路街道", "subdistrict", "administrative", "section_chief"),
    CENTRE: UnitFact(CENTRE, "dongfanglu_service", "东方路街道综合便民服务中心", "东方路便民中心", "subordinate_psu", "psu", "sub_section"),
    OTHER: UnitFact(OTHER, "station", "东方路街道文化站", "东方路文化站", "subordinate_psu", "psu", "sub_section"),
    SCHOOL: UnitFact(SCHOOL, "school_01", "示例区东方路小学", "东方路小学", "school", "psu", "sub_section"),
    BUREAU: UnitFact(BUREAU, "industry", "区工业和信息化局", "区工信局", "department", "administrative", "section_chief"),
    OUTSIDE: UnitFact(OUTSIDE, "culture_centre", "区文化馆", "区文化馆", "subordinate_psu", "psu", "sub_section"),
}
FIGURES = {
    (CENTRE, "PSU-F"): Figures(vacant=1, filled=17),
    (OTHER, "PSU-F"): Figures(vacant=4, filled=6),
    (SCHOOL, "EDU"): Figures(vacant=1, filled=45),
    (OUTSIDE, "PSU-F"): Figures(vacant=13, filled=22, locked=1),
    (BUREAU, "ADM"): Figures(vacant=2, filled=20),
    (BUREAU, "L-DEPT-SEC-D"): Figures(filled=2),
}
COMMON: dict[str, Any] = {
    "incoming_number": "东办〔2026〕37号",
    "incoming_date": "2026-03-02",
    "contact": "周文",
    "phone": "8800001",
    "basis": [{"title": "关于加强基层治理的意见", "clause": "第十二条"}],
    "necessity": "窗口人员不足。",
    "rationality": "按服务人口测算。",
    "feasibility": "场所经费已落实。",
    "discussion": {"date": "2026-02-27", "session": "街道党工委2026年第5次会议", "summary": "一致同意。"},
    "article16": {name: {"conclusion": "yes", "text": "是。"} for name in payload.ARTICLE_16},
    "measurement": "每千人1.2名，服务人口3.6万人。",
    "peers": "西河街道43名。",
}
RAW: dict[str, dict[str, Any]] = {
    "R10": {
        **COMMON,
        "title": "关于从周转池调剂25名事业编制的请示",
        "lines": [{"unit": CENTRE, "kind": "PSU-F", "quantity": 25, "source": "pool", "giver": None, "direction": "up"}],
    },
    "R15": {
        **COMMON,
        "title": "关于核定学校党组织领导职数的请示",
        "lines": [
            {"unit": SCHOOL, "kind": "L-SCHOOL-SUB-P", "quantity": 1, "source": "issued", "giver": None, "direction": "up"},
            {"unit": SCHOOL, "kind": "L-SCHOOL-SUB-D", "quantity": 1, "source": "issued", "giver": None, "direction": "up"},
        ],
    },
    "R02": {
        **COMMON,
        "title": "关于设立区公共图书馆的请示",
        "lines": [
            {"unit": None, "kind": "PSU-F", "quantity": 10, "source": "unit", "giver": OTHER, "direction": "up"},
            {"unit": None, "kind": "L-PSU-SUB-P", "quantity": 1, "source": "issued", "giver": None, "direction": "up"},
        ],
        "institution": {
            "name": "区公共图书馆", "short_name": "区图书馆", "kind": "subordinate_psu", "sponsor": BUREAU, "rank": "sub_section",
            "psu_class": "class_i", "funding": "full", "purpose": "提供公共阅读服务", "functions": "文献收集、整理、借阅\n阅读推广",
            "divisions": "综合股、读者服务股", "valid_from": None,
        },
    },
}  # fmt: skip
APPLICANT = {"R10": STREET, "R15": BUREAU, "R02": BUREAU}
REACH = {"R10": {STREET, CENTRE, OTHER}, "R15": {BUREAU, SCHOOL}, "R02": {BUREAU, OTHER}}
MATERIALS = {
    "R10": {"request", "minutes", "measurement"},
    "R15": {"request", "minutes", "comparison"},
    "R02": {"request", "minutes", "plan", "measurement"},
}
CONSULT = {"R10": ("finance", "personnel"), "R15": ("organization_dept",), "R02": ("finance", "personnel", "organization_dept")}


def request(matter: str, **changes: Any) -> payload.Request:
    """The healthy request of `matter` with entries of its payload replaced."""
    return payload.parse(matter, {**RAW[matter], **changes})


def facts(matter: str, **changes: Any) -> Facts:
    """The facts around it; `figures` is merged, everything else replaced."""
    figures = {**FIGURES, **changes.pop("figures", {})}
    if matter == "R02":
        figures[OTHER, "PSU-F"] = changes.pop("giver_figures", Figures(vacant=12, filled=6))
    base = Facts(
        matter=matter,
        day=DAY,
        applicant=UNITS[APPLICANT[matter]],
        reach=frozenset(REACH[matter]),
        units=UNITS,
        kinds=KINDS,
        figures=figures,
        pool={"PSU-F": 120},
        materials=frozenset(MATERIALS[matter]),
        required=dict.fromkeys(sorted(MATERIALS[matter]), "材料"),
        route=RouteFact("一般", "条例第十四条", ("commission",), CONSULT[matter]),
        tasks=("办理事业单位法人设立登记", "向区委编办书面反馈落实情况"),
    )
    return replace(base, **changes)


def found(matter: str, code: str, asked: payload.Request | None = None, **changes: Any) -> list[Finding]:
    """The findings of one check."""
    asked = asked or request(matter)
    return [finding for finding in checks.run(asked, facts(matter, **changes)) if finding.code == code]


def levels(matter: str, code: str, asked: payload.Request | None = None, **changes: Any) -> list[str]:
    """Their levels."""
    return [finding.level for finding in found(matter, code, asked, **changes)]


def line(matter: str, place: int = 0, **changes: Any) -> list[dict[str, Any]]:
    """The lines of the healthy request with one of them changed."""
    lines = [dict(each) for each in RAW[matter]["lines"]]
    lines[place] |= changes
    return lines
