"""Pure: everything the checks read besides the request itself, gathered beforehand by `queries.facts`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from workflows.establishment.balance import Figures

Answer = Literal["agree", "disagree", "none"]


@dataclass(frozen=True, slots=True)
class UnitFact:
    """An institution as it stands on the day of the check."""

    id: int
    code: str
    name: str
    short_name: str = ""
    kind: str = ""
    nature: str = ""
    rank: str = "none"
    functions: str = ""
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class KindFact:
    """A kind of post: `nature` adm, psu, quota, control, non or leader; body, rank and seat of leadership positions."""

    code: str
    name: str
    nature: str
    body: str = ""
    rank: str = ""
    seat: str = ""


@dataclass(frozen=True, slots=True)
class RouteFact:
    """The route that applies or was frozen: body codes in order, units consulted by code, the row's name and basis, names by code."""

    name: str
    basis: str
    bodies: tuple[str, ...]
    consult: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def said(self, codes: Iterable[str]) -> list[str]:
        """The names of these bodies or units, as a fact states them."""
        return [self.names.get(code, code) for code in codes]


@dataclass(frozen=True, slots=True)
class Consulted:
    """What one consulted unit answered in this round; None while it has not."""

    code: str
    name: str
    answer: Answer | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """A unit or a case that resembles what is asked for, and how much, in percent."""

    what: Literal["name", "functions", "case"]
    title: str
    percent: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One reading of the house on `day`.

    `figures` holds (unit id, kind) of every unit the request names, `pool` what the pool has by kind, `rooms` what may still be
    issued by kind (absent = unlimited). Both count what this very case has reserved as not yet taken. `unsuitable` says why no
    row of the authority table applies. `consulted` is empty before the fan-out. `findings_open` are rectifications not closed.
    """

    matter: str
    day: date
    applicant: UnitFact
    reach: frozenset[int]
    units: Mapping[int, UnitFact] = field(default_factory=dict)
    kinds: Mapping[str, KindFact] = field(default_factory=dict)
    figures: Mapping[tuple[int, str], Figures] = field(default_factory=dict)
    pool: Mapping[str, int] = field(default_factory=dict)
    rooms: Mapping[str, int] = field(default_factory=dict)
    materials: frozenset[str] = frozenset()
    required: Mapping[str, str] = field(default_factory=dict)
    route: RouteFact | None = None
    unsuitable: str = ""
    consulted: tuple[Consulted, ...] = ()
    alike: tuple[Alike, ...] = ()
    same_name: str = ""
    tasks: tuple[str, ...] = ()
    findings_open: tuple[str, ...] = ()

    def figures_of(self, unit: int, kind: str) -> Figures:
        """The unit's figures of one kind, all zero where it has none."""
        return self.figures.get((unit, kind), Figures())

    def posts_of(self, unit: int) -> int:
        """The unit's approved posts of all kinds but leadership positions and numbers outside the establishment."""
        return sum(
            figures.approved
            for (pk, kind), figures in self.figures.items()
            if pk == unit and kind in self.kinds and self.kinds[kind].nature in {"adm", "psu"}
        )

    def full_name_of(self, unit: int | None, unborn: object = "") -> str:
        """The unit's name as papers write it."""
        return self.units[unit].name if unit in self.units else self.name_of(unit, unborn)

    def name_of(self, unit: int | None, unborn: object = "") -> str:
        """The unit's short name, or what is said for the institution to be born."""
        if unit is None:
            return str(unborn)
        found = self.units.get(unit)
        return (found.short_name or found.name) if found else f"#{unit}"
