"""Every check of the catalogue: one case that passes, and cases in which it speaks."""

from dataclasses import replace
from typing import Any

import pytest

from tests.staffing.evidence import (
    BUREAU,
    CENTRE,
    DAY,
    KINDS,
    OTHER,
    OUTSIDE,
    RAW,
    SCHOOL,
    STREET,
    UNITS,
    facts,
    found,
    levels,
    line,
    request,
)  # fmt: skip
from workflows.establishment.balance import Figures
from workflows.staffing import checks
from workflows.staffing.evidence import Alike, Consulted, RouteFact

MATTERS = ("R10", "R02", "R15")


@pytest.mark.parametrize("matter", MATTERS)
def test_a_healthy_request_passes_every_check_with_a_fact_and_an_article(matter: str) -> None:
    findings = checks.run(request(matter), facts(matter))
    assert [finding for finding in findings if finding.level != "pass"] == []
    assert all(finding.fact and finding.article and finding.message for finding in findings)


@pytest.mark.parametrize("matter", MATTERS)
def test_what_stops_a_request_states_its_fact_and_article_too(matter: str) -> None:
    from workflows.staffing import payload

    findings = checks.run(payload.parse(matter, {}), facts(matter, materials=frozenset(), route=None))
    stopped = [finding for finding in findings if finding.level != "pass"]
    assert len(stopped) > 10
    assert all(finding.fact and finding.article and finding.message for finding in stopped)


def test_each_matter_has_the_checks_of_the_catalogue() -> None:
    codes = {matter: {check.code for check in checks.applying(matter)} for matter in MATTERS}
    everywhere = {"F01", "F02", "F03", "F04", "F05", "C01", "C02", "C03", "C05", "C06", "C07", "C15", "C31", "C32", "C33"}
    assert codes["R10"] == everywhere | {"C10", "C12"}
    assert codes["R15"] == everywhere | {"C13", "C16", "C20"}
    assert codes["R02"] == everywhere | {"F06", "C04", "C10", "C11", "C12", "C13", "C21"}


def test_a_warning_needs_a_reason_under_its_code() -> None:
    silent = request("R10", peers="")
    assert [finding.code for finding in checks.unexplained(checks.run(silent, facts("R10")), silent)] == ["C12"]
    spoken = request("R10", peers="", reasons={"C12": "全区仅此一处试点。"})
    assert checks.unexplained(checks.run(spoken, facts("R10")), spoken) == []


@pytest.mark.parametrize("name", ["title", "incoming_number", "incoming_date", "contact", "phone"])
def test_f01_basics_are_filled_in(name: str) -> None:
    assert [finding.field for finding in found("R10", "F01", request("R10", **{name: ""}))] == [name]


def test_f01_dates_make_sense() -> None:
    assert [finding.field for finding in found("R10", "F01", request("R10", incoming_date="2026-03-10"))] == ["incoming_date"]
    assert [finding.field for finding in found("R10", "F01", request("R10", effective_date="2026-03-08"))] == ["effective_date"]
    assert levels("R10", "F01", request("R10", effective_date="2026-03-09")) == ["pass"]


@pytest.mark.parametrize("name", ["necessity", "rationality", "feasibility"])
def test_f02_necessity_rationality_and_feasibility_are_argued(name: str) -> None:
    assert [(finding.level, finding.field) for finding in found("R10", "F02", request("R10", **{name: " "}))] == [("block", name)]


def test_f03_required_materials_are_attached() -> None:
    findings = found("R10", "F03", materials=frozenset({"minutes"}))
    assert [finding.field for finding in findings] == ["materials.measurement", "materials.request"]
    assert levels("R10", "F03") == ["pass"]


@pytest.mark.parametrize(
    ("matter", "changes", "field"),
    [
        ("R10", {"unit": None}, "lines.0.unit"),
        ("R10", {"kind": ""}, "lines.0.kind"),
        ("R10", {"kind": "XXX"}, "lines.0.kind"),
        ("R10", {"kind": "L-PSU-SUB-P"}, "lines.0.kind"),
        ("R10", {"quantity": None}, "lines.0.quantity"),
        ("R10", {"source": "unit", "giver": None}, "lines.0.giver"),
        ("R10", {"source": "unit", "giver": CENTRE}, "lines.0.giver"),
        ("R15", {"kind": "EDU"}, "lines.0.kind"),
        ("R02", {"unit": OTHER}, "lines.0.unit"),
        ("R02", {"direction": "down"}, "lines.0.direction"),
    ],
)
def test_f04_each_line_says_who_what_how_many_and_from_where(matter: str, changes: dict[str, Any], field: str) -> None:
    blocked = [
        finding.field for finding in found(matter, "F04", request(matter, lines=line(matter, **changes))) if finding.level == "block"
    ]
    assert field in blocked


