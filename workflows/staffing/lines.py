"""Pure: the lines of a request as lines of the ledger: who gives, who receives, from which bucket to which."""

from collections.abc import Iterable

from workflows.establishment.balance import Line, Place
from workflows.staffing.payload import Request, RequestLine


def ledger_lines(request: Request, *, district_id: int, born: int | None = None) -> list[Line]:
    """One ledger line per line of the request, numbered alike. `born` is the new institution of an R02 once it exists.

    Up: from the pool, the source or the other unit's vacant posts to the unit's vacant posts. Down: the other way round.
    """
    return [_line(line, district_id, born) for line in request.lines]


def born_code(case_id: int) -> str:
    """The code of the institution that an R02 case gives birth to."""
    return f"unit-{case_id}"


def totals(lines: Iterable[RequestLine]) -> dict[tuple[int | None, str], int]:
    """(unit, kind) → net change of approved posts, givers included; None is the institution to be born."""
    found: dict[tuple[int | None, str], int] = {}
    for line in lines:
        change = line.quantity if line.direction == "up" else -line.quantity
        found[line.unit, line.kind] = found.get((line.unit, line.kind), 0) + change
        if line.source == "unit" and line.giver is not None:
            found[line.giver, line.kind] = found.get((line.giver, line.kind), 0) - change
    return found


def _line(line: RequestLine, district_id: int, born: int | None) -> Line:
    pk = line.unit if line.unit is not None else born
    own = None if pk is None else Place(pk, "vacant")
    other = _other(line, district_id)
    if line.direction == "up":
        return Line(n=line.n, kind=line.kind, quantity=line.quantity, giver=other, receiver=own)
    # What an unborn institution would give back is no line; `checks` refuses it before it gets here.
    assert own is not None
    return Line(n=line.n, kind=line.kind, quantity=line.quantity, giver=own, receiver=other)


def _other(line: RequestLine, district_id: int) -> Place:
    if line.source == "unit":
        assert line.giver is not None
        return Place(line.giver, "vacant")
    return Place(district_id, line.source)
