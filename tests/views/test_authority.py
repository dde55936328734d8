"""The authority table: read, tried, edited by the steward, out to Excel and in again."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from forms.matters import read_value
from tests.views.conftest import Enter, counted
from workflows.matters.models import AuthorityRule

CASE = {"matter": "R10", "rank": "section_chief", "unit_kind": "subordinate_psu", "quantity": "25", "natures": "psu", "source": "pool"}


def text(client: object, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def filled(client: Any, rule: AuthorityRule) -> dict[str, Any]:
    """What the edit form would send back unchanged."""
    answer = client.get(reverse("authority-rule", args=[rule.pk]))
    form, rows = answer.context["form"], answer.context["rows"]
    data = {field.name: field.value() or "" for field in form}
    for row in rows:
        data |= {row.add_prefix(name): row.initial.get(name, "") for name in ("fact", "operator", "value")}
    return data | {"conditions-TOTAL_FORMS": len(rows), "conditions-INITIAL_FORMS": len(rows)}


def test_rows_read_as_sentences(enter: Enter) -> None:
    page = text(enter("dongfanglu.clerk"), "authority")
    for said in ("编制来源属于周转池、其他单位、不涉及", "区财政局", "再报", "应到的2/3"):
        assert said in page, said
    assert "新增一行" not in page


def test_a_trial_names_the_row_and_why_the_others_do_not_apply(enter: Enter) -> None:
    page = text(enter("auditor"), "authority-try", **CASE)
    assert "适用第104行" in page.replace("\u2060", "")
    assert "核增总数应不大于“5”，现为“25”" in page
    small = text(enter("auditor"), "authority-try", **(CASE | {"quantity": "5"}))
    assert "适用第103行" in small.replace("\u2060", "")


def test_a_trial_with_nonsense_says_what_is_wrong(enter: Enter) -> None:
    page = text(enter("auditor"), "authority-try", **(CASE | {"quantity": "-3"}))
    assert "之间的整数" in page


def test_a_row_is_changed_from_a_day_on_and_the_old_one_stays_readable(enter: Enter) -> None:
    client = enter("steward")
    rule = AuthorityRule.objects.get(number=103, valid_to__isnull=True)
    data = filled(client, rule)
    today = timezone.localdate()
    place = next(key.removesuffix("-fact") for key, value in data.items() if value == "quantity")
    assert client.post(reverse("authority-rule", args=[rule.pk]), data | {f"{place}-value": "8"}).status_code == 302
    rule.refresh_from_db()
    assert rule.valid_to == today
    new = AuthorityRule.objects.get(number=103, valid_to__isnull=True)
    assert ["quantity", "<=", 8] in new.conditions
    assert "适用第103行" in text(enter("auditor"), "authority-try", **(CASE | {"quantity": "8"})).replace("\u2060", "")


def test_a_bad_condition_is_refused_beside_it_and_everything_typed_stays(enter: Enter) -> None:
    client = enter("steward")
    rule = AuthorityRule.objects.get(number=103, valid_to__isnull=True)
    data = filled(client, rule) | {"name": "改了名字"}
    place = next(key.removesuffix("-fact") for key, value in data.items() if value == "quantity")
    answer = client.post(reverse("authority-rule", args=[rule.pk]), data | {f"{place}-value": "很多"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“很多”不是“核增总数”的取值" in page
    assert 'value="改了名字"' in page
    assert 'value="很多"' in page


def test_a_row_without_deciding_body_or_with_one_twice_is_refused(enter: Enter) -> None:
    client = enter("steward")
    rule = AuthorityRule.objects.get(number=103, valid_to__isnull=True)
    data = filled(client, rule)
    url = reverse("authority-rule", args=[rule.pk])
    assert "至少要有一个审议决定机构" in client.post(url, data | {"body_1": ""}).content.decode()
    assert "同一机构不能出现两次" in client.post(url, data | {"body_2": data["body_1"]}).content.decode()


def test_the_way_the_consulted_units_decide_is_set_in_the_form_and_shown_in_the_table(enter: Enter) -> None:
    client, rule = enter("steward"), AuthorityRule.objects.get(number=104, valid_to__isnull=True)
    data, url = filled(client, rule), reverse("authority-rule", args=[rule.pk])
    assert data["mode"] == "opinions"
    assert "看不懂比例" in client.post(url, data | {"mode": "ballot", "share": "66.67%"}).content.decode()
    assert client.post(url, data | {"mode": "ballot", "share": "2/3"}).status_code == 302
    new = AuthorityRule.objects.get(number=104, valid_to__isnull=True)
    assert new.panel == {"mode": "ballot", "threshold": [2, 3], "strict": False}
    assert "2/3" in filled(client, new)["share"]
    assert "票签（按比例）" in text(client, "authority")


def test_a_row_is_ended(enter: Enter) -> None:
    rule = AuthorityRule.objects.get(number=105, valid_to__isnull=True)
    enter("steward").post(reverse("authority-rule-end", args=[rule.pk]), {"on": "2030年1月1日"})
    rule.refresh_from_db()
    assert rule.valid_to.isoformat() == "2030-01-01"


def test_the_sheet_goes_out_and_comes_back_changed(enter: Enter) -> None:
    client = enter("steward")
    book = load_workbook(io.BytesIO(client.get(reverse("authority-export")).content))
    row = next(row for row in book.active.iter_rows(min_row=2) if row[0].value == 103)
    row[2].value = "总量内小额调整"
    buffer = io.BytesIO()
    book.save(buffer)
    upload = SimpleUploadedFile("权限.xlsx", buffer.getvalue())
    tried = client.post(reverse("authority-load"), {"file": upload, "valid_from": "2030年1月1日"})
    assert "1行有变化" in tried.content.decode().replace("\u2060", "")
    assert not AuthorityRule.objects.filter(name="总量内小额调整").exists()
    confirm = {field.name: field.value() for field in tried.context["confirm"]}
    assert client.post(reverse("authority-load-confirm"), confirm).status_code == 302
    assert AuthorityRule.objects.get(name="总量内小额调整").valid_from.isoformat() == "2030-01-01"


def test_a_sheet_with_a_wrong_row_loads_nothing(enter: Enter) -> None:
    client = enter("steward")
    book = load_workbook(io.BytesIO(client.get(reverse("authority-export")).content))
    book.active["E2"].value = "没有的科"
    buffer = io.BytesIO()
    book.save(buffer)
    tried = client.post(
        reverse("authority-load"), {"file": SimpleUploadedFile("权限.xlsx", buffer.getvalue()), "valid_from": "2030年1月1日"}
    )
    page = tried.content.decode()
    assert "“没有的科”不存在" in page
    assert "确认载入" not in page


@pytest.mark.parametrize(
    ("fact", "operator", "given", "value"),
    [
        ("rank", "in", "正科级、副科级", ["section_chief", "section_deputy"]),
        ("rank", "=", "sub_section", "sub_section"),
        ("quantity", "<=", "5", 5),
        ("leader", "=", "是", True),
        ("source", "in", "周转池，其他单位", ["pool", "unit"]),
    ],
)
def test_values_are_read_by_code_or_by_name(fact: str, operator: str, given: str, value: Any) -> None:
    assert read_value(fact, operator, given) == value


@pytest.mark.parametrize(("name", "who"), [("authority", "auditor"), ("authority-try", "auditor"), ("authority-rule-new", "steward")])
def test_pages_stay_within_ten_queries(enter: Enter, name: str, who: str) -> None:
    client = enter(who)
    url = reverse(name)
    client.get(url, CASE)
    with counted() as queries:
        client.get(url, CASE)
    assert len(queries) <= 10
