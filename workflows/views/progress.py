"""Pure: how far each section of a request is filled, for the task list beside the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from forms.staffing import ARTICLE_16, SECTIONS

BASIC = ("title", "incoming_number", "incoming_date", "contact", "phone")
REASONS = ("necessity", "rationality", "feasibility", "alternatives", "risks", "finance")
INSTITUTION = ("name", "sponsor", "kind", "rank", "psu_class", "funding", "purpose", "functions")


@dataclass(frozen=True, slots=True)
class Task:
    """One section: its name, `ok` | `part` | `empty` | `closed`, and the words for it."""

    code: str
    title: str
    state: str
    word: str


def tasks(payload: Mapping[str, Any], attachments: Sequence[Any], materials: Sequence[Any], matter: str) -> list[Task]:
    """The six sections; the last opens when the others are filled."""
    lacks = {
        "basic": _lacks(payload, BASIC) + (not payload.get("basis")),
        "content": _content(payload, matter),
        "reasons": _lacks(payload, REASONS),
        "discussion": _discussion(payload),
    }
    totals = {"basic": len(BASIC) + 1, "content": 99, "reasons": len(REASONS), "discussion": 3 + 2 * len(ARTICLE_16)}
    listed = [_task(code, str(SECTIONS[code].title), lacks[code], totals[code]) for code in SECTIONS]
    listed.append(_materials(attachments, materials))
    ready = all(task.state == "ok" for task in listed)
    word = _("可以检查报送") if ready else _("前五部分填好后报送")
    return [*listed, Task("check", _("检查并报送"), "ready" if ready else "closed", word)]


def _task(code: str, title: str, lacks: int, total: int) -> Task:
    if not lacks:
        return Task(code, title, "ok", _("已填好"))
    if lacks >= total:
        return Task(code, title, "empty", _("未填"))
    return Task(code, title, "part", _("还差%(n)s处") % {"n": lacks})


def _lacks(part: Mapping[str, Any], names: Sequence[str]) -> int:
    return sum(1 for name in names if part.get(name) in (None, ""))


def _content(payload: Mapping[str, Any], matter: str) -> int:
    lines = payload.get("lines") or []
    lacks = 0 if lines else 1
    for line in lines:
        needed = ("kind", "quantity") if matter == "R02" else ("unit", "kind", "quantity")
        lacks += _lacks(line, needed) + (line.get("source") == "unit" and not line.get("giver"))
        lacks += not isinstance(line.get("quantity"), int) and line.get("quantity") not in (None, "")
    if matter == "R02":
        lacks += _lacks(payload.get("institution") or {}, INSTITUTION)
    untouched = not lines and not payload.get("measurement") and not (payload.get("institution") or {}).get("name")
    return 99 if untouched else lacks + (not payload.get("measurement"))


def _discussion(payload: Mapping[str, Any]) -> int:
    lacks = _lacks(payload.get("discussion") or {}, ("date", "session", "summary"))
    given = payload.get("article16") or {}
    return lacks + sum(_lacks(given.get(key) or {}, ("conclusion", "text")) for key, _question in ARTICLE_16)


def _materials(attachments: Sequence[Any], materials: Sequence[Any]) -> Task:
    required = [material for material in materials if material.required]
    there = {attachment.material_id for attachment in attachments}
    done = sum(1 for material in required if material.pk in there)
    state = "ok" if done == len(required) else "part" if done else "empty"
    return Task("materials", _("材料"), state, _("%(done)s/%(all)s件") % {"done": done, "all": len(required)})
