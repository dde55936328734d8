"""Passwords, sessions and lock-outs."""

from datetime import datetime

from axes.helpers import get_cool_off
from axes.utils import reset as axes_reset
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import passwords, queries
from workflows.access.models import PasswordHistory, User
from workflows.access.operations import guard
from workflows.access.operations.projecting import reconcile
from workflows.audit import queries as audit
from workflows.lib.findings import Finding
from workflows.lib.refusals import Forbidden


@transaction.atomic
def reset_password(*, user: User, actor: User | None, now: datetime) -> str:
    """This function will give a new random password, to be shown once and changed at the next sign-in. No e-mail is sent."""
    guard.authorise("user.edit", about=user, actor=actor, now=now)
    guard.locked(user)
    password = passwords.one_time()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    axes_reset(username=user.username)
    guard.record(user, "access.password.reset", actor=actor, now=now)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, actor: User | None, now: datetime) -> User:
    """This function will set the person's own new password; the caller has checked the old one.

    `user` itself is changed, so that the caller can keep the sign-in alive.
    :raises Refused: too short, too simple, too common, or one of the last five.
    """
    if actor is not None and actor.pk != user.pk:
        raise Forbidden(_("只能修改自己的密码；忘记密码请由安全管理员重置。"), code="not_yourself")
    guard.locked(user)
    guard.require(password_findings(user, password))
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = now
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    remember(user, now=now)
    guard.record(user, "access.password.changed", actor=actor, now=now)
    return user


@transaction.atomic
def unlock(*, user: User, actor: User | None, now: datetime) -> int:
    """This function will forget the failed sign-ins of an account, so that it may try again at once; how many were forgotten."""
    guard.authorise("user.edit", actor=actor, now=now)
    forgotten = axes_reset(username=user.username)
    guard.record(user, "access.user.unlocked", actor=actor, now=now, after={"failures_forgotten": forgotten})
    return forgotten


@transaction.atomic
def signed_in(*, user: User, address: str | None, now: datetime) -> User:
    """This function will note a sign-in, demand a new password when the old one has expired, and refresh guardian's rows."""
    if queries.password_expired(user, now) and not user.must_change_password:
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
    reconcile(users=[user], actor=None, now=now)
    guard.record(user, "access.session.opened", actor=user, now=now, after={"address": address})
    return user


@transaction.atomic
def signed_out(*, user: User, now: datetime) -> None:
    """This function will note that a person signed out."""
    guard.record(user, "access.session.closed", actor=user, now=now)


@transaction.atomic
def locked_out(*, username: str, address: str | None, now: datetime) -> bool:
    """This function will note that an account was locked for an address after too many failures, once per cooling-off time.

    False when there is no such account, or it was noted already.
    """
    user = User.objects.filter(username=username).select_for_update(no_key=True).first()
    if user is None or audit.happened(f"user/{user.pk}", "access.user.locked", since=now - get_cool_off()):
        return False
    guard.record(user, "access.user.locked", actor=None, now=now, after={"address": address})
    return True


def password_findings(user: User, password: str) -> list[Finding]:
    """What is wrong with a new password for this person; nothing if it may be used."""
    earlier = PasswordHistory.objects.filter(user=user.pk).values_list("password", flat=True)[: passwords.REMEMBERED] if user.pk else ()
    reused = any(check_password(password, kept) for kept in earlier)
    profile = queries.password_profile()
    found = passwords.check(password, username=user.username, name=user.name, reused=reused, complexity=profile == "dengbao3")
    try:
        validate_password(password, user)
    except ValidationError as error:
        found += [Finding("P05", "block", message, field="password") for message in error.messages]
    return found


def remember(user: User, *, now: datetime) -> None:
    """Keep the hash, so that the password does not return too soon."""
    if user.has_usable_password():
        PasswordHistory.objects.create(user=user, password=user.password, created_at=now)
