"""Pure: several people on one node, and when their voices decide it. One rule with a mode, not four node types.

The electorate is fixed when the node opens; only add-sign and remove-sign change it. Shares are exact fractions of the
electorate. A transfer, a delegate's advice or an added opinion is never a vote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

Mode = Literal["opinions", "all", "any", "ballot", "sequence"]
Vote = Literal["agree", "disagree", "none"]
MODES: tuple[Mode, ...] = ("opinions", "all", "any", "ballot", "sequence")


@dataclass(frozen=True, slots=True)
class Panel:
    """How a node with several people decides.

    opinions 会签: everybody is heard, nobody decides. all: one disagreement rejects. any 或签: the first voice decides.
    ballot 票签: `threshold` of the electorate agrees, at least `quorum` of it voted. sequence 依次: one after the other, a
    disagreement ends it. `veto` names electors whose disagreement rejects; `wait_all` hears everybody before deciding.
    """

    mode: Mode = "opinions"
    threshold: Fraction = Fraction(1, 2)
    strict: bool = True
    quorum: Fraction = Fraction(0)
    veto: frozenset[str] = frozenset()
    wait_all: bool = False

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> "Panel":
        """From the JSON on a route; fractions as `[numerator, denominator]`. Raises ValueError for an unknown mode."""
        if not data:
            return cls()
        if data.get("mode", "opinions") not in MODES:
            raise ValueError(f"no such panel mode: {data['mode']}")
        return cls(
            mode=data.get("mode", "opinions"),
            threshold=Fraction(*data.get("threshold", (1, 2))),
            strict=bool(data.get("strict", True)),
            quorum=Fraction(*data.get("quorum", (0, 1))),
            veto=frozenset(data.get("veto", ())),
            wait_all=bool(data.get("wait_all", False)),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a panel stands: `pending`, `approved` or `rejected`; whether the others still have to be heard; the counts."""

    result: Literal["pending", "approved", "rejected"]
    closes: bool
    counts: Mapping[str, int] = field(default_factory=dict)


def tally(panel: Panel, electorate: Sequence[str], votes: Mapping[str, Vote]) -> Tally:
    """The state of a panel over `electorate` (each elector once) with the `votes` cast so far."""
    cast = {elector: vote for elector, vote in votes.items() if elector in set(electorate)}
    counts = {vote: sum(one == vote for one in cast.values()) for vote in ("agree", "disagree", "none")}
    complete = len(cast) == len(electorate)
    veto_open = any(elector in panel.veto and elector not in cast for elector in electorate)
    result = _result(panel, len(electorate), cast, counts, complete, veto_open)
    certain = result != "pending"
    closes = complete or (certain and not panel.wait_all and panel.mode != "opinions")
    return Tally(result if closes else "pending", closes, counts)


def next_electors(panel: Panel, electorate: Sequence[str], votes: Mapping[str, Vote]) -> list[str]:
    """Whose turn it is: everybody who has not voted, or only the first of them when they come one after the other."""
    waiting = [elector for elector in electorate if elector not in votes]
    return waiting[:1] if panel.mode == "sequence" else waiting


def _result(panel: Panel, size: int, cast: Mapping[str, Vote], counts: Mapping[str, int], complete: bool, veto_open: bool) -> str:
    if panel.mode == "opinions":
        return "approved" if complete else "pending"
    if any(cast.get(elector) == "disagree" for elector in panel.veto):
        return "rejected"
    if panel.mode == "any":
        result = _first(counts, complete)
    elif panel.mode in {"all", "sequence"}:
        result = "rejected" if counts["disagree"] else "approved" if complete else "pending"
    else:
        result = _ballot(panel, size, counts, complete)
    # An approval is not certain while somebody who may still veto it has not spoken.
    return "pending" if result == "approved" and veto_open else result


def _first(counts: Mapping[str, int], complete: bool) -> str:
    if counts["agree"]:
        return "approved"
    return "rejected" if counts["disagree"] or complete else "pending"


def _ballot(panel: Panel, size: int, counts: Mapping[str, int], complete: bool) -> str:
    """Certain as soon as no vote still to come can change it, quorum included."""
    share, voted = panel.threshold * size, sum(counts.values())
    enough = counts["agree"] > share if panel.strict else counts["agree"] >= share
    best = counts["agree"] + size - voted
    reachable = best > share if panel.strict else best >= share
    quorate = voted >= panel.quorum * size
    if enough and quorate:
        return "approved"
    if not reachable or (complete and not (enough and quorate)):
        return "rejected"
    return "pending"
