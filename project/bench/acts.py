"""What one act costs: ours whole, against viewflow's bare step, its two requests, and the SQL floor."""

from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import Any

from project.bench import district
from project.bench.bare import Bare
from project.bench.floor import Floor
from project.bench.measure import interleaved, middle, percentiles, quiet, say, statements, timed
from workflows.access.models import User
from workflows.cases.models import Assignment

PLAIN_LIMIT = 22
BRANCH_LIMIT = 3


def run(*, repeats: int) -> None:
    """Times interleaved in one run, then the statements of each act counted on a case of its own."""
    bare = Bare(User.objects.get(username="officer.psu"))
    by_node: dict[tuple[str, str], list[float]] = defaultdict(list)
    names = iter(range(1, 10_000))
    with Floor() as floor:
        contenders = {
            "floor": floor.case,
            "viewflow": bare.one_transaction,
            "viewflow_two_requests": bare.two_requests,
            "ours": lambda: _ours(f"T{next(names)}", by_node),
        }
        for contender in contenders.values():
            contender()
        by_node.clear()
        times = interleaved(contenders, repeats)
    for estimate in (middle, quiet):
        _compare(estimate.__name__, {name: estimate(values) for name, values in times.items()}, repeats)
    floor_ms = middle(times["floor"])
    for (node, outcome), seconds in by_node.items():
        say("act.step", node=node, outcome=outcome, to_floor=round(1000 * median(seconds) / floor_ms, 1), **percentiles(seconds))
    _count()


def _compare(estimate: str, times: dict[str, float], repeats: int) -> None:
    """One line of times, one of ratios within this run."""
    say("act", estimate=estimate, unit="ms", cases=repeats, **{name: round(value, 3) for name, value in times.items()})
    to_floor = {f"{name}_to_floor": round(value / times["floor"], 1) for name, value in times.items() if name != "floor"}
    to_peers = {f"ours_to_{name}": round(times["ours"] / times[name], 2) for name in ("viewflow", "viewflow_two_requests")}
    say("act.ratio", estimate=estimate, **to_floor, **to_peers)


def _ours(name: str, by_node: dict[tuple[str, str], list[float]]) -> list[float]:
    taken: list[float] = []

    def take(node: str, outcome: str, act: Callable[[], Any]) -> Any:
        answer: list[Any] = []
        taken.append(timed(lambda: answer.append(act())))
        by_node[node, outcome].append(taken[-1])
        return answer[0]

    district.watched(name, take)
    return taken


def _count() -> None:
    """SQL per act: at most 22, and 3 more for every branch opened or cancelled beside the one that follows."""

    def take(node: str, outcome: str, act: Callable[[], Any]) -> Any:
        answer: list[Any] = []
        last = Assignment.objects.order_by("-pk").values_list("pk", flat=True).first()
        count = len(statements(lambda: answer.append(act())))
        branches = max(0, Assignment.objects.filter(pk__gt=last).count() - 1)
        allowed = PLAIN_LIMIT + BRANCH_LIMIT * branches
        say("act.sql", node=node, outcome=outcome, statements=count, branches=branches, allowed=allowed, within=count <= allowed)
        return answer[0]

    district.watched("SQL", take)