def test_f04_there_is_a_line_and_no_line_twice() -> None:
    assert levels("R10", "F04", request("R10", lines=[])) == ["block"]
    twice = request("R10", lines=[*RAW["R10"]["lines"], *RAW["R10"]["lines"]])
    assert levels("R10", "F04", twice) == ["block"]
    only_leaders = request("R02", lines=RAW["R02"]["lines"][1:])
    assert levels("R02", "F04", only_leaders) == ["block"]


def test_f05_units_exist_and_are_the_applicants_own() -> None:
    assert levels("R10", "F05") == ["pass"]
    gone = {**UNITS, CENTRE: replace(UNITS[CENTRE], in_force=False)}
    assert levels("R10", "F05", units=gone) == ["block"]
    assert levels("R10", "F05", units={STREET: UNITS[STREET]}) == ["block"]
    foreign = request("R10", lines=line("R10", unit=OUTSIDE))
    assert [(each.level, each.field) for each in found("R10", "F05", foreign)] == [("block", "lines.0.unit")]


def test_f05_a_giver_outside_the_applicants_system_needs_a_word() -> None:
    inside = request("R10", lines=line("R10", source="unit", giver=OTHER, quantity=4))
    outside = request("R10", lines=line("R10", source="unit", giver=OUTSIDE, quantity=4))
    assert levels("R10", "F05", inside) == ["pass"]
    assert levels("R10", "F05", outside) == ["warn"]


@pytest.mark.parametrize("name", ["name", "kind", "sponsor", "rank", "psu_class", "funding", "purpose", "functions"])
def test_f06_a_new_institution_is_described(name: str) -> None:
    born = {**RAW["R02"]["institution"], name: None if name == "sponsor" else ""}
    assert f"institution.{name}" in [each.field for each in found("R02", "F06", request("R02", institution=born))]


def test_f06_the_sponsor_is_the_applicants_own_and_the_day_not_past() -> None:
    foreign = {**RAW["R02"]["institution"], "sponsor": STREET}
    assert levels("R02", "F06", request("R02", institution=foreign)) == ["block"]
    past = {**RAW["R02"]["institution"], "valid_from": "2026-03-08"}
    assert levels("R02", "F06", request("R02", institution=past)) == ["block"]
    assert levels("R02", "F06") == ["pass"]


def test_c01_without_a_route_nobody_is_competent() -> None:
    assert levels("R10", "C01", route=None, unsuitable="没有适用的一行。") == ["block"]
    assert levels("R10", "C01") == ["pass"]


def test_c01_section_rank_and_posts_from_above_need_the_superior() -> None:
    lone = RouteFact("一般", "条例第十四条", ("commission",), ())
    both = RouteFact("上报", "条例第十四条", ("commission", "superior"), ())
    higher = request("R02", institution={**RAW["R02"]["institution"], "rank": "section_deputy"})
    assert levels("R02", "C01", higher, route=lone) == ["block"]
    assert levels("R02", "C01", higher, route=both) == ["pass"]
    issued = request("R10", lines=line("R10", source="issued"))
    assert levels("R10", "C01", issued, route=lone) == ["block"]
    assert levels("R10", "C01", issued, route=both) == ["pass"]
    assert levels("R15", "C01", route=lone) == ["pass"]


def test_facts_speak_names_and_dates_not_codes() -> None:
    named = RouteFact("一般", "条例第十四条", ("commission",), ("finance",), {"commission": "区委编委会议", "finance": "区财政局"})
    assert found("R10", "C01", route=named)[0].fact == "一般：区委编委会议（依据条例第十四条）"
    assert found("R10", "C10", route=named)[0].fact == "路线会签单位：区财政局"
    assert found("R10", "C15", route=named)[0].fact == "区财政局"
    assert found("R10", "C31")[0].fact == "2026年2月27日　街道党工委2026年第5次会议"


def test_c02_a_basis_has_document_and_clause() -> None:
    assert levels("R10", "C02", request("R10", basis=[])) == ["block"]
    assert levels("R10", "C02", request("R10", basis=[{"title": "意见", "clause": ""}])) == ["block"]
    assert levels("R10", "C02") == ["pass"]


def test_c03_what_resembles_something_needs_a_reason() -> None:
    likeness = (
        Alike("name", "区图书服务中心", 61),
        Alike("functions", "区文化馆", 44),
        Alike("case", "关于设立区图书馆的请示", 80, "BZ-2026-00003"),
    )
    assert levels("R02", "C03", alike=likeness) == ["warn", "warn", "warn"]
    assert "BZ-2026-00003" in found("R02", "C03", alike=likeness)[2].message
    assert levels("R10", "C03", alike=likeness) == ["warn"]
    assert levels("R02", "C03") == ["pass"]


