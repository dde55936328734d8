"""Pure: the district's clock. The database keeps UTC; days, working days and the year of numbers are Asia/Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


def day_of(now: datetime) -> date:
    """The local calendar day of an aware moment; raises ValueError for a naive one, whose day nobody can know."""
    if now.tzinfo is None:
        raise ValueError("a moment without a time zone has no day")
    return now.astimezone(ZONE).date()


def minute_of(now: datetime) -> str:
    """`2026-11-20 09:12`, as registers write a moment."""
    return now.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
