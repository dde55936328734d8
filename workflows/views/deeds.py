"""Log entries in words: what was done, and what differs between before and after. Pure over the entry's body."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflows.access.roles import ROLES
from workflows.cases.models import Stage, State
from workflows.documents.models import Kind as PaperKind
from workflows.establishment.models import Bucket
from workflows.lib import local
from workflows.matters import authority
from workflows.organization.terms import Funding, Kind, Nature, PsuClass, Rank, System
from workflows.views.verbs import LABELS, NODES, VERBS

Names = Mapping[int | str, str]
UNIT_KEYS = frozenset({"unit", "parent", "sponsor", "host", "giver", "section", "signatory", "unit_id", "consult"})
# Row numbers of our own tables tell a reader nothing that the rest of the entry does not.
HIDDEN = frozenset({"opinion", "id", "paper", "stand_in", "copied_from", "size"})
# What a step of a case repeats: the deed says the outcome, the chain the number, the person the role.
REPEATED = frozenset({"number", "outcome", "role", "round"})
_ACCOUNT = re.compile(r"^unit/(\d+)/([^/]+)/(\w+)$")
_CHOICES: dict[str, dict[str, Any]] = {
    "role": dict(ROLES), "bucket": dict(Bucket.choices), "rank": dict(Rank.choices), "psu_class": dict(PsuClass.choices),
    "funding": dict(Funding.choices), "system": dict(System.choices), "nature": dict(Nature.choices),
    "kind": dict(Kind.choices) | dict(PaperKind.choices),
    "stage": dict(Stage.choices), "state": dict(State.choices), "node": NODES, "key": NODES,
}  # fmt: skip


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
    role: str
    reason: str
    basis: str


def told(body: str) -> Told:
    """The persons and reasons of an entry. Names are those of the moment, not of today."""
    said = json.loads(body)
    actor, principal = said.get("actor") or {}, said.get("in_name_of") or {}
    after = said.get("after") or {}
    role = str(ROLES.get(after.get("role"), "")) if "outcome" in after else ""
    return Told(actor.get("name", ""), principal.get("name", ""), role, said.get("reason") or "", said.get("basis") or "")


def verb(name: str) -> str:
    """The act in words; an unknown verb shows as its own name rather than not at all."""
    return str(VERBS.get(name, name))


def verbs() -> list[tuple[str, str]]:
    """All verbs with their words, for a filter."""
    return [(name, str(words)) for name, words in sorted(VERBS.items(), key=lambda item: item[0])]


def differences(body: str, names: Names) -> list[Difference]:
    """What `body` says changed, attribute by attribute. `names` gives unit names by id and code, kind names by code."""
    said = json.loads(body)
    room = said["verb"].partition(".")[0]
    step = room == "cases" and "outcome" in (said.get("after") or {})
    before, after = said.get("before") or {}, said.get("after") or {}
    found = []
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was == now or key in HIDDEN or (step and key in REPEATED):
            continue
        if key == "balances":
            found += _balances(was or {}, now or {}, names)
        elif key != "transfers" or not isinstance(now, list):
            found.append(Difference(label(key, room), words(key, was, names), words(key, now, names)))
    return [each for each in found if each.before or each.after]


def _balances(before: Mapping[str, int], after: Mapping[str, int], names: Names) -> list[Difference]:
    """Accounts that moved: `区教育局　教职工编制　空编 12 → 15`."""
    return [
        Difference(_account(key, names), _figure(before.get(key, 0)), _figure(after.get(key, 0)))
        for key in dict.fromkeys([*before, *after])
        if before.get(key, 0) != after.get(key, 0)
    ]


def _figure(posts: int) -> str:
    """With a true minus sign."""
    return str(posts).replace("-", "\u2212")


def _account(key: str, names: Names) -> str:
    match = _ACCOUNT.match(key)
    if match is None:
        return key
    unit, kind, bucket = match.groups()
    return "　".join([names.get(int(unit), unit), names.get(kind, kind), str(_CHOICES["bucket"].get(bucket, bucket))])


def mentioned(body: str) -> tuple[set[int], set[str]]:
    """The unit ids and unit codes an entry mentions, so that their names can be read in one go."""
    said = json.loads(body)
    ids: set[int] = set()
    codes: set[str] = set()
    for side in (said.get("before"), said.get("after")):
        _collect("", side, ids, codes)
    return ids, codes


def _collect(key: str, value: Any, ids: set[int], codes: set[str]) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            if match := _ACCOUNT.match(name):
                ids.add(int(match.group(1)))
            _collect(name, item, ids, codes)
    elif isinstance(value, list):
        for item in value:
            _collect(key, item, ids, codes)
    elif key in UNIT_KEYS and isinstance(value, int) and not isinstance(value, bool):
        ids.add(value)
    elif key in UNIT_KEYS and isinstance(value, str):
        codes.add(value)


def label(key: str, room: str = "") -> str:
    """The attribute's name in words; a room may call it its own way."""
    return str(LABELS.get(f"{room}.{key}") or LABELS.get(key, key))


def words(key: str, value: Any, names: Names) -> str:
    """One value in words; "" for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if key == "conditions":
        return _conditions(value)
    if isinstance(value, dict):
        parts = [(label(name), words(name, item, names)) for name, item in value.items()]
        return "，".join(f"{name} {text}" for name, text in parts if text)
    if isinstance(value, list):
        joint = "；" if any(isinstance(item, dict) for item in value) else "、"
        return joint.join(words(key, item, names) for item in value)
    if key in UNIT_KEYS or key in {"kind", "kinds"}:
        return names.get(value) or str(_CHOICES.get(key, {}).get(value, value))
    if key in _CHOICES and value in _CHOICES[key]:
        return str(_CHOICES[key][value])
    return _moment(value) if isinstance(value, str) else str(value)


def _conditions(rows: list[Any]) -> str:
    """Conditions of the authority table: `编制来源 in 周转池、其他单位`."""
    labels = authority.fact_labels()
    return "；".join(f"{labels.get(fact, fact)} {operator} {authority.value_label(fact, value)}" for fact, operator, value in rows) or _(
        "无"
    )


def _moment(text: str) -> str:
    """An ISO date or moment as officials write it, a digest by its beginning, any other text as it is."""
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return text[:8]
    try:
        day = date.fromisoformat(text)
        return f"{day.year}年{day.month}月{day.day}日"
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if at.tzinfo is None or len(text) < 16:
        return text
    at = at.astimezone(local.ZONE)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
