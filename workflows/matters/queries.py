"""Reading the catalogue, the authority table, the time limits and the calendar. Nothing here is confidential to a user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from workflows.lib.calendar import Calendar, Due
from workflows.lib.findings import Finding
from workflows.lib.local import day_of
from workflows.lib.refusals import Missing, Refused
from workflows.lib.spreadsheets import Row, write_rows
from workflows.lib.validity import valid_on
from workflows.matters import authority, sheets
from workflows.matters.models import AuthorityRule, Body, CalendarDay, Material, Matter, TimeLimit
from workflows.organization.models import Unit

OFFICE = "office"
# From October on people plan into the next year, whose holidays the State has not announced yet.
LOOK_AHEAD_FROM_MONTH = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """The route a case would take: the row that applies, who handles, decides, is consulted and signs, and why."""

    rule: AuthorityRule
    section: Unit
    bodies: list[Body]
    consult: list[Unit]
    signatory: Unit
    office: Unit
    basis: str
    trace: list[authority.Trace]

    def as_route(self) -> dict[str, Any]:
        """The JSON form frozen on the case at acceptance; `units` gives the id, `names` the name of whatever it names."""
        named = [self.section, *self.consult, self.signatory, self.office]
        return {
            "rule": self.rule.number,
            "name": self.rule.name,
            "basis": self.basis,
            "section": self.section.code,
            "bodies": [body.code for body in self.bodies],
            "consult": [unit.code for unit in self.consult],
            "panel": self.rule.panel,
            "signatory": self.signatory.code,
            "units": {unit.code: unit.pk for unit in named} | {OFFICE: self.office.pk},
            "names": {each.code: getattr(each, "short_name", "") or each.name for each in [*named, *self.bodies]},
        }


def catalogue() -> list[Matter]:
    """The matters open for new cases."""
    return list(Matter.objects.filter(active=True))


def matter(code: str) -> Matter:
    """The matter with this code; raises Missing."""
    found = Matter.objects.filter(code=code).first()
    if found is None:
        raise Missing(_("没有代码为“%(code)s”的事项。") % {"code": code}, code="no_matter")
    return found


def materials(matter: Matter) -> list[Material]:
    """The documents the matter asks for, in the order of the form."""
    return list(Material.objects.filter(matter=matter))


def rules_on(day: date) -> list[AuthorityRule]:
    """The rows of the authority table in force on `day`, by number. One SQL."""
    return list(AuthorityRule.objects.filter(valid_on(day)).select_related("matter", "section", "signatory"))


def rules_all() -> list[AuthorityRule]:
    """Every row there ever was, by number, newest period first. One SQL."""
    return list(AuthorityRule.objects.select_related("matter", "section", "signatory").order_by("number", "-valid_from"))


def bodies() -> list[Body]:
    """The deciding bodies."""
    return list(Body.objects.select_related("unit"))


def limits() -> list[TimeLimit]:
    """All time limits, general ones before those of one matter."""
    return list(TimeLimit.objects.select_related("matter").order_by("key", "matter__sort", "id"))


def limits_for(matter: Matter) -> dict[str, int]:
    """Node → working days for this matter; its own limit goes before the general one. One SQL."""
    rows = TimeLimit.objects.filter(Q(matter=matter) | Q(matter__isnull=True))
    found: dict[str, int] = {}
    for row in sorted(rows, key=lambda each: each.matter_id is not None):
        found[row.key] = row.days
    return found


@dataclass(frozen=True, slots=True)
class Clock:
    """The limits of one matter and the calendar, read once for an act that opens several steps."""

    days: Mapping[str, int]
    calendar: Calendar

    def due(self, key: str, now: datetime) -> Due | None:
        """The day by which the step `key` is to be done when it opens at `now`; None where no limit is set."""
        return self.calendar.add(day_of(now), self.days[key]) if key in self.days else None


def clock(matter: Matter) -> Clock:
    """The clock of a matter. Two SQL."""
    return Clock(limits_for(matter), calendar())


def decide(matter: Matter, facts: Mapping[str, Any], day: date) -> authority.Decision:
    """Which row of the table applies on `day`, with the trace of every row; `rule` is None where none does. One SQL."""
    return _decide(matter, facts, day)[0]


def plan(matter: Matter, facts: Mapping[str, Any], day: date) -> Plan:
    """The route for a case of `matter` with these facts on `day`. Three SQL.

    :raises Refused: no row applies (its findings say why each did not), or a row names a body or unit that is not there.
    """
    decision, rows = _decide(matter, facts, day)
    if decision.rule is None:
        raise Refused(
            _("审批权限表中没有适用于本件的一行，请联系区委编办综合科。"), code="no_rule",
            findings=[_unmatched(trace) for trace in decision.trace],
        )  # fmt: skip
    rule = rows[decision.rule.number]
    named = {body.code: body for body in Body.objects.filter(code__in=rule.bodies)}
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[*rule.consult, OFFICE])}
    absent = [code for code in rule.bodies if code not in named] + [code for code in [*rule.consult, OFFICE] if code not in units]
    if absent:
        raise Refused(
            _("审批权限表第%(number)d行引用的“%(codes)s”不存在，请联系区委编办综合科。")
            % {"number": rule.number, "codes": "、".join(absent)},
            code="rule_broken",
        )
    return Plan(
        rule=rule, section=rule.section, bodies=[named[code] for code in rule.bodies], consult=[units[code] for code in rule.consult],
        signatory=rule.signatory, office=units[OFFICE], basis=rule.basis, trace=decision.trace,
    )  # fmt: skip


def as_rule(row: AuthorityRule) -> authority.Rule:
    """The stored row as the pure core reads it; section and signatory must have been selected with it."""
    return authority.Rule(
        number=row.number, name=row.name, matter=row.matter.code, conditions=authority.from_lists(row.conditions), section=row.section.code,
        bodies=tuple(row.bodies), consult=tuple(row.consult), panel=row.panel, signatory=row.signatory.code, basis=row.basis,
    )  # fmt: skip


def calendar() -> Calendar:
    """The working-day calendar with the office's own departures from the State's. One SQL."""
    return Calendar(dict(CalendarDay.objects.values_list("day", "working")))


def days(year: int) -> list[CalendarDay]:
    """The office's own departures from the State calendar in one year."""
    return list(CalendarDay.objects.filter(day__year=year))


