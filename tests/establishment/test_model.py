"""The ledger against a plain Python model: random acts, the same answers, the same numbers, nothing lost.

`DINGBIAN_SLOW=1` runs 1,000 sequences instead of 200.
"""

import os
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.establishment.conftest import ACT, DAY, NOW
from workflows.establishment import operations, queries
from workflows.establishment.balance import Line, Place
from workflows.lib.refusals import Refused

UNITS = ("centre", "dongfanglu", "industry", "culture")
SEQUENCES = 1_000 if os.environ.get("DINGBIAN_SLOW") else 200
CASES = st.sampled_from(["case/1", "case/2", "case/3"])
QUANTITY = st.integers(1, 60)
GIVER = st.sampled_from(["district.pool", "district.issued", *(f"{unit}.vacant" for unit in UNITS)])
RECEIVER = st.sampled_from(["district.pool", *(f"{unit}.{bucket}" for unit in UNITS for bucket in ("vacant", "pledged"))])
SINGLE = st.sampled_from(
    [
        ("lock", "vacant", "locked"), ("hire", "locked", "filled"), ("hire", "vacant", "filled"), ("leave", "filled", "vacant"),
        ("freeze", "vacant", "frozen"), ("thaw", "frozen", "vacant"), ("tranche", "pledged", "vacant"),
    ]
)  # fmt: skip


class Model:
    """What the ledger should be: numbers in a dictionary, and the four sentences of MODEL §3."""

    def __init__(self) -> None:
        self.posts = {
            "district.issued": -200, "district.pool": 120, "centre.vacant": 1, "centre.filled": 17, "dongfanglu.vacant": 4,
            "dongfanglu.filled": 24, "dongfanglu.locked": 2, "industry.vacant": 3, "industry.filled": 9, "culture.vacant": -3,
            "culture.filled": 23,
        }  # fmt: skip
        self.floor = {"culture.vacant": -3}
        self.held: dict[str, list[tuple[str, str, int]]] = {}
        self.history: list[tuple[Any, dict[str, int]]] = []

    def can(self, giver: str, quantity: int) -> bool:
        """A giver keeps at least its floor; the source has none."""
        return giver == "district.issued" or self.posts.get(giver, 0) - quantity >= self.floor.get(giver, 0)

    def move(self, giver: str, receiver: str, quantity: int) -> None:
        """Posts are somewhere else afterwards, and a floor only rises."""
        self.posts[giver] = self.posts.get(giver, 0) - quantity
        self.posts[receiver] = self.posts.get(receiver, 0) + quantity
        if receiver in self.floor:
            self.floor[receiver] = min(0, max(self.floor[receiver], self.posts[receiver]))


def box(place: str) -> str:
    return f"{place.split('.', maxsplit=1)[0]}.held"


class Ledger(RuleBasedStateMachine):
    """Acts drawn at random, done to both."""

    units: SimpleNamespace

    @initialize()
    def start(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.model = Model()
        self.step = 0

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def place(self, words: str) -> Place:
        unit, bucket = words.split(".")
        return Place(getattr(self.units.id, unit), bucket)

    def act(self) -> dict[str, Any]:
        """Each act a minute after the last; the basis is the same."""
        self.step += 1
        return ACT | {"now": NOW + timedelta(minutes=self.step)}

    def lines(self, wanted: list[tuple[str, str, int]]) -> list[Line]:
        return [Line(n, "PSU-F", quantity, self.place(giver), self.place(to)) for n, (giver, to, quantity) in enumerate(wanted, 1)]

    @rule(case=CASES, wanted=st.lists(st.tuples(GIVER, RECEIVER, QUANTITY).filter(lambda line: line[0] != line[1]), min_size=1, max_size=3))
    def reserve(self, case: str, wanted: list[tuple[str, str, int]]) -> None:
        if case in self.model.held:
            return
        needed: dict[str, int] = {}
        for giver, _to, quantity in wanted:
            needed[giver] = needed.get(giver, 0) + quantity
        act = self.act()
        tag = str(self.step)
        if all(self.model.can(giver, quantity) for giver, quantity in needed.items()):
            rows = operations.reserve(lines=self.lines(wanted), subject=case, tag=tag, **act)
            assert operations.reserve(lines=self.lines(wanted), subject=case, tag=tag, **act) == rows
            for giver, _to, quantity in wanted:
                self.model.move(giver, box(giver), quantity)
            self.model.held[case] = wanted
        else:
            with pytest.raises(Refused) as refused:
                operations.reserve(lines=self.lines(wanted), subject=case, tag=tag, **act)
            assert refused.value.code == "insufficient"

    @rule(case=CASES)
    def post(self, case: str) -> None:
        wanted = self.model.held.pop(case, None)
        if wanted is None:
            with pytest.raises(Refused):
                operations.post(lines=self.lines([("district.pool", "centre.vacant", 61)]), subject=case, **self.act())
            return
        operations.post(lines=self.lines(wanted), subject=case, **self.act())
        for giver, to, quantity in wanted:
            self.model.move(box(giver), to, quantity)

    @rule(case=CASES)
    def void(self, case: str) -> None:
        wanted = self.model.held.pop(case, [])
        assert len(operations.void(subject=case, **self.act())) == len(wanted)
        for giver, _to, quantity in wanted:
            self.model.move(box(giver), giver, quantity)

    @rule(unit=st.sampled_from(UNITS), kind_of=SINGLE, quantity=st.integers(1, 6))
    def single(self, unit: str, kind_of: tuple[str, str, str], quantity: int) -> None:
        code, giver, receiver = kind_of[0], f"{unit}.{kind_of[1]}", f"{unit}.{kind_of[2]}"
        act = self.act()
        call = {"code": code, "kind": "PSU-F", "quantity": quantity, "giver": self.place(giver), "receiver": self.place(receiver)} | act
        if self.model.can(giver, quantity):
            operations.move(key=f"single/{self.step}", **call)
            self.model.move(giver, receiver, quantity)
        else:
            with pytest.raises(Refused):
                operations.move(key=f"single/{self.step}", **call)

    @rule()
    def remember(self) -> None:
        self.model.history.append((NOW + timedelta(minutes=self.step), dict(self.model.posts)))

    @invariant()
    def same_numbers(self) -> None:
        if not hasattr(self, "model"):
            return
        assert queries.balances() == self.keyed(self.model.posts)

    def keyed(self, posts: dict[str, int]) -> dict[tuple[int, str, str], int]:
        named = {(getattr(self.units.id, words.split(".")[0]), "PSU-F", words.split(".")[1]): number for words, number in posts.items()}
        return {key: number for key, number in named.items() if number}

    @rule()
    def all_adds_up(self) -> None:
        assert queries.reconcile() == []
        assert sum(self.model.posts.values()) == 0
        assert queries.balances(day=DAY) == self.keyed(self.model.posts)
        for known_at, posts in self.model.history[-2:]:
            assert queries.balances(known_at=known_at) == self.keyed(posts)


@pytest.mark.django_db
def test_the_ledger_agrees_with_a_plain_model(books: SimpleNamespace) -> None:
    Ledger.units = books
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=SEQUENCES == 200,
        ),
    )
