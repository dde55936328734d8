"""The only writer of accounts, appointments and stand-ins, and of guardian's rows. Every act is in the person's chain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from axes.utils import reset as axes_reset
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from workflows.access import passwords, projection, queries, rules
from workflows.access.models import Appointment, PasswordHistory, StandIn, User
from workflows.access.roles import ADMINISTRATORS, ROLES
from workflows.audit import operations as audit
from workflows.lib.findings import Finding, blocking
from workflows.lib.local import day_of
from workflows.lib.refusals import Conflict, Forbidden, Refused
from workflows.organization import queries as organization
from workflows.organization.models import Unit


@dataclass(frozen=True, slots=True)
class Drift:
    """How many of guardian's rows were missing and how many said too much."""

    added: int
    removed: int


@transaction.atomic
def create_user(
    *, username: str, name: str, password: str | None = None, must_change_password: bool = True, actor: User | None, now: datetime
) -> User:
    """This function will open an account. Without a password nobody can sign in until `reset_password` gives one.

    :raises Refused: the account name is taken, also by a deactivated account, or the password breaks the rules.
    """
    _authorise(actor, "user.edit", now)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(
            _("账号“%(username)s”已存在（含已停用的账号），请换一个。") % {"username": username}, code="username_taken", field="username"
        )
    user = User(username=username, name=name, must_change_password=must_change_password, password_changed_at=now, date_joined=now)
    if password is None:
        user.set_unusable_password()
    else:
        _require(_password_findings(user, password))
        user.set_password(password)
    user.save(force_insert=True)
    _remember(user, now)
    _record(user, "access.user.created", actor, now, after={"username": username, "name": name})
    return user


@transaction.atomic
def appoint(
    *, user: User, role: str, unit: Unit, basis: str, valid_from: date, valid_to: date | None = None, title: str = "",
    actor: User | None, now: datetime,
) -> Appointment:  # fmt: skip
    """This function will give `user` the role at `unit` from `valid_from` until the day before `valid_to`.

    :raises Forbidden: the actor is no security administrator, or appoints himself.
    :raises Refused: the role is unknown, the unit is not in force, the document is not named, or the three administrators would mix.
    :raises Conflict: the person holds this very office already.
    """
    _authorise(actor, "appointment.edit", now, about=user)
    user = _locked(user)
    if role not in ROLES:
        raise Refused(_("没有“%(role)s”这个角色。") % {"role": role}, code="no_role", field="role")
    if not basis.strip():
        raise Refused(_("请填写任职依据。"), code="no_basis", field="basis")
    if valid_to is not None and valid_to <= valid_from:
        raise Refused(_("任职结束日期应在开始日期之后。"), code="empty_period", field="valid_to")
    if not user.is_active:
        raise Refused(_("该账号已停用，不能任职。"), code="user_inactive", field="user")
    organization.version_on(unit, valid_from)
    held = list(Appointment.objects.filter(user=user))
    for other in held:
        same = (other.role, other.unit_id) == (role, unit.pk)
        if same and rules.overlaps(valid_from, valid_to, other.valid_from, other.valid_to):
            raise Conflict(_("此人同期已任%(role)s。") % {"role": ROLES[role]}, code="already_appointed", field="role")
    wanted = rules.Office(role, valid_from, valid_to)
    _require(rules.administrators_are_exclusive(wanted, (rules.Office(row.role, row.valid_from, row.valid_to) for row in held)))
    if role in ADMINISTRATORS and _stand_ins(user, now).exists():
        raise Refused(_("此人有未结束的代理关系，不能任管理员。请先撤销代理。"), code="administrator_stands_in", field="role")
    row = Appointment.objects.create(
        user=user, role=role, unit=unit, title=title, basis=basis, valid_from=valid_from, valid_to=valid_to, recorded_at=now
    )
    reconcile(users=[user], actor=actor, now=now)
    _record(user, "access.appointment.made", actor, now, after=_told(row), basis=basis, unit=unit.code)
    return row