def due(key: str, matter: Matter, now: datetime) -> Due | None:
    """The day by which the step `key` is to be done when it opens at `now`; None where no limit is set. Two SQL."""
    return clock(matter).due(key, now)


def calendar_notice(day: date) -> str:
    """What to say where the holiday table lacks this year, or in autumn the next one; "" when nothing is missing. One SQL."""
    table = calendar()
    years = [day.year] + ([day.year + 1] if day.month >= LOOK_AHEAD_FROM_MONTH else [])
    unknown = "、".join(str(year) for year in years if not table.known(year))
    if not unknown:
        return ""
    return _("节假日表尚无%(years)s年的安排，涉及该年的期限暂按周一至周五推算，请在国务院公布后由流程管理员录入。") % {"years": unknown}


def _decide(matter: Matter, facts: Mapping[str, Any], day: date) -> tuple[authority.Decision, dict[int, AuthorityRule]]:
    rows = {row.number: row for row in rules_on(day) if row.matter_id == matter.pk}
    return authority.route([as_rule(row) for row in rows.values()], {"matter": matter.code, **facts}), rows


def _unmatched(trace: authority.Trace) -> Finding:
    return authority.finding("".join(trace.reasons), fact=f"{trace.rule_number} {trace.name}")


def named_in_the_table(unit_id: int, day: date) -> list[Finding]:
    """Why the unit may not end on `day`: a row of the table then in force still sends cases to it, or a body sits there. Three SQL."""
    code = Unit.objects.values_list("code", flat=True).get(pk=unit_id)
    rows = [row for row in rules_on(day) if unit_id in {row.section_id, row.signatory_id} or code in row.consult]
    found = [
        authority.finding(_("审批权限表第%(number)d行“%(name)s”仍指向该机构，请先修订。") % {"number": row.number, "name": row.name})
        for row in rows
    ]
    seated = Body.objects.filter(unit_id=unit_id)
    return found + [authority.finding(_("“%(name)s”设在该机构。") % {"name": body.name}) for body in seated]


def sheet_names() -> sheets.Names:
    """What a cell of the authority sheet may refer to. Three SQL."""
    return sheets.Names(
        matters=dict(Matter.objects.values_list("code", "name")),
        bodies=dict(Body.objects.values_list("code", "name")),
        units=dict(Unit.objects.filter(valid_to__isnull=True).values_list("code", "name")),
    )


def check_rows(rows: Sequence[Row], day: date) -> list[sheets.RowReport]:
    """Dry run of an authority sheet (header first) to take effect on `day`: one report per row, nothing written."""
    present = {row.number: as_rule(row) for row in rules_on(day)}
    return sheets.check([(row.number, row.cells) for row in rows[1:]], sheet_names(), present)


def rules_sheet(day: date) -> bytes:
    """The table in force on `day` as an Excel file that can be loaded again."""
    names = sheet_names()
    return write_rows(sheets.header(), [sheets.cells(as_rule(row), names) for row in rules_on(day)])
