"""The working-day calendar and the time limits, kept by the steward."""

from django.urls import reverse

from tests.views.conftest import Enter, counted
from workflows.matters.models import CalendarDay, TimeLimit


def test_a_year_shows_holidays_shifts_and_the_offices_own_days(enter: Enter) -> None:
    page = enter("auditor").get(reverse("calendar"), {"year": "2026"}).content.decode()
    assert "2026年工作日历" in page.replace("\u2060", "")
    for mark in ("day-holiday", "day-shift", "day-own"):
        assert f'class="{mark}' in page or f" {mark}" in page, mark
    assert "规定一天" not in page


def test_a_year_the_table_lacks_says_so(enter: Enter) -> None:
    page = enter("steward").get(reverse("calendar"), {"year": "2040"}).content.decode()
    assert "节假日尚未公布" in page


def test_a_day_is_set_with_its_document_and_taken_back(enter: Enter) -> None:
    client = enter("steward")
    data = {"day": "2026年12月31日", "working": "0", "name": "年终结算", "basis": "示编办〔2026〕5号"}
    assert client.post(reverse("calendar-day"), data).status_code == 302
    row = CalendarDay.objects.get(day="2026-12-31")
    assert row.working is False
    client.post(reverse("calendar-day-remove", args=[row.pk]))
    assert not CalendarDay.objects.filter(pk=row.pk).exists()
    assert client.post(reverse("calendar-day-remove", args=[row.pk])).status_code == 404


def test_a_day_without_document_is_refused_and_kept(enter: Enter) -> None:
    answer = enter("steward").post(reverse("calendar-day"), {"day": "2026年12月31日", "working": "0", "name": "年终结算", "basis": ""})
    assert answer.status_code == 422
    assert 'value="2026年12月31日"' in answer.content.decode()


def test_a_time_limit_is_changed_within_reason(enter: Enter) -> None:
    limit = TimeLimit.objects.get(key="accept", matter=None)
    url = reverse("calendar-limit", args=[limit.pk])
    assert enter("steward").post(url, {"days": "0", "basis": ""}).status_code == 422
    assert enter("steward").post(url, {"days": "3", "basis": "示编办〔2026〕6号"}).status_code == 302
    limit.refresh_from_db()
    assert limit.days == 3


def test_the_page_stays_within_ten_queries(enter: Enter) -> None:
    client = enter("steward")
    client.get(reverse("calendar"))
    with counted() as queries:
        client.get(reverse("calendar"))
    assert len(queries) <= 10
