"""Who may open which door, decided from appointments and stand-ins alone; guardian's rows are only their projection."""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Count, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from guardian.models import UserObjectPermission

from workflows.access import passwords
from workflows.access.models import Appointment, StandIn, User
from workflows.access.roles import ADMINISTRATORS, MATRIX, ROLES, Scope
from workflows.lib.findings import Finding
from workflows.lib.local import ZONE, day_of
from workflows.lib.refusals import Missing
from workflows.lib.validity import valid_on
from workflows.organization import queries as organization
from workflows.organization import tree
from workflows.organization.models import Unit
from workflows.organization.terms import Kind

Sponsored = Set[int] | Mapping[int, Set[int]] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """An office `user` may act in now: his own, or `principal`'s while standing in for him."""

    user: User
    principal: User | None
    role: str
    unit: Unit
    appointment: Appointment

    @property
    def title(self) -> str:
        """`区财政局 会签经办`, or with the principal's name when standing in."""
        office = f"{self.unit.name} {self.appointment.title or ROLES[self.role]}"
        return f"{office}（代{self.principal.name}）" if self.principal else office

    def reach(self, door: str) -> Scope | None:
        """How far this office opens `door`: own, subtree, all, or None when it does not."""
        return MATRIX[self.role].get(door)


def standings(user: Any, now: datetime) -> list[Standing]:
    """Every office the person may act in at `now`: own ones first, then those stood in for. One SQL, none when signed out.

    Administrators' offices are never stood in for, nor does an administrator stand in for anybody.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    stood_in = StandIn.objects.filter(_standing_in(now), deputy=user, principal=OuterRef("user"), principal__is_active=True)
    rows = Appointment.objects.filter(valid_on(day_of(now))).filter(Q(user=user) | Exists(stood_in))
    rows = rows.select_related("user", "unit").order_by("role", "unit_id", "id")
    own = [Standing(user, None, row.role, row.unit, row) for row in rows if row.user_id == user.pk]
    if any(standing.role in ADMINISTRATORS for standing in own):
        return own
    others = (row for row in rows if row.user_id != user.pk and row.role not in ADMINISTRATORS)
    return own + [Standing(user, row.user, row.role, row.unit, row) for row in others]


def opens(held: Iterable[Standing], door: str, unit_id: int, sponsored: Sponsored = None) -> Standing | None:
    """The standing in `held` that opens `door` for the unit, or None. Pure.

    Own offices go before stood-in ones, the unit's own before a superior's. `sponsored` is what `reached` gives: office unit →
    the ids under it; a plain set of ids under all offices is taken as well; None leaves subtrees out.
    """
    best: tuple[tuple[bool, bool], Standing] | None = None
    for standing in held:
        scope = standing.reach(door)
        same = standing.unit.pk == unit_id
        if scope == "all" or (same and scope) or (scope == "subtree" and unit_id in _under(standing, sponsored)):
            rank = (standing.principal is not None, not same)
            if best is None or rank < best[0]:
                best = (rank, standing)
    return best[1] if best else None


def reached(held: Iterable[Standing], day: date) -> dict[int, set[int]]:
    """For `opens`: office unit id → itself and all units under it on `day`. One SQL."""
    offices = {standing.unit.pk for standing in held}
    edges = organization.edges(day) if offices else []
    return {office: tree.below(edges, office) for office in offices}


def may(user: Any, door: str, unit: Unit | int, now: datetime) -> Standing | None:
    """In which office, and in whose name, the person may open `door` for `unit` at `now`; None if in none. At most two SQL."""
    held = standings(user, now)
    unit_id = unit if isinstance(unit, int) else unit.pk
    found = opens(held, door, unit_id)
    below = [standing for standing in held if standing.reach(door) == "subtree"]
    if below and (found is None or found.principal is not None):
        found = opens(held, door, unit_id, reached(below, day_of(now)))
    return found


def anywhere(held: Iterable[Standing], door: str) -> Standing | None:
    """A standing that opens `door` for any unit at all; own offices first. Pure; for menus and pages that list."""
    able = [standing for standing in held if standing.reach(door)]
    return min(able, key=lambda standing: standing.principal is not None) if able else None


def scope(held: Iterable[Standing], door: str, day: date) -> set[int] | None:
    """The unit ids for which `door` opens: None means every unit, the empty set none. One SQL where a subtree is held, else none."""
    able = [(standing, standing.reach(door)) for standing in held if standing.reach(door)]
    if any(reach == "all" for _, reach in able):
        return None
    under = reached([standing for standing, reach in able if reach == "subtree"], day)
    own = {standing.unit.pk for standing, _ in able}
    return own.union(*under.values())


def holders(role: str, unit: Unit | int, now: datetime) -> list[User]:
    """Everybody able to act as `role` at `unit` now: those appointed and those standing in for them. One SQL."""
    held = Q(appointments__in=Appointment.objects.filter(valid_on(day_of(now)), role=role, unit=unit))
    deputising = StandIn.objects.filter(
        _standing_in(now), principal__is_active=True, deputy=OuterRef("pk"),
        principal__in=Appointment.objects.filter(valid_on(day_of(now)), role=role, unit=unit).values("user"),
    )  # fmt: skip
    return list(User.objects.filter(held | Q(Exists(deputising)), is_active=True).distinct().order_by("name", "pk"))


def holders_of(offices: Collection[tuple[str, int]], now: datetime) -> dict[tuple[str, int], list[User]]:
    """`holders` for many (role, unit id) at once: two SQL, however many. An office nobody can act in is left out."""
    if not offices:
        return {}
    today = Appointment.objects.filter(
        valid_on(day_of(now)), role__in={role for role, _unit in offices}, unit__in={unit for _role, unit in offices}, user__is_active=True
    )
    held = [row for row in today.select_related("user").order_by("user__name", "user_id") if (row.role, row.unit_id) in offices]
    deputies: dict[int, list[User]] = {}
    for row in StandIn.objects.filter(
        _standing_in(now), principal__in={row.user_id for row in held}, deputy__is_active=True
    ).select_related("deputy"):
        deputies.setdefault(row.principal_id, []).append(row.deputy)
    found: dict[tuple[str, int], list[User]] = {}
    for row in held:
        people = found.setdefault((row.role, row.unit_id), [])
        people += [person for person in (row.user, *deputies.get(row.user_id, ())) if person not in people]
    return found


def able_on(door: str, unit: Unit, day: date) -> list[Standing]:
    """Who could have opened `door` for `unit` at any moment of a past or present `day`, as the system knew it then. Three SQL.

    An office entered later, though dated back, gave no power on that day; one ended during the day did. For the auditor's
    question "who could approve on that date".
    """
    known = Q(valid_from__lte=day, recorded_at__lt=_end_of(day))
    lasted = Q(valid_to__isnull=True) | Q(valid_to__gt=day) | Q(ended_at__gte=_start_of(day))
    rows = Appointment.objects.filter(known, lasted, role__in=[role for role, doors in MATRIX.items() if door in doors])
    held = [Standing(row.user, None, row.role, row.unit, row) for row in rows.select_related("user", "unit")]
    deputies = StandIn.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gte=_start_of(day)), recorded_at__lt=_end_of(day),
        valid_from__lt=_end_of(day), valid_to__gt=_start_of(day), principal__in={standing.user.pk for standing in held},
    )  # fmt: skip
    standing_in = {row.principal_id: row.deputy for row in deputies.select_related("deputy")}
    held += [
        Standing(standing_in[own.user.pk], own.user, own.role, own.unit, own.appointment) for own in held if own.user.pk in standing_in
    ]
    under = reached((standing for standing in held if standing.reach(door) == "subtree"), day)
    return [standing for standing in held if opens([standing], door, unit.pk, under)]


def appointments(*, day: date, user: User | None = None, unit: Unit | None = None, role: str = "", text: str = "") -> Any:
    """The offices in force on `day`, filtered; a queryset for the register of appointments, ordered by unit and role."""
    rows = Appointment.objects.filter(valid_on(day)).select_related("user", "unit").order_by("unit__sort", "unit_id", "role", "id")
    if user is not None:
        rows = rows.filter(user=user)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if role:
        rows = rows.filter(role=role)
    if text:
        rows = rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text) | Q(unit__name__icontains=text))
    return rows


def history(user: User) -> list[Appointment]:
    """Every office the person ever held, newest first."""
    return list(Appointment.objects.filter(user=user).select_related("unit").order_by("-valid_from", "-id"))


def appointment(pk: int) -> Appointment:
    """One office with its person and unit; raises Missing."""
    row = Appointment.objects.select_related("user", "unit").filter(pk=pk).first()
    if row is None:
        raise Missing(_("没有这项任职。"), code="no_appointment")
    return row


def stand_ins(now: datetime, *, ended: bool = False, limit: int = 200) -> list[StandIn]:
    """Stand-ins in force or to come at `now`, or those that have ended, newest first."""
    over = Q(valid_to__lte=now) | Q(revoked_at__isnull=False)
    rows = StandIn.objects.filter(over if ended else ~over).select_related("principal", "deputy")
    return list(rows.order_by("-valid_from", "-id")[:limit])


def stand_in(pk: int) -> StandIn:
    """One stand-in with both people; raises Missing."""
    row = StandIn.objects.select_related("principal", "deputy").filter(pk=pk).first()
    if row is None:
        raise Missing(_("没有这项代理。"), code="no_stand_in")
    return row


def people(*, text: str = "", limit: int = 300) -> list[User]:
    """Accounts by name, the active ones first, each with `open_offices`: how many offices have no end yet."""
    rows = User.objects.annotate(open_offices=Count("appointments", filter=Q(appointments__valid_to__isnull=True)))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(username__icontains=text))
    return list(rows.order_by("-is_active", "name", "pk")[:limit])


def person(pk: int) -> User:
    """One account; raises Missing."""
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise Missing(_("没有这个账号。"), code="no_user")
    return found


def locked_out(now: datetime) -> set[str]:
    """The account names that have failed to sign in as often as locks an account, within the cooling-off time."""
    since = now - get_cool_off()
    failures = AccessAttempt.objects.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gte=since)
    return set(failures.values_list("username", flat=True))


def people_left(unit_id: int, day: date) -> list[Finding]:
    """Why the unit cannot end on `day`: somebody still holds an office there then."""
    rows = Appointment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), unit=unit_id).select_related("user")
    names = "、".join(sorted({row.user.name for row in rows}))
    message = _("仍有人在该机构任职（%(names)s），请先免职。") % {"names": names}
    return [Finding("U21", "block", message, fact=names)] if names else []


def without_clerk(day: date) -> list[Unit]:
    """Units in force on `day` whose people cannot be reached: no clerk of their own, of a superior or of a sponsor (联络员).

    Only units that submit: divisions, bodies and nameplates have none. Two SQL.
    """
    clerks = Appointment.objects.filter(valid_on(day), role="clerk", user__is_active=True).values_list("unit_id", flat=True)
    edges = organization.edges(day)
    reachable = set().union(*(tree.below(edges, unit) for unit in set(clerks)))
    silent = (Kind.DISTRICT, Kind.COMMITTEE, Kind.DIVISION, Kind.NAMEPLATE, Kind.COORDINATION)
    units = Unit.objects.filter(valid_on(day)).exclude(kind__in=silent).exclude(pk__in=reachable)
    return list(units.order_by("sort", "id"))


def reads(user: User, subject: Model) -> bool:
    """Whether the person was granted the reading of this one thing by name."""
    return subject.pk in readable(user, type(subject))


def readable(user: User, model: type[Model]) -> QuerySet:
    """The ids of the things of this model that the person was granted to read by name, to be used inside another query."""
    rows = UserObjectPermission.objects.filter(
        user_id=user.pk if user.is_active else None,
        content_type=ContentType.objects.get_for_model(model),
        permission__codename=f"view_{model._meta.model_name}",
    )
    return rows.annotate(granted=Cast("object_pk", BigIntegerField())).values_list("granted", flat=True)


def password_profile() -> str:
    """`dengbao3` (classes, expiry; the default) or `asvs` (neither), from `settings.PASSWORD_PROFILE`."""
    return getattr(settings, "PASSWORD_PROFILE", "dengbao3")


def password_expired(user: User, now: datetime) -> bool:
    """Whether the password is older than `settings.PASSWORD_DAYS` (90); 0 and the ASVS profile know no expiry."""
    days = getattr(settings, "PASSWORD_DAYS", passwords.DAYS_VALID)
    if not days or password_profile() != "dengbao3" or user.password_changed_at is None:
        return False
    return now - user.password_changed_at >= timedelta(days=days)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZONE)


def _end_of(day: date) -> datetime:
    return _start_of(day + timedelta(days=1))


def _standing_in(now: datetime) -> Q:
    return Q(valid_from__lte=now, valid_to__gt=now) & (Q(revoked_at__isnull=True) | Q(revoked_at__gt=now))


def _under(standing: Standing, sponsored: Sponsored) -> Set[int]:
    if isinstance(sponsored, Mapping):
        return sponsored.get(standing.unit.pk, frozenset())
    return sponsored or frozenset()
