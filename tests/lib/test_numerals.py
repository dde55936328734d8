"""Chinese numerals and dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.lib import numerals


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "零"), (2, "二"), (10, "十"), (11, "十一"), (20, "二十"), (100, "一百"), (101, "一百零一"),
        (110, "一百一十"), (120, "一百二十"),
        (1002, "一千零二"), (1010, "一千零一十"), (10000, "一万"), (10010, "一万零一十"), (20500, "二万零五百"), (100000, "十万"),
        (1000001, "一百万零一"), (100000000, "一亿"), (100010000, "一亿零一万"), (1200034000, "十二亿零三万四千"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_they_are_said(n: int, text: str) -> None:
    assert numerals.number(n) == text
    assert numerals.parse(text) == n


@given(st.integers(0, numerals.LIMIT - 1))
def test_reading_undoes_writing(n: int) -> None:
    assert numerals.parse(numerals.number(n)) == n
    assert numerals.parse(str(n)) == n


@given(st.integers(10, 9999))
def test_years_are_read_digit_by_digit(n: int) -> None:
    assert numerals.parse(numerals.digits(n)) == n


@pytest.mark.parametrize("text", ["", "三十名", "-5", "一.五", "abc"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a numeral"):
        numerals.parse(text)


@pytest.mark.parametrize("n", [-1, numerals.LIMIT])
def test_what_nobody_writes_out_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="written out"):
        numerals.number(n)


def test_dates_as_papers_write_them() -> None:
    assert numerals.day(date(2026, 3, 2)) == "2026年3月2日"
    assert numerals.day_written(date(2026, 11, 20)) == "二〇二六年十一月二十日"
