"""Pure: what changed between two versions, and whether a resubmission may go straight to whoever returned it.

Going straight (直达) skips the reviewers in between; that is safe only where nothing they approved has changed: every
change lies within the defects that were listed, and none touches posts, positions, names, ranks or units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PROTECTED = ("lines", "institution", "title", "effective_date")
# Written by the unit about its own checks: explains a warning, changes nothing that was approved.
CLERICAL = ("reasons",)


@dataclass(frozen=True, slots=True)
class Change:
    """One field (`article16.needs.text`, `lines.0.quantity`) or one material (`material:minutes`) before and after."""

    path: str
    before: Any
    after: Any

    @property
    def field(self) -> str:
        """The field of the form it belongs to: the first part of the path, a material whole."""
        return self.path if self.path.startswith("material:") else self.path.split(".")[0]


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every value that differs between two payloads, in the order of their paths; an empty value is the same as none."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [Change(path, old.get(path), new.get(path)) for path in sorted({*old, *new}) if _worth(old.get(path)) != _worth(new.get(path))]


def of_files(before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]) -> list[Change]:
    """Materials whose set of file digests differs; pairs are (material code or empty, SHA-256)."""
    old, new = _by_material(before), _by_material(after)
    return [Change(f"material:{code}", old.get(code), new.get(code)) for code in sorted({*old, *new}) if old.get(code) != new.get(code)]


def obstacles_to_direct(changes: Iterable[Change], defects: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes that forbid going straight: protected ones, and ones that no listed defect names. Empty = allowed."""
    listed = {str(defect.get("field") or "").split(".")[0] for defect in defects if isinstance(defect, Mapping)} - {""}
    return [change for change in changes if change.field in PROTECTED or (change.field not in listed and change.field not in CLERICAL)]


def _leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _leaves(item, f"{path}.{n}")
    else:
        yield path, value


def _worth(value: Any) -> Any:
    """Nothing typed is nothing, whether it is stored as empty text or not at all; 0 and False are values."""
    return None if value == "" else (type(value).__name__, value) if value is not None else None


def _by_material(files: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, digest in files:
        found.setdefault(code, []).append(digest)
    return {code: tuple(sorted(digests)) for code, digests in found.items()}
