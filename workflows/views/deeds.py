"""Log entries in words: what was done, and what differs between before and after. Pure over the entry's body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.access.roles import ROLES
from workflows.establishment.models import Bucket, Code
from workflows.organization.terms import Funding, Kind, Nature, PsuClass, Rank, System

VERBS: dict[str, Any] = {
    "access.appointment.ended": gettext_lazy("免去职务"),
    "access.appointment.made": gettext_lazy("任职"),
    "organization.unit.changed": gettext_lazy("变更机构"),
    "organization.unit.ended": gettext_lazy("撤销机构"),
    "organization.unit.established": gettext_lazy("设立机构"),
}
LABELS: dict[str, Any] = {
    "name": gettext_lazy("名称"),
    "short_name": gettext_lazy("简称"),
    "kind": gettext_lazy("类别"),
    "nature": gettext_lazy("性质"),
    "system": gettext_lazy("系统"),
    "rank": gettext_lazy("规格"),
    "psu_class": gettext_lazy("事业单位类别"),
    "funding": gettext_lazy("经费形式"),
    "parent": gettext_lazy("隶属"),
    "sponsor": gettext_lazy("举办单位"),
    "host": gettext_lazy("挂牌于"),
    "credit_code": gettext_lazy("统一社会信用代码"),
    "legal_representative": gettext_lazy("法定代表人"),
    "address": gettext_lazy("住所"),
    "functions": gettext_lazy("主要职责"),
    "valid_from": gettext_lazy("自"),
    "valid_to": gettext_lazy("至"),
    "quantity": gettext_lazy("数量"),
    "role": gettext_lazy("角色"),
    "unit": gettext_lazy("单位"),
    "user": gettext_lazy("人员"),
    "title": gettext_lazy("标题"),
    "stage": gettext_lazy("阶段"),
    "state": gettext_lazy("状态"),
    "number": gettext_lazy("编号"),
    "outcome": gettext_lazy("结果"),
    "digest": gettext_lazy("内容摘要"),
}
_CHOICES: dict[str, Any] = {"role": dict(ROLES), "bucket": dict(Bucket.choices), "code": dict(Code.choices)}
for _name, _choices in {"rank": Rank, "psu_class": PsuClass, "funding": Funding, "system": System, "nature": Nature, "kind": Kind}.items():
    _CHOICES[_name] = dict(_choices.choices)
UNIT_KEYS = frozenset({"unit", "parent", "sponsor", "host", "giver", "section", "signatory"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute of an entry: what it was and what it became, in words; "" means it was not there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who acted in whose name, why and on which basis, as the sealed body says it."""

    actor: str
    in_name_of: str
    reason: str
    basis: str


def told(body: str) -> Told:
    """The persons and reasons of an entry. Names are those of the moment, not of today."""
    said = json.loads(body)
    actor, principal = said.get("actor") or {}, said.get("in_name_of") or {}
    return Told(actor.get("name", ""), principal.get("name", ""), said.get("reason") or "", said.get("basis") or "")


def verb(name: str) -> str:
    """The act in words; an unknown verb shows as its own name rather than not at all."""
    return str(VERBS.get(name, name))


def verbs() -> list[tuple[str, str]]:
    """All verbs with their words, for a filter."""
    return [(name, str(words)) for name, words in sorted(VERBS.items(), key=lambda item: item[0])]


def differences(body: str, units: Mapping[int, str]) -> list[Difference]:
    """What `body` says changed, attribute by attribute. `units` gives names for unit ids."""
    told = json.loads(body)
    before, after = told.get("before") or {}, told.get("after") or {}
    return [
        Difference(label(key), words(key, before.get(key), units), words(key, after.get(key), units))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]


def unit_ids(body: str) -> set[int]:
    """The unit ids an entry mentions, so that their names can be read in one go."""
    told = json.loads(body)
    return {pk for side in (told.get("before"), told.get("after")) for pk in _ids("", side)}


def _ids(key: str, value: Any) -> set[int]:
    if isinstance(value, dict):
        return {pk for name, item in value.items() for pk in _ids(name, item)}
    if isinstance(value, list):
        return {pk for item in value for pk in _ids(key, item)}
    return {value} if key in UNIT_KEYS and isinstance(value, int) and not isinstance(value, bool) else set()


def label(key: str) -> str:
    """The attribute's name in words."""
    return str(LABELS.get(key, key))


def words(key: str, value: Any, units: Mapping[int, str]) -> str:
    """One value in words; "" for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        parts = [(label(name), words(name, item, units)) for name, item in value.items()]
        return "，".join(f"{name} {text}" for name, text in parts if text)
    if isinstance(value, list):
        joint = "；" if any(isinstance(item, dict) for item in value) else "、"
        return joint.join(words(key, item, units) for item in value)
    if key in UNIT_KEYS and isinstance(value, int):
        return units.get(value, str(value))
    if key in _CHOICES and value in _CHOICES[key]:
        return str(_CHOICES[key][value])
    return _day(value) if isinstance(value, str) else str(value)


def _day(text: str) -> str:
    """An ISO date as officials write it; any other text as it is."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"
