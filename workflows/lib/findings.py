"""Pure: what one rule found, and how a list of such results is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["pass", "warn", "block"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer: `code` C01…C33, the healthy or unhealthy `message`, the `fact` it read, and its `article`."""

    code: str
    level: Level
    message: str
    fact: str = ""
    article: str = ""
    field: str | None = None


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that forbid the act."""
    return [finding for finding in findings if finding.level == "block"]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that demand a written reason."""
    return [finding for finding in findings if finding.level == "warn"]
