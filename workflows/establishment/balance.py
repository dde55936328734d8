"""Pure: posts in buckets, the lines of a case over them, and what moving them would do. Knows nothing of storage.

Posts never appear from nowhere: a movement takes a quantity of one kind from one place and puts it in another. All
quantities are whole posts (名). `PATHS` says which movement each code may make; the database triggers are generated
from the same table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

LARGEST = 99_999

DISTRICT_BUCKETS = ("issued", "pool", "held")
UNIT_BUCKETS = ("vacant", "held", "locked", "filled", "frozen", "pledged")
APPROVED_BUCKETS = frozenset({"vacant", "held", "locked", "filled", "frozen"})
GIVERS = ("pool", "issued", "vacant")
RECEIVERS = ("vacant", "pledged", "pool", "issued")

# code → the (from, to) buckets it may move between; `correct` follows the row it corrects instead.
PATHS: dict[str, frozenset[tuple[str, str]]] = {
    "opening": frozenset(
        {("issued", "pool"), ("issued", "vacant"), ("issued", "pledged"), ("vacant", "filled"), ("vacant", "locked"), ("vacant", "frozen")}
    ),
    "issue": frozenset({("issued", "pool"), ("issued", "vacant")}),
    "reserve": frozenset((giver, "held") for giver in GIVERS),
    "post": frozenset(("held", receiver) for receiver in RECEIVERS),
    "void": frozenset(("held", giver) for giver in GIVERS),
    "allocate": frozenset({("pool", "vacant"), ("vacant", "vacant"), ("vacant", "pool")}),
    "lock": frozenset({("vacant", "locked")}),
    "hire": frozenset({("vacant", "filled"), ("locked", "filled")}),
    "leave": frozenset({("filled", "vacant")}),
    "freeze": frozenset({("vacant", "frozen")}),
    "thaw": frozenset({("frozen", "vacant")}),
    "tranche": frozenset({("pledged", "vacant")}),
    "repay": frozenset({("vacant", "pool"), ("vacant", "vacant")}),
    "recover": frozenset({("vacant", "pool"), ("vacant", "issued"), ("pool", "issued")}),
}
# These stay within one unit, as does what an opening row moves out of `vacant`.
WITHIN_UNIT = ("reserve", "lock", "hire", "leave", "freeze", "thaw", "tranche")
# Only these may push a unit's `vacant` below zero: over-establishment is loaded or corrected, never made.
MAY_LOWER_FLOOR = ("opening", "correct")
# What one case did is undone by another case, never by a book-keeper's correction (MODEL §4).
CORRECTABLE = tuple(code for code in PATHS if code not in ("reserve", "post", "void"))

Key = tuple[int, str, str]  # unit id, kind code, bucket


@dataclass(frozen=True, slots=True)
class Place:
    """One bucket of one unit."""

    unit_id: int
    bucket: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a case: `quantity` posts of `kind` (a code) from `giver` to `receiver`, unknown while it is unborn."""

    n: int
    kind: str
    quantity: int
    giver: Place
    receiver: Place | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One row about to be written. `resolves` and `corrects` are ids of earlier rows."""

    kind: str
    quantity: int
    debit: Place
    credit: Place
    code: str
    key: str
    n: int = 0
    resolves: int | None = None
    corrects: int | None = None

    @property
    def keys(self) -> tuple[Key, Key]:
        """The accounts it takes from and gives to."""
        return (self.debit.unit_id, self.kind, self.debit.bucket), (self.credit.unit_id, self.kind, self.credit.bucket)


@dataclass(frozen=True, slots=True)
class Figures:
    """A unit's posts of one kind, bucket by bucket; `vacant` is negative while the unit is over establishment."""

    vacant: int = 0
    held: int = 0
    locked: int = 0
    filled: int = 0
    frozen: int = 0
    pledged: int = 0

    @property
    def approved(self) -> int:
        """核定: everything but what is pledged and not yet released (MODEL §3)."""
        return self.vacant + self.held + self.locked + self.filled + self.frozen

    @property
    def vacancy(self) -> int:
        """空编."""
        return max(0, self.vacant)

    @property
    def over(self) -> int:
        """超编."""
        return max(0, -self.vacant)


