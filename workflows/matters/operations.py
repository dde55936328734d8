"""The only writer of the catalogue, the authority table, the time limits and the calendar.

Rows of the authority table are never rewritten: a change closes the row on a day and opens a new one, so that a case frozen last
year can still be explained. `actor` is None only for the loader of reference data.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.audit import operations as audit
from workflows.lib.findings import blocking
from workflows.lib.local import day_of
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.lib.spreadsheets import Row
from workflows.matters import authority, queries, sheets
from workflows.matters.models import AuthorityRule, Body, CalendarDay, Material, Matter, TimeLimit
from workflows.organization.models import Unit

RULE_FIELDS = ("number", "matter", "name", "conditions", "section", "bodies", "consult", "panel", "signatory", "basis")
LONGEST_LIMIT = 365


@transaction.atomic
def set_rule(*, rule: AuthorityRule | None, values: Mapping[str, Any], valid_from: date, actor: Any, now: datetime) -> AuthorityRule:
    """This function will add a row (`rule` None) or replace one from `valid_from` on. `values`: see `RULE_FIELDS`, units by code.

    :raises Forbidden: the actor is no steward.
    :raises Conflict: the row has been closed or replaced meanwhile, or the number was used in the same moment.
    :raises Refused: the row is wrong, nothing changes, or it would take effect in the past.
    """
    _authorise(actor, "authority.edit", now)
    wanted = _wanted(rule, values)
    _not_past(valid_from, actor, now)
    names = queries.sheet_names()
    findings = blocking(authority.check(wanted, bodies=names.bodies, units=names.units))
    if wanted.matter not in names.matters:
        findings.append(authority.finding(_("请选择事项。"), field="matter"))
    if findings:
        raise Refused(findings[0].message, code="rule", field=findings[0].field, findings=findings)
    before = _close(rule, valid_from, wanted) if rule is not None else _no_other(wanted.number)
    try:
        with transaction.atomic():
            row = _create(wanted, valid_from)
    except IntegrityError as error:
        raise Conflict(_("序号%(number)d刚刚被他人使用，请刷新后再改。") % {"number": wanted.number}, code="number_taken") from error
    audit.record(
        chain="authority", verb="matters.rule.changed" if before else "matters.rule.added", before=before, after=_told(row),
        basis=row.basis, actor=actor, now=now,
    )  # fmt: skip
    return row


@transaction.atomic
def end_rule(*, rule: AuthorityRule, on: date, actor: Any, now: datetime) -> AuthorityRule:
    """This function will close a row: `on` is the first day on which it no longer applies."""
    _authorise(actor, "authority.edit", now)
    _not_past(on, actor, now)
    row = _locked(rule)
    if on <= row.valid_from:
        raise Refused(_("终止日期应在生效日期之后。"), code="empty_period", field="on")
    before = _told(row)
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    audit.record(chain="authority", verb="matters.rule.ended", before=before, after=_told(row), basis=row.basis, actor=actor, now=now)
    return row


@transaction.atomic
def load_rules(*, rows: Sequence[Row], valid_from: date, actor: Any, now: datetime) -> list[sheets.RowReport]:
    """This function will load an authority sheet: new numbers are added, changed rows replaced, rows not listed stay.

    :raises Refused: any row is wrong; then nothing is loaded and `message` says which line first.
    """
    _authorise(actor, "authority.edit", now)
    reports = queries.check_rows(rows, valid_from)
    wrong = [report for report in reports if not report.ok]
    if wrong or not reports:
        message = _("第%(line)d行：%(message)s（共%(count)d行有误，均未导入）") % {
            "line": wrong[0].line, "message": wrong[0].message, "count": len(wrong),
        } if wrong else _("表中没有数据行。")  # fmt: skip
        raise Refused(message, code="sheet", field="file")
    present = {row.number: row for row in queries.rules_on(valid_from)}
    for report in reports:
        if report.change != "same" and report.rule is not None:
            values = {name: getattr(report.rule, name) for name in RULE_FIELDS}
            set_rule(rule=present.get(report.rule.number), values=values, valid_from=valid_from, actor=actor, now=now)
    return reports


@transaction.atomic
def set_limit(*, limit: TimeLimit, days: int, basis: str, actor: Any, now: datetime) -> TimeLimit:
    """This function will change a time limit; deadlines already given stay as they are."""
    _authorise(actor, "authority.edit", now)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST_LIMIT:
        raise Refused(_("时限应为1至%(most)d之间的整数（工作日）。") % {"most": LONGEST_LIMIT}, code="limit", field="days")
    row = TimeLimit.objects.select_for_update(no_key=True).get(pk=limit.pk)
    before = {"key": row.key, "days": row.days, "basis": row.basis}
    row.days, row.basis = days, basis.strip()
    row.save(update_fields=["days", "basis"])
    after = {"key": row.key, "days": row.days, "basis": row.basis}
    audit.record(chain="limits", verb="matters.limit.changed", before=before, after=after, basis=row.basis, actor=actor, now=now)
    return row


@transaction.atomic
def set_day(*, day: date, working: bool, name: str, basis: str, actor: Any, now: datetime) -> CalendarDay:
    """This function will make one day a working day or a holiday against the State calendar; the document must be named."""
    _authorise(actor, "calendar.edit", now)
    if not basis.strip():
        raise Refused(_("请填写依据文件。"), code="no_basis", field="basis")
    old = CalendarDay.objects.filter(day=day).first()
    row, _made = CalendarDay.objects.update_or_create(day=day, defaults={"working": working, "name": name.strip(), "basis": basis.strip()})
    before = {"day": day.isoformat(), "working": old.working, "name": old.name} if old else None
    after = {"day": day.isoformat(), "working": working, "name": row.name}
    audit.record(chain="calendar", verb="matters.day.set", before=before, after=after, basis=row.basis, actor=actor, now=now)
    return row


@transaction.atomic
def remove_day(*, day: date, actor: Any, now: datetime) -> None:
    """This function will let the State calendar decide about `day` again; the audit keeps what was set."""
    _authorise(actor, "calendar.edit", now)
    row = CalendarDay.objects.filter(day=day).first()
    if row is None:
        raise Missing(_("这一天没有单独设置。"), code="no_day")
    before = {"day": day.isoformat(), "working": row.working, "name": row.name}
    row.delete()
    audit.record(chain="calendar", verb="matters.day.removed", before=before, basis=row.basis, actor=actor, now=now)


@transaction.atomic
def define_matters(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will bring the catalogue of matters and their materials up to `rows` (by code); how many matters there are."""
    count = 0
    for row in rows:
        fields = {name: row[name] for name in ("name", "description", "room", "flow", "sort")}
        matter, _made = Matter.objects.update_or_create(code=row["code"], defaults=fields)
        for place, material in enumerate(row["materials"]):
            values = {**material, "matter": matter, "sort": place}
            Material.objects.update_or_create(matter=matter, code=material["code"], defaults=values)
        count += 1
    audit.record(chain="catalogue", verb="matters.catalogue.loaded", after={"matters": count}, actor=None, now=now)
    return count


