"""Real threads on the real database: nobody gets the last post twice, nothing drifts, nobody waits for ever."""

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.base import at_once
from tests.establishment.conftest import ACT, DAY, build, open_sample, place
from workflows.establishment import operations, queries
from workflows.establishment.balance import Line, Place
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Refused
from workflows.organization.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 8


@pytest.fixture
def books(transactional_db: None) -> Iterator[SimpleNamespace]:
    """The sample district, committed."""
    units = build()
    open_sample(units)
    yield units


def take(units: SimpleNamespace, case: int, quantity: int) -> list[Transfer]:
    lines = [Line(1, "PSU-F", quantity, place(units, "district.pool"), place(units, "centre.vacant"))]
    with transaction.atomic():
        operations.reserve(lines=lines, subject=f"case/{case}", tag="1", **ACT)
        return operations.post(lines=lines, subject=f"case/{case}", **ACT)


@pytest.mark.parametrize("turn", range(5))
def test_two_cases_on_the_last_posts(books: SimpleNamespace, turn: int) -> None:
    results = at_once([lambda: take(books, 1, 70), lambda: take(books, 2, 70)])
    refused = [result for result in results if isinstance(result, Refused)]
    assert [error.message for error in refused] == ["周转池余额不足（余 50 名）"]
    assert len([result for result in results if isinstance(result, list)]) == 1
    assert queries.pool("PSU-F") == 50
    assert queries.reconcile() == []


def test_the_same_act_sent_eight_times_is_one_row(books: SimpleNamespace) -> None:
    results = at_once([lambda: take(books, 1, 25)] * WRITERS)
    assert queries.pool("PSU-F") == 95
    assert Transfer.objects.filter(subject="case/1").count() == 2
    assert not [result for result in results if isinstance(result, DatabaseError)], results


def test_one_reserve_is_resolved_once(books: SimpleNamespace) -> None:
    lines = [Line(1, "PSU-F", 25, place(books, "district.pool"), place(books, "centre.vacant"))]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    post = lambda: operations.post(lines=lines, subject="case/1", **ACT)  # noqa: E731
    void = lambda: operations.void(subject="case/1", **ACT)  # noqa: E731
    results = at_once([post, void] * 4)
    assert not [result for result in results if isinstance(result, DatabaseError)], results
    assert Transfer.objects.filter(subject="case/1").exclude(code="reserve").count() == 1
    assert queries.reconcile() == []


def test_accounts_are_opened_once_when_many_need_them_first(books: SimpleNamespace) -> None:
    born = [Unit.objects.create(code=f"n{n}", name=f"新单位{n}", kind="department", valid_from=DAY) for n in range(6)]

    def give(turn: int) -> list[Transfer]:
        order = random.Random(turn).sample(born, len(born))
        lines = [Line(n, "PSU-F", 1, place(books, "district.pool"), Place(unit.pk, "vacant")) for n, unit in enumerate(order, 1)]
        with transaction.atomic():
            operations.reserve(lines=lines, subject=f"case/{turn}", tag="1", **ACT)
            return operations.post(lines=lines, subject=f"case/{turn}", **ACT)

    results = at_once([lambda turn=turn: give(turn) for turn in range(WRITERS)])
    assert [type(result) for result in results] == [list] * WRITERS
    assert queries.pool("PSU-F") == 120 - 6 * WRITERS
    assert Account.objects.filter(unit__in=born, bucket="vacant", balance=WRITERS).count() == 6
    assert queries.reconcile() == []


def test_two_kinds_under_one_total_cannot_exceed_it_together(books: SimpleNamespace) -> None:
    operations.set_ceiling(
        name="事业总额", kinds=["PSU-F", "PSU-P", "MED"], quantity=210, basis="市编委", valid_from=DAY, actor=None, now=ACT["now"]
    )

    def issue(turn: int) -> Transfer:
        kind = ("PSU-F", "PSU-P", "MED")[turn % 3]
        return operations.issue(kind=kind, quantity=4, receiver=place(books, "district.pool"), key=f"issue/{turn}", **ACT)

    results = at_once([lambda turn=turn: issue(turn) for turn in range(WRITERS)])
    assert sorted(type(result).__name__ for result in results) == ["Refused"] * 6 + ["Transfer"] * 2
    assert queries.ceiling_room("MED", DAY) == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_random_moves_over_many_accounts(books: SimpleNamespace, seed: int) -> None:
    many = [Unit.objects.create(code=f"m{n}", name=f"单位{n}", kind="department", valid_from=DAY) for n in range(25)]
    operations.open_books(rows=[Opening(unit.pk, "PSU-F", approved=8, filled=4) for unit in many], key="opening/many", **ACT)
    places = [place(books, "district.pool"), *(Place(unit.pk, "vacant") for unit in many)]

    def work(writer: int) -> tuple[int, int]:
        dice = random.Random(seed * 100 + writer)
        done = refused = 0
        for turn in range(40):
            lines = []
            for n in range(1, dice.randint(1, 4) + 1):
                giver, receiver = dice.sample(places, 2)
                lines.append(Line(n, "PSU-F", dice.randint(1, 4), giver, receiver))
            try:
                done += act(lines, f"case/{writer * 1000 + turn}", dice)
            except Refused:
                refused += 1
        return done, refused

    def act(lines: list[Line], subject: str, dice: Any) -> int:
        with transaction.atomic():
            operations.reserve(lines=lines, subject=subject, tag="1", **ACT)
            if dice.random() < 0.3:
                return len(operations.void(subject=subject, **ACT))
            return len(operations.post(lines=lines, subject=subject, **ACT))

    results = at_once([lambda writer=writer: work(writer) for writer in range(WRITERS)])
    assert not [result for result in results if isinstance(result, BaseException)], results
    assert sum(done for done, _refused in results) > 200
    assert sum(refused for _done, refused in results) > 0
    assert not [account for account in Account.objects.exclude(bucket="issued") if account.floor is None or account.balance < account.floor]
    assert queries.reconcile() == []
    assert connection.vendor in ("sqlite", "postgresql")
