"""The line composer: full lines end flush, prohibited marks stay off line ends, nothing is lost."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.documents.composer import NO_END, NO_START, Line, Run, compose

HANZI = "机构编制委员会同意核增事业编制二十五名用于补充专业人才堃昇玥"
WORDS = st.sampled_from(["25", "2026", "A", "PSU-F", "98%", "GB/T", "7.48", "编办", "领导职数"])
MARKS = st.sampled_from(["，", "。", "、", "；", "”", "）", "》", "）。", "”，", "……", "——", "（", "《", "“", "〔", " "])
TEXTS = st.lists(st.one_of(st.text(HANZI, min_size=1, max_size=9), WORDS, MARKS), min_size=1, max_size=60).map("".join)


def measure(cluster: str, face: str) -> float:
    """A made-up font: half-width Latin, everything else a cell."""
    return 0.5 if cluster.isascii() else 1.0


def has_lawful_break(line: Line) -> bool:
    """Whether the line holds any place where it might have ended instead."""
    text = line.text.rstrip()
    return any(text[i] not in NO_START and text[i - 1] not in NO_END and not text[i - 1].isascii() for i in range(2, len(text)))


class TestCompose:
    def test_sets_28_cells_a_line_with_two_blank_at_the_head(self) -> None:
        lines = compose([Run("编" * 60)], measure)
        assert [len(line.text) for line in lines] == [26, 28, 6]
        assert [line.indent for line in lines] == [2.0, 0.0, 0.0]
        assert [line.spacing for line in lines] == [0.0, 0.0, 0.0]

    def test_pushes_a_closing_mark_into_the_full_line(self) -> None:
        first, second = compose([Run("编" * 28 + "。" + "制" * 4)], measure, first_indent=0)
        assert first.text == "编" * 28 + "。"
        assert first.spacing == pytest.approx(-1 / 28)
        assert second.text == "制" * 4

    def test_pushes_the_character_before_two_closing_marks_out(self) -> None:
        first, second = compose([Run("编" * 28 + "）。" + "制" * 4)], measure, first_indent=0)
        assert first.text == "编" * 27
        assert second.text == "编）。制制制制"

    def test_takes_an_opening_mark_down_to_its_word(self) -> None:
        first, second = compose([Run("编" * 27 + "《" + "条例》")], measure, first_indent=0)
        assert first.text == "编" * 27
        assert first.right == pytest.approx(28)
        assert second.text == "《条例》"

    def test_keeps_a_number_whole(self) -> None:
        first, second = compose([Run("编" * 27 + "2026年")], measure, first_indent=0)
        assert (first.text, second.text) == ("编" * 27, "2026年")

    def test_breaks_a_word_longer_than_eight_cells(self) -> None:
        lines = compose([Run("x" * 80)], measure, first_indent=0)
        assert [len(line.text) for line in lines] == [56, 24]

    def test_keeps_a_dash_and_an_ellipsis_in_one_piece(self) -> None:
        for pair in ("——", "……"):
            first, second = compose([Run("编" * 27 + pair + "制")], measure, first_indent=0)
            assert pair in first.text or pair in second.text

    def test_leaves_the_faces_of_the_runs_as_they_were(self) -> None:
        (line,) = compose([Run("一、编制。", "hei"), Run("核增")], measure)
        assert line.runs == (Run("一、编制。", "hei"), Run("核增"))

    def test_counts_a_variation_selector_with_its_character(self) -> None:
        lines = compose([Run("葛\U000e0100" * 30)], measure, first_indent=0)
        assert len(lines[0].text) == 56
        assert lines[0].right == pytest.approx(28)

    def test_hangs_later_lines_under_the_indent(self) -> None:
        lines = compose([Run("附" * 50)], measure, first_indent=2, indent=5)
        assert [line.indent for line in lines] == [2, 5, 5]
        assert [len(line.text) for line in lines] == [26, 23, 1]

    def test_sets_nothing_for_no_text(self) -> None:
        assert compose([Run("")], measure) == []

    @given(TEXTS)
    def test_loses_and_adds_no_character(self, text: str) -> None:
        assert "".join(line.text for line in compose([Run(text)], measure)) == text

    @given(TEXTS)
    def test_never_sets_a_line_wider_than_the_type_area(self, text: str) -> None:
        assert all(line.right <= 28 + 1e-6 for line in compose([Run(text)], measure))

    @given(TEXTS)
    def test_ends_every_full_line_flush(self, text: str) -> None:
        lines = compose([Run(text)], measure)
        full = [line for line in lines[:-1] if len(line.text.rstrip()) > 1]
        assert all(line.right == pytest.approx(28) for line in full)

    @given(TEXTS)
    def test_keeps_prohibited_marks_off_line_starts_and_ends(self, text: str) -> None:
        lines = compose([Run(text)], measure)
        for line, following in pairwise(lines):
            if has_lawful_break(line):
                assert following.text[0] not in NO_START
                assert line.text.rstrip()[-1:] not in NO_END

    @given(TEXTS)
    def test_sets_the_same_text_the_same_way(self, text: str) -> None:
        assert compose([Run(text)], measure) == compose([Run(text)], measure)
