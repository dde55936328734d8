"""Pure: the rows of an opening ledger and of a history file, as typed values or as problems in the reader's words.

A sheet is a list of rows (`number` as the spreadsheet shows it, `cells`), the header first. Nothing here knows units or
kinds; it only reads what is written in each cell.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from workflows.establishment.balance import LARGEST

UNIT, KIND = gettext_noop("单位"), gettext_noop("编制类别")
# Column heading → field of `drafts.Opening`; the first two of them must be filled in on every row but the district's.
NUMBERS = {"核定": "approved", "实有": "filled", "锁定": "locked", "冻结": "frozen", "待下达": "pledged", "周转池": "pool"}
OPENING_HEADER = (UNIT, KIND, *NUMBERS)
OPENING_REQUIRED = (UNIT, KIND, "核定", "实有")
HISTORY_HEADER = (UNIT, KIND, "文号", "标题", "日期", "变动", "变动后", "事项", "扫描件")
HISTORY_REQUIRED = (UNIT, KIND, "文号", "日期", "变动")
MOST_ROWS = 5_000


class Row(Protocol):
    """A row as the spreadsheet reader gives it."""

    number: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: row 0 is the file as a whole, an empty field the row as a whole."""

    row: int
    field: str
    message: str

    def __str__(self) -> str:
        where = _("第 %(row)d 行") % {"row": self.row} if self.row else _("文件")
        return f"{where}“{self.field}”：{self.message}" if self.field else f"{where}：{self.message}"


@dataclass(slots=True)
class Record:
    """One row read: `unit` and `kind` as written, `values` by field name, and what is wrong with it."""

    row: int
    unit: str
    kind: str
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, heading: str, message: str) -> None:
        """Note a problem of one of its cells."""
        self.problems.append(Problem(self.row, heading, message))


def opening(rows: Sequence[Row]) -> tuple[list[Record], list[Problem]]:
    """Records of an opening ledger; problems of the file as a whole end the reading."""
    return _records(rows, OPENING_HEADER, OPENING_REQUIRED, _opening_values)


def history(rows: Sequence[Row]) -> tuple[list[Record], list[Problem]]:
    """Records of earlier approvals."""
    return _records(rows, HISTORY_HEADER, HISTORY_REQUIRED, _history_values)


def _records(rows: Sequence[Row], header: Sequence[str], required: Sequence[str], read: Any) -> tuple[list[Record], list[Problem]]:
    if not rows:
        return [], [Problem(0, "", _("没有内容。"))]
    columns = [_text(cell) for cell in rows[0].cells]
    while columns and not columns[-1]:
        columns.pop()
    if faults := _heading_problems(columns, header, required):
        return [], faults
    if len(rows) == 1:
        return [], [Problem(0, "", _("只有表头，没有数据。"))]
    if len(rows) - 1 > MOST_ROWS:
        return [], [Problem(0, "", _("超过 %(most)d 行，请拆分后装入。") % {"most": MOST_ROWS})]
    return [_record(row, columns, read) for row in rows[1:]], []


def _heading_problems(columns: Sequence[str], header: Sequence[str], required: Sequence[str]) -> list[Problem]:
    missing = [name for name in required if name not in columns]
    unknown = [name or _("（空白）") for name in columns if name not in header]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    problems = []
    for names, message in ((missing, _("缺少列：")), (unknown, _("不认识的列：")), (twice, _("重复的列："))):
        if names:
            problems.append(Problem(1, "", message + "、".join(names)))
    return problems


def _record(row: Row, columns: Sequence[str], read: Any) -> Record:
    cells = dict(zip(columns, [*row.cells, *[None] * len(columns)], strict=False))
    record = Record(row.number, _text(cells[UNIT]), _text(cells[KIND]), {})
    if any(_text(cell) for cell in row.cells[len(columns) :]):
        record.fault("", _("表头之外的列还有内容。"))
    if not record.unit:
        record.fault(UNIT, _("未填写。"))
    read(record, cells)
    return record


def _opening_values(record: Record, cells: dict[str, Any]) -> None:
    if not record.kind:
        record.fault(KIND, _("未填写。"))
    for heading, name in NUMBERS.items():
        record.values[name] = _posts(record, heading, cells.get(heading))


def _history_values(record: Record, cells: dict[str, Any]) -> None:
    for heading, name, longest in (("文号", "number", 80), ("标题", "title", 200), ("事项", "effect", 300), ("扫描件", "scan", 200)):
        text = _text(cells.get(heading))
        if len(text) > longest:
            record.fault(heading, _("超过 %(longest)d 个字。") % {"longest": longest})
        record.values[name] = text
    if not record.values["number"]:
        record.fault("文号", _("未填写。"))
    record.values["date"] = _day(record, "日期", cells.get("日期"))
    record.values["change"] = _posts(record, "变动", cells.get("变动"), signed=True)
    after = cells.get("变动后")
    record.values["after"] = None if _blank(after) else _posts(record, "变动后", after)
    if not record.kind and (record.values["change"] or record.values["after"]):
        record.fault(KIND, _("有编制变动的，须填写编制类别。"))


def _posts(record: Record, heading: str, cell: Any, *, signed: bool = False) -> int:
    """A whole number of posts; a blank is none. Anything else is noted and read as 0."""
    if _blank(cell):
        return 0
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        record.fault(heading, _("“%(cell)s”不是数字，请改为数字格式。") % {"cell": _text(cell)[:20]})
    elif not math.isfinite(cell) or int(cell) != cell:
        record.fault(heading, _("%(cell)s 不是整数。") % {"cell": cell})
    elif cell < 0 and not signed:
        record.fault(heading, _("%(cell)d 是负数。") % {"cell": cell})
    elif abs(cell) > LARGEST:
        record.fault(heading, _("数值过大，最多 %(most)d。") % {"most": LARGEST})
    else:
        return int(cell)
    return 0


def _day(record: Record, heading: str, cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return date.fromisoformat(_text(cell))
    except ValueError:
        record.fault(heading, _("不是日期，请写成 2026-03-02 的形式。") if _text(cell) else _("未填写。"))
        return None


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _blank(cell: Any) -> bool:
    return _text(cell) == ""


def repeated(records: Iterable[tuple[Record, Any]]) -> None:
    """Note every record whose identity (any hashable value) an earlier row had already."""
    first: dict[Any, int] = {}
    for record, identity in records:
        if identity in first:
            record.fault("", _("与第 %(row)d 行重复。") % {"row": first[identity]})
        else:
            first[identity] = record.row
