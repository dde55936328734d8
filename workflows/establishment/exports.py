"""Excel out: the ledger as of a day, every cell plain text or a number, no formulas."""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from workflows.establishment import queries, sheets
from workflows.establishment.balance import Figures
from workflows.lib import spreadsheets
from workflows.organization import queries as organization
from workflows.organization.models import Unit


def ledger(*, unit_ids: Collection[int] | None, day: date, known_at: datetime | None = None) -> bytes:
    """An .xlsx of the units' figures on `day` (what was known by `known_at`), with the names they bore then.

    The first columns are those of an opening ledger. The last column repeats the day on every row, so that a sheet cut
    out of the file still says what it shows.
    """
    header = [
        _("单位代码"), _("单位"), _("编制类别代码"), _("编制类别"), _("核定"), _("实有"), _("锁定"), _("冻结"), _("预留"),
        _("空编"), _("超编"), _("待下达"), _("时点"),
    ]  # fmt: skip
    figures = queries.figures(unit_ids, day, known_at)
    units = Unit.objects.filter(pk__in={unit for unit, _kind in figures}).order_by("sort", "pk")
    names = organization.names_on([unit.pk for unit in units], day)
    kinds = queries.kinds()
    rows = [
        [unit.code, names.get(unit.pk) or unit.name, kind.code, kind.name, *_cells(figures[unit.pk, kind.code]), day.isoformat()]
        for unit in units
        for kind in kinds
        if (unit.pk, kind.code) in figures
    ]
    return spreadsheets.write_rows(header, rows)


def _cells(posts: Figures) -> list[int]:
    return [posts.approved, posts.filled, posts.locked, posts.frozen, posts.held, posts.vacancy, posts.over, posts.pledged]


def template(*, history: bool = False) -> bytes:
    """An empty file with the headings an import expects."""
    return spreadsheets.write_rows(sheets.HISTORY_HEADER if history else sheets.OPENING_HEADER, [])
