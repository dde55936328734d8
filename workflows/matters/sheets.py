"""Pure: the authority table as a sheet: one row per rule, codes or names in its cells, and what is wrong with each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from workflows.matters import authority, voting

COLUMNS = ("number", "matter", "name", "conditions", "section", "bodies", "consult", "signatory", "basis", "panel")
SEPARATORS = "，,、;；"
Change = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Names:
    """Code → name of everything a cell may refer to."""

    matters: Mapping[str, str]
    bodies: Mapping[str, str]
    units: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row of the sheet: `line` as the sheet counts, whether it can be loaded, and why not or what it does."""

    line: int
    ok: bool
    message: str
    change: Change | None = None
    rule: authority.Rule | None = None


def header() -> list[str]:
    """The titles of the columns."""
    return [
        _("序号"),
        _("事项"),
        _("名称"),
        _("条件"),
        _("承办科室"),
        _("审议决定机构"),
        _("会签单位"),
        _("签发"),
        _("依据"),
        _("会签方式"),
    ]


def cells(rule: authority.Rule, names: Names) -> list[Any]:
    """One rule as a row; units and bodies by name where the name is unmistakable, else by code."""
    units, deciding = _spoken(names.units), _spoken(names.bodies)
    return [
        rule.number, names.matters[rule.matter], rule.name, authority.written(rule.conditions), units[rule.section],
        "、".join(deciding[code] for code in rule.bodies), "、".join(units[code] for code in rule.consult), units[rule.signatory],
        rule.basis, voting.written(rule.panel),
    ]  # fmt: skip


def check(rows: Iterable[tuple[int, Sequence[Any]]], names: Names, present: Mapping[int, authority.Rule]) -> list[RowReport]:
    """Every row below the header, judged by itself and against the rules in force (`present` by number). Nothing is written."""
    reports = []
    seen: dict[int, int] = {}
    for line, row in rows:
        report = _report(line, row, names, present)
        if report.rule is not None and report.rule.number in seen:
            message = _("序号%(number)d与第%(line)d行重复。") % {"number": report.rule.number, "line": seen[report.rule.number]}
            report = RowReport(line, ok=False, message=message)
        elif report.rule is not None:
            seen[report.rule.number] = line
        reports.append(report)
    return reports


def _report(line: int, row: Sequence[Any], names: Names, present: Mapping[int, authority.Rule]) -> RowReport:
    values = dict(zip(COLUMNS, [*row, *[None] * len(COLUMNS)], strict=False))
    try:
        rule = authority.Rule(
            number=_number(values["number"]), name=_text(values["name"]), matter=_code(values["matter"], names.matters, _("事项")),
            conditions=authority.parse(_text(values["conditions"])),
            section=_code(values["section"], names.units, _("承办科室")), bodies=_codes(values["bodies"], names.bodies, _("审议决定机构")),
            consult=_codes(values["consult"], names.units, _("会签单位")), signatory=_code(values["signatory"], names.units, _("签发")),
            basis=_text(values["basis"]), panel=voting.read(_text(values["panel"])),
        )  # fmt: skip
    except ValueError as error:
        return RowReport(line, ok=False, message=str(error))
    wrong = authority.check(rule, bodies=names.bodies, units=names.units)
    if wrong:
        return RowReport(line, ok=False, message="".join(each.message for each in wrong), rule=rule)
    change: Change = "new" if rule.number not in present else "same" if present[rule.number] == rule else "changed"
    words = {"new": _("新增"), "changed": _("修订"), "same": _("无变化")}
    return RowReport(line, ok=True, message=words[change], change=change, rule=rule)


def _number(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(_("序号应为正整数。"))
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _code(value: Any, names: Mapping[str, str], what: str) -> str:
    text = _text(value)
    if text in names:
        return text
    found = [code for code, name in names.items() if name == text]
    if len(found) == 1:
        return found[0]
    reason = _("有多个，请填写代码") if found else _("不存在")
    raise ValueError(_("%(what)s“%(text)s”%(reason)s。") % {"what": what, "text": text, "reason": reason})


def _codes(value: Any, names: Mapping[str, str], what: str) -> tuple[str, ...]:
    text = _text(value)
    for mark in SEPARATORS:
        text = text.replace(mark, "\n")
    return tuple(_code(part, names, what) for part in text.split("\n") if part.strip())


def _spoken(names: Mapping[str, str]) -> dict[str, str]:
    told = list(names.values())
    return {code: name if told.count(name) == 1 else code for code, name in names.items()}
