"""Pure: working days of the State's holiday table, with the office's own departures from it.

A year the table does not know runs Monday to Friday, and every date counted through it is provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar.constants import holidays, workdays

DAY = timedelta(days=1)
WEEKDAYS = 5
# So many days off entered by hand make a year known although the table lacks it: the State never gives fewer.
HOLIDAYS_MIN = 7
_YEARS = frozenset(day.year for day in holidays)


@dataclass(frozen=True, slots=True)
class Due:
    """A day a limit ends on; `provisional` when the State has not yet announced a year it runs through."""

    day: date
    provisional: bool


class Calendar:
    """Answers for days; `overrides` says of single days whether the office works on them, whatever the State's table says."""

    def __init__(self, overrides: Mapping[date, bool]) -> None:
        self._overrides = dict(overrides)
        self._entered: dict[int, int] = {}
        for day, working in self._overrides.items():
            self._entered[day.year] = self._entered.get(day.year, 0) + (not working)

    def is_working(self, day: date) -> bool:
        """Whether the office works on `day`."""
        if day in self._overrides:
            return self._overrides[day]
        return day in workdays or (day.weekday() < WEEKDAYS and day not in holidays)

    def known(self, year: int) -> bool:
        """Whether the holidays of `year` are announced, in the State's table or entered by the office."""
        return year in _YEARS or self._entered.get(year, 0) >= HOLIDAYS_MIN

    def add(self, day: date, n: int) -> Due:
        """The last day of a limit of `n` working days; the day it starts does not count (`n` = 0 is `day` itself).

        :raises ValueError: `n` is negative.
        """
        if n < 0:
            raise ValueError("a limit has no negative length")
        last = day
        while n:
            last += DAY
            n -= self.is_working(last)
        return Due(last, not all(self.known(year) for year in range(day.year, last.year + 1)))

    def between(self, a: date, b: date) -> int:
        """The working days after `a` up to and including `b`; negative when `b` lies before `a`."""
        if b < a:
            return -self.between(b, a)
        return sum(self.is_working(a + DAY * step) for step in range(1, (b - a).days + 1))
