"""From what somebody typed to paragraphs, levels, titles, numbers and payloads."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.documents import levels, titles
from workflows.documents.composer import Run
from workflows.documents.numbering import number
from workflows.documents.payloads import ApprovalForm, Reply, Signed, Vote
from workflows.lib import canonical


class TestParagraphs:
    def test_are_the_typed_lines_without_the_indents_people_type(self) -> None:
        assert levels.paragraphs("　　一、人员编制\r\n\n  同意。 \n") == ("一、人员编制", "同意。")

    def test_drop_control_and_invisible_characters(self) -> None:
        assert levels.paragraphs("编\x00制\u200b办\ufeff\ud800") == ("编制办",)


class TestLevels:
    def test_set_a_first_level_heading_in_hei(self) -> None:
        assert levels.runs("一、人员编制") == (Run("一、人员编制", "hei"),)

    def test_set_a_first_level_sentence_in_hei_and_the_rest_in_the_body_face(self) -> None:
        assert levels.runs("二、核定编制。同意核增25名。") == (Run("二、核定编制。", "hei"), Run("同意核增25名。"))

    def test_set_a_second_level_heading_in_kai(self) -> None:
        assert levels.runs("（三）有关要求") == (Run("（三）有关要求", "kai"),)

    def test_leave_an_enumerated_sentence_in_the_body_face(self) -> None:
        for text in ("（一）承担全区人才引进等事务性工作；", "（二）主任1名。", "1.核定编制", "十分必要"):
            assert levels.runs(text) == (Run(text),)

    @given(st.text(min_size=1))
    def test_lose_no_text(self, text: str) -> None:
        for paragraph in levels.paragraphs(text):
            assert "".join(run.text for run in levels.runs(paragraph)) == paragraph


class TestTitles:
    def test_stay_on_one_line_while_they_fit(self) -> None:
        assert titles.balance("关于设立区公共图书馆的批复", 20) == ["关于设立区公共图书馆的批复"]

    def test_give_the_issuing_organ_its_own_line(self) -> None:
        lines = titles.balance("中共示例区委机构编制委员会关于核增东方路街道综合便民服务中心事业编制的批复", 20)
        assert lines == ["中共示例区委机构编制委员会", "关于核增东方路街道", "综合便民服务中心事业编制的批复"]

    def test_keep_the_breaks_somebody_typed(self) -> None:
        assert titles.balance("关于甲\n乙的批复", 20) == ["关于甲", "乙的批复"]

    @given(st.text("关于设立区公共图书馆的批复机构编制事项和，《》2026", min_size=1, max_size=90))
    def test_lose_no_character_and_keep_to_the_width(self, text: str) -> None:
        lines = titles.balance(text, 20)
        assert "".join(lines) == text
        assert all(0 < len(line) <= 20 for line in lines)


def test_a_number_has_six_cornered_brackets_a_full_year_and_no_leading_zero() -> None:
    assert number("示编委", 2026, 3) == "示编委〔2026〕3号"


class TestPayload:
    def test_becomes_json_values_that_hash(self) -> None:
        form = ApprovalForm(
            applicant="区教育局", matter="R15", title="设立领导职数", accepted_on=date(2026, 3, 2),
            boxes=(Signed(section="会签意见", name="张某", at=datetime(2026, 3, 3, 1, 2, tzinfo=UTC)),), votes=(Vote(body="编委会议"),),
        )  # fmt: skip
        value = form.as_json()
        assert value["accepted_on"] == "2026-03-02"
        assert value["boxes"][0]["at"] == "2026-03-03T01:02:00+00:00"
        assert value["votes"][0]["held_on"] is None
        assert len(canonical.digest(value)) == 64

    def test_keeps_the_text_as_typed_but_for_what_does_not_print(self) -> None:
        reply = Reply(issuer="编委", title="批复", recipient="教育局", body=("一\x07、Ａ b　c",))
        assert reply.as_json()["body"] == ["一、Ａ b　c"]

    def test_is_frozen(self) -> None:
        reply = Reply(issuer="编委", title="批复", recipient="教育局", body=("同意。",))
        with pytest.raises(AttributeError):
            reply.title = "别的"  # type: ignore[misc]
