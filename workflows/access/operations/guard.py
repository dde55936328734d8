"""What every act on people begins and ends with: is the actor allowed, are the people locked, is it in the chain."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from workflows.access import queries
from workflows.access.models import Appointment, StandIn, User
from workflows.access.roles import ADMINISTRATORS
from workflows.audit import operations as audit
from workflows.lib.findings import Finding, blocking
from workflows.lib.refusals import Forbidden, Refused


def authorise(door: str, *, about: User | None = None, actor: User | None, now: datetime) -> None:
    """Only who holds `door` may go on, and not about himself. None is the system itself (loading the sample, nightly tasks).

    :raises Forbidden: the actor is no security administrator, or the act is about himself.
    """
    if actor is None:
        return
    if queries.anywhere(queries.standings(actor, now), door) is None:
        raise Forbidden(_("须由安全管理员办理。"), code="not_security_administrator")
    if about is not None and about.pk == actor.pk:
        raise Forbidden(_("不能给自己任免、授权或者重置，请由另一位安全管理员办理。"), code="about_yourself")


def locked(user: User) -> User:
    """The person's row, fresh and locked."""
    return all_locked({user.pk})[user.pk]


def all_locked(ids: set[int]) -> dict[int, User]:
    """By id, always: whoever needs several people waits for them in the same order. Their chains come after their rows."""
    return {user.pk: user for user in User.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)}


def is_administrator(user: User, day: date) -> bool:
    """Whether the person is one of the three administrators on `day` or will be."""
    return Appointment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), user=user, role__in=ADMINISTRATORS).exists()


def open_stand_ins(user: User, *, now: datetime) -> QuerySet[StandIn]:
    """Stand-ins given or held by the person that are not over."""
    return StandIn.objects.filter(Q(principal=user) | Q(deputy=user), valid_to__gt=now, revoked_at__isnull=True)


def require(findings: list[Finding]) -> None:
    """Refuse with every reason at once, if any of them blocks."""
    blocks = blocking(findings)
    if blocks:
        raise Refused("".join(each.message for each in blocks), code=blocks[0].code, field=blocks[0].field, findings=findings)


def record(user: User, verb: str, *, actor: User | None, now: datetime, **told: Any) -> None:
    """One entry in the person's own chain."""
    audit.record(chain=f"user/{user.pk}", verb=verb, actor=actor, now=now, **told)