@transaction.atomic
def end_appointment(*, appointment: Appointment, on: date, basis: str, actor: User | None, now: datetime) -> Appointment:
    """This function will end an office: `on` is the first day without it; a day before it began ends it on that first day.

    :raises Refused: it has ended already by then, or it is the last security administrator's.
    """
    user = _locked(appointment.user)
    _authorise(actor, "appointment.edit", now, about=user)
    row = Appointment.objects.select_related("unit").get(pk=appointment.pk)
    if row.valid_to is not None and row.valid_to <= on:
        raise Conflict(_("该任职已于%(day)s结束。") % {"day": row.valid_to.isoformat()}, code="already_ended")
    _keep_one_security_administrator(row, on)
    before = _told(row)
    row.valid_to, row.ended_at = max(on, row.valid_from), now
    row.save(update_fields=["valid_to", "ended_at"])
    reconcile(users=[user], actor=actor, now=now)
    _record(user, "access.appointment.ended", actor, now, before=before, after=_told(row), basis=basis, unit=row.unit.code)
    return row


@transaction.atomic
def deactivate(*, user: User, reason: str, actor: User | None, now: datetime) -> User:
    """This function will close an account for good or for now: offices and stand-ins end today, sign-in stops at once."""
    _authorise(actor, "user.edit", now, about=user)
    user = _locked(user)
    if not user.is_active:
        raise Conflict(_("该账号已经停用。"), code="already_inactive")
    if not reason.strip():
        raise Refused(_("请写明停用原因。"), code="no_reason", field="reason")
    today = day_of(now)
    for row in Appointment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), user=user):
        end_appointment(appointment=row, on=today, basis=reason, actor=actor, now=now)
    for stand_in in _stand_ins(user, now):
        revoke_stand_in(stand_in=stand_in, reason=reason, actor=actor, now=now)
    user.is_active = False
    user.save(update_fields=["is_active"])
    reconcile(users=[user], actor=actor, now=now)
    _record(user, "access.user.deactivated", actor, now, before={"is_active": True}, after={"is_active": False}, reason=reason)
    return user


@transaction.atomic
def reactivate(*, user: User, reason: str, actor: User | None, now: datetime) -> User:
    """This function will open a closed account again, without any office; a new password is needed."""
    _authorise(actor, "user.edit", now, about=user)
    user = _locked(user)
    user.is_active = True
    user.must_change_password = True
    user.set_unusable_password()
    user.save(update_fields=["is_active", "must_change_password", "password"])
    _record(user, "access.user.reactivated", actor, now, before={"is_active": False}, after={"is_active": True}, reason=reason)
    return user


@transaction.atomic
def reset_password(*, user: User, actor: User | None, now: datetime) -> str:
    """This function will give a new random password, to be shown once and changed at the next sign-in. No e-mail is sent."""
    _authorise(actor, "user.edit", now, about=user)
    _locked(user)
    password = passwords.one_time()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    axes_reset(username=user.username)
    _record(user, "access.password.reset", actor, now)
    return password


@transaction.atomic
def change_password(*, user: User, password: str, actor: User | None, now: datetime) -> User:
    """This function will set the person's own new password; the caller has checked the old one.

    `user` itself is changed, so that the caller can keep the sign-in alive.
    :raises Refused: too short, too simple, too common, or one of the last five.
    """
    if actor is not None and actor.pk != user.pk:
        raise Forbidden(_("只能修改自己的密码；忘记密码请由安全管理员重置。"), code="not_yourself")
    _locked(user)
    _require(_password_findings(user, password))
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = now
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    _remember(user, now)
    _record(user, "access.password.changed", actor, now)
    return user


@transaction.atomic
def unlock(*, user: User, actor: User | None, now: datetime) -> int:
    """This function will forget the failed sign-ins of an account, so that it may try again at once; how many were forgotten."""
    _authorise(actor, "user.edit", now)
    forgotten = axes_reset(username=user.username)
    _record(user, "access.user.unlocked", actor, now, after={"failures_forgotten": forgotten})
    return forgotten


@transaction.atomic
def signed_in(*, user: User, address: str | None, now: datetime) -> User:
    """This function will note a sign-in, demand a new password when the old one has expired, and refresh guardian's rows."""
    if queries.password_expired(user, now) and not user.must_change_password:
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
    reconcile(users=[user], actor=None, now=now)
    _record(user, "access.session.opened", user, now, after={"address": address})
    return user


