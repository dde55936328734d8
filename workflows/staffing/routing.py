"""Pure: the facts of a request that the authority table asks about."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.organization.terms import Rank
from workflows.staffing.evidence import KindFact, UnitFact
from workflows.staffing.payload import Request

_HEIGHT = {rank.value: place for place, rank in enumerate(Rank)}
# The source that decides when lines draw on several: what must go to the superior goes before what stays in the district.
_STRICTEST = ("issued", "pool", "unit")


def route_facts(request: Request, *, units: Mapping[int, UnitFact], kinds: Mapping[str, KindFact]) -> dict[str, Any]:
    """rank, unit_kind, quantity, natures, source and leader, as `matters.authority` reads them.

    `rank` is the highest concerned: of the new institution, of leadership positions, else of the institutions themselves.
    `quantity` is the total up; of leadership positions too, when only they are asked for. `source` is "none" when all lines go down.
    """
    raised = [line for line in request.lines if line.direction == "up"]
    used = [kinds[line.kind] for line in request.lines if line.kind in kinds]
    natures = {kind.nature for kind in used}
    posts = natures - {"leader"} or natures
    affected = [units[line.unit] for line in request.lines if line.unit in units]
    sources = {line.source for line in raised if line.kind not in kinds or kinds[line.kind].nature in posts}
    return {
        "matter": request.matter,
        "rank": _rank(request, affected, used),
        "unit_kind": [request.institution.kind] if request.institution else sorted({unit.kind for unit in affected}),
        "quantity": sum(line.quantity for line in raised if line.kind not in kinds or kinds[line.kind].nature in posts),
        "natures": sorted(posts),
        "source": next((source for source in _STRICTEST if source in sources), "none"),
        "leader": "leader" in natures,
    }


def highest(ranks: Iterable[str]) -> str:
    """The highest of these ranks; `none` when there is none."""
    return min((rank for rank in ranks if rank in _HEIGHT), key=_HEIGHT.__getitem__, default=Rank.NONE.value)


def above(rank: str, other: str) -> bool:
    """Whether `rank` is higher than `other`."""
    return _HEIGHT.get(rank, _HEIGHT["none"]) < _HEIGHT.get(other, _HEIGHT["none"])


def needs_superior(rank: str) -> bool:
    """Whether institutions and leaders of this rank are beyond a district's own authority: deputy section chief and above."""
    return _HEIGHT.get(rank, _HEIGHT["none"]) <= _HEIGHT[Rank.SECTION_DEPUTY.value]


def _rank(request: Request, affected: list[UnitFact], used: list[KindFact]) -> str:
    if request.institution is not None:
        return request.institution.rank or Rank.NONE.value
    leaders = [kind.rank for kind in used if kind.nature == "leader"]
    return highest(leaders or [unit.rank for unit in affected])
