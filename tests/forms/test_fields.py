"""Days and whole numbers as officials type them, and forms that keep what was typed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from forms.fields import DayField, WholeField


@pytest.mark.parametrize(
    "typed", ["2026年3月2日", "2026-3-2", "2026.03.02", "2026/3/2", " 2026-03-02 ", "２０２６年３月２日", "2026 年 3 月 2 日"]
)
def test_a_day_is_read_in_every_way_officials_write_it(typed: str) -> None:
    assert DayField().clean(typed) == date(2026, 3, 2)


@pytest.mark.parametrize("typed", ["2026-2-30", "2026年13月1日", "昨天", "3月2日", "20260302", "0000-1-1"])
def test_what_is_no_day_of_the_calendar_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValidationError, match="2026年3月2日"):
        DayField().clean(typed)


def test_a_stored_day_is_shown_in_the_official_way_and_nonsense_as_it_was_typed() -> None:
    assert DayField().prepare_value("2026-03-02") == "2026年3月2日"
    assert DayField().prepare_value("三月初") == "三月初"


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31)))
def test_every_day_survives_being_shown_and_read_again(day: date) -> None:
    assert DayField().clean(DayField().prepare_value(day.isoformat())) == day


@pytest.mark.parametrize(("typed", "number"), [("25", 25), ("２５", 25), (" 7 ", 7), ("99999", 99999)])
def test_whole_numbers_are_read_full_width_or_not(typed: str, number: int) -> None:
    assert WholeField().clean(typed) == number


@pytest.mark.parametrize("typed", ["-1", "0", "1.5", "1e3", "100000", "99999999999999999999", "十", "２５．５", "25名", "1,000"])
def test_negative_huge_and_broken_numbers_are_refused_with_the_bounds(typed: str) -> None:
    with pytest.raises(ValidationError, match="1至99999"):
        WholeField().clean(typed)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_only_numbers_within_the_bounds_pass(number: int) -> None:
    if 1 <= number <= 99_999:
        assert WholeField().clean(str(number)) == number
    else:
        with pytest.raises(ValidationError):
            WholeField().clean(str(number))
