"""Filters, charts and deadlines: figures, dates and names as officials write them."""

from datetime import date

import pytest

from workflows.establishment.balance import Figures
from workflows.lib.calendar import Calendar
from workflows.views import charts, deadlines
from workflows.views.templatetags import dingbian

CALENDAR = Calendar({})


def test_dates_numbers_and_measure_words_are_kept_together() -> None:
    text = str(dingbian.prose("2026年3月2日印发示编委〔2026〕3号，核增25名，见BZ-2026-00018。"))
    assert "<time>2026年3月2日</time>" in text
    assert '<span class="nb">BZ-2026-00018</span>' in text
    assert "25\u2060名" in text
    assert "〔2026〕3号</span>" in text


def test_whatever_people_type_is_escaped() -> None:
    assert "<script>" not in str(dingbian.prose("<script>alert(1)</script>2026年3月2日"))
    assert "&lt;img" in str(dingbian.paragraphs("一\n<img src=x>"))
    assert "&lt;b&gt;" in str(dingbian.chip("<b>"))


@pytest.mark.parametrize(("value", "shown"), [(25, "+25"), (-25, "\u221225"), (0, "0"), (None, "")])
def test_differences_carry_their_sign(value: int | None, shown: str) -> None:
    assert dingbian.signed(value) == shown


@pytest.mark.parametrize(
    ("day", "word", "kind", "group"),
    [
        (date(2026, 11, 18), "超期2日", "late", "today"),
        (date(2026, 11, 20), "今日到期", "now", "today"),
        (date(2026, 11, 27), "剩5个工作日", "", "week"),
        (date(2026, 11, 30), "剩6个工作日", "", "later"),
        (None, "", "", "later"),
    ],
)
def test_a_deadline_is_said_in_working_days_and_weighs_what_it_should(day: date | None, word: str, kind: str, group: str) -> None:
    due = deadlines.due(day, date(2026, 11, 20), CALENDAR)  # a Friday
    assert (due.word, due.kind, due.group) == (word, kind, group)


def test_the_approved_figure_stands_at_80_per_cent_and_over_establishment_crosses_it() -> None:
    row = charts.posts_row("政法专项编制", Figures(vacant=-3, filled=27))
    assert row.bar.tick == "80.00%"
    assert [(rect.kind, rect.x, rect.width) for rect in row.bar.rects] == [("actual", "0.00%", "80.00%"), ("over", "80.00%", "10.00%")]
    assert (row.state_word, row.state_kind) == ("超编3", "over")


def test_the_pieces_of_a_bar_add_up_to_the_approved_figure() -> None:
    row = charts.posts_row("行政编制", Figures(vacant=9, locked=6, filled=30))
    assert sum(float(rect.width[:-1]) for rect in row.bar.rects) == pytest.approx(80, abs=0.05)
    assert [n for _word, n, _kind in row.figures] == [45, 30, 6, 9]


def test_the_effect_shows_both_ends_on_one_scale() -> None:
    rows = charts.effect_rows(
        [
            charts.Effect("东方路街道", "事业编制", 18, filled=17, locked=1, change=25),
            charts.Effect("周转池", "事业编制", 120, change=-25, pool=True),
        ]
    )
    assert [(row.now_n, row.then_n) for row in rows] == [(18, 43), (120, 95)]
    assert rows[1].now.rects[0].width == "100.00%"
    assert rows[0].then_state == "空编25"


def test_a_pool_that_does_not_suffice_is_called_short() -> None:
    (row,) = charts.effect_rows([charts.Effect("周转池", "事业编制", 20, change=-25, pool=True)])
    assert (row.then_n, row.then_state, row.then_kind) == (-5, "不足5", "over")
