"""Why a unit may not end yet: rooms above register what would be left hanging (open cases, posts, people in office)."""

from collections.abc import Callable
from datetime import date

from workflows.lib.findings import Finding

Obstacle = Callable[[int, date], list[Finding]]
_OBSTACLES: dict[str, Obstacle] = {}


def register(name: str, obstacle: Obstacle) -> None:
    """Ask `obstacle(unit_id, day)` before any unit ends; call from `AppConfig.ready`. The same name replaces."""
    _OBSTACLES[name] = obstacle


def obstacles(unit_id: int, day: date) -> list[Finding]:
    """Everything that forbids ending the unit on `day`."""
    return [finding for ask in _OBSTACLES.values() for finding in ask(unit_id, day)]
