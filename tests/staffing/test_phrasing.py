"""The words of replies and refusals."""

from dataclasses import replace
from datetime import date

import pytest

from tests.staffing.evidence import KINDS, OTHER, SCHOOL, UNITS, facts, line, request
from workflows.establishment.balance import Figures
from workflows.staffing import phrasing

DECIDED = "经区委编委2026年第3次会议研究"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("区教育局", "你局"), ("东方路街道办事处", "你街道"), ("尚庄镇人民政府", "你镇"), ("区委办公室", "你办"), ("区中医院", "你院"),
        ("示例区东方路小学", "你校"), ("中共示例区委组织部", "你部"), ("高新技术产业园区管理委员会", "你委"), ("某某社", "你单位"),
    ],
)  # fmt: skip
def test_offices_are_addressed_as_papers_do(name: str, word: str) -> None:
    assert phrasing.pronoun(name) == word


def test_the_incoming_document_is_quoted_with_title_and_number() -> None:
    assert (
        phrasing.quotation(request("R10"), "东方路街道办事处") == "你街道《关于从周转池调剂25名事业编制的请示》（东办〔2026〕37号）收悉。"
    )


def test_the_title_of_a_reply_turns_the_request_round() -> None:
    assert phrasing.reply_title(request("R02"), "中共示例区委机构编制委员会") == "中共示例区委机构编制委员会关于设立区公共图书馆的批复"
    assert phrasing.refusal_title(request("R02"), "区委编办") == "区委编办关于设立区公共图书馆的复函"
    assert phrasing.subject("调整编制") == "关于调整编制"


def test_sessions_are_told_in_order_and_the_superior_by_its_number() -> None:
    assert phrasing.sessions([("区委编委会议", "2026年第3次会议", False)]) == "经区委编委2026年第3次会议研究"
    both = phrasing.sessions([("区委编委会议", "2026年第3次会议", False), ("市委编委", "市编委〔2026〕9号", True)])
    assert both == "经区委编委2026年第3次会议研究，并报市委编委批准（市编委〔2026〕9号）"
    assert phrasing.sessions([("区委编办主任办公会", "2026年第13次主任办公会", False)]) == "经区委编办2026年第13次主任办公会研究"
    assert phrasing.sessions([("区委编委会议", "2026年第8次区委编委会议", False)]) == "经2026年第8次区委编委会议研究"
    assert phrasing.sessions([]) == ""


def test_the_reply_on_25_posts_reads_as_an_office_writes_it() -> None:
    assert phrasing.reply(request("R10"), facts("R10"), DECIDED) == [
        "你街道《关于从周转池调剂25名事业编制的请示》（东办〔2026〕37号）收悉。经区委编委2026年第3次会议研究，现批复如下：",
        "一、同意从区周转池调剂事业编制（全额）25名，用于东方路街道综合便民服务中心。",
        "二、调整后，东方路街道综合便民服务中心核定事业编制（全额）43名。",
        "三、请你街道严格在核定的编制内配备人员，按规定办理用编和实名制手续，不得改变编制使用范围。",
        "此复。",
    ]


def test_the_reply_on_a_new_institution_has_four_parts() -> None:
    paragraphs = phrasing.reply(request("R02"), facts("R02"), DECIDED)
    assert paragraphs[1] == (
        "一、机构设置。同意设立区公共图书馆，为区工业和信息化局所属公益一类事业单位，机构规格为股级，经费形式为财政全额拨款。内设综合股、读者服务股。"
    )
    assert paragraphs[2] == "二、主要职责。宗旨是提供公共阅读服务。文献收集、整理、借阅；阅读推广。"
    assert paragraphs[3] == (
        "三、人员编制和领导职数。核定区公共图书馆事业编制（全额）10名（从东方路街道文化站调剂事业编制（全额）10名）；核定事业单位正职（股级）1名。"
    )
    assert paragraphs[4].startswith("四、有关要求。请你局自批复之日起60个工作日内")
    assert paragraphs[5] == "此复。"


