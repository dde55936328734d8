"""The only writer of institutions: establish, change, end. Every value names the document that set it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workflows.audit import operations as audit
from workflows.lib.findings import Finding, blocking
from workflows.lib.local import day_of
from workflows.lib.pinyin import initials
from workflows.lib.refusals import Conflict, Refused
from workflows.lib.validity import covers, valid_on
from workflows.organization import endings, queries, rules, tree
from workflows.organization.basis import Basis
from workflows.organization.models import Unit, UnitVersion
from workflows.organization.terms import Funding, Kind, Nature, PsuClass, Rank, System

__all__ = ["Basis", "change", "end", "establish", "refresh"]

RELATIONS = ("parent", "sponsor", "host")
CHOICES = {"nature": Nature, "system": System, "kind": Kind, "rank": Rank, "psu_class": PsuClass, "funding": Funding}
OPTIONAL = frozenset({"psu_class", "funding"})
TEXTS = ("name", "short_name", "credit_code", "legal_representative", "address", "functions")
ATTRIBUTES = (*TEXTS, *CHOICES, *RELATIONS)


@transaction.atomic
def establish(
    *, code: str, attributes: Mapping[str, Any], basis: Basis, valid_from: date, sort: int = 0, actor: Any, now: datetime
) -> Unit:
    """This function will found an institution with its first version.

    `attributes` takes the fields of `UnitVersion`; parent, sponsor and host may be units or ids.
    :raises Refused: a rule of `rules.py` forbids it, the code is taken, or the document is not named.
    """
    if Unit.objects.filter(code=code).exists():
        raise Refused(_("机构代码“%(code)s”已被使用，请换一个。") % {"code": code}, code="code_taken", field="code")
    values = _clean({"rank": Rank.NONE, **attributes})
    _require(_findings(None, values, valid_from))
    try:
        with transaction.atomic():
            unit = Unit.objects.create(code=code, sort=sort, valid_from=valid_from, **_projection(values))
    except IntegrityError as error:
        raise Refused(_("机构代码“%(code)s”刚刚被使用，请换一个。") % {"code": code}, code="code_taken", field="code") from error
    _add_version(unit, values, basis, valid_from, now)
    audit.record(
        chain=f"unit/{unit.pk}", verb="organization.unit.established", after=_told(values, valid_from),
        basis=basis.number, unit=code, actor=actor, now=now,
    )  # fmt: skip
    return unit


@transaction.atomic
def change(*, unit: Unit, changes: Mapping[str, Any], basis: Basis, valid_from: date, actor: Any, now: datetime) -> UnitVersion:
    """This function will start a new version of `unit` on `valid_from`: rename, re-rank, transfer, new functions.

    A day to come is allowed; today's columns on `Unit` follow when the day arrives (`refresh`).
    :raises Refused: nothing changes, a rule forbids it, or the day does not follow the newest version.
    :raises Conflict: a version begins on that very day already.
    """
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    last = UnitVersion.objects.filter(unit=unit).order_by("-valid_from").first()
    _follows(unit, last, valid_from)
    before = {name: getattr(last, f"{name}_id" if name in RELATIONS else name) for name in ATTRIBUTES}
    values = _clean({**before, **changes})
    changed = {name: value for name, value in values.items() if value != before[name]}
    if not changed:
        raise Refused(_("没有任何变化，不必登记。"), code="nothing_changed")
    _require(_findings(unit, values, valid_from))
    UnitVersion.objects.filter(pk=last.pk).update(valid_to=valid_from)
    version = _add_version(unit, values, basis, valid_from, now)
    _project(unit, day_of(now))
    audit.record(
        chain=f"unit/{unit.pk}", verb="organization.unit.changed", before={name: before[name] for name in changed},
        after=_told(changed, valid_from), basis=basis.number, unit=unit.code, actor=actor, now=now,
    )  # fmt: skip
    return version


@transaction.atomic
def end(*, unit: Unit, basis: Basis, on: date, actor: Any, now: datetime) -> Unit:
    """This function will end `unit`: `on` is the first day on which it no longer exists.

    :raises Refused: units still stand under it, or a room above names something left hanging (open cases, posts, people).
    """
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    last = UnitVersion.objects.filter(unit=unit).order_by("-valid_from").first()
    _follows(unit, last, on)
    _name_the_document(basis)
    left = [
        Finding("U20", "block", _("下级机构“%(name)s”尚未撤销或者划转。") % {"name": version.name}, fact=version.name)
        for version in queries.children(unit, on)
    ]
    _require(left + endings.obstacles(unit.pk, on), _("该机构现在还不能撤销："))
    UnitVersion.objects.filter(pk=last.pk).update(valid_to=on)
    Unit.objects.filter(pk=unit.pk).update(valid_to=on)
    audit.record(
        chain=f"unit/{unit.pk}", verb="organization.unit.ended", before={"valid_to": None}, after={"valid_to": on.isoformat()},
        basis=basis.number, unit=unit.code, actor=actor, now=now,
    )  # fmt: skip
    unit.refresh_from_db()
    return unit


@transaction.atomic
def refresh(*, actor: Any = None, now: datetime) -> int:
    """This function will bring the columns of `Unit` up to today where a version of the future has come into force; how many."""
    day = day_of(now)
    behind = [
        version
        for version in UnitVersion.objects.filter(valid_on(day)).select_related("unit")
        if any(getattr(version.unit, name) != value for name, value in _projection_of(version).items())
    ]
    for version in behind:
        Unit.objects.filter(pk=version.unit_id).update(**_projection_of(version))
    return len(behind)


def _clean(attributes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(attributes) - set(ATTRIBUTES)
    if unknown:
        raise ValueError(f"not attributes of a unit: {sorted(unknown)}")
    values: dict[str, Any] = {name: str(attributes.get(name) or "").strip() for name in (*TEXTS, *CHOICES)}
    for name in RELATIONS:
        given = attributes.get(name)
        values[name] = given.pk if isinstance(given, Unit) else given
    for name, choices in CHOICES.items():
        if values[name] not in choices.values and not (name in OPTIONAL and values[name] == ""):
            raise Refused(_("“%(value)s”不是可选的值。") % {"value": values[name]}, code="not_a_choice", field=name)
    for name in TEXTS:
        limit = UnitVersion._meta.get_field(name).max_length
        if limit and len(values[name]) > limit:
            raise Refused(_("最多填写%(limit)s个字。") % {"limit": limit}, code="too_long", field=name)
    return values


def _findings(unit: Unit | None, values: Mapping[str, Any], day: date) -> list[Finding]:
    ids = [values[name] for name in RELATIONS if values[name] is not None]
    known = {version.unit_id: version for version in UnitVersion.objects.filter(unit_id__in=ids).order_by("valid_from")}
    around = rules.Surroundings(
        **{name: _relative(known.get(values[name]), values[name], day) for name in RELATIONS},
        sibling_names=_sibling_names(unit, values["parent"], day),
        circular=unit is not None and _circular(unit.pk, values, day),
    )
    return rules.check(values, around)


def _relative(version: UnitVersion | None, pk: int | None, day: date) -> rules.Relative | None:
    if pk is None:
        return None
    if version is None:
        return rules.Relative(name=f"#{pk}", kind="", rank=Rank.NONE, in_force=False)
    # `version` is the newest one; its period and the unit's beginning tell whether the unit exists on the day.
    begun = version.valid_from <= day or UnitVersion.objects.filter(valid_on(day), unit_id=pk).exists()
    alive = begun and (version.valid_to is None or day < version.valid_to)
    return rules.Relative(name=version.name, kind=version.kind, rank=version.rank, in_force=alive)


def _sibling_names(unit: Unit | None, parent: int | None, day: date) -> frozenset[str]:
    rows = UnitVersion.objects.filter(valid_on(day), parent_id=parent)
    if unit is not None:
        rows = rows.exclude(unit_id=unit.pk)
    return frozenset(rows.values_list("name", flat=True))


def _circular(pk: int, values: Mapping[str, Any], day: date) -> bool:
    superiors = {values["parent"], values["sponsor"]} - {None}
    return bool(superiors & tree.below(queries.edges(day), pk))


def _follows(unit: Unit, last: UnitVersion, day: date) -> None:
    if unit.valid_to is not None:
        raise Refused(_("“%(name)s”已经撤销，不能再变更。") % {"name": unit.name}, code="unit_ended")
    if last.valid_from == day:
        raise Conflict(_("“%(name)s”在这一天已有一次变更，请合并办理或者改用另一日期。") % {"name": unit.name}, code="version_that_day")
    if last.valid_from > day:
        raise Refused(
            _("“%(name)s”已有更晚生效的变更（%(day)s），新的变更只能在其后。") % {"name": unit.name, "day": last.valid_from.isoformat()},
            code="not_after_last", field="valid_from",
        )  # fmt: skip


def _require(findings: list[Finding], opening: str = "") -> None:
    blocks = blocking(findings)
    if blocks:
        message = opening + "".join(finding.message for finding in blocks)
        raise Refused(message, code=blocks[0].code, field=blocks[0].field, findings=findings)


def _name_the_document(basis: Basis) -> None:
    if not basis.number.strip():
        raise Refused(_("请填写所依据文件的文号。"), code="no_basis", field="basis")


def _add_version(unit: Unit, values: Mapping[str, Any], basis: Basis, valid_from: date, now: datetime) -> UnitVersion:
    _name_the_document(basis)
    relations = {f"{name}_id": values[name] for name in RELATIONS}
    plain = {name: value for name, value in values.items() if name not in RELATIONS}
    return UnitVersion.objects.create(
        unit=unit, **plain, **relations, initials=_initials(values), basis_number=basis.number, basis_title=basis.title,
        basis_date=basis.date, basis_file=basis.file, valid_from=valid_from, recorded_at=now,
    )  # fmt: skip


def _initials(values: Mapping[str, Any]) -> str:
    """Of the name and of the short one, apart: people type either."""
    return " ".join(filter(None, (initials(values["name"]), initials(values["short_name"]))))


def _projection(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": values["name"],
        "short_name": values["short_name"],
        "initials": _initials(values),
        "kind": values["kind"],
        "parent_id": values["parent"],
    }


def _projection_of(version: UnitVersion) -> dict[str, Any]:
    return _projection({"name": version.name, "short_name": version.short_name, "kind": version.kind, "parent": version.parent_id})


def _project(unit: Unit, day: date) -> None:
    for version in UnitVersion.objects.filter(unit=unit):
        if covers(day, version.valid_from, version.valid_to):
            Unit.objects.filter(pk=unit.pk).update(**_projection_of(version))


def _told(values: Mapping[str, Any], valid_from: date) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if value not in ("", None)}
    return {**kept, "valid_from": valid_from.isoformat()}
