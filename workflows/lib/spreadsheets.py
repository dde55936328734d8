"""Excel in and out without surprises: no formula is ever read as a value or written as one."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from workflows.lib import archives
from workflows.lib.refusals import Refused

ROWS_MAX = 20_000
COLUMNS_MAX = 200
# What spreadsheet programs take for a formula at the start of a cell, also in the full-width forms people type here.
DANGEROUS = tuple("=+-@\t\r＝＋－＠")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty: its number as the sheet counts, from 1, and its cells."""

    number: int
    cells: list[Any]


def harmless(value: Any) -> Any:
    """A text that a spreadsheet program would take for a formula gets a leading apostrophe; everything else is itself."""
    if not isinstance(value, str):
        return value
    value = _CONTROLS.sub("", value)
    return f"'{value}" if value.lstrip(" \n　").startswith(DANGEROUS) or value.startswith(DANGEROUS) else value


def read_rows(file: BinaryIO) -> list[Row]:
    """The rows of the first sheet that are not empty. Texts are stripped, whole floats become integers, moments days.

    An apostrophe that `harmless` put in front is taken off again.
    :raises Refused: no workbook, too large, or a cell holds a formula: its value would be what some other program last computed.
    """
    data = file.read(archives.SIZE_MAX + 1)
    archives.check(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = [
            Row(number, [_value(cell, number) for cell in _trimmed(row, number)])
            for number, row in enumerate(sheet.iter_rows(max_row=ROWS_MAX + 1), start=1)
        ]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, TypeError, AttributeError, SyntaxError) as error:
        raise Refused(
            _("这个文件不是可以读取的 Excel 工作簿（.xlsx）。请另存为 .xlsx 后再导入。"), code="not_a_workbook", field="file"
        ) from error
    if len(rows) > ROWS_MAX:
        raise Refused(_("表格超过%(n)s行，请分几个文件导入。") % {"n": ROWS_MAX}, code="too_many_rows", field="file")
    return [row for row in rows if any(cell is not None for cell in row.cells)]


def write_rows(header: Sequence[Any], rows: Iterable[Sequence[Any]], title: str = "Sheet1") -> bytes:
    """An .xlsx with a bold, frozen header. Texts are written as texts, never as formulas; numbers and days as such."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    rows = [[_plain(value) for value in row] for row in rows]
    header = [_plain(value) for value in header]
    for index, name in enumerate(header):
        longest = max([_width(name), *(_width(row[index]) for row in rows[:200] if index < len(row))])
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(longest + 2, _WIDTH_MAX)
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, value, bold=True) for value in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _trimmed(row: Sequence[Any], number: int) -> Sequence[Any]:
    cells = list(row)
    while cells and cells[-1].value is None:
        cells.pop()
    if len(cells) > COLUMNS_MAX:
        raise Refused(_("第%(row)s行超过%(n)s列。") % {"row": number, "n": COLUMNS_MAX}, code="too_many_columns", field="file")
    return cells


def _value(cell: Any, number: int) -> Any:
    value = cell.value
    if cell.data_type == "f":
        place = f"{get_column_letter(cell.column)}{number}"
        raise Refused(_("单元格%(place)s是公式，请改为数值后再导入。") % {"place": place}, code="formula", field="file")
    if isinstance(value, str):
        value = value.strip()
        return (value[1:] if value.startswith("'") and value[1:].lstrip(" \n　").startswith(DANGEROUS) else value) or None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return harmless(str(value))


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _width(value: Any) -> int:
    """In columns: a Chinese character is two wide."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in str("" if value is None else value))
