"""Appointments and stand-ins: given by a document or a principal, for a period, ended and never deleted."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from workflows.access import rules
from workflows.access.models import Appointment, StandIn, User
from workflows.access.operations import guard
from workflows.access.operations.projecting import reconcile
from workflows.access.roles import ADMINISTRATORS, ROLES
from workflows.lib.local import day_of
from workflows.lib.refusals import Conflict, Refused
from workflows.organization import queries as organization
from workflows.organization.models import Unit


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
    guard.authorise("appointment.edit", about=user, actor=actor, now=now)
    user = guard.locked(user)
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
    guard.require(rules.administrators_are_exclusive(wanted, (rules.Office(row.role, row.valid_from, row.valid_to) for row in held)))
    if role in ADMINISTRATORS and guard.open_stand_ins(user, now=now).exists():
        raise Refused(_("此人有未结束的代理关系，不能任管理员。请先撤销代理。"), code="administrator_stands_in", field="role")
    row = Appointment.objects.create(
        user=user, role=role, unit=unit, title=title, basis=basis, valid_from=valid_from, valid_to=valid_to, recorded_at=now
    )
    reconcile(users=[user], actor=actor, now=now)
    guard.record(user, "access.appointment.made", actor=actor, now=now, after=_told(row), basis=basis, unit=unit.code)
    return row


@transaction.atomic
def end_appointment(*, appointment: Appointment, on: date, basis: str, actor: User | None, now: datetime) -> Appointment:
    """This function will end an office: `on` is the first day without it; a day before it began ends it on that first day.

    :raises Refused: it has ended already by then, or it is the last security administrator's.
    """
    user = guard.locked(appointment.user)
    guard.authorise("appointment.edit", about=user, actor=actor, now=now)
    row = Appointment.objects.select_related("unit").get(pk=appointment.pk)
    if row.valid_to is not None and row.valid_to <= on:
        raise Conflict(_("该任职已于%(day)s结束。") % {"day": row.valid_to.isoformat()}, code="already_ended")
    _keep_one_security_administrator(row, on)
    before = _told(row)
    row.valid_to, row.ended_at = max(on, row.valid_from), now
    row.save(update_fields=["valid_to", "ended_at"])
    reconcile(users=[user], actor=actor, now=now)
    guard.record(user, "access.appointment.ended", actor=actor, now=now, before=before, after=_told(row), basis=basis, unit=row.unit.code)
    return row


@transaction.atomic
def stand_in(
    *, principal: User, deputy: User, reason: str, valid_from: datetime, valid_to: datetime, actor: User | None, now: datetime
) -> StandIn:
    """This function will let `deputy` act in the principal's name from `valid_from` until before `valid_to` (代理授权).

    Set by the principal himself or by the security administrator; in the chains of both.
    :raises Refused: the period is over or empty, an administrator is involved, or it would make a circle or a chain.
    """
    if actor is None or actor.pk != principal.pk:
        guard.authorise("appointment.edit", about=deputy, actor=actor, now=now)
    locked = guard.all_locked({principal.pk, deputy.pk})
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
        if guard.is_administrator(person, day_of(now)):
            raise Refused(_("管理员既不代理他人，也不由他人代理。"), code="administrator_stands_in", field=field)
    others = StandIn.objects.filter(Q(principal__in=locked) | Q(deputy__in=locked), valid_to__gt=now, revoked_at__isnull=True)
    existing = (rules.Deputising(row.principal_id, row.deputy_id, row.valid_from, row.valid_to) for row in others)
    guard.require(rules.stand_in_is_simple(rules.Deputising(principal.pk, deputy.pk, valid_from, valid_to), existing))
    row = StandIn.objects.create(
        principal=principal, deputy=deputy, reason=reason, valid_from=valid_from, valid_to=valid_to, recorded_at=now
    )
    told = {"principal": principal.name, "deputy": deputy.name, "valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat()}
    for person in locked.values():
        guard.record(person, "access.stand_in.given", actor=actor, now=now, after=told, reason=reason)
    return row


@transaction.atomic
def revoke_stand_in(*, stand_in: StandIn, reason: str = "", actor: User | None, now: datetime) -> StandIn:
    """This function will end a stand-in at once; by the principal himself or the security administrator."""
    people = guard.all_locked({stand_in.principal_id, stand_in.deputy_id})
    row = StandIn.objects.get(pk=stand_in.pk)
    if actor is None or actor.pk != row.principal_id:
        guard.authorise("appointment.edit", actor=actor, now=now)
    if row.revoked_at is not None or row.valid_to <= now:
        raise Conflict(_("该代理已经结束。"), code="already_ended")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    for person in people.values():
        guard.record(
            person, "access.stand_in.revoked", actor=actor, now=now, before={"stand_in": row.pk}, after={"revoked_at": now.isoformat()},
            reason=reason,
        )  # fmt: skip
    return row


def _keep_one_security_administrator(row: Appointment, on: date) -> None:
    if row.role != "security_admin":
        return
    open_still = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    others = Appointment.objects.filter(open_still, role="security_admin", user__is_active=True, valid_from__lte=on).exclude(pk=row.pk)
    if not others.exists():
        raise Refused(_("这是最后一位安全管理员，请先任命接任者，否则无人能管理账号。"), code="last_security_administrator")


def _told(row: Appointment) -> dict[str, Any]:
    end = row.valid_to.isoformat() if row.valid_to else None
    return {"role": row.role, "unit": row.unit.code, "title": row.title, "valid_from": row.valid_from.isoformat(), "valid_to": end}
