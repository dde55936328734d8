"""Five wrong passwords lock an account for its address for half an hour; the security administrator can open it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate, user_logged_in
from django.test import RequestFactory

from tests.access.cast import PASSWORD, appointed, person
from tests.organization.district import NOW, district
from workflows.access import operations, queries
from workflows.access.models import User

pytestmark = pytest.mark.django_db


def sign_in(username: str, password: str, address: str = "10.1.1.1") -> User | None:
    request = RequestFactory().post("/login", REMOTE_ADDR=address)
    user = authenticate(request, username=username, password=password)
    if user:
        user_logged_in.send(sender=User, request=request, user=user)
    return user


def test_the_sixth_attempt_is_refused_even_with_the_right_password() -> None:
    user = person("clerk")
    with time_machine.travel(NOW, tick=False) as clock:
        assert sign_in("clerk", PASSWORD) == user
        for _attempt in range(5):
            assert sign_in("clerk", "wrong") is None
        assert sign_in("clerk", PASSWORD) is None
        assert queries.locked_out(NOW) == {"clerk"}
        assert sign_in("clerk", PASSWORD, "10.2.2.2") == user, "another address is not locked"
        clock.shift(timedelta(minutes=29))
        assert sign_in("clerk", PASSWORD) is None
    with time_machine.travel(NOW + timedelta(minutes=65), tick=False):
        assert sign_in("clerk", PASSWORD) == user
        assert queries.locked_out(NOW + timedelta(minutes=65)) == set()


def test_four_mistakes_and_a_success_start_again() -> None:
    user = person("clerk")
    for _round in range(3):
        for _attempt in range(4):
            assert sign_in("clerk", "wrong") is None
        assert sign_in("clerk", PASSWORD) == user


def test_the_security_administrator_unlocks_and_it_is_in_the_log() -> None:
    admin, _ = appointed("secadmin", "security_admin", district()["office"])
    user = person("clerk")
    with time_machine.travel(NOW, tick=False):
        for _attempt in range(5):
            sign_in("clerk", "wrong")
        assert operations.unlock(user=user, actor=admin, now=NOW) == 1
        assert sign_in("clerk", PASSWORD) == user


def test_a_reset_unlocks_too() -> None:
    user = person("clerk")
    with time_machine.travel(NOW, tick=False):
        for _attempt in range(5):
            sign_in("clerk", "wrong")
        password = operations.reset_password(user=user, actor=None, now=NOW)
        assert sign_in("clerk", password) == user


def test_a_deactivated_account_does_not_get_in() -> None:
    user = person("clerk")
    operations.deactivate(user=user, reason="退休", actor=None, now=NOW)
    assert sign_in("clerk", PASSWORD) is None
