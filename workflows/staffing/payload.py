"""Pure: what a staffing request says. `parse` turns a version's JSON into typed values and refuses what no form could mean.

Empty fields are not refused here, a draft is full of them: `checks` says what is missing. Quantities are whole posts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from workflows.lib.refusals import Refused

Day = date  # a field called `date` would hide the type in its own class
MATTERS = ("R10", "R02", "R15")
LARGEST = 99_999
MOST_LINES = 500
ARTICLE_16 = ("leadership", "compliance", "needs", "alternatives", "risks")
SOURCES = ("pool", "issued", "unit")
DIRECTIONS = ("up", "down")
TEXTS = (
    "title", "incoming_number", "contact", "phone", "necessity", "rationality", "feasibility", "alternatives", "risks", "finance",
    "measurement", "peers",
)  # fmt: skip
INSTITUTION_TEXTS = ("name", "short_name", "kind", "rank", "psu_class", "funding", "purpose", "functions", "divisions")

Source = Literal["pool", "issued", "unit"]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Ground:
    """依据: a document and the clause relied on."""

    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class Discussion:
    """The collective discussion of the unit's leadership."""

    date: Day | None = None
    session: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One of the five statements of Article 16: yes, no, or not answered, and the explanation."""

    conclusion: Literal["yes", "no", ""] = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One line: `quantity` posts of `kind` up or down at `unit` (None = the institution to be born).

    `source` is where posts come from, or where they go back to when they go down; `giver` is the other unit when `source` is unit.
    """

    n: int
    unit: int | None
    kind: str
    quantity: int
    source: Source
    giver: int | None = None
    direction: Direction = "up"


@dataclass(frozen=True, slots=True)
class Institution:
    """The institution an R02 asks for, in the words of `organization.terms`."""

    name: str = ""
    short_name: str = ""
    kind: str = ""
    sponsor: int | None = None
    rank: str = ""
    psu_class: str = ""
    funding: str = ""
    purpose: str = ""
    functions: str = ""
    divisions: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A staffing request as its newest version states it."""

    matter: str
    title: str = ""
    incoming_number: str = ""
    incoming_date: date | None = None
    contact: str = ""
    phone: str = ""
    basis: tuple[Ground, ...] = ()
    necessity: str = ""
    rationality: str = ""
    feasibility: str = ""
    alternatives: str = ""
    risks: str = ""
    finance: str = ""
    discussion: Discussion = Discussion()
    article16: Mapping[str, Statement] = field(default_factory=dict)
    measurement: str = ""
    peers: str = ""
    lines: tuple[RequestLine, ...] = ()
    institution: Institution | None = None
    effective_date: date | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def unit_ids(self) -> set[int]:
        """Every existing unit the request names: receivers, givers and the sponsor of a new institution."""
        ids = {line.unit for line in self.lines} | {line.giver for line in self.lines}
        if self.institution is not None:
            ids.add(self.institution.sponsor)
        return {pk for pk in ids if pk is not None}


def parse(matter_code: str, raw: Mapping[str, Any]) -> Request:
    """The request in `raw`; unknown entries are ignored, absent ones are empty.

    :raises Refused: a value is not of its kind: a number that is not whole or out of range, a date that is none, a word not offered.
    `field` names it: `lines.0.quantity`, `discussion.date`, `institution.sponsor`.
    """
    if matter_code not in MATTERS:
        raise Refused(_("“%(code)s”不是编制类事项。") % {"code": matter_code}, code="matter")
    discussion = _mapping(raw.get("discussion"), "discussion")
    return Request(
        matter=matter_code,
        **{name: _text(raw.get(name), name) for name in TEXTS},
        incoming_date=_date(raw.get("incoming_date"), "incoming_date"),
        basis=_grounds(raw.get("basis")),
        discussion=Discussion(
            date=_date(discussion.get("date"), "discussion.date"),
            session=_text(discussion.get("session"), "discussion.session"),
            summary=_text(discussion.get("summary"), "discussion.summary"),
        ),
        article16=_statements(raw.get("article16")),
        lines=_lines(raw.get("lines")),
        institution=_institution(raw.get("institution")) if matter_code == "R02" else None,
        effective_date=_date(raw.get("effective_date"), "effective_date"),
        reasons={str(code): _text(text, f"reasons.{code}") for code, text in _mapping(raw.get("reasons"), "reasons").items()},
    )


def _grounds(raw: Any) -> tuple[Ground, ...]:
    rows = [_mapping(row, f"basis.{place}") for place, row in enumerate(_list(raw, "basis"))]
    grounds = [Ground(_text(row.get("title"), "basis"), _text(row.get("clause"), "basis")) for row in rows]
    return tuple(ground for ground in grounds if ground.title or ground.clause)


def _statements(raw: Any) -> dict[str, Statement]:
    rows = _mapping(raw, "article16")
    found = {}
    for name in ARTICLE_16:
        row = _mapping(rows.get(name), f"article16.{name}")
        conclusion = _word(row.get("conclusion"), ("yes", "no"), f"article16.{name}") if row.get("conclusion") else ""
        found[name] = Statement(conclusion, _text(row.get("text"), f"article16.{name}"))
    return found


def _lines(raw: Any) -> tuple[RequestLine, ...]:
    rows = _list(raw, "lines")
    if len(rows) > MOST_LINES:
        raise _bad(_("一件最多%(most)d行。") % {"most": MOST_LINES}, "lines")
    return tuple(_line(place, _mapping(row, f"lines.{place}")) for place, row in enumerate(rows))


def _line(place: int, row: Mapping[str, Any]) -> RequestLine:
    at = f"lines.{place}"
    source = _word(row.get("source") or "pool", SOURCES, f"{at}.source")
    return RequestLine(
        n=place + 1,
        unit=_id(row.get("unit"), f"{at}.unit"),
        kind=_text(row.get("kind"), f"{at}.kind"),
        quantity=_quantity(row.get("quantity"), f"{at}.quantity"),
        source=source,
        giver=_id(row.get("giver"), f"{at}.giver") if source == "unit" else None,
        direction=_word(row.get("direction") or "up", DIRECTIONS, f"{at}.direction"),
    )


def _institution(raw: Any) -> Institution:
    row = _mapping(raw, "institution")
    return Institution(
        **{name: _text(row.get(name), f"institution.{name}") for name in INSTITUTION_TEXTS},
        sponsor=_id(row.get("sponsor"), "institution.sponsor"),
        valid_from=_date(row.get("valid_from"), "institution.valid_from"),
    )


def _quantity(value: Any, name: str) -> int:
    """A whole number of posts, 1 to 99,999; 0 stands for not filled in."""
    if value is None or value == "":
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST:
        raise _bad(_("数量应为1至%(most)d之间的整数（名）。") % {"most": LARGEST}, name)
    return value


def _id(value: Any, name: str) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise _bad(_("请从列表中选择机构。"), name)
    return value


def _date(value: Any, name: str) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _bad(_("日期应写成2026-03-02的形式。"), name) from None


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _bad(_("此处应为文字。"), name)
    return value.strip()


def _word(value: Any, words: tuple[str, ...], name: str) -> Any:
    if value not in words:
        raise _bad(_("“%(value)s”不是可选的值。") % {"value": value}, name)
    return value


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _bad(_("内容的格式不正确，请刷新页面后重新填写。"), name)
    return value


def _list(value: Any, name: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _bad(_("内容的格式不正确，请刷新页面后重新填写。"), name)
    return value


def _bad(message: str, name: str) -> Refused:
    return Refused(message, code="payload", field=name)
