"""The ledger's pages: totals, units, movements, Excel out, and in after a dry run."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.audit.models import Reading
from workflows.establishment import queries
from workflows.establishment.models import Transfer
from workflows.lib import spreadsheets

OPENING = ["单位", "编制类别", "核定", "实有", "锁定", "冻结", "待下达", "周转池"]
BASIS = {"what": "opening", "basis": "2026年度统计年报", "effective_date": "2026年9月1日"}


def sheet(*rows: list[Any], header: list[str] = OPENING) -> SimpleUploadedFile:
    return SimpleUploadedFile("期初.xlsx", spreadsheets.write_rows(header, rows))


def text(client: object, name: str, **query: str) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_totals_show_pool_ceilings_and_over_establishment(enter: Enter) -> None:
    page = text(enter("auditor"), "ledger")
    row = page[page.index("事业编制（全额）</a>") :]
    assert ">120<" in row[:1800]
    assert 'class="num over">3<' in row[:1800]
    assert "事业编制总量" in page


def test_totals_of_an_earlier_day_are_those_of_that_day(enter: Enter) -> None:
    assert "这一天台账还没有数" in text(enter("auditor"), "ledger", on="2010年1月1日")


def test_units_can_be_narrowed_to_the_over_established(enter: Enter) -> None:
    page = text(enter("auditor"), "ledger-units", state="over")
    assert "超编3" in page
    assert "区教育局" not in page


def test_a_clerk_sees_its_own_house_only(enter: Enter) -> None:
    page = text(enter("dongfanglu.clerk"), "ledger")
    assert "东方路街道" in page
    assert "区教育局" not in page
    assert "全区总表" not in page


def test_movements_follow_a_case_and_stay_inside_the_readers_scope(world: World, enter: Enter) -> None:
    case = world.draft()
    world.run_to("evaluate", case)
    whole = text(enter("auditor"), "ledger-movements", code="reserve")
    assert "预留" in whole
    assert f"/cases/{case.pk}/" in whole
    assert f"/cases/{case.pk}/" not in text(enter("education.clerk"), "ledger-movements", code="reserve")


def test_older_movements_are_a_page_away_and_no_row_is_shown_twice(enter: Enter) -> None:
    client = enter("auditor")
    first = client.get(reverse("ledger-movements"))
    older = client.get(f"{reverse('ledger-movements')}?{first.context['page']['next']}")
    seen = {row.pk for row in first.context["rows"]}
    assert len(seen) == 50
    assert seen.isdisjoint({row.pk for row in older.context["rows"]})


def test_the_export_has_no_formula_and_is_noted(enter: Enter) -> None:
    answer = enter("auditor").get(reverse("ledger-export"))
    assert answer["Content-Disposition"].startswith("attachment")
    book = load_workbook(io.BytesIO(answer.content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(cell.value == 45 for cell in cells)
    assert Reading.objects.filter(subject="ledger", what="export").count() == 1


def test_a_clerk_exports_its_own_house_only(enter: Enter) -> None:
    book = load_workbook(io.BytesIO(enter("dongfanglu.clerk").get(reverse("ledger-export")).content))
    assert {row[0].value for row in book.active.iter_rows(min_row=2)} == {"dongfanglu", "dongfanglu_service"}


def test_a_good_file_is_tried_without_a_trace_and_then_loaded_once(world: World, enter: Enter) -> None:
    client, before = enter("general"), Transfer.objects.count()
    tried = client.post(reverse("ledger-load"), BASIS | {"file": sheet(["nanhu", "LAB", 3, 2])})
    assert tried.status_code == 200
    assert "试算通过" in tried.content.decode()
    assert Transfer.objects.count() == before
    confirm = {field.name: field.value() for field in tried.context["confirm"]}
    assert client.post(reverse("ledger-load-confirm"), confirm).url == reverse("ledger")
    loaded = Transfer.objects.count()
    assert loaded > before
    assert queries.figures([world.unit("nanhu").pk])[world.unit("nanhu").pk, "LAB"].approved == 3
    client.post(reverse("ledger-load-confirm"), confirm)
    assert Transfer.objects.count() == loaded


def test_one_bad_row_is_named_and_nothing_is_offered(enter: Enter) -> None:
    before = Transfer.objects.count()
    tried = enter("general").post(
        reverse("ledger-load"), BASIS | {"file": sheet(["nanhu", "LAB", 3, 2], ["没有的局", "LAB", 1, 1], ["nanhu", "PSU-F", -4, 0])}
    )
    page = tried.content.decode()
    assert "没有名为“没有的局”的单位" in page
    assert "是负数" in page
    assert "确认载入" not in page
    assert Transfer.objects.count() == before


@pytest.mark.parametrize("name", ["期初.txt", "期初.xlsx"])
def test_a_broken_file_is_refused_in_words_and_the_rest_is_kept(enter: Enter, name: str) -> None:
    answer = enter("general").post(reverse("ledger-load"), BASIS | {"file": SimpleUploadedFile(name, b"not a workbook")})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "xlsx" in page
    assert "2026年度统计年报" in page


def test_a_confirmation_of_what_was_never_tried_finds_nothing(enter: Enter) -> None:
    answer = enter("general").post(reverse("ledger-load-confirm"), BASIS | {"digest": "0" * 64})
    assert answer.status_code == 404


def test_earlier_approvals_are_loaded_as_history_and_explain_a_figure(world: World, enter: Enter) -> None:
    client = enter("general")
    header = ["单位", "编制类别", "文号", "标题", "日期", "变动", "变动后", "事项", "扫描件"]
    file = sheet(["nanhu", "ADM", "示编委〔2021〕25号", "关于核定南湖街道编制的批复", "2021-05-04", 30, 30, "", ""], header=header)
    tried = client.post(reverse("ledger-load"), BASIS | {"what": "history", "file": file})
    assert "试算通过" in tried.content.decode(), [str(fault) for fault in tried.context["report"].faults]
    client.post(reverse("ledger-load-confirm"), {field.name: field.value() for field in tried.context["confirm"]})
    assert "示编委〔2021〕25号" in enter("auditor").get(reverse("unit", args=["nanhu"])).content.decode()


def test_the_empty_sheets_carry_the_headings_of_the_import(enter: Enter) -> None:
    for query in ({}, {"what": "history"}):
        book = load_workbook(io.BytesIO(enter("general").get(reverse("ledger-template"), query).content))
        assert book.active["A1"].value == "单位"


@pytest.mark.parametrize("name", ["ledger", "ledger-units", "ledger-movements"])
@pytest.mark.parametrize("who", ["auditor", "education.clerk"])
def test_pages_stay_within_ten_queries(world: World, enter: Enter, name: str, who: str) -> None:
    client = enter(who)
    client.get(reverse(name))
    with counted() as few:
        client.get(reverse(name))
    world.run_to("evaluate")
    with counted() as many:
        client.get(reverse(name))
    assert len(few) == len(many) <= 10
