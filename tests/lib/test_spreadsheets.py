"""Excel in and out: nothing that a spreadsheet program would compute."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from workflows.lib import spreadsheets
from workflows.lib.refusals import Refused
from workflows.lib.spreadsheets import Row, read_rows, write_rows

PAYLOADS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0", " =1", "\n=HYPERLINK(\"http://x\")",
    "　=1",
]  # fmt: skip
CELLS = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.text(max_size=20))


def read_back(data: bytes) -> list[Row]:
    return read_rows(io.BytesIO(data))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula(payload: str) -> None:
    data = write_rows([payload], [[payload]])
    for row in load_workbook(io.BytesIO(data)).active.iter_rows():
        for cell in row:
            assert cell.data_type != "f" and str(cell.value).startswith("'")
    assert spreadsheets.harmless(payload).startswith("'")


def test_what_was_written_is_read_back() -> None:
    rows = [["区财政局", 45, date(2026, 3, 2), None, "-3"], ["", 0, None, None, None]]
    assert read_back(write_rows(["单位", "核定", "日期", "空", "文"], rows)) == [
        Row(1, ["单位", "核定", "日期", "空", "文"]),
        Row(2, ["区财政局", 45, date(2026, 3, 2), None, "-3"]),
        Row(3, [None, 0]),
    ]


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5))
def test_any_cells_make_a_workbook_without_formulas(rows: list[list[Any]]) -> None:
    data = write_rows(["a", "b", "c", "d"], rows)
    for row in load_workbook(io.BytesIO(data)).active.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    read = read_back(data)
    numbers = {row.number: row.cells for row in read}
    for index, row in enumerate(rows, start=2):
        for place, cell in enumerate(row):
            if isinstance(cell, int | date):
                assert numbers[index][place] == cell


def workbook(*cells: Any) -> io.BytesIO:
    book = Workbook()
    book.active.append(list(cells))
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def test_a_formula_in_a_file_that_comes_in_is_named_by_its_place() -> None:
    with pytest.raises(Refused, match="单元格B1是公式"):
        read_rows(workbook("a", "=1+1"))


def test_whole_floats_are_numbers_and_texts_are_stripped() -> None:
    assert read_rows(workbook(" 甲 ", 45.0, 4.5)) == [Row(1, ["甲", 45, 4.5])]


def test_empty_rows_are_left_out_but_counted() -> None:
    book = Workbook()
    book.active["A1"], book.active["A4"] = "a", "b"
    out = io.BytesIO()
    book.save(out)
    assert [row.number for row in read_back(out.getvalue())] == [1, 4]


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04 broken", zipped(a=b"x"), zipped(**{"xl/workbook.xml": b"<broken"})])
def test_a_broken_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Refused):
        read_back(data)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Refused, match="异常"):
        read_back(zipped(bomb=b"\0" * 30 * 2**20))


def test_a_sheet_without_end_is_refused() -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for number in range(spreadsheets.ROWS_MAX + 1):
        sheet.append([number])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused, match="超过20000行"):
        read_back(out.getvalue())