@transaction.atomic
def stand_in(
    *, principal: User, deputy: User, reason: str, valid_from: datetime, valid_to: datetime, actor: User | None, now: datetime
) -> StandIn:
    """This function will let `deputy` act in the principal's name from `valid_from` until before `valid_to` (代理授权).

    Set by the principal himself or by the security administrator; in the chains of both.
    :raises Refused: the period is over or empty, an administrator is involved, or it would make a circle or a chain.
    """
    if actor is None or actor.pk != principal.pk:
        _authorise(actor, "appointment.edit", now, about=deputy)
    locked = {user.pk: user for user in User.objects.filter(pk__in={principal.pk, deputy.pk}).order_by("pk").select_for_update(no_key=True)}
    principal, deputy = locked[principal.pk], locked[deputy.pk]
    if principal.pk == deputy.pk:
        raise Refused(_("代理人与被代理人不能是同一人。"), code="same_person", field="deputy")
    if not reason.strip():
        raise Refused(_("请写明代理事由。"), code="no_reason", field="reason")
    if valid_to <= max(valid_from, now):
        raise Refused(_("代理期间应在今后，且结束晚于开始。"), code="empty_period", field="valid_to")
    for person, field in ((principal, "principal"), (deputy, "deputy")):
        if not person.is_active:
            raise Refused(_("%(name)s的账号已停用。") % {"name": person.name}, code="user_inactive", field=field)
        if _is_administrator(person, day_of(now)):
            raise Refused(_("管理员既不代理他人，也不由他人代理。"), code="administrator_stands_in", field=field)
    others = StandIn.objects.filter(Q(principal__in=locked) | Q(deputy__in=locked), valid_to__gt=now, revoked_at__isnull=True)
    existing = (rules.Deputising(row.principal_id, row.deputy_id, row.valid_from, row.valid_to) for row in others)
    _require(rules.stand_in_is_simple(rules.Deputising(principal.pk, deputy.pk, valid_from, valid_to), existing))
    row = StandIn.objects.create(
        principal=principal, deputy=deputy, reason=reason, valid_from=valid_from, valid_to=valid_to, recorded_at=now
    )
    told = {"principal": principal.name, "deputy": deputy.name, "valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat()}
    for person in sorted((principal, deputy), key=lambda user: user.pk):
        _record(person, "access.stand_in.given", actor, now, after=told, reason=reason)
    return row


@transaction.atomic
def revoke_stand_in(*, stand_in: StandIn, reason: str = "", actor: User | None, now: datetime) -> StandIn:
    """This function will end a stand-in at once; by the principal himself or the security administrator."""
    row = StandIn.objects.select_for_update(no_key=True).get(pk=stand_in.pk)
    if actor is None or actor.pk != row.principal_id:
        _authorise(actor, "appointment.edit", now)
    if row.revoked_at is not None or row.valid_to <= now:
        raise Conflict(_("该代理已经结束。"), code="already_ended")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    for person in User.objects.filter(pk__in={row.principal_id, row.deputy_id}).order_by("pk"):
        _record(
            person, "access.stand_in.revoked", actor, now, before={"stand_in": row.pk}, after={"revoked_at": now.isoformat()}, reason=reason
        )
    return row


@transaction.atomic
def grant_reading(*, user: User, subject: Model, basis: str, actor: User | None, now: datetime) -> None:
    """This function will let a named person outside the unit read one thing (an expert, a circulated case, an outside auditor).

    Whether the actor may decide that is for the room that owns the thing. In the thing's chain, `case/18`.
    :raises Refused: the person is one of the three administrators, who never touch cases, or the reason is not named.
    """
    if not basis.strip():
        raise Refused(_("请写明准予查阅的依据。"), code="no_basis", field="basis")
    if _is_administrator(_locked(user), day_of(now)):
        raise Refused(_("管理员不接触业务办件，不能授予查阅。"), code="administrator_reads", field="user")
    _row, created = UserObjectPermission.objects.get_or_create(**_reading(user, subject))
    if created:
        chain = f"{subject._meta.model_name}/{subject.pk}"
        audit.record(
            chain=chain, verb="access.reading.granted", after={"reader": user.name, "id": user.pk}, basis=basis, actor=actor, now=now
        )


@transaction.atomic
def revoke_reading(*, user: User, subject: Model, reason: str, actor: User | None, now: datetime) -> None:
    """This function will take a named reading right back; nothing happens when there is none."""
    removed, _rows = UserObjectPermission.objects.filter(**_reading(user, subject)).delete()
    if removed:
        chain = f"{subject._meta.model_name}/{subject.pk}"
        audit.record(
            chain=chain, verb="access.reading.revoked", before={"reader": user.name, "id": user.pk}, reason=reason, actor=actor, now=now
        )


@transaction.atomic
def reconcile(*, users: Iterable[User] | None = None, actor: User | None = None, now: datetime) -> Drift:
    """This function will make guardian's rows on units say what the appointments of today say, and no more.

    For everybody (nightly) it leaves a row in chain `access` when it found a difference.
    """
    ids = None if users is None else [user.pk for user in users]
    wanted, present = projection.wanted(ids, day_of(now)), projection.present(ids)
    missing, surplus = wanted - present.keys(), [present[row] for row in present.keys() - wanted]
    if surplus:
        UserObjectPermission.objects.filter(pk__in=surplus).delete()
    if missing:
        doors, units = projection.permissions(), ContentType.objects.get_for_model(Unit)
        rows = [UserObjectPermission(user_id=user, permission=doors[name], content_type=units, object_pk=pk) for user, name, pk in missing]
        UserObjectPermission.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
    drift = Drift(added=len(missing), removed=len(surplus))
    if users is None and (drift.added or drift.removed):
        after = {"added": drift.added, "removed": drift.removed}
        audit.record(chain="access", verb="access.projection.reconciled", after=after, actor=actor, now=now)
    return drift


def _reading(user: User, subject: Model) -> dict[str, Any]:
    kind = ContentType.objects.get_for_model(subject)
    permission = Permission.objects.get(content_type=kind, codename=f"view_{subject._meta.model_name}")
    return {"user": user, "permission": permission, "content_type": kind, "object_pk": str(subject.pk)}


def _authorise(actor: User | None, door: str, now: datetime, about: User | None = None) -> None:
    """None is the system itself (loading the sample, nightly tasks)."""
    if actor is None:
        return
    if queries.anywhere(queries.standings(actor, now), door) is None:
        raise Forbidden(_("须由安全管理员办理。"), code="not_security_administrator")
    if about is not None and about.pk == actor.pk:
        raise Forbidden(_("不能给自己任免、授权或者重置，请由另一位安全管理员办理。"), code="about_yourself")


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _is_administrator(user: User, day: date) -> bool:
    return Appointment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), user=user, role__in=ADMINISTRATORS).exists()