def test_c04_divisions_are_in_proportion_to_posts() -> None:
    assert levels("R02", "C04") == ["pass"]
    many = request("R02", institution={**RAW["R02"]["institution"], "divisions": "甲股、乙股、丙股"})
    assert levels("R02", "C04", many) == ["warn"]


def test_c05_the_pool_must_have_what_is_asked() -> None:
    assert found("R10", "C05")[0].fact == "区周转池事业编制（全额）可用120名，申请25名"
    assert levels("R10", "C05", pool={"PSU-F": 25}) == ["pass"]
    short = found("R10", "C05", pool={"PSU-F": 24})
    assert (short[0].level, short[0].message) == ("block", "区周转池余额不足（余 24 名）。")
    assert levels("R10", "C05", pool={}) == ["block"]


def test_c05_lines_on_one_source_are_added_up() -> None:
    two = request("R10", lines=[*line("R10", quantity=13), *line("R10", unit=OTHER, quantity=12)])
    assert levels("R10", "C05", two, pool={"PSU-F": 25}) == ["pass"]
    assert levels("R10", "C05", two, pool={"PSU-F": 24}) == ["block"]


def test_c05_a_total_limits_what_is_issued_and_leaders_have_none() -> None:
    issued = request("R10", lines=line("R10", source="issued"))
    assert levels("R10", "C05", issued, rooms={"PSU-F": 25}) == ["pass"]
    assert levels("R10", "C05", issued, rooms={"PSU-F": 24}) == ["block"]
    assert levels("R15", "C05") == ["pass"]


def test_c05_another_unit_gives_only_what_is_vacant() -> None:
    assert levels("R10", "C05", request("R10", lines=line("R10", source="unit", giver=OTHER, quantity=4))) == ["pass"]
    assert levels("R10", "C05", request("R10", lines=line("R10", source="unit", giver=OTHER, quantity=5))) == ["block"]


def test_c05_posts_that_go_down_must_be_vacant() -> None:
    assert levels("R10", "C05", request("R10", lines=line("R10", direction="down", quantity=1))) == ["pass"]
    assert levels("R10", "C05", request("R10", lines=line("R10", direction="down", quantity=2))) == ["block"]


def test_c06_an_overfull_unit_says_how_it_will_shrink() -> None:
    over = {(CENTRE, "PSU-F"): Figures(vacant=-3, filled=21)}
    findings = found("R10", "C06", figures=over)
    assert (findings[0].level, findings[0].fact) == ("warn", "核定18，实有21")
    assert levels("R10", "C06") == ["pass"]
    assert levels("R02", "C06", figures={(BUREAU, "PSU-F"): Figures(vacant=-1, filled=1)}) == ["warn"]


def test_c07_administrative_and_public_posts_never_mix() -> None:
    assert levels("R10", "C07") == ["pass"]
    assert levels("R10", "C07", request("R10", lines=line("R10", kind="ADM"))) == ["block"]
    assert levels("R10", "C07", request("R10", lines=line("R10", unit=STREET))) == ["block"]
    both = request("R10", lines=[*line("R10"), *line("R10", unit=STREET, kind="ADM")])
    assert levels("R10", "C07", both) == ["block"]


def test_c07_a_park_may_have_quota_posts_and_a_nameplate_none() -> None:
    park = {**UNITS, CENTRE: replace(UNITS[CENTRE], kind="park", nature="administrative")}
    assert levels("R10", "C07", request("R10", lines=line("R10", kind="QUO")), units=park) == ["pass"]
    plate = {**UNITS, CENTRE: replace(UNITS[CENTRE], kind="nameplate")}
    assert levels("R10", "C07", units=plate) == ["block"]


def test_c07_leaders_fit_the_sort_of_institution() -> None:
    assert levels("R15", "C07") == ["pass"]
    assert levels("R15", "C07", request("R15", lines=line("R15", kind="L-PSU-SUB-P"))) == ["block"]


def test_c10_finance_is_heard_or_will_be() -> None:
    nobody = RouteFact("一般", "条例第十四条", ("commission",), ("personnel",))
    assert levels("R10", "C10") == ["pass"]
    assert levels("R10", "C10", route=nobody) == ["block"]
    attached = frozenset({"finance"})
    assert levels("R10", "C10", route=nobody, materials=attached) == ["pass"]
    assert levels("R10", "C10", consulted=(Consulted("finance", "区财政局", "agree"),)) == ["pass"]
    assert levels("R10", "C10", consulted=(Consulted("finance", "区财政局", "disagree", "财力不足"),)) == ["warn"]


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("区公共图书馆", "pass"),
        ("区中小企业发展促进中心", "pass"),
        ("区图书管理局", "warn"),
        ("区图书事务", "warn"),
        ("公共图书馆", "warn"),
        ("区" + "公共" * 15 + "图书馆", "warn"),
    ],
)
def test_c11_names_conform(name: str, level: str) -> None:
    born = {**RAW["R02"]["institution"], "name": name}
    assert set(levels("R02", "C11", request("R02", institution=born))) == {level}


