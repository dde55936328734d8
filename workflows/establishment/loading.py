"""Excel in: an opening ledger, and earlier approvals as history. Tried first, reported row by row, loaded whole or not at all.

A file is known by its SHA-256: loaded a second time it changes nothing and says so.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from workflows.establishment import operations, queries, sheets
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Approval, Kind
from workflows.establishment.sheets import Problem, Record
from workflows.lib import spreadsheets
from workflows.lib.refusals import Refused
from workflows.lib.validity import covers
from workflows.organization import queries as organization
from workflows.organization.models import Kind as UnitKind
from workflows.organization.models import Unit

WITHOUT_POSTS = frozenset({UnitKind.NAMEPLATE, UnitKind.COORDINATION})


@dataclass(slots=True)
class Report:
    """What a file would load or has loaded: every row with its problems and notes, and the problems of the file as a whole."""

    key: str
    records: list[Record]
    problems: list[Problem] = field(default_factory=list)
    already: bool = False
    loaded: int = 0

    @property
    def faults(self) -> list[Problem]:
        """Every problem, the file's first, then row by row."""
        return [*self.problems, *(problem for record in self.records for problem in record.problems)]

    @property
    def ok(self) -> bool:
        """Whether it can be loaded as it is."""
        return not self.faults and bool(self.records)


@dataclass(frozen=True, slots=True)
class _Names:
    """Units by code and by the names in force on the day, kinds by code and name."""

    units: dict[str, list[Unit]]
    kinds: dict[str, Kind]


def check_opening(*, file: BinaryIO, effective_date: date) -> Report:
    """Try an opening ledger without writing anything. A file that is no spreadsheet raises Refused."""
    key, rows = _read(file, "opening")
    records, problems = sheets.opening(rows)
    report = Report(key, records, problems, already=bool(queries.movements(subject=key, limit=1)))
    names = _names(effective_date)
    openings = [(record, _opening(record, names, effective_date)) for record in records]
    found = [(record, opening) for record, opening in openings if opening is not None]
    sheets.repeated((record, (opening.unit_id, opening.kind)) for record, opening in found)
    used = queries.moved({(opening.unit_id, opening.kind) for _record, opening in found}, apart_from=key)
    for record, opening in found:
        if (opening.unit_id, opening.kind) in used:
            record.fault("", _("该单位该类别已有变动记录，不能再装入期初数。"))
        if opening.filled + opening.locked + opening.frozen > opening.approved:
            over = opening.filled + opening.locked + opening.frozen - opening.approved
            record.notes.append(_("超编 %(over)d 名，装入后只减不增。") % {"over": over})
    if not report.already:
        report.problems += _beyond_totals([opening for _record, opening in found], effective_date)
    return report


def load_opening(*, file: BinaryIO, basis: str, effective_date: date, actor: Any, now: datetime) -> Report:
    """Load an opening ledger as one batch; raises Refused `sheet` with the first problem if any row has one."""
    content = file.read()
    report = check_opening(file=BytesIO(content), effective_date=effective_date)
    if report.already:
        return report
    _refuse(report)
    names = _names(effective_date)
    rows = [opening for record in report.records if (opening := _opening(record, names, effective_date)) is not None]
    written = operations.open_books(rows=rows, key=report.key, basis=basis, effective_date=effective_date, actor=actor, now=now)
    report.loaded = len(written)
    return report


def check_history(*, file: BinaryIO, day: date, scans: Mapping[str, str] | None = None) -> Report:
    """Try a file of earlier approvals. `scans`: name of an uploaded scan → its SHA-256."""
    key, rows = _read(file, "history")
    records, problems = sheets.history(rows)
    names = _names(day)
    report = Report(key, records, problems, already=queries.history_loaded(key))
    for record in records:
        _approval(record, names, day, key, scans or {})
    known = (
        (record, (record.unit, record.kind, record.values["number"], record.values["change"], record.values["effect"]))
        for record in records
    )
    sheets.repeated(known)
    return report


def load_history(*, file: BinaryIO, day: date, scans: Mapping[str, str] | None = None, actor: Any, now: datetime) -> Report:
    """Load earlier approvals; raises Refused `sheet` with the first problem if any row has one. `day` is today."""
    content = file.read()
    report = check_history(file=BytesIO(content), day=day, scans=scans)
    if report.already:
        return report
    _refuse(report)
    names = _names(day)
    approvals = [found for record in report.records if (found := _approval(record, names, day, report.key, scans or {})) is not None]
    report.loaded = len(operations.record_history(approvals=approvals, subject=report.key, actor=actor, now=now))
    return report


