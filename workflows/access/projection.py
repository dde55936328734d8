"""guardian's rows on units: the appointments of today, written out for whoever asks in guardian's language.

Never an authority: `queries.may` does not read them. An office that opens a door everywhere has one row, on its own unit
and on the district; a row never says more than `may` would.
"""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from guardian.models import UserObjectPermission

from workflows.access.models import Appointment
from workflows.access.roles import DOORS, MATRIX
from workflows.lib.validity import valid_on
from workflows.organization import queries as organization
from workflows.organization import tree
from workflows.organization.models import Unit
from workflows.organization.terms import Kind

Row = tuple[int, str, str]


def codename(door: str) -> str:
    """The name of a door as a permission on `Unit`: `case.propose` is `case_propose`."""
    return door.replace(".", "_")


def permissions() -> dict[str, Permission]:
    """Codename → permission on `Unit`, one for every door; created where missing."""
    units = ContentType.objects.get_for_model(Unit)
    wanted = {codename(door): door for door in DOORS}
    present = {row.codename: row for row in Permission.objects.filter(content_type=units, codename__in=wanted)}
    new = [Permission(content_type=units, codename=name, name=door) for name, door in wanted.items() if name not in present]
    if new:
        Permission.objects.bulk_create(new, ignore_conflicts=True)
        present = {row.codename: row for row in Permission.objects.filter(content_type=units, codename__in=wanted)}
    return present


def wanted(users: Iterable[int] | None, day: date) -> set[Row]:
    """(user, codename, unit) as text of the unit's id, from the appointments in force on `day`."""
    held = Appointment.objects.filter(valid_on(day), user__is_active=True)
    if users is not None:
        held = held.filter(user__in=users)
    edges = organization.edges(day)
    root = list(Unit.objects.filter(kind=Kind.DISTRICT).values_list("pk", flat=True))
    rows: set[Row] = set()
    for user, role, unit in held.values_list("user_id", "role", "unit_id"):
        under = tree.below(edges, unit)
        for door, scope in MATRIX[role].items():
            reached = {"own": {unit}, "subtree": under, "all": {unit, *root}}[scope]
            rows |= {(user, codename(door), str(pk)) for pk in reached}
    return rows


def present(users: Iterable[int] | None) -> dict[Row, int]:
    """The rows guardian has on units now, each with its id; readings granted by name are not ours to mend."""
    found = UserObjectPermission.objects.filter(content_type=ContentType.objects.get_for_model(Unit)).exclude(
        permission__codename="view_unit"
    )
    if users is not None:
        found = found.filter(user__in=users)
    return {(user, name, pk): row for user, name, pk, row in found.values_list("user_id", "permission__codename", "object_pk", "pk")}
