"""Reference data for the screens, read at most once a minute in a process: the calendar, the catalogue, bodies, kinds and materials.

It changes a few times a year and only decides how a page looks; every operation reads its own, fresh.
"""

import time
from collections.abc import Callable
from typing import Any

from workflows.establishment import queries as ledger
from workflows.establishment.models import Kind
from workflows.lib.calendar import Calendar
from workflows.matters import queries as matters
from workflows.matters.models import Body, Material, Matter

SECONDS = 60
_kept: dict[Any, tuple[float, Any]] = {}


def calendar() -> Calendar:
    """The working-day calendar."""
    return _remembered("calendar", matters.calendar)


def catalogue() -> list[Matter]:
    """The matters open for new cases."""
    return _remembered("catalogue", matters.catalogue)


def kinds() -> list[Kind]:
    """Every kind of post."""
    return _remembered("kinds", ledger.kinds)


def bodies() -> list[Body]:
    """The deciding bodies."""
    return _remembered("bodies", matters.bodies)


def materials(matter: Matter) -> list[Material]:
    """The documents a matter asks for."""
    return _remembered(("materials", matter.pk), lambda: matters.materials(matter))


def forget() -> None:
    """Read everything anew; for tests, whose database changes under the process."""
    _kept.clear()


def _remembered(key: Any, read: Callable[[], Any]) -> Any:
    kept = _kept.get(key)
    if kept is None or kept[0] < time.monotonic():
        kept = _kept[key] = (time.monotonic() + SECONDS, read())
    return kept[1]