def test_posts_that_go_down_and_posts_from_a_unit_are_told_with_both_ends() -> None:
    down = phrasing.reply(request("R10", lines=line("R10", direction="down", quantity=1)), facts("R10"), DECIDED)
    assert down[1] == "一、同意东方路街道综合便民服务中心核减事业编制（全额）1名，收回区周转池。"
    moved = phrasing.reply(request("R10", lines=line("R10", source="unit", giver=OTHER, quantity=4)), facts("R10"), DECIDED)
    assert moved[1] == "一、同意从东方路街道文化站调剂事业编制（全额）4名，用于东方路街道综合便民服务中心。"
    assert moved[2] == "二、调整后，东方路街道综合便民服务中心核定事业编制（全额）22名；东方路街道文化站核定事业编制（全额）6名。"


def test_41_schools_are_summed_up_and_named() -> None:
    schools = {n: replace(UNITS[SCHOOL], id=n, name=f"第{n}小学", short_name=f"第{n}小学") for n in range(101, 142)}
    lines = [
        {"unit": n, "kind": kind, "quantity": 1, "source": "issued", "giver": None, "direction": "up"}
        for n in schools for kind in ("L-SCHOOL-SUB-P", "L-SCHOOL-SUB-D")
    ]  # fmt: skip
    asked = request("R15", lines=lines)
    paragraphs = phrasing.reply(asked, facts("R15", units={**UNITS, **schools}), DECIDED)
    assert paragraphs[1] == "一、同意第101小学等41个单位增加学校党组织书记41名、学校党组织副书记41名。"
    assert paragraphs[2].startswith("二、每个单位核定学校党组织书记1名、学校党组织副书记1名，单位为：第101小学、第102小学、")
    assert phrasing.numbers_missing("".join(paragraphs), asked) == []
    assert phrasing.summary(asked.lines, facts("R15")) == "学校党组织书记41名、学校党组织副书记41名"


def test_a_refusal_gives_its_reason() -> None:
    assert phrasing.refusal(request("R10"), facts("R10"), DECIDED, "现有编制尚有空余。") == [
        "你街道《关于从周转池调剂25名事业编制的请示》（东办〔2026〕37号）收悉。经区委编委2026年第3次会议研究，暂不同意从周转池调剂25名事业编制。",
        "理由：现有编制尚有空余。",
        "此复。",
    ]


def test_a_matter_not_accepted_is_told_why_and_on_which_article() -> None:
    assert phrasing.refused_at_the_door(request("R02"), "区工业和信息化局", "职责与现有机构重复", "《条例》第十条") == [
        "你局《关于设立区公共图书馆的请示》（东办〔2026〕37号）收悉。经审查，职责与现有机构重复。依据《条例》第十条，对该事项不予受理。",
        "特此告知。",
    ]


def test_a_text_must_state_the_decided_numbers() -> None:
    asked = request("R10")
    assert phrasing.numbers_missing("同意调剂事业编制25名。", asked) == []
    assert phrasing.numbers_missing("同意调剂事业编制250名、125名。", asked) == ["25名"]
    assert phrasing.numbers_missing("同意调剂若干名。", asked) == ["25名"]


def test_the_decision_obliges_the_unit_to_things_with_days() -> None:
    day = date(2026, 3, 30)
    founding = dict(phrasing.tasks(request("R02"), "sub_section", day))
    assert founding["办理事业单位法人设立登记"] == date(2026, 6, 28)
    assert any("备案" in title for title, _day in phrasing.tasks(request("R15"), "section_chief", day))
    assert not any("备案" in title for title, _day in phrasing.tasks(request("R15"), "sub_section", day))
    assert [title for title, _day in phrasing.tasks(request("R10"), "none", day)][-1] == "向区委编办书面反馈落实情况"


def test_a_posts_total_counts_reserved_posts_too() -> None:
    held = facts("R10", figures={(2, "PSU-F"): Figures(vacant=0, held=1, filled=17)})
    assert "核定事业编制（全额）43名" in phrasing.reply(request("R10"), held, DECIDED)[2]
    assert KINDS["PSU-F"].name == "事业编制（全额）"