def test_c12_the_number_is_calculated_and_compared() -> None:
    assert levels("R10", "C12") == ["pass"]
    assert [each.field for each in found("R10", "C12", request("R10", measurement="", peers=""))] == ["measurement", "peers"]
    assert set(levels("R10", "C12", request("R10", measurement=""))) == {"warn"}


def test_c13_leaders_are_among_the_posts_and_within_the_norm() -> None:
    assert levels("R15", "C13") == ["pass"]
    two = request("R15", lines=line("R15", quantity=2))
    assert levels("R15", "C13", two) == ["warn"]
    many = request("R15", lines=line("R15", 1, quantity=3))
    assert levels("R15", "C13", many) == ["warn"]
    tiny = {(SCHOOL, "EDU"): Figures(filled=1)}
    assert "block" in levels("R15", "C13", figures=tiny)


def test_c13_a_leaders_rank_is_not_above_the_institutions() -> None:
    higher = request("R02", lines=line("R02", 1, kind="L-PSU-SEC-P"))
    assert levels("R02", "C13", higher) == ["warn"]
    assert levels("R02", "C13") == ["pass"]


def test_c15_disagreement_is_listed_and_silence_is_no_agreement() -> None:
    agreed = (Consulted("finance", "区财政局", "agree"), Consulted("personnel", "区人社局", "none"))
    assert found("R10", "C15", consulted=agreed)[0].fact == "区财政局：同意、区人社局：无意见"
    against = (*agreed, Consulted("organization_dept", "区委组织部", "disagree", "职数应统筹"))
    assert [(each.level, each.fact) for each in found("R10", "C15", consulted=against)] == [("warn", "职数应统筹")]
    waiting = (Consulted("finance", "区财政局", None),)
    assert "尚待区财政局答复" in found("R10", "C15", consulted=waiting)[0].message


def test_c16_leader_changes_come_with_the_comparison_table() -> None:
    assert levels("R15", "C16") == ["pass"]
    assert levels("R15", "C16", materials=frozenset({"request", "minutes"})) == ["block"]


def test_c20_section_leaders_are_reported_to_the_superior() -> None:
    section = request("R15", lines=line("R15", kind="L-DEPT-SEC-D", unit=BUREAU))
    assert levels("R15", "C20") == ["pass"]
    assert levels("R15", "C20", section) == ["block"]
    assert levels("R15", "C20", section, tasks=("领导职数变化报上级机构编制部门备案",)) == ["pass"]


def test_c21_nothing_of_that_name_stands_yet() -> None:
    assert levels("R02", "C21") == ["pass"]
    assert levels("R02", "C21", same_name="区公共图书馆") == ["block"]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({"date": "", "session": "会议", "summary": "同意"}, "discussion.date"),
        ({"date": "2026-03-10", "session": "会议", "summary": "同意"}, "discussion.date"),
        ({"date": "2026-02-27", "session": "", "summary": "同意"}, "discussion.session"),
        ({"date": "2026-02-27", "session": "会议", "summary": ""}, "discussion.summary"),
    ],
)
def test_c31_the_party_group_discussed_it(record: dict[str, str], field: str) -> None:
    assert [(each.level, each.field) for each in found("R10", "C31", request("R10", discussion=record))] == [("block", field)]


def test_c31_the_minutes_are_attached() -> None:
    assert [each.field for each in found("R10", "C31", materials=frozenset())] == ["materials.minutes"]
    assert levels("R10", "C31") == ["pass"]


@pytest.mark.parametrize("name", ["leadership", "compliance", "needs", "alternatives", "risks"])
def test_c32_every_question_of_article_16_is_answered(name: str) -> None:
    answers = {**RAW["R10"]["article16"], name: {"conclusion": "yes", "text": ""}}
    assert [(each.level, each.field) for each in found("R10", "C32", request("R10", article16=answers))] == [("block", f"article16.{name}")]
    answers[name] = {"conclusion": "", "text": "已说明"}
    assert levels("R10", "C32", request("R10", article16=answers)) == ["block"]
    answers[name] = {"conclusion": "no", "text": "暂不适应，分步解决"}
    assert levels("R10", "C32", request("R10", article16=answers)) == ["warn"]


def test_c33_open_rectifications_are_shown() -> None:
    assert levels("R10", "C33") == ["pass"]
    assert levels("R10", "C33", findings_open=("超编3名未整改",)) == ["warn"]


def test_the_day_of_the_facts_is_the_day_of_the_checks() -> None:
    assert facts("R10").day == DAY
    assert set(KINDS) >= {line["kind"] for raw in RAW.values() for line in raw["lines"]}