def _stand_ins(user: User, now: datetime) -> Any:
    return StandIn.objects.filter(Q(principal=user) | Q(deputy=user), valid_to__gt=now, revoked_at__isnull=True)


def _keep_one_security_administrator(row: Appointment, on: date) -> None:
    if row.role != "security_admin":
        return
    open_still = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    others = Appointment.objects.filter(open_still, role="security_admin", user__is_active=True, valid_from__lte=on).exclude(pk=row.pk)
    if not others.exists():
        raise Refused(_("这是最后一位安全管理员，请先任命接任者，否则无人能管理账号。"), code="last_security_administrator")


def _password_findings(user: User, password: str) -> list[Finding]:
    earlier = PasswordHistory.objects.filter(user=user.pk).values_list("password", flat=True)[: passwords.REMEMBERED] if user.pk else ()
    reused = any(check_password(password, kept) for kept in earlier)
    profile = queries.password_profile()
    found = passwords.check(password, username=user.username, name=user.name, reused=reused, complexity=profile == "dengbao3")
    try:
        validate_password(password, user)
    except ValidationError as error:
        found += [Finding("P05", "block", message, field="password") for message in error.messages]
    return found


def _remember(user: User, now: datetime) -> None:
    if user.has_usable_password():
        PasswordHistory.objects.create(user=user, password=user.password, created_at=now)


def _require(findings: list[Finding]) -> None:
    blocks = blocking(findings)
    if blocks:
        raise Refused("".join(each.message for each in blocks), code=blocks[0].code, field=blocks[0].field, findings=findings)


def _told(row: Appointment) -> dict[str, Any]:
    end = row.valid_to.isoformat() if row.valid_to else None
    return {"role": row.role, "unit": row.unit.code, "title": row.title, "valid_from": row.valid_from.isoformat(), "valid_to": end}


def _record(user: User, verb: str, actor: User | None, now: datetime, **told: Any) -> None:
    audit.record(chain=f"user/{user.pk}", verb=verb, actor=actor, now=now, **told)
