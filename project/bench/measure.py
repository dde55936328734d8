"""Taking times and counting statements: medians of interleaved repeats, one JSON line per result."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK")


def say(bench: str, **values: Any) -> None:
    """One result as one line of JSON."""
    print(json.dumps({"bench": bench, "database": connection.vendor, **values}, ensure_ascii=False), flush=True)


def interleaved(contenders: Mapping[str, Callable[[], list[float]]], repeats: int) -> dict[str, list[float]]:
    """Run every contender in turn, `repeats` times over; all its steps in milliseconds, fastest first.

    Interleaving lets a noisy minute of the machine fall on all of them alike.
    """
    steps: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, run in contenders.items():
            steps[name] += run()
    return {name: sorted(1000 * value for value in values) for name, values in steps.items()}


def middle(ordered: Sequence[float]) -> float:
    """The median: what a person waits on an ordinary day."""
    return median(ordered)


def quiet(ordered: Sequence[float]) -> float:
    """The fastest tenth: what the work costs when nobody else wants the processor."""
    return ordered[len(ordered) // 10]


def timed(act: Callable[[], Any]) -> float:
    """Seconds one call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def statements(act: Callable[[], Any]) -> list[str]:
    """The SQL of one call, begin and commit left out, savepoints kept."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(_TRANSACTION)]


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(1000 * value for value in seconds)
    return {"p50_ms": round(ordered[len(ordered) // 2], 2), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2)}
