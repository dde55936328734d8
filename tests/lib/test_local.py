"""The district's day is Shanghai's."""

from datetime import UTC, date, datetime

import pytest

from workflows.lib import local, pinyin


def test_the_day_begins_at_sixteen_hours_utc() -> None:
    assert local.day_of(datetime(2026, 11, 20, 15, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert local.day_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)
    assert local.minute_of(datetime(2026, 11, 20, 1, 12, tzinfo=UTC)) == "2026-11-20 09:12"


def test_a_moment_without_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local.day_of(datetime(2026, 11, 20, 15, 59))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("区市场监管局", "qscjgj"), ("行政机构编制科", "xzjgbzk"), ("东方路街道", "dfljd"), ("12345热线", "12345rx"), ("（）· ", "")],
)
def test_initials_read_words_not_characters(text: str, expected: str) -> None:
    assert pinyin.initials(text) == expected
