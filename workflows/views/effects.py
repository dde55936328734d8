"""What a request does to the ledger, account by account: the figures now, the change, and after approval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases.models import Case
from workflows.establishment import queries as ledger
from workflows.establishment.balance import Figures
from workflows.organization import queries as organization
from workflows.views import reference
from workflows.views.charts import Effect

POOL = "pool"
MANY = 12  # more rows than this are told as totals by kind, the rows themselves folded below


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table 申请事项."""

    name: str
    kind: str
    approved: int
    filled: int | None
    locked: int
    change: int

    @property
    def after(self) -> int:
        """What the account holds once the case is decided."""
        return self.approved + self.change


@dataclass(frozen=True, slots=True)
class Picture:
    """The table's rows, the bars' accounts, and one sentence about the whole."""

    rows: list[Row]
    effects: list[Effect]
    sentence: str
    posted: bool
    folded: list[Row] = field(default_factory=list)


def picture(case: Case | None, payload: Mapping[str, Any], day: date) -> Picture:
    """For a case as it stands, or for a draft's payload: five or six SQL whatever the number of lines."""
    lines = [line for line in payload.get("lines", []) if isinstance(line.get("quantity"), int) and line.get("kind")]
    units = {line[end] for line in lines for end in ("unit", "giver") if isinstance(line.get(end), int)}
    kinds = {kind.code: kind.name for kind in reference.kinds()}
    names = organization.names_on(units, day)
    entered = ledger.movements(subject=case.subject, code="post", limit=1) if case is not None and case.decided_at else []
    posted = bool(entered)
    figures, pool = _then(units, entered[0].recorded_at) if entered else (ledger.figures(units), ledger.pool())
    held = _held(case)
    changes = _changes(lines, (payload.get("institution") or {}).get("name") or _("新设机构"))
    rows, effects = [], []
    for (place, kind), change in changes.items():
        effect = _effect(place, kind, change, names, kinds, figures, pool, held, posted=posted)
        effects.append(effect)
        filled = None if effect.pool else effect.filled
        rows.append(Row(effect.name, effect.kind, effect.approved, filled, effect.locked + (effect.held if effect.pool else 0), change))
    if len(rows) > MANY:
        return Picture(_totals(rows), _sums(effects), _sentence(lines), posted, rows)
    return Picture(rows, effects, _sentence(lines), posted)


def _totals(rows: Sequence[Row]) -> list[Row]:
    """One row per kind and direction over all institutions; the pool keeps its own."""
    sums: dict[tuple[str, bool, bool], list[Row]] = {}
    for row in rows:
        sums.setdefault((row.kind, row.filled is None, row.change > 0), []).append(row)
    return [_total(each) for each in sums.values()]


def _total(rows: Sequence[Row]) -> Row:
    if len(rows) == 1:
        return rows[0]
    name = _("%(n)s个机构") % {"n": len(rows)}
    approved, locked, change = (sum(getattr(row, part) for row in rows) for part in ("approved", "locked", "change"))
    return Row(name, rows[0].kind, approved, sum(row.filled or 0 for row in rows), locked, change)


def _sums(effects: Sequence[Effect]) -> list[Effect]:
    """The same for the bars."""
    sums: dict[tuple[str, bool, bool], list[Effect]] = {}
    for effect in effects:
        sums.setdefault((effect.kind, effect.pool, effect.change > 0), []).append(effect)
    return [_sum(each) for each in sums.values()]


def _sum(effects: Sequence[Effect]) -> Effect:
    if len(effects) == 1:
        return effects[0]
    parts = {part: sum(getattr(each, part) for each in effects) for part in ("approved", "filled", "locked", "held", "change")}
    return Effect(_("%(n)s个机构") % {"n": len(effects)}, effects[0].kind, **parts)


def _changes(lines: Iterable[Mapping[str, Any]], newborn: str) -> dict[tuple[Any, str], int]:
    """(unit id, name of a unit not yet born, or the pool; kind) → signed change, in the order of the lines."""
    changes: dict[tuple[Any, str], int] = {}
    givers: dict[tuple[Any, str], int] = {}
    for line in lines:
        sign = -1 if line.get("direction") == "down" else 1
        target = line.get("unit") if isinstance(line.get("unit"), int) else newborn
        key = (target, line["kind"])
        changes[key] = changes.get(key, 0) + sign * line["quantity"]
        giver = line.get("giver") if line.get("source") == "unit" else line.get("source")
        if giver and giver != "issued":
            key = (giver, line["kind"])
            givers[key] = givers.get(key, 0) - sign * line["quantity"]
    for key, change in givers.items():
        changes[key] = changes.get(key, 0) + change
    return changes


def _effect(
    place: Any, kind: str, change: int, names: Mapping[int, str], kinds: Mapping[str, str], figures: Mapping[Any, Figures],
    pool: Mapping[str, int], held: Mapping[tuple[str, str], int], *, posted: bool,
) -> Effect:  # fmt: skip
    name = kinds.get(kind, kind)
    if place == POOL:
        mine = held.get((POOL, kind), 0)
        now = pool.get(kind, 0) - change if posted else pool.get(kind, 0) + mine
        return Effect(_("区周转池"), name, now, held=0 if posted else mine, change=change, pool=True)
    if not isinstance(place, int):
        return Effect(str(place), name, 0, change=change)
    found = figures.get((place, kind), Figures())
    approved = found.approved - change if posted else found.approved
    return Effect(names.get(place, ""), name, approved, found.filled, found.locked, 0 if posted else found.held, change)


def _then(units: set[int], known_at: datetime) -> tuple[dict[tuple[int, str], Figures], dict[str, int]]:
    """Figures and pool as the ledger knew them at that moment: a decided case shows its own day, not today's."""
    pool_of = ledger.district_id()
    posts = ledger.balances(units | {pool_of}, known_at=known_at)
    gathered: dict[tuple[int, str], dict[str, int]] = {}
    for (unit, kind, bucket), n in posts.items():
        if unit in units and unit != pool_of:
            gathered.setdefault((unit, kind), {})[bucket] = n
    figures = {key: Figures(**buckets) for key, buckets in gathered.items()}
    return figures, {kind: n for (unit, kind, bucket), n in posts.items() if unit == pool_of and bucket == POOL}


def _held(case: Case | None) -> dict[tuple[str, str], int]:
    held: dict[tuple[str, str], int] = {}
    for line in ledger.held_lines(case.subject) if case is not None else []:
        key = (line.giver.bucket, line.kind)
        held[key] = held.get(key, 0) + line.quantity
    return held


def _sentence(lines: Sequence[Mapping[str, Any]]) -> str:
    sources = {line.get("source") for line in lines}
    if not lines:
        return ""
    if sources > {"issued"}:
        return _("部分从上级下达总额中核定，须在总额之内；其余一增一减。")
    if "issued" in sources:
        return _("从上级下达总额中核定，须在总额之内。")
    return _("一增一减，全区同类编制总量不变。")
