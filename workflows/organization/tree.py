"""Pure: who stands under whom. An edge is (unit, parent, sponsor) of one day."""

from collections import defaultdict
from collections.abc import Iterable

Edge = tuple[int, int | None, int | None]


def below(edges: Iterable[Edge], root: int) -> set[int]:
    """`root` itself and every unit that reaches it by parent or sponsor, however many steps away."""
    children: dict[int, list[int]] = defaultdict(list)
    for unit, parent, sponsor in edges:
        for superior in {parent, sponsor} - {None, unit}:
            children[superior].append(unit)
    found, waiting = {root}, [root]
    while waiting:
        for unit in children[waiting.pop()]:
            if unit not in found:
                found.add(unit)
                waiting.append(unit)
    return found
