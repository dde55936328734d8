"""What a password must be."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.cast import PASSWORD, appointed, person
from tests.organization.district import NOW, district
from workflows.access import operations, passwords, queries
from workflows.access.models import User
from workflows.lib.refusals import Forbidden, Refused


def codes(password: str, **more: Any) -> list[str]:
    return [finding.code for finding in passwords.check(password, username="education.clerk", name="王晓明", **more)]


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Dingbian-2026", []),
        ("dingbian-2026", []),
        ("DINGBIAN2026x", []),
        ("短密码甲乙丙丁Aa1", []),
        ("Aa1-Aa1-x", ["P01"]),
        ("dingbian2026", ["P02"]),
        ("alllowercase", ["P02"]),
        ("1234567890", ["P02"]),
        ("Education.clerk-9", ["P03"]),
        ("my-Clerk-2026", ["P03"]),
        ("", ["P01", "P02"]),
    ],
)
def test_length_classes_and_names(password: str, found: list[str]) -> None:
    assert codes(password) == found


def test_complexity_is_off_under_the_asvs_profile() -> None:
    assert codes("alllowercase words", complexity=False) == []


@given(st.integers(0, 50))
def test_a_one_time_password_always_passes(_n: int) -> None:
    password = passwords.one_time()
    assert len(password) == 14 and passwords.classes(password) == 4 and not set(password) & set("0Oo1lI")
    assert passwords.check(password, username="x", name="y") == []


@pytest.mark.django_db
def test_none_of_the_last_five_returns() -> None:
    user = person("someone")
    words = [f"Verborgen-{number}x" for number in range(6)]
    for word in words[:5]:
        operations.change_password(user=user, password=word, actor=user, now=NOW)
    for word in words[:5]:
        with pytest.raises(Refused, match="最近5次"):
            operations.change_password(user=user, password=word, actor=user, now=NOW)
    operations.change_password(user=user, password=words[5], actor=user, now=NOW)
    operations.change_password(user=user, password=words[0], actor=user, now=NOW)
    assert User.objects.get(pk=user.pk).check_password(words[0])


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["Password123", "short-A1"])
def test_a_common_or_short_password_is_refused(word: str, settings: Any) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}]
    user = person("someone")
    with pytest.raises(Refused) as refusal:
        operations.change_password(user=user, password=word, actor=user, now=NOW)
    assert refusal.value.field == "password" and user.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_password_expires_and_the_next_sign_in_demands_a_new_one(settings: Any) -> None:
    user = person("someone")
    assert not queries.password_expired(user, NOW + timedelta(days=89))
    assert queries.password_expired(user, NOW + timedelta(days=90))
    operations.signed_in(user=user, address="127.0.0.1", now=NOW + timedelta(days=89))
    assert not User.objects.get(pk=user.pk).must_change_password
    operations.signed_in(user=user, address="127.0.0.1", now=NOW + timedelta(days=90))
    assert User.objects.get(pk=user.pk).must_change_password
    settings.PASSWORD_PROFILE = "asvs"
    assert not queries.password_expired(user, NOW + timedelta(days=900))


@pytest.mark.django_db
def test_a_reset_gives_a_password_once_and_forces_another() -> None:
    units = district()
    admin, _ = appointed("secadmin", "security_admin", units["office"])
    user = person("forgetful")
    password = operations.reset_password(user=user, actor=admin, now=NOW)
    user.refresh_from_db()
    assert user.check_password(password) and user.must_change_password
    operations.change_password(user=user, password="Neues-Wort-7", actor=user, now=NOW)
    user.refresh_from_db()
    assert not user.must_change_password and user.password_changed_at == NOW
    with pytest.raises(Forbidden):
        operations.change_password(user=user, password="Neues-Wort-8", actor=admin, now=NOW)
    with pytest.raises(Forbidden):
        operations.reset_password(user=admin, actor=admin, now=NOW)


@pytest.mark.django_db
def test_an_account_without_password_lets_nobody_in() -> None:
    user = operations.create_user(username="new", name="新人", actor=None, now=NOW)
    assert not user.has_usable_password() and user.must_change_password
