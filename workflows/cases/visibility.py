"""Pure: which fields of a case somebody does not see, and which he may write, per node and role: two literal tables.

Screens, prints and papers ask here before anything leaves the server; what is written passes here before it is stored. A field
is hidden from a person only if every way in which he stands to the case hides it; a field he may not write keeps its value.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# How a person looks at a case.
UNIT, COUNTERSIGNER, OFFICE, READER = "unit", "countersigner", "office", "reader"
OFFICE_EYES = frozenset({"general", "steward", "officer", "chief", "deputy", "secretary", "signatory", "auditor"})


@dataclass(frozen=True, slots=True)
class Hidden:
    """From whom a field is hidden, and whether only until the matter is decided."""

    eyes: frozenset[str]
    until_decided: bool = False


# `payload.*` what the unit asks; `opinion.*` what an opinion carries beside its words; `beside.*` what is asked beside the flow.
HIDDEN: Mapping[str, Hidden] = {
    "payload.phone": Hidden(frozenset({COUNTERSIGNER, READER})),
    "opinion.report": Hidden(frozenset({UNIT, READER}), until_decided=True),
    "opinion.article16": Hidden(frozenset({UNIT, READER}), until_decided=True),
    "beside.consult": Hidden(frozenset({UNIT, READER}), until_decided=True),
    "beside.question": Hidden(frozenset({UNIT, READER}), until_decided=True),
}

ALL = "*"
# Roots of the payload that a supplement touches only if they were listed as lacking.
FIXED_BY_ACCEPTANCE = frozenset({"lines", "institution", "title", "effective_date"})


@dataclass(frozen=True, slots=True)
class Writable:
    """What may be written at a node: `roots` (or everything), without `fixed` ones unless they were listed as wrong."""

    roots: frozenset[str]
    fixed: frozenset[str] = frozenset()


# (node, role) → what that role writes there; whatever is not in the table writes nothing.
WRITABLE: Mapping[tuple[str, str], Writable] = {
    ("draft", "clerk"): Writable(frozenset({ALL})),
    ("supplement", "clerk"): Writable(frozenset({ALL}), FIXED_BY_ACCEPTANCE),
    ("evaluate", "officer"): Writable(frozenset({"lines"})),
    ("deliberate", "secretary"): Writable(frozenset({"lines"})),
}


def eyes(held: Iterable[tuple[str, int]], units: Collection[int]) -> frozenset[str]:
    """How the holder of these offices (role, unit id) looks at a case of one of `units` (the applicant, its superior)."""
    found = set()
    for role, unit in held:
        if role in OFFICE_EYES:
            found.add(OFFICE)
        elif role == "countersigner":
            found.add(COUNTERSIGNER)
        elif role in {"clerk", "head"} and unit in units:
            found.add(UNIT)
    return frozenset(found or {READER})


def hidden(looking: Collection[str], *, decided: bool) -> frozenset[str]:
    """The names of the table that are hidden from somebody who looks this way."""
    return frozenset(
        name for name, rule in HIDDEN.items() if set(looking) <= rule.eyes and not (rule.until_decided and decided)
    )  # fmt: skip


def shown(area: str, values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The values without those that are hidden; `area` payload or opinion."""
    return {key: value for key, value in values.items() if f"{area}.{key}" not in names}


def fixed(node: str, role: str, listed: Collection[str] = ()) -> frozenset[str]:
    """The roots that are read-only at this node for this role, of those a screen shows; `listed` are the places found wrong."""
    rule = WRITABLE.get((node, role))
    if rule is None:
        return frozenset({ALL})
    return rule.fixed - {place.split(".")[0] for place in listed}


def written(
    node: str, role: str, stored: Mapping[str, Any], typed: Mapping[str, Any], *, listed: Collection[str] = ()
) -> dict[str, Any]:  # fmt: skip
    """`typed` as far as this role may write at this node; every other root keeps what is stored."""
    rule = WRITABLE.get((node, role))
    if rule is None:
        return dict(stored)
    closed = fixed(node, role, listed)
    open_ = {key: value for key, value in typed.items() if (ALL in rule.roots or key in rule.roots) and key not in closed}
    return dict(stored) | open_
