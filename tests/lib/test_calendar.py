"""Working days: the State's table of 2026, the office's departures, years nobody has announced."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.lib.calendar import Calendar, Due

STATE = Calendar({})
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
OVERRIDES = st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 3, 1)), st.booleans(), max_size=30)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 1, 1), False),  # 元旦
        (date(2026, 1, 4), True),  # a Sunday worked for it
        (date(2026, 2, 17), False),  # 春节
        (date(2026, 2, 28), True),  # a Saturday worked for it
        (date(2026, 10, 1), False),  # 国庆节
        (date(2026, 11, 20), True),  # a plain Friday
        (date(2026, 11, 21), False),  # a plain Saturday
    ],
)
def test_the_states_table_of_2026(day: date, working: bool) -> None:
    assert STATE.is_working(day) is working


def test_a_limit_starts_on_the_next_day_and_skips_the_weekend() -> None:
    assert STATE.add(date(2026, 11, 20), 5) == Due(date(2026, 11, 27), provisional=False)
    assert STATE.add(date(2026, 11, 21), 1) == Due(date(2026, 11, 23), provisional=False)
    assert STATE.add(date(2026, 11, 20), 0) == Due(date(2026, 11, 20), provisional=False)
    with pytest.raises(ValueError, match="negative"):
        STATE.add(date(2026, 11, 20), -1)


def test_a_limit_over_the_national_day_skips_the_whole_week() -> None:
    # 30 September is a Wednesday; 1–7 October are free, the 8th and 9th worked, Saturday the 10th made up.
    assert STATE.add(date(2026, 9, 30), 3) == Due(date(2026, 10, 10), provisional=False)
    assert STATE.between(date(2026, 9, 30), date(2026, 10, 10)) == 3


def test_a_limit_into_an_unannounced_year_is_provisional() -> None:
    assert not STATE.known(2027)
    assert STATE.add(date(2026, 12, 31), 1) == Due(date(2027, 1, 1), provisional=True)
    assert STATE.is_working(date(2027, 1, 1)) and not STATE.is_working(date(2027, 1, 2))


def test_the_offices_own_days_win_and_a_year_entered_by_hand_is_known() -> None:
    entered = Calendar({date(2027, 2, day): False for day in range(5, 12)})
    assert entered.known(2027) and not Calendar({date(2027, 1, 1): False}).known(2027)
    assert not entered.is_working(date(2027, 2, 8))
    assert Calendar({date(2026, 11, 21): True}).is_working(date(2026, 11, 21))
    assert not Calendar({date(2026, 11, 20): False}).is_working(date(2026, 11, 20))


@given(DAYS, st.integers(0, 60), OVERRIDES)
def test_between_undoes_add(start: date, n: int, overrides: dict[date, bool]) -> None:
    calendar = Calendar(overrides)
    due = calendar.add(start, n)
    assert calendar.between(start, due.day) == n
    assert n == 0 or calendar.is_working(due.day)


@given(DAYS, DAYS, DAYS, OVERRIDES)
def test_stretches_add_up(a: date, b: date, c: date, overrides: dict[date, bool]) -> None:
    calendar = Calendar(overrides)
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)


@given(DAYS, st.integers(0, 40))
def test_a_longer_limit_never_ends_earlier(start: date, n: int) -> None:
    assert STATE.add(start, n).day < STATE.add(start, n + 1).day
    assert STATE.add(start, n).day <= STATE.add(start + timedelta(days=1), n).day
