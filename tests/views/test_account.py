"""The door: signing in, being locked out, changing the password, leaving."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.views.conftest import Enter
from tests.world import World
from workflows.access.models import User
from workflows.access.operations import accounts
from workflows.audit.models import Entry

PASSWORD = "Dingbian-2026"
NEW = "Xin-Mima-2027!"


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(reverse("login"), {"username": username, "password": password, **more})


def test_anonymous_person_is_sent_to_the_door_and_back(world: World) -> None:
    wanted = reverse("unit", args=["market"])
    answer = Client().get(wanted)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))
    entered = sign_in(Client(), "auditor", next=wanted)
    assert (entered.status_code, entered.url) == (302, wanted)


def test_the_door_never_leads_to_a_strange_house(world: World) -> None:
    entered = sign_in(Client(), "auditor", next="https://evil.example/")
    assert entered.url == reverse("desk")


def test_a_sign_in_is_in_the_persons_own_chain(world: World) -> None:
    sign_in(Client(), "auditor")
    user = world.user("auditor")
    assert Entry.objects.filter(chain=f"user/{user.pk}", verb="access.session.opened").count() == 1


def test_a_wrong_password_keeps_the_account_name_and_does_not_say_which_was_wrong(world: World) -> None:
    answer = sign_in(Client(), "auditor", "wrong-password")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="auditor"' in page
    assert "账号或密码不正确" in page


def test_five_wrong_passwords_lock_and_the_page_says_for_how_long_and_who_can_help(world: World) -> None:
    client = Client()
    answers = [sign_in(client, "auditor", f"wrong-{n}") for n in range(settings.AXES_FAILURE_LIMIT)]
    page = answers[-1].content.decode()
    assert answers[-1].status_code == 429
    assert "账号已暂时锁定" in page
    assert "分钟后再试" in page
    assert "安全管理员" in page
    # The right password does not help now.
    assert sign_in(client, "auditor").status_code == 429


def test_the_security_administrator_unlocks(world: World, enter: Enter) -> None:
    client = Client()
    for n in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "education.clerk", f"wrong-{n}")
    user = world.user("education.clerk")
    assert "已锁定" in enter("secadmin").get(reverse("user", args=[user.pk])).content.decode()
    enter("secadmin").post(reverse("user-unlock", args=[user.pk]))
    assert sign_in(client, "education.clerk").status_code == 302


def test_the_first_password_must_be_changed_before_anything_else(world: World) -> None:
    accounts.create_user(username="new.clerk", name="新人", password=PASSWORD, actor=None, now=world.now())
    client = Client()
    sign_in(client, "new.clerk")
    sent = client.get(reverse("unit-list"))
    assert (sent.status_code, sent.url) == (302, reverse("account"))
    assert "首次登录，请先更改密码" in client.get(reverse("account")).content.decode()
    changed = client.post(reverse("account"), {"old": PASSWORD, "new": NEW, "again": NEW})
    assert changed.status_code == 302
    assert User.objects.get(username="new.clerk").must_change_password is False
    # Still signed in, and free to go.
    assert client.get(reverse("account")).status_code == 200


def test_an_old_password_has_expired_and_the_page_says_that_and_not_first_sign_in(world: World) -> None:
    user = world.user("auditor")
    user.password_changed_at = user.password_changed_at - timedelta(days=4000)
    user.save(update_fields=["password_changed_at"])
    client = Client()
    sign_in(client, "auditor")
    assert client.get(reverse("unit-list")).url == reverse("account")
    page = client.get(reverse("account")).content.decode()
    assert "密码已到期" in page
    assert "首次登录" not in page


@pytest.mark.parametrize(
    ("old", "new", "again", "sentence"),
    [
        ("nonsense", NEW, NEW, "现密码不正确"),
        (PASSWORD, NEW, "other", "两次输入的新密码不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码不能与现密码相同"),
        (PASSWORD, "kurz-1A", "kurz-1A", "密码至少"),
        (PASSWORD, "abcdefghijklmn", "abcdefghijklmn", "三类"),
    ],
)
def test_a_refused_password_says_which_rule(world: World, enter: Enter, old: str, new: str, again: str, sentence: str) -> None:
    answer = enter("auditor").post(reverse("account"), {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert world.user("auditor").check_password(PASSWORD)


def test_leaving_needs_a_post_and_says_so(world: World, enter: Enter) -> None:
    client = enter("auditor")
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert Entry.objects.filter(chain=f"user/{world.user('auditor').pk}", verb="access.session.closed").count() == 1
    assert client.get(reverse("account")).status_code == 302


def test_demo_accounts_are_named_in_the_demo_only(world: World, settings: object) -> None:
    settings.DEMO = False
    page = Client().get(reverse("login")).content.decode()
    assert PASSWORD not in page
    assert "dongfanglu.clerk" not in page
    settings.DEMO = True
    page = Client().get(reverse("login") + "?user=dongfanglu.clerk").content.decode()
    assert "演示数据" in page
    assert PASSWORD in page
    assert 'value="dongfanglu.clerk"' in page


def test_the_screens_change_language_by_a_post(world: World, enter: Enter) -> None:
    client = enter("auditor")
    client.post(reverse("set_language"), {"language": "en", "next": reverse("account")})
    page = client.get(reverse("account")).content.decode()
    assert '<html lang="en"' in page