@transaction.atomic
def define_limits(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will add time limits that are not there yet; those an office has changed stay as they are."""
    matters = {matter.code: matter for matter in Matter.objects.all()}
    made = 0
    for row in rows:
        matter = matters[row["matter"]] if row.get("matter") else None
        made += TimeLimit.objects.get_or_create(key=row["key"], matter=matter, defaults={"days": row["days"], "basis": row["basis"]})[1]
    audit.record(chain="limits", verb="matters.limits.loaded", after={"added": made}, actor=None, now=now)
    return made


@transaction.atomic
def define_bodies(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will add the deciding bodies that are not there yet; fractions are written `2/3`, `unit` is a code."""
    rows = list(rows)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[row["unit"] for row in rows])}
    made = 0
    for row in rows:
        quorum, majority = Fraction(row["quorum"]), Fraction(row["majority"])
        fields = {
            "name": row["name"], "unit": units[row["unit"]], "external": row.get("external", False), "members": row["members"],
            "session_label": row["session_label"], "quorum_numerator": quorum.numerator, "quorum_denominator": quorum.denominator,
            "majority_numerator": majority.numerator, "majority_denominator": majority.denominator,
            "majority_strict": row["strict"], "majority_of": row["of"], "article": row["article"],
        }  # fmt: skip
        made += Body.objects.get_or_create(code=row["code"], defaults=fields)[1]
    audit.record(chain="authority", verb="matters.bodies.loaded", after={"added": made}, actor=None, now=now)
    return made


