"""Pure: why an approved number is what it is: earlier papers, then the ledger's own movements, with a running total."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from workflows.establishment.balance import APPROVED_BUCKETS

Source = Literal["history", "opening", "ledger"]


@dataclass(frozen=True, slots=True)
class Paper:
    """An earlier approval: what it changed, and the number it gives itself, if it does."""

    date: date
    number: str
    title: str
    change: int
    after: int | None
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation: `change` in posts, `after` the approved number it led to.

    An `opening` step with a change is the part of the opening number that no earlier paper explains.
    """

    date: date
    number: str
    title: str
    change: int
    after: int
    source: Source
    subject: str = ""
    scan: str = ""
    codes: tuple[str, ...] = ()


class Row(Protocol):
    """What is read of a movement."""

    code: str
    quantity: int
    basis: str
    subject: str
    effective_date: date


class Side(Protocol):
    """What is read of its accounts."""

    unit_id: int
    bucket: str


def explained(unit_id: int, papers: Sequence[Paper], rows: Iterable[tuple[Row, Side, Side]]) -> list[Step]:
    """Steps by date. `rows` are (movement, debit, credit) of one unit and kind in the order they took effect.

    Papers dated after the opening, or where nothing was ever opened, are listed but not counted: the ledger speaks then.
    """
    moved = _by_act(unit_id, rows)
    speaks = bool(moved) and not any(step.source == "opening" for step in moved)
    steps: list[Step] = []
    running, booked = 0, 0
    for item in sorted([*papers, *moved], key=lambda each: each.date):
        if isinstance(item, Paper):
            after = running if speaks else (running + item.change if item.after is None else item.after)
            steps.append(_told(item, after, after - running))
        else:
            speaks = True
            booked += item.change
            after = booked
            steps.append(replace(item, change=after - running, after=after))
        running = after
    return steps


def _told(paper: Paper, after: int, change: int) -> Step:
    return Step(paper.date, paper.number, paper.title, change, after, "history", scan=paper.scan)


def _by_act(unit_id: int, rows: Iterable[tuple[Row, Side, Side]]) -> list[Step]:
    """One step per act that changed the approved number: rows of the same day, subject and basis belong together."""
    acts: dict[tuple[date, str, str], Step] = {}
    for row, debit, credit in rows:
        key = (row.effective_date, row.subject, row.basis)
        source: Source = "opening" if row.code == "opening" else "ledger"
        step = acts.get(key) or Step(row.effective_date, row.basis, "", 0, 0, source, row.subject)
        change = row.quantity * (_approved(unit_id, credit) - _approved(unit_id, debit))
        codes = step.codes if row.code in step.codes else (*step.codes, row.code)
        acts[key] = replace(step, change=step.change + change, codes=codes)
    return [step for step in acts.values() if step.change or step.source == "opening"]


def _approved(unit_id: int, side: Side) -> int:
    return int(side.unit_id == unit_id and side.bucket in APPROVED_BUCKETS)
