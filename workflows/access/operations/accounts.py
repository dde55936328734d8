"""Accounts from the first day to the last: opened, closed, opened again, never deleted."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from workflows.access.models import Appointment, User
from workflows.access.operations import guard, signing_in
from workflows.access.operations.offices import end_appointment, revoke_stand_in
from workflows.access.operations.projecting import reconcile
from workflows.lib.local import day_of
from workflows.lib.refusals import Conflict, Refused


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    password: str | None = None,
    password_hash: str = "",
    must_change_password: bool = True,
    actor: User | None,
    now: datetime,
) -> User:
    """This function will open an account. Without a password nobody can sign in until `reset_password` gives one.

    `password_hash` is for the loader alone (the system as actor): accounts that share a published password share its hash.

    :raises Refused: the account name is taken, also by a deactivated account, or the password breaks the rules.
    """
    guard.authorise("user.edit", actor=actor, now=now)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(
            _("账号“%(username)s”已存在（含已停用的账号），请换一个。") % {"username": username}, code="username_taken", field="username"
        )
    user = User(username=username, name=name, must_change_password=must_change_password, password_changed_at=now, date_joined=now)
    if password_hash and actor is None:
        user.password = password_hash
    elif password is None:
        user.set_unusable_password()
    else:
        guard.require(signing_in.password_findings(user, password))
        user.set_password(password)
    user.save(force_insert=True)
    signing_in.remember(user, now=now)
    guard.record(user, "access.user.created", actor=actor, now=now, after={"username": username, "name": name})
    return user


@transaction.atomic
def deactivate(*, user: User, reason: str, actor: User | None, now: datetime) -> User:
    """This function will close an account for good or for now: offices and stand-ins end today, sign-in stops at once."""
    guard.authorise("user.edit", about=user, actor=actor, now=now)
    partners = {pk for row in guard.open_stand_ins(user, now=now) for pk in (row.principal_id, row.deputy_id)}
    user = guard.all_locked({user.pk, *partners})[user.pk]
    if not user.is_active:
        raise Conflict(_("该账号已经停用。"), code="already_inactive")
    if not reason.strip():
        raise Refused(_("请写明停用原因。"), code="no_reason", field="reason")
    today = day_of(now)
    for row in Appointment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), user=user):
        end_appointment(appointment=row, on=today, basis=reason, actor=actor, now=now)
    for stand_in in guard.open_stand_ins(user, now=now):
        revoke_stand_in(stand_in=stand_in, reason=reason, actor=actor, now=now)
    user.is_active = False
    user.save(update_fields=["is_active"])
    reconcile(users=[user], actor=actor, now=now)
    guard.record(
        user, "access.user.deactivated", actor=actor, now=now, before={"is_active": True}, after={"is_active": False}, reason=reason
    )
    return user


@transaction.atomic
def reactivate(*, user: User, reason: str, actor: User | None, now: datetime) -> User:
    """This function will open a closed account again, without any office; a new password is needed."""
    guard.authorise("user.edit", about=user, actor=actor, now=now)
    user = guard.locked(user)
    user.is_active = True
    user.must_change_password = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "must_change_password", "password"])
    guard.record(
        user, "access.user.reactivated", actor=actor, now=now, before={"is_active": False}, after={"is_active": True}, reason=reason
    )
    return user
