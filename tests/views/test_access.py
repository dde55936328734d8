"""Accounts, appointments and stand-ins as the security administrator keeps them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.access.models import Appointment, StandIn, User
from workflows.audit.models import Entry


def text(client: object, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_offices_are_listed_as_of_a_day(enter: Enter) -> None:
    page = text(enter("auditor"), "appointment-list")
    assert "区财政局" in page
    assert "会签经办" in page
    assert "任免由安全管理员办理" in page
    assert "没有符合条件的任职" in text(enter("auditor"), "appointment-list", on="2001年1月1日")


def test_somebody_is_appointed_and_the_office_ends_again(world: World, enter: Enter) -> None:
    client, user = enter("secadmin"), world.user("education.clerk")
    data = {
        "user": user.pk,
        "role": "clerk",
        "unit": world.unit("culture").pk,
        "title": "",
        "basis": "示任〔2026〕9号",
        "valid_from": "2026年9月1日",
        "valid_to": "",
    }
    assert client.post(reverse("appointment-new"), data).status_code == 302
    row = Appointment.objects.get(user=user, unit__code="culture")
    assert "示任〔2026〕9号" in text(client, "user", user.pk)
    client.post(reverse("appointment-end", args=[row.pk]), {"on": "2026年10月1日", "basis": "示任〔2026〕10号"})
    row.refresh_from_db()
    assert row.valid_to.isoformat() == "2026-10-01"
    assert Entry.objects.filter(chain=f"user/{user.pk}", verb="access.appointment.ended").count() == 1


def test_the_three_administrators_cannot_be_mixed_and_the_form_keeps_its_values(world: World, enter: Enter) -> None:
    data = {
        "user": world.user("auditadmin").pk,
        "role": "clerk",
        "unit": world.unit("culture").pk,
        "basis": "示任〔2026〕9号",
        "valid_from": "2026年9月1日",
    }
    answer = enter("secadmin").post(reverse("appointment-new"), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "互不兼任" in page
    assert 'value="示任〔2026〕9号"' in page


def test_nobody_appoints_himself(world: World, enter: Enter) -> None:
    data = {
        "user": world.user("secadmin").pk,
        "role": "security_admin",
        "unit": world.unit("culture").pk,
        "basis": "自己",
        "valid_from": "2026年9月1日",
    }
    assert "不能给自己任免" in enter("secadmin").post(reverse("appointment-new"), data).content.decode()


def test_a_one_time_password_is_shown_once_and_works_once(world: World, enter: Enter) -> None:
    client = enter("secadmin")
    made = client.post(reverse("user-new"), {"username": "health.second", "name": "新同事"})
    password = re.search(r'class="once"[^>]*>([^<]+)<', made.content.decode()).group(1)
    user = User.objects.get(username="health.second")
    assert user.check_password(password)
    assert "no-store" in made["Cache-Control"]
    assert password not in text(client, "user", user.pk)
    assert password not in "".join(Entry.objects.filter(chain=f"user/{user.pk}").values_list("body", flat=True))
    door = Client()
    assert door.post(reverse("login"), {"username": "health.second", "password": password}).status_code == 302
    assert door.get(reverse("unit-list")).url == reverse("account")


def test_a_taken_account_name_is_refused_also_in_other_letters(enter: Enter) -> None:
    answer = enter("secadmin").post(reverse("user-new"), {"username": "AUDITOR", "name": "某人"})
    assert answer.status_code == 422
    assert "该账号已存在" in answer.content.decode()


def test_a_reset_ends_the_old_password_at_once(world: World, enter: Enter) -> None:
    user = world.user("education.clerk")
    answer = enter("secadmin").post(reverse("user-reset", args=[user.pk]))
    assert "一次性密码" in answer.content.decode()
    user.refresh_from_db()
    assert user.must_change_password
    assert not user.check_password("Dingbian-2026")


def test_an_account_is_closed_with_its_reason_and_opened_again_without_office(world: World, enter: Enter) -> None:
    client, user = enter("secadmin"), world.user("education.clerk")
    theirs = enter("education.clerk")
    assert client.post(reverse("user-deactivate", args=[user.pk]), {"reason": ""}).status_code == 422
    client.post(reverse("user-deactivate", args=[user.pk]), {"reason": "调离"})
    user.refresh_from_db()
    assert not user.is_active
    assert theirs.get(reverse("unit-list")).status_code == 302
    client.post(reverse("user-reactivate", args=[user.pk]), {"reason": "调回"})
    user.refresh_from_db()
    assert user.is_active
    assert not Appointment.objects.filter(user=user, valid_to__isnull=True).exists()


def test_a_stand_in_is_entered_for_whole_days_and_revoked(world: World, enter: Enter) -> None:
    client = enter("secadmin")
    data = {
        "principal": world.user("deputy").pk,
        "deputy": world.user("chief.psu").pk,
        "reason": "出差",
        "first": "2030年1月7日",
        "last": "2030年1月11日",
    }
    assert client.post(reverse("stand-in-list"), data).status_code == 302
    row = StandIn.objects.get()
    assert (row.valid_from.isoformat(), row.valid_to.isoformat()) == ("2030-01-06T16:00:00+00:00", "2030-01-11T16:00:00+00:00")
    assert "未生效" in text(client, "stand-in-list")
    client.post(reverse("stand-in-revoke", args=[row.pk]))
    row.refresh_from_db()
    assert row.revoked_at
    again = client.post(reverse("stand-in-revoke", args=[row.pk]))
    assert again.status_code == 409


def test_a_stand_in_needs_two_people_and_a_period(world: World, enter: Enter) -> None:
    one = world.user("deputy").pk
    answer = enter("secadmin").post(
        reverse("stand-in-list"), {"principal": one, "deputy": one, "reason": "x", "first": "2030年1月9日", "last": "2030年1月7日"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不能是同一人" in page
    assert "结束日期早于开始日期" in page
    assert not StandIn.objects.exists()


def test_an_auditor_reads_stand_ins_and_enters_none(world: World, enter: Enter) -> None:
    page = text(enter("auditor"), "stand-in-list")
    assert "<h2>登记代理</h2>" not in page
    assert enter("auditor").post(reverse("stand-in-list"), {}).status_code == 403


def test_the_system_administrator_reads_the_state_in_words(enter: Enter) -> None:
    page = text(enter("sysadmin"), "system")
    assert "数据库应答正常" in page
    assert "数据库规则" in page


@pytest.mark.parametrize("name", ["appointment-list", "user-list", "stand-in-list"])
def test_pages_stay_within_ten_queries_however_many_people(world: World, enter: Enter, name: str) -> None:
    from workflows.access.operations import accounts, offices

    client = enter("secadmin")
    client.get(reverse(name))
    with counted() as few:
        client.get(reverse(name))
    for n in range(20):
        user = accounts.create_user(username=f"many.{n}", name=f"某{n}", actor=None, now=world.now())
        offices.appoint(
            user=user, role="clerk", unit=world.unit("finance"), basis="示任", valid_from=world.clock.date(), actor=None, now=world.now()
        )
    with counted() as many:
        client.get(reverse(name))
    assert len(few) == len(many) <= 10


@pytest.mark.parametrize(
    ("who", "found"),
    [("sysadmin", ["system"]), ("secadmin", ["user-list", "appointment-list", "stand-in-list"]), ("auditadmin", ["audit", "reading-log"])],
)
def test_each_administrator_finds_his_pages_on_his_desk(enter: Enter, who: str, found: list[str]) -> None:
    page = text(enter(who), "desk")
    for name in found:
        assert f'href="{reverse(name)}"' in page, name
