"""guardian's rows: the projection of appointments on units, and readings granted by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from workflows.access import projection
from workflows.access.models import User
from workflows.access.operations import guard
from workflows.audit import operations as audit
from workflows.lib.local import day_of
from workflows.lib.refusals import Refused
from workflows.organization.models import Unit


@dataclass(frozen=True, slots=True)
class Drift:
    """How many of guardian's rows were missing and how many said too much."""

    added: int
    removed: int


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


@transaction.atomic
def grant_reading(*, user: User, subject: Model, basis: str, actor: User | None, now: datetime) -> None:
    """This function will let a named person outside the unit read one thing (an expert, a circulated case, an outside auditor).

    Whether the actor may decide that is for the room that owns the thing. In the thing's chain, `case/18`.
    :raises Refused: the person is one of the three administrators, who never touch cases, or the reason is not named.
    """
    if not basis.strip():
        raise Refused(_("请写明准予查阅的依据。"), code="no_basis", field="basis")
    if guard.is_administrator(guard.locked(user), day_of(now)):
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


def _reading(user: User, subject: Model) -> dict[str, Any]:
    kind = ContentType.objects.get_for_model(subject)
    permission = Permission.objects.get(content_type=kind, codename=f"view_{subject._meta.model_name}")
    return {"user": user, "permission": permission, "content_type": kind, "object_pk": str(subject.pk)}
