"""Pure: how far away a day is, in the words and weights of the screens (working days, never calendar days)."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from workflows.lib.calendar import Calendar

SOON = 5


@dataclass(frozen=True, slots=True)
class Due:
    """`超期2日` on ink, `今日到期` on amber, else plain text; `group` today | week | later says where a list puts it."""

    word: str
    kind: str
    group: str
    day: date | None = None

    @property
    def plain(self) -> bool:
        """Nothing unusual: no chip."""
        return not self.kind


def due(day: date | None, today: date, calendar: Calendar) -> Due:
    """How the deadline `day` stands on `today`."""
    if day is None:
        return Due("", "", "later")
    if day < today:
        return Due(_("超期%(n)s日") % {"n": calendar.between(day, today) or 1}, "late", "today", day)
    if day == today:
        return Due(_("今日到期"), "now", "today", day)
    left = calendar.between(today, day)
    return Due(_("剩%(n)s个工作日") % {"n": left}, "", "week" if left <= SOON else "later", day)


def waited(since: date, today: date, calendar: Calendar) -> str:
    """`今日转来` or `已2个工作日`."""
    n = calendar.between(since, today)
    return _("已%(n)s个工作日") % {"n": n} if n else _("今日转来")
