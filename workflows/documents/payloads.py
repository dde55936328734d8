"""Pure: what each paper says, as frozen values. The text is the office's own Chinese, never translated with the screen.

A paper's payload is everything its drawing needs; `operations.issue` adds number and date, freezes and hashes it.
Paragraph texts are plain: 一、（一）1. at their head make the level (`levels`), nothing is marked up.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from workflows.documents.levels import plain


class Payload:
    """Any paper's content; `as_json` gives what is stored, hashed and drawn."""

    __slots__ = ()
    kind: ClassVar[str] = ""

    def as_json(self) -> dict[str, Any]:
        """JSON values only: texts cleaned of control characters, tuples as lists, dates as ISO text, nested payloads as objects."""
        return _json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose(Payload):
    """A paper in running text. `issuer` signs it (署名); `copies` are told (抄送); `printer` prints it (印发机关).

    `masthead` is the red name at the head; empty means the issuer's (a 文件 adds 文件). `note` is the 附注 without its brackets.
    A line break in `title` is kept, otherwise the lines are balanced. `case_number` ties the paper to its case in sight of the reader.
    """

    issuer: str
    title: str
    recipient: str
    body: tuple[str, ...]
    attachments: tuple[str, ...] = ()
    note: str = ""
    copies: tuple[str, ...] = ()
    printer: str = ""
    masthead: str = ""
    case_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Prose):
    """D09 批复: the decision, as a red-header 文件 (GB/T 9704 part 7)."""

    kind: ClassVar[str] = "D09"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Prose):
    """D12 不予同意答复: why the body did not agree, as a 信函 (GB/T 9704 §10.1)."""

    kind: ClassVar[str] = "D12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Prose):
    """D02 受理、补正或不予受理告知书, as a 信函; `outcome` says which of the three."""

    kind: ClassVar[str] = "D02"
    outcome: Literal["accept", "supplement", "refuse"] = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One line of 现状表: posts or positions as approved, filled, asked for, proposed, and the change, as they print."""

    item: str
    approved: str = ""
    filled: str = ""
    asked: str = ""
    proposed: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One of the five statements of 条例第十六条: the question, the conclusion in a word, the explanation."""

    question: str
    conclusion: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One opinion box. Without `name` the box prints empty, to be signed by hand.

    `section` heads the box (承办科室意见 …), `office` is the unit or post that speaks, `outcome` the verdict in a word.
    `name` is whose opinion it is; `stand_in` acted for that person: 张某（李某 代）. `from_paper` says 依纸质件补录.
    """

    section: str
    office: str = ""
    outcome: str = ""
    text: str = ""
    name: str = ""
    stand_in: str = ""
    at: datetime | None = None
    from_paper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One body's deliberation. Without `session` the box prints empty. Counts are heads; `note` is what the body added."""

    body: str
    session: str = ""
    held_on: date | None = None
    entitled: int = 0
    present: int = 0
    absent: int = 0
    votes_for: int = 0
    votes_against: int = 0
    abstained: int = 0
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalForm(Payload):
    """D05 机构编制事项审批表: the whole case on one sheet, printable at any step (DOMAIN §4.1).

    `boxes` are the opinion boxes in the order of the flow, empty ones included; several may share a `section`
    (会签意见). `votes` print between the boxes and `decision` (签发). `stage` says where the case stood when printed.
    """

    kind: ClassVar[str] = "D05"

    case_number: str = ""
    accepted_on: date | None = None
    applicant: str
    incoming_number: str = ""
    incoming_date: date | None = None
    matter: str
    title: str
    contact: str = ""
    phone: str = ""
    measures: tuple[Measure, ...] = ()
    basis: tuple[str, ...] = ()
    reasons: str = ""
    article16: tuple[Answer, ...] = ()
    boxes: tuple[Signed, ...] = ()
    votes: tuple[Vote, ...] = ()
    decision: Signed | None = None
    paper_number: str = ""
    stage: str = ""
    printed_at: datetime | None = None
    version: str = ""


def _json(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return plain(value) if isinstance(value, str) else value
