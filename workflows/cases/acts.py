"""Pure: what one act is while it is being carried out, and what a node says it allows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from workflows.access.models import User
    from workflows.access.queries import Standing
    from workflows.cases.models import Assignment, Case, CaseVersion, Round

Effect = Callable[["Act"], None]
Tone = Literal["yes", "no", "neutral", "back"]


@dataclass(frozen=True, slots=True)
class PaperScan:
    """A leader decided on paper: who signed, and the digest and name of the scan."""

    signed_by: str
    sha256: str
    name: str


@dataclass(slots=True)
class Act:
    """One person's act on one assignment, from the lock to the commit.

    `version` is the newest version, the one the act binds to; an effect that makes a newer one replaces it. `target` names
    the node a return sends the case back to, `jump` the one a direct resubmission goes straight to; `spoken` are the units
    whose countersign still stands then.
    """

    case: "Case"
    assignment: "Assignment | None"
    node: str
    outcome: str
    version: "CaseVersion"
    round: "Round"
    text: str
    data: dict[str, Any]
    actor: "User"
    standing: "Standing | None"
    now: datetime
    day: date
    paper: PaperScan | None = None
    target: str | None = None
    jump: str | None = None
    spoken: frozenset[int] = frozenset()
    opened: "list[Assignment]" = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to leave a node: its word on the button, what it needs, and what it does to the case.

    `kind`: forward along an edge; back to an earlier node (open tasks of the region become void). `needs` names
    entries of `data` that must be filled; `worded` demands an opinion in words.
    """

    key: str
    title: Any
    kind: Literal["forward", "back"] = "forward"
    tone: Tone = "neutral"
    worded: bool = False
    needs: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