@transaction.atomic
def define_rules(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will add the rows of the authority table whose numbers have never been used; how many."""
    taken = set(AuthorityRule.objects.values_list("number", flat=True))
    new = [{"panel": {}, **row} for row in rows if row["number"] not in taken]
    for row in new:
        set_rule(rule=None, values={name: row[name] for name in RULE_FIELDS}, valid_from=row["valid_from"], actor=None, now=now)
    return len(new)


def _authorise(actor: Any, door: str, now: datetime) -> None:
    if actor is not None and access.anywhere(access.standings(actor, now), door) is None:
        raise Forbidden(_("只有流程管理员可以修改审批权限、时限和工作日历。"), code="not_steward")


def _not_past(day: date, actor: Any, now: datetime) -> None:
    if actor is not None and day < day_of(now):
        raise Refused(_("已经过去的日子不能改写，请从今天或者以后的日期起生效。"), code="past", field="valid_from")


def _wanted(rule: AuthorityRule | None, values: Mapping[str, Any]) -> authority.Rule:
    unknown = set(values) - set(RULE_FIELDS)
    if unknown:
        raise ValueError(f"not columns of the authority table: {sorted(unknown)}")
    base = queries.as_rule(_with_units(rule)) if rule is not None else authority.Rule(number=0, name="")
    given = {name: getattr(base, name) for name in RULE_FIELDS} | dict(values)
    conditions = given["conditions"]
    try:
        if isinstance(conditions, str):
            conditions = authority.parse(conditions)
        elif conditions and not isinstance(conditions[0], authority.Condition):
            conditions = authority.from_lists(conditions)
    except ValueError as error:
        raise Refused(str(error), code="rule", field="conditions") from error
    if isinstance(given["number"], bool) or not isinstance(given["number"], int) or given["number"] <= 0:
        raise Refused(_("序号应为正整数。"), code="rule", field="number")
    texts = {name: str(given[name] or "").strip() for name in ("matter", "name", "section", "signatory", "basis")}
    lists = {name: tuple(given[name] or ()) for name in ("bodies", "consult")}
    return authority.Rule(number=given["number"], conditions=tuple(conditions or ()), panel=dict(given["panel"] or {}), **texts, **lists)


def _with_units(rule: AuthorityRule) -> AuthorityRule:
    return AuthorityRule.objects.select_related("matter", "section", "signatory").get(pk=rule.pk)


def _locked(rule: AuthorityRule) -> AuthorityRule:
    row = AuthorityRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    if row.valid_to is not None:
        raise Conflict(_("第%(number)d行已经终止或者被新的一行取代，请刷新后再改。") % {"number": row.number}, code="rule_closed")
    return row


def _close(rule: AuthorityRule, day: date, wanted: authority.Rule) -> dict[str, Any]:
    row = _locked(rule)
    if queries.as_rule(_with_units(row)) == wanted:
        raise Refused(_("没有任何变化，不必保存。"), code="nothing_changed")
    if wanted.number != row.number:
        raise Refused(_("序号不能改；请终止本行，另立新行。"), code="rule", field="number")
    if day <= row.valid_from:
        raise Refused(
            _("本行自%(day)s起生效，新的内容只能在其后生效。") % {"day": row.valid_from.isoformat()}, code="past", field="valid_from"
        )
    before = _told(row)
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    return before


def _no_other(number: int) -> None:
    if AuthorityRule.objects.filter(number=number, valid_to__isnull=True).exists():
        raise Refused(_("序号%(number)d已有生效的一行，请修订该行。") % {"number": number}, code="number_taken", field="number")


def _create(rule: authority.Rule, valid_from: date) -> AuthorityRule:
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[rule.section, rule.signatory])}
    return AuthorityRule.objects.create(
        matter=Matter.objects.get(code=rule.matter), number=rule.number, name=rule.name, basis=rule.basis,
        conditions=[condition.as_list() for condition in rule.conditions], section=units[rule.section], bodies=list(rule.bodies),
        consult=list(rule.consult), panel=dict(rule.panel), signatory=units[rule.signatory], valid_from=valid_from,
    )  # fmt: skip


def _told(row: AuthorityRule) -> dict[str, Any]:
    return {
        "number": row.number, "name": row.name, "conditions": row.conditions, "section": row.section_id, "bodies": row.bodies,
        "consult": row.consult, "panel": row.panel, "signatory": row.signatory_id, "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }  # fmt: skip
