"""Excel in and out: tried first, reported row by row, loaded whole or not at all."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from tests.establishment.conftest import DAY, NOW, OPENED
from workflows.audit.models import Entry
from workflows.establishment import exports, loading, operations, queries
from workflows.establishment.balance import Figures
from workflows.establishment.models import Account, Approval, Transfer
from workflows.lib import triggers
from workflows.lib.refusals import Refused
from workflows.organization.models import Unit

HEADER = ["单位", "编制类别", "核定", "实有", "锁定", "冻结", "待下达", "周转池"]
HISTORY = ["单位", "编制类别", "文号", "标题", "日期", "变动", "变动后", "事项", "扫描件"]
BOOK = {"basis": "2025年度统计年报", "effective_date": OPENED, "actor": None, "now": NOW}


def workbook(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> BytesIO:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    out.seek(0)
    return out


def faults(*rows: Sequence[Any], header: Sequence[Any] = HEADER) -> list[str]:
    report = loading.check_opening(file=workbook(*rows, header=header), effective_date=OPENED)
    assert report.ok is not bool(report.faults)
    return [str(problem) for problem in report.faults]


def test_an_opening_ledger_is_tried_then_loaded_then_known(units: SimpleNamespace) -> None:
    file = workbook(
        ["示例区", "PSU-F", None, None, None, None, None, 120],
        ["centre", "事业编制（全额）", 18, 17, None, None, None, None],
        ["东方路街道", "PSU-F", 30, 24, 2, 1, 5, None],
        ["区文广旅局", "PSU-F", 20, 23],
    )
    tried = loading.check_opening(file=file, effective_date=OPENED)
    assert tried.ok
    assert [record.notes for record in tried.records] == [[], [], [], ["超编 3 名，装入后只减不增。"]]
    assert Transfer.objects.count() == 0
    file.seek(0)
    done = loading.load_opening(file=file, **BOOK)
    assert (done.loaded, done.already) == (10, False)
    found = queries.figures(None)
    assert found[units.id.dongfanglu, "PSU-F"] == Figures(vacant=3, locked=2, filled=24, frozen=1, pledged=5)
    assert found[units.id.culture, "PSU-F"] == Figures(vacant=-3, filled=23)
    assert Account.objects.get(unit=units.culture, bucket="vacant").floor == -3
    assert queries.pool("PSU-F") == 120
    file.seek(0)
    again = loading.load_opening(file=file, **BOOK)
    assert (again.loaded, again.already, again.faults) == (0, True, [])
    assert Transfer.objects.count() == 10
    assert Entry.objects.filter(verb="establishment.ledger.opened").count() == 1
    assert queries.reconcile() == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["centre", "PSU-F", -1, 0], "第 2 行“核定”：-1 是负数。"),
        (["centre", "PSU-F", 18, 2.5], "第 2 行“实有”：2.5 不是整数。"),
        (["centre", "PSU-F", 100000, 0], "第 2 行“核定”：数值过大，最多 99999。"),
        (["centre", "PSU-F", "18", 17], "第 2 行“核定”：“18”不是数字，请改为数字格式。"),
        (["centre", "PSU-F", "十八", 17], "第 2 行“核定”：“十八”不是数字，请改为数字格式。"),
        (["centre", "PSU-F", True, 0], "第 2 行“核定”：“True”不是数字，请改为数字格式。"),
        (["centre", "PSU-F", date(2026, 1, 1), 0], "第 2 行“核定”：“2026-01-01”不是数字，请改为数字格式。"),
        (["centre", "ACC", 18, 17], "第 2 行“编制类别”：没有“ACC”这一编制类别。"),
        (["centre", None, 18, 17], "第 2 行“编制类别”：未填写。"),
        ([None, "PSU-F", 18, 17], "第 2 行“单位”：未填写。"),
        (["区邮政局", "PSU-F", 18, 17], "第 2 行“单位”：没有名为“区邮政局”的单位。"),
        (["unborn", "PSU-F", 18, 17], "第 2 行“单位”：该单位在 2026年1月1日 尚未设立或已撤销。"),
        (["ended", "PSU-F", 18, 17], "第 2 行“单位”：该单位在 2026年1月1日 尚未设立或已撤销。"),
        (["同名", "PSU-F", 18, 17], "第 2 行“单位”：有同名单位，请填写单位代码。"),
        (["示例区", "PSU-F", 18, 17], "第 2 行：区一行只填周转池。"),
        (["centre", "PSU-F", 18, 17, 0, 0, 0, 5], "第 2 行“周转池”：周转池只填在区一行。"),
        (["centre", "PSU-F", 0, 0], "第 2 行：各项均为零，请删去该行。"),
        (["centre", "PSU-F", 18, 17, 0, 0, 0, 0, "注"], "第 2 行：表头之外的列还有内容。"),
    ],
)
def test_every_wrong_row_is_named_with_its_field(units: SimpleNamespace, row: list[Any], expected: str) -> None:
    Unit.objects.create(code="unborn", name="未来局", kind="department", valid_from=date(2026, 2, 1))
    Unit.objects.create(code="ended", name="旧局", kind="department", valid_from=date(2010, 1, 1), valid_to=date(2025, 1, 1))
    for code in ("twin_1", "twin_2"):
        Unit.objects.create(code=code, name="同名", kind="department", valid_from=date(2010, 1, 1))
    assert faults(row) == [expected]
    good = ["industry", "PSU-F", 12, 9]
    with pytest.raises(Refused) as refused:
        loading.load_opening(file=workbook(row, good), **BOOK)
    assert refused.value.code == "sheet"
    assert refused.value.message == f"{expected}（共 1 处问题，整份文件未装入）"
    assert Transfer.objects.count() == 0


def test_institutions_without_posts_are_refused(units: SimpleNamespace) -> None:
    for code, kind in (("plate", "nameplate"), ("leading_group", "coordination")):
        Unit.objects.create(code=code, name=code, kind=kind, valid_from=date(2010, 1, 1))
        assert "不核定编制" in faults([code, "ADM", 3, 1])[0]


def test_duplicate_rows_are_found_whichever_way_they_are_written(units: SimpleNamespace) -> None:
    found = faults(["centre", "PSU-F", 18, 17], ["industry", "PSU-F", 1, 1], ["东方路街道综合便民服务中心", "事业编制（全额）", 18, 17])
    assert found == ["第 4 行：与第 2 行重复。"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["单位", "编制类别", "核定"], "第 1 行：缺少列：实有"),
        ([*HEADER, "备注"], "第 1 行：不认识的列：备注"),
        ([*HEADER, "核定"], "第 1 行：重复的列：核定"),
    ],
)
def test_wrong_headings_are_named(units: SimpleNamespace, header: list[str], expected: str) -> None:
    assert faults(["centre", "PSU-F", 18, 17], header=header) == [expected]


def test_a_file_without_rows_is_refused(units: SimpleNamespace) -> None:
    assert faults() == ["文件：只有表头，没有数据。"]
    with pytest.raises(Refused):
        loading.load_opening(file=workbook(), **BOOK)


@pytest.mark.parametrize("content", [b"", b"not a spreadsheet", b"PK\x03\x04" + b"\x00" * 200, b"\xd0\xcf\x11\xe0" + b"\x00" * 600])
def test_a_broken_file_is_refused_in_words(units: SimpleNamespace, content: bytes) -> None:
    for act in (loading.load_opening, loading.load_history):
        arguments = BOOK if act is loading.load_opening else {"day": DAY, "actor": None, "now": NOW}
        with pytest.raises(Refused):
            act(file=BytesIO(content), **arguments)
    assert Transfer.objects.count() == 0


def test_a_formula_is_not_a_number(units: SimpleNamespace) -> None:
    with pytest.raises(Refused) as refused:
        loading.load_opening(file=workbook(["centre", "PSU-F", "=9+9", 17]), **BOOK)
    assert "公式" in refused.value.message


def test_an_account_with_movements_is_not_opened_again(books: SimpleNamespace) -> None:
    assert faults(["centre", "PSU-F", 20, 17], ["centre", "ADM", 2, 1]) == ["第 2 行：该单位该类别已有变动记录，不能再装入期初数。"]


def test_a_batch_beyond_a_total_is_refused_before_it_is_written(units: SimpleNamespace) -> None:
    operations.set_ceiling(name="事业总额", kinds=["PSU-F"], quantity=100, basis="市编委", valid_from=OPENED, actor=None, now=NOW)
    assert faults(["centre", "PSU-F", 60, 1], ["industry", "PSU-F", 41, 1]) == ["文件：超出事业总额（总额 100 名）1 名。"]


def test_a_report_takes_few_statements_however_long_the_file(units: SimpleNamespace) -> None:
    many = [Unit.objects.create(code=f"u{n}", name=f"单位{n}", kind="department", valid_from=DAY) for n in range(150)]
    file = workbook(*(["centre" if n == 0 else unit.code, "ADM", 10, 7] for n, unit in enumerate(many)))
    with CaptureQueriesContext(connection) as captured:
        loading.check_opening(file=file, effective_date=DAY)
    assert len(captured) <= 7


def test_earlier_approvals_are_loaded_as_history(units: SimpleNamespace) -> None:
    rows = [
        ["industry", "ADM", "区委编委〔2019〕3号", "三定", date(2019, 3, 1), 41, 41, "核定行政编制41名", "三定.pdf"],
        ["industry", "ADM", "区委编委〔2021〕7号", "划入", "2021-06-01", 3, None, "划入3名", None],
        ["industry", None, "区委编委〔2022〕1号", "更名", datetime(2022, 1, 5, tzinfo=UTC).replace(tzinfo=None), None, None, "更名", None],
    ]
    scans = {"三定.pdf": "a" * 64}
    report = loading.check_history(file=workbook(*rows, header=HISTORY), day=DAY, scans=scans)
    assert report.faults == []
    assert Approval.objects.count() == 0
    file = workbook(*rows, header=HISTORY)
    assert loading.load_history(file=file, day=DAY, scans=scans, actor=None, now=NOW).loaded == 3
    file.seek(0)
    assert loading.load_history(file=file, day=DAY, scans=scans, actor=None, now=NOW).already
    assert [(row.number, row.change, row.scan[:3]) for row in queries.approvals([units.id.industry])] == [
        ("区委编委〔2019〕3号", 41, "aaa"),
        ("区委编委〔2021〕7号", 3, ""),
        ("区委编委〔2022〕1号", 0, ""),
    ]
    assert [step.after for step in queries.explain(units.id.industry, "ADM", DAY)] == [41, 44]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["industry", "ADM", None, "", date(2019, 3, 1), 1], "第 2 行“文号”：未填写。"),
        (["industry", "ADM", "x", "", "昨天", 1], "第 2 行“日期”：不是日期，请写成 2026-03-02 的形式。"),
        (["industry", "ADM", "x", "", None, 1], "第 2 行“日期”：未填写。"),
        (["industry", "ADM", "x", "", date(2027, 3, 1), 1], "第 2 行“日期”：日期在今天之后。"),
        (["industry", None, "x", "", date(2019, 3, 1), 1], "第 2 行“编制类别”：有编制变动的，须填写编制类别。"),
        (["industry", "ADM", "x", "", date(2019, 3, 1), "三"], "第 2 行“变动”：“三”不是数字，请改为数字格式。"),
        (["industry", "ADM", "x", "", date(2019, 3, 1), 1, None, "", "无.pdf"], "第 2 行“扫描件”：没有上传名为“无.pdf”的扫描件。"),
        (["industry", "ADM", "x", "题" * 201, date(2019, 3, 1), 1], "第 2 行“标题”：超过 200 个字。"),
        (["industry", "ADM", "x", "", date(2009, 3, 1), 1], "第 2 行“单位”：该单位在 2009年3月1日 尚未设立或已撤销。"),
    ],
)
def test_every_wrong_approval_is_named(units: SimpleNamespace, row: list[Any], expected: str) -> None:
    report = loading.check_history(file=workbook(row, header=HISTORY), day=DAY)
    assert [str(problem) for problem in report.faults] == [expected]
    with pytest.raises(Refused):
        loading.load_history(file=workbook(row, header=HISTORY), day=DAY, actor=None, now=NOW)
    assert Approval.objects.count() == 0


def test_the_ledger_leaves_as_numbers_and_plain_text(books: SimpleNamespace) -> None:
    Unit.objects.filter(pk=books.id.industry).update(name="=HYPERLINK(1)")
    sheet = load_workbook(BytesIO(exports.ledger(unit_ids=None, day=DAY))).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:6] == ["单位代码", "单位", "编制类别代码", "编制类别", "核定", "实有"]
    by_code = {row[0]: row for row in rows[1:]}
    assert by_code["culture"][4:] == [20, 23, 0, 0, 0, 0, 3, 0, "2026-03-02"]
    assert by_code["industry"][1].startswith("'=")
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    before = load_workbook(BytesIO(exports.ledger(unit_ids={books.id.centre}, day=date(2025, 1, 1)))).active
    assert before is not None
    assert before.max_row == 1


def test_a_template_can_be_filled_in_and_loaded(units: SimpleNamespace) -> None:
    book = load_workbook(BytesIO(exports.template()))
    sheet = book.active
    assert sheet is not None
    sheet.append(["centre", "PSU-F", 18, 17])
    out = BytesIO()
    book.save(out)
    out.seek(0)
    assert loading.load_opening(file=out, **BOOK).loaded == 2


def test_reconcile_says_that_all_adds_up(books: SimpleNamespace) -> None:
    out = StringIO()
    call_command("reconcile_ledger", stdout=out)
    assert out.getvalue() == f"{Account.objects.count()} accounts follow from 10 movements\n"


def test_reconcile_names_account_and_difference(books: SimpleNamespace) -> None:
    triggers.drop("default", "establishment")
    Account.objects.filter(unit=books.centre, bucket="vacant").update(balance=4)
    err = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("reconcile_ledger", stderr=err)
    triggers.install("default", "establishment")
    assert left.value.code == 1
    assert "东方路街道综合便民服务中心/PSU-F/vacant: balance expected 1, found 4, difference +3" in err.getvalue()
    assert "PSU-F: sum expected 0, found 3, difference +3" in err.getvalue()