@dataclass(frozen=True, slots=True)
class Change:
    """One account before and after, in posts."""

    unit_id: int
    kind: str
    bucket: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """After less before, signed."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A giver that has too few posts: `left` is what it could still give, `wanted` what was asked of it."""

    unit_id: int
    kind: str
    bucket: str
    left: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as the database holds it: balance, and the floor below which it may not go (None = no floor)."""

    balance: int = 0
    floor: int | None = 0


def effect(lines: Iterable[Line], balances: Mapping[Key, int]) -> list[Change]:
    """Every account the lines would move if they were approved, before and after, in the order first touched."""
    moved: dict[Key, int] = {}
    for line in lines:
        for place, sign in ((line.giver, -1), (line.receiver, +1)):
            if place is not None:
                key = (place.unit_id, line.kind, place.bucket)
                moved[key] = moved.get(key, 0) + sign * line.quantity
    return [Change(*key, before=balances.get(key, 0), after=balances.get(key, 0) + change) for key, change in moved.items()]


def figures_after(lines: Iterable[Line], figures: Mapping[tuple[int, str], Figures]) -> dict[tuple[int, str], Figures]:
    """The figures of (unit, kind) with the lines approved; units the lines do not touch are returned unchanged.

    District places (pool, issued) have no figures and are passed over.
    """
    result = dict(figures)
    for line in lines:
        for place, sign in ((line.giver, -1), (line.receiver, +1)):
            if place is None or place.bucket not in UNIT_BUCKETS:
                continue
            now = result.get((place.unit_id, line.kind), Figures())
            result[place.unit_id, line.kind] = replace(now, **{place.bucket: getattr(now, place.bucket) + sign * line.quantity})
    return result


def shortfall(movements: Iterable[Movement], accounts: Mapping[Key, Standing]) -> Shortfall | None:
    """The first movement, in order, whose giver would fall below its floor; None if all can be made.

    The same arithmetic as the *move* trigger, so that a refusal can be worded before anything is written.
    """
    state = dict(accounts)
    for movement in movements:
        debit, credit = movement.keys
        before = state.get(debit, Standing())
        after = taken(before, movement)
        if after.floor is not None and after.balance < after.floor:
            left = max(0, before.balance)
            return Shortfall(*debit, left=left, wanted=movement.quantity)
        state[debit] = after
        state[credit] = given(state.get(credit, Standing()), movement)
    return None


def run(movements: Iterable[Movement], balances: Mapping[Key, int]) -> tuple[dict[Key, int], dict[Key, int]]:
    """The balances of the accounts these movements touch, before and after all of them."""
    before: dict[Key, int] = {}
    after: dict[Key, int] = {}
    for movement in movements:
        for key, sign in zip(movement.keys, (-1, +1), strict=True):
            before.setdefault(key, balances.get(key, 0))
            after[key] = after.get(key, before[key]) + sign * movement.quantity
    return before, after


def taken(account: Standing, movement: Movement) -> Standing:
    """The debit account after the row: only an opening or a correction may take its floor down with it."""
    balance = account.balance - movement.quantity
    floor = account.floor
    if movement.debit.bucket == "vacant" and movement.code in MAY_LOWER_FLOOR and floor is not None:
        floor = min(floor, balance)
    return Standing(balance, floor)


def given(account: Standing, movement: Movement) -> Standing:
    """The credit account after the row: a negative floor of `vacant` rises with it and stops at zero."""
    balance = account.balance + movement.quantity
    floor = account.floor
    if movement.credit.bucket == "vacant" and floor is not None:
        floor = min(0, max(floor, balance))
    return Standing(balance, floor)


def faults(lines: Sequence[Line]) -> list[str]:
    """Machine names of what is wrong with the lines as such: `empty`, `repeated`, `quantity`, `giver`, `receiver`."""
    found = []
    if not lines:
        found.append("empty")
    if len({line.n for line in lines}) != len(lines):
        found.append("repeated")
    if any(not whole(line.quantity) for line in lines):
        found.append("quantity")
    if any(line.giver.bucket not in GIVERS for line in lines):
        found.append("giver")
    if any(line.receiver is not None and (line.receiver.bucket not in RECEIVERS or line.receiver == line.giver) for line in lines):
        found.append("receiver")
    return found


def whole(quantity: object) -> bool:
    """Whether it is a whole number of posts between 1 and 99,999 (a truth value is not a number)."""
    return isinstance(quantity, int) and not isinstance(quantity, bool) and 1 <= quantity <= LARGEST


def may_move(code: str, giver: str, receiver: str) -> bool:
    """Whether a row of this code may go from bucket `giver` to bucket `receiver`."""
    return (giver, receiver) in PATHS.get(code, frozenset())
