"""Pure: which row of the authority table applies, with a trace of every row and why it did not.

Rows are tried by number; the first whose conditions all hold decides. A row without conditions always holds. Facts are plain values:
text, whole numbers, truth values, or a list of codes. A list holds against `in` when it is not empty and every element is named,
against `=` when it has exactly the elements named.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as of
from typing import Any

from django.utils.translation import gettext as _

from workflows.lib.findings import Finding
from workflows.organization.terms import Kind, Rank

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "in")
_CONDITION = re.compile(r"^\s*(\w+)\s*(<=|>=|!=|=|<|>|\bin\b)\s*(.*?)\s*$")
# Ranks are compared by height, not by spelling; declared highest first.
_HEIGHT = {rank.value: -place for place, rank in enumerate(Rank)}


def fact_labels() -> dict[str, str]:
    """Every fact a condition may name, in the words of the screens."""
    return {
        "matter": _("事项"), "rank": _("机构规格"), "unit_kind": _("机构类别"), "quantity": _("核增总数"),
        "natures": _("编制性质"), "source": _("编制来源"), "leader": _("涉及领导职数"),
    }  # fmt: skip


def value_label(fact: str, value: Any) -> str:
    """A fact's value in words: `股级`, `事业类、员额`, `25`, `无`."""
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(value_label(fact, each) for each in value) or _("无")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    words = {
        "source": {"pool": _("周转池"), "issued": _("上级下达"), "unit": _("其他单位"), "none": _("不涉及")},
        "natures": {"adm": _("行政类"), "psu": _("事业类"), "quota": _("员额"), "control": _("人员控制数"), "non": _("编外控制数"),
                    "leader": _("领导职数")},
        "rank": dict(Rank.choices),
        "unit_kind": dict(Kind.choices),
    }.get(fact, {})  # fmt: skip
    return str(words.get(value, value))


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: the fact named, the operator, and the value or list of values it is held against."""

    fact: str
    operator: str
    value: Any

    def as_list(self) -> list[Any]:
        """The stored form `[fact, operator, value]`."""
        return [self.fact, self.operator, list(self.value) if isinstance(self.value, tuple) else self.value]

    def __str__(self) -> str:
        value = ",".join(str(each) for each in self.value) if isinstance(self.value, list | tuple) else self.value
        return f"{self.fact} {self.operator} {value}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the authority table: who handles, decides, is consulted and signs, on which basis."""

    number: int
    name: str
    matter: str = ""
    conditions: tuple[Condition, ...] = ()
    section: str = ""
    bodies: tuple[str, ...] = ()
    consult: tuple[str, ...] = ()
    signatory: str = ""
    basis: str = ""
    panel: Mapping[str, Any] = of(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """What became of one row: whether its conditions held, whether it was the first to, and what spoke against it."""

    rule_number: int
    name: str
    matched: bool
    chosen: bool
    reasons: list[str] = of(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decision:
    """The row that applies, or None, and the trace of all rows in order."""

    rule: Rule | None
    trace: list[Trace]


def route(rules: Iterable[Rule], facts: Mapping[str, Any]) -> Decision:
    """The first rule, by number, whose conditions all hold for `facts`; every rule leaves its trace."""
    chosen: Rule | None = None
    trace = []
    for rule in sorted(rules, key=lambda each: each.number):
        against = [reason for condition in rule.conditions if (reason := objection(condition, facts))]
        first = not against and chosen is None
        if not against and chosen is not None:
            against = [_("条件成立，但第%(number)d行在前，已经适用。") % {"number": chosen.number}]
            trace.append(Trace(rule.number, rule.name, matched=True, chosen=False, reasons=against))
            continue
        if first:
            chosen = rule
        trace.append(Trace(rule.number, rule.name, matched=not against, chosen=first, reasons=against))
    return Decision(chosen, trace)


def objection(condition: Condition, facts: Mapping[str, Any]) -> str:
    """Why `condition` does not hold, in words; "" when it does. A fact that is not known never holds."""
    label = fact_labels().get(condition.fact, condition.fact)
    if facts.get(condition.fact) is None:
        return _("不知道“%(fact)s”。") % {"fact": label}
    actual = facts[condition.fact]
    if holds(condition, actual):
        return ""
    words = {
        "=": _("应为"),
        "!=": _("应不为"),
        "<": _("应小于"),
        "<=": _("应不大于"),
        ">": _("应大于"),
        ">=": _("应不小于"),
        "in": _("应属于"),
    }
    return _("%(fact)s%(operator)s“%(expected)s”，现为“%(actual)s”。") % {
        "fact": label, "operator": words[condition.operator],
        "expected": value_label(condition.fact, condition.value), "actual": value_label(condition.fact, actual),
    }  # fmt: skip


def holds(condition: Condition, actual: Any) -> bool:
    """Whether the value `actual` satisfies the comparison; values of different kinds are never smaller or larger than each other."""
    expected = condition.value
    if condition.operator == "in":
        return bool(_many(actual)) and set(_many(actual)) <= set(_many(expected))
    if condition.operator in {"=", "!="}:
        same = set(_many(actual)) == set(_many(expected))
        return same if condition.operator == "=" else not same
    left, right = _comparable(condition.fact, actual), _comparable(condition.fact, expected)
    if left is None or right is None:
        return False
    compare: dict[str, Callable[[int, int], bool]] = {
        "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__,
    }  # fmt: skip
    return compare[condition.operator](left, right)


def parse(text: str) -> tuple[Condition, ...]:
    """Conditions as a table cell writes them: `source in pool,unit; quantity <= 5`. Raises ValueError naming the part it cannot read."""
    parts = [part for part in re.split(r"[;；\n]", text or "") if part.strip()]
    return tuple(_parse_one(part) for part in parts)


def written(conditions: Iterable[Condition]) -> str:
    """The inverse of `parse`."""
    return "; ".join(str(condition) for condition in conditions)


def from_lists(rows: Iterable[list[Any]]) -> tuple[Condition, ...]:
    """Conditions from their stored form."""
    return tuple(Condition(fact, operator, tuple(value) if isinstance(value, list) else value) for fact, operator, value in rows)


def check(rule: Rule, *, bodies: Iterable[str], units: Iterable[str]) -> list[Finding]:
    """What is wrong with a row before it is stored: unknown facts, operators, bodies or units, and missing parts."""
    known_bodies, known_units = set(bodies), set(units)
    found = [
        _block(_("条件中的“%(fact)s”不是系统能够识别的事实。") % {"fact": condition.fact}, "conditions")
        for condition in rule.conditions if condition.fact not in fact_labels()
    ]  # fmt: skip
    found += [
        _block(_("“%(operator)s”不是可用的比较符。") % {"operator": condition.operator}, "conditions")
        for condition in rule.conditions if condition.operator not in OPERATORS
    ]  # fmt: skip
    if not rule.name.strip():
        found.append(_block(_("请填写名称。"), "name"))
    if not rule.basis.strip():
        found.append(_block(_("请填写依据。"), "basis"))
    if not rule.bodies:
        found.append(_block(_("请至少填写一个审议决定机构。"), "bodies"))
    found += [
        _block(_("没有代码为“%(code)s”的审议决定机构。") % {"code": code}, "bodies") for code in rule.bodies if code not in known_bodies
    ]
    if rule.panel and not rule.consult:
        found.append(_block(_("没有会签单位，不需要会签方式。"), "panel"))
    for name, codes in (("consult", rule.consult), ("section", (rule.section,)), ("signatory", (rule.signatory,))):
        found += [_block(_("没有代码为“%(code)s”的机构。") % {"code": code}, name) for code in codes if code not in known_units]
    return found


def finding(message: str, *, fact: str = "", field: str | None = None) -> Finding:
    """A blocking result about the authority table."""
    return Finding(code="authority", level="block", message=message, fact=fact, field=field)


def _parse_one(part: str) -> Condition:
    match = _CONDITION.match(part)
    if match is None or not match.group(3):
        raise ValueError(_("看不懂条件“%(part)s”，应写成“事实 比较符 值”。") % {"part": part.strip()})
    fact, operator, value = match.groups()
    if operator == "in":
        return Condition(fact, operator, tuple(_value(each) for each in re.split(r"[,，、]", value) if each.strip()))
    return Condition(fact, operator, _value(value))


def _value(text: str) -> Any:
    text = text.strip()
    return int(text) if re.fullmatch(r"-?\d+", text) else {"true": True, "false": False}.get(text.lower(), text)


def _many(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)


def _comparable(fact: str, value: Any) -> int | None:
    if fact == "rank":
        return _HEIGHT.get(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _block(message: str, name: str) -> Finding:
    return finding(message, field=name)
