"""Reading institutions as of a day: versions, names, the tree, search by any name a unit ever bore."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext as _

from workflows.lib.refusals import Missing
from workflows.lib.validity import covers, valid_on
from workflows.organization import tree
from workflows.organization.models import Unit, UnitVersion
from workflows.organization.terms import Kind


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which document set an attribute to the value it has, and since when it has it."""

    value: object
    since: date
    version: UnitVersion


def district() -> Unit:
    """The root of the tree, on which the ledger's district accounts live."""
    unit = Unit.objects.filter(kind=Kind.DISTRICT).first()
    if unit is None:
        raise Missing(_("尚未建立本区的机构树，请先导入机构。"), code="no_district")
    return unit


def unit(code: str) -> Unit:
    """The unit with this code; raises Missing."""
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise Missing(_("没有代码为“%(code)s”的机构。") % {"code": code}, code="no_unit")
    return found


def version_on(unit: Unit | int, day: date) -> UnitVersion:
    """The unit's attributes in force on `day`; raises Missing when it did not exist then."""
    pk = unit if isinstance(unit, int) else unit.pk
    version = UnitVersion.objects.filter(valid_on(day), unit_id=pk).select_related("unit", "parent", "sponsor", "host").first()
    if version is None:
        raise Missing(
            _("该机构在%(day)s尚未设立或者已经撤销。") % {"day": f"{day.year}年{day.month}月{day.day}日"},
            code="unit_not_in_force",
            field="unit",
        )
    return version


def versions_on(day: date, units: Iterable[int] | None = None) -> dict[int, UnitVersion]:
    """Unit id → its attributes in force on `day`; of all units, or of those asked for. One SQL."""
    rows = UnitVersion.objects.filter(valid_on(day)).select_related("unit").order_by("unit__sort", "unit_id")
    if units is not None:
        rows = rows.filter(unit_id__in=list(units))
    return {version.unit_id: version for version in rows}


def name_on(unit: Unit | int, day: date) -> str:
    """The name the unit bore on `day`; before its first day its first name, after its last day its last one."""
    pk = unit if isinstance(unit, int) else unit.pk
    rows = UnitVersion.objects.filter(unit_id=pk)
    name = rows.filter(valid_from__lte=day).order_by("-valid_from").values_list("name", flat=True).first()
    return name or rows.order_by("valid_from").values_list("name", flat=True).first() or ""


def names_on(units: Iterable[int], day: date) -> dict[int, str]:
    """Unit id → name as `name_on` gives it, for many units in one SQL."""
    names: dict[int, str] = {}
    rows = UnitVersion.objects.filter(unit_id__in=list(units)).order_by("unit_id", "valid_from")
    for pk, name, valid_from in rows.values_list("unit_id", "name", "valid_from"):
        if valid_from <= day or pk not in names:
            names[pk] = name
    return names


def edges(day: date) -> list[tree.Edge]:
    """(unit, parent, sponsor) of every unit in force on `day`."""
    return list(UnitVersion.objects.filter(valid_on(day)).order_by().values_list("unit_id", "parent_id", "sponsor_id"))


def subtree(unit_id: int, day: date) -> set[int]:
    """`unit_id` itself and all units under it on `day`, by parent or by sponsor. One SQL."""
    return tree.below(edges(day), unit_id)


def children(unit: Unit, day: date) -> list[UnitVersion]:
    """The units directly under `unit` on `day`: divisions, sponsored institutions, nameplates it bears."""
    under = Q(parent=unit) | Q(sponsor=unit) | Q(host=unit)
    return list(UnitVersion.objects.filter(under, valid_on(day)).select_related("unit").order_by("unit__sort", "unit_id"))


def history(unit: Unit | int | str) -> list[UnitVersion]:
    """Every version of the unit (itself, its id or its code), oldest first; none when there is no such unit. One SQL."""
    key = {"unit__code": unit} if isinstance(unit, str) else {"unit_id": unit if isinstance(unit, int) else unit.pk}
    return list(UnitVersion.objects.filter(**key).select_related("unit", "parent", "sponsor", "host").order_by("valid_from"))


def former_names(unit: Unit | int, day: date) -> list[str]:
    """The names the unit bore before the one it bears on `day`, newest first, each once."""
    names = [version.name for version in history(unit) if version.valid_from <= day]
    return list(dict.fromkeys(name for name in reversed(names) if name != names[-1])) if names else []


def provenance(versions: Iterable[UnitVersion], attribute: str, day: date) -> Provenance | None:
    """Where the value of `attribute` on `day` comes from: the first version of the unbroken run that carries it.

    Pure over `history(unit)`. None when no version is in force on `day`.
    """
    origin: UnitVersion | None = None
    for version in sorted(versions, key=lambda each: each.valid_from):
        if version.valid_from > day:
            break
        if origin is None or getattr(origin, attribute) != getattr(version, attribute):
            origin = version
        last = version
    if origin is None or not covers(day, last.valid_from, last.valid_to):
        return None
    return Provenance(getattr(origin, attribute), origin.valid_from, origin)


def find(text: str, day: date, limit: int = 20) -> list[Unit]:
    """Units known by `day` whose code, present or former name, short name or pinyin initials match `text`.

    Best first: the present name, then units still in force, then former names. Two SQL whatever is found. Each unit carries
    `matched_name`: the former name that matched, or "" when the present one did.
    """
    words = text.strip()
    if not words:
        return []
    initials = words.lower()
    named = (
        Q(name__icontains=words) | Q(short_name__icontains=words) | Q(initials__startswith=initials) | Q(initials__contains=f" {initials}")
    )
    if len(initials) > 2 and initials.isalnum():
        named |= Q(initials__contains=initials)
    hits: dict[int, str] = {}
    rows = UnitVersion.objects.filter(named, valid_from__lte=day).order_by("-valid_from").values_list("unit_id", "name")
    for pk, name in rows[: limit * 10]:
        hits.setdefault(pk, name)
    closeness = Case(
        When(Q(name=words) | Q(short_name=words) | Q(code=initials), then=Value(0)),
        When(Q(name__icontains=words) | Q(short_name__icontains=words), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    gone = Case(When(valid_to__lte=day, then=Value(1)), default=Value(0), output_field=IntegerField())
    units = Unit.objects.filter(Q(pk__in=hits) | Q(code__istartswith=initials), valid_from__lte=day)
    found = list(units.annotate(gone=gone, closeness=closeness).order_by("gone", "closeness", "sort", "id")[:limit])
    for each in found:
        matched = hits.get(each.pk, each.name)
        each.matched_name = "" if matched == each.name else matched
    return found