def _read(file: BinaryIO, what: str) -> tuple[str, list[spreadsheets.Row]]:
    content = file.read()
    return f"{what}/{hashlib.sha256(content).hexdigest()[:32]}", spreadsheets.read_rows(BytesIO(content))


def _refuse(report: Report) -> None:
    faults = report.faults
    if faults:
        words = {"first": str(faults[0]), "count": len(faults)}
        raise Refused(_("%(first)s（共 %(count)d 处问题，整份文件未装入）") % words, code="sheet", field="file")


def _names(day: date) -> _Names:
    units: dict[str, list[Unit]] = {}
    versions = organization.versions_on(day)
    for unit in Unit.objects.all():
        name = versions[unit.pk].name if unit.pk in versions else unit.name
        for word in {unit.code, name}:
            units.setdefault(word, []).append(unit)
    kinds = queries.kinds()
    return _Names(units, {kind.name: kind for kind in kinds} | {kind.code: kind for kind in kinds})


def _unit(record: Record, names: _Names, day: date) -> Unit | None:
    """The unit the row names, or a problem noted: unknown, ambiguous, outside its validity, or one that may have no posts."""
    if not record.unit:
        return None
    found = names.units.get(record.unit, [])
    if len(found) != 1:
        record.fault(
            sheets.UNIT, _("有同名单位，请填写单位代码。") if found else _("没有名为“%(unit)s”的单位。") % {"unit": record.unit[:40]}
        )
        return None
    unit = found[0]
    if not covers(day, unit.valid_from, unit.valid_to):
        record.fault(sheets.UNIT, _("该单位在 %(day)s 尚未设立或已撤销。") % {"day": f"{day.year}年{day.month}月{day.day}日"})
        return None
    if unit.kind in WITHOUT_POSTS:
        record.fault(sheets.UNIT, _("挂牌机构、议事协调机构不核定编制（《地方各级人民政府机构设置和编制管理条例》第十二条、第十九条）。"))
        return None
    return unit


def _kind(record: Record, names: _Names) -> Kind | None:
    kind = names.kinds.get(record.kind)
    if kind is None and record.kind:
        record.fault(sheets.KIND, _("没有“%(kind)s”这一编制类别。") % {"kind": record.kind[:40]})
    return kind


def _opening(record: Record, names: _Names, day: date) -> Opening | None:
    """The row as opening figures, or None with its problems noted."""
    unit, kind = _unit(record, names, day), _kind(record, names)
    if unit is None or kind is None:
        return None
    posts = {name: number for name, number in record.values.items() if name != "pool"}
    if unit.kind == UnitKind.DISTRICT and any(posts.values()):
        record.fault("", _("区一行只填周转池。"))
    elif unit.kind != UnitKind.DISTRICT and record.values["pool"]:
        record.fault("周转池", _("周转池只填在区一行。"))
    if not any(record.values.values()) and not record.problems:
        record.fault("", _("各项均为零，请删去该行。"))
    return Opening(unit.pk, kind.code, **record.values)


def _approval(record: Record, names: _Names, day: date, key: str, scans: Mapping[str, str]) -> Approval | None:
    """The row as an approval not yet saved, or None with its problems noted."""
    values = record.values
    granted = values["date"]
    unit = _unit(record, names, granted or day)
    kind = _kind(record, names)
    if granted is not None and granted > day:
        record.fault("日期", _("日期在今天之后。"))
    if values["scan"] and values["scan"] not in scans:
        record.fault("扫描件", _("没有上传名为“%(name)s”的扫描件。") % {"name": values["scan"][:60]})
    if record.problems or unit is None or granted is None:
        return None
    return Approval(
        unit=unit, kind=kind, number=values["number"], title=values["title"], date=granted, change=values["change"],
        after=values["after"], effect=values["effect"], scan=scans.get(values["scan"], ""), key=f"{key}/{record.row}",
    )  # fmt: skip


def _beyond_totals(openings: list[Opening], day: date) -> list[Problem]:
    """Where the batch would issue more than a total allows."""
    problems = []
    for use in queries.ceilings(day):
        codes = {kind.code for kind in use.ceiling.kinds.all()}
        added = sum(row.approved + row.pledged + row.pool for row in openings if row.kind in codes)
        if added > use.room:
            words = {"name": use.ceiling.name, "quantity": use.ceiling.quantity, "over": added - use.room}
            problems.append(Problem(0, "", _("超出%(name)s（总额 %(quantity)d 名）%(over)d 名。") % words))
    return problems
