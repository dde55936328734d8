"""The pure cores: arithmetic of lines and movements, and the explanation of a number."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.establishment import balance, sheets
from workflows.establishment.balance import Change, Figures, Line, Movement, Place, Shortfall, Standing
from workflows.establishment.explanation import Paper, explained
from workflows.establishment.models import Bucket, Code

DISTRICT = 1
PLACES = [Place(DISTRICT, "pool"), Place(DISTRICT, "issued"), *(Place(unit, "vacant") for unit in (2, 3, 4))]
ANYWHERE = st.sampled_from(PLACES)
KINDS = st.sampled_from(["ADM", "EDU"])
LINES = st.lists(st.builds(Line, st.integers(1, 9), KINDS, st.integers(1, 50), ANYWHERE, st.none() | ANYWHERE), max_size=6)


def move(quantity: int, giver: Place, receiver: Place, code: str = "allocate") -> Movement:
    return Movement("ADM", quantity, giver, receiver, code, "k")


def test_the_effect_of_the_example_on_the_case_page() -> None:
    lines = [Line(1, "PSU-F", 25, Place(DISTRICT, "pool"), Place(2, "vacant"))]
    assert balance.effect(lines, {(DISTRICT, "PSU-F", "pool"): 120}) == [
        Change(DISTRICT, "PSU-F", "pool", 120, 95),
        Change(2, "PSU-F", "vacant", 0, 25),
    ]
    after = balance.figures_after(lines, {(2, "PSU-F"): Figures(vacant=1, filled=17)})
    assert after == {(2, "PSU-F"): Figures(vacant=26, filled=17)}
    assert after[2, "PSU-F"].approved == 43


@given(LINES)
def test_what_is_given_is_received(lines: list[Line]) -> None:
    born_later = sum(line.quantity for line in lines if line.receiver is None)
    assert sum(change.difference for change in balance.effect(lines, {})) == -born_later


@given(LINES)
def test_figures_and_balances_tell_the_same(lines: list[Line]) -> None:
    changes = {(change.unit_id, change.kind): change.after for change in balance.effect(lines, {}) if change.bucket == "vacant"}
    assert {pair: figures.vacant for pair, figures in balance.figures_after(lines, {}).items()} == changes


@given(st.lists(st.tuples(st.sampled_from([2, 3, 4]), st.sampled_from([2, 3, 4]), st.integers(1, 20)), max_size=8), st.integers(-5, 20))
def test_no_plain_movement_ever_takes_an_account_below_its_floor(wanted: list[tuple[int, int, int]], start: int) -> None:
    accounts = {(unit, "ADM", "vacant"): Standing(start, min(0, start)) for unit in (2, 3, 4)}
    movements = [
        move(quantity, Place(giver, "vacant"), Place(receiver, "vacant")) for giver, receiver, quantity in wanted if giver != receiver
    ]
    short = balance.shortfall(movements, accounts)
    for movement in movements:
        debit, credit = movement.keys
        accounts[debit] = balance.taken(accounts[debit], movement)
        if accounts[debit].balance < accounts[debit].floor:  # type: ignore[operator]
            assert short is not None
            return
        accounts[credit] = balance.given(accounts[credit], movement)
        assert all(min(0, start) <= (account.floor or 0) <= 0 for account in accounts.values())
    assert short is None


def test_a_shortfall_says_what_is_left_at_that_point() -> None:
    pool = Place(DISTRICT, "pool")
    accounts = {(DISTRICT, "ADM", "pool"): Standing(5)}
    assert balance.shortfall([move(3, pool, Place(2, "vacant")), move(3, pool, Place(3, "vacant"))], accounts) == Shortfall(
        DISTRICT, "ADM", "pool", left=2, wanted=3
    )
    over = {(2, "ADM", "vacant"): Standing(-3, -3)}
    assert balance.shortfall([move(1, Place(2, "vacant"), pool)], over) == Shortfall(2, "ADM", "vacant", left=0, wanted=1)


def test_only_an_opening_or_a_correction_lowers_a_floor_and_receiving_raises_it() -> None:
    vacant, filled = Place(2, "vacant"), Place(2, "filled")
    assert balance.taken(Standing(20, 0), move(23, vacant, filled, "opening")) == Standing(-3, -3)
    assert balance.taken(Standing(20, 0), move(23, vacant, filled, "hire")) == Standing(-3, 0)
    assert balance.given(Standing(-3, -3), move(1, filled, vacant, "leave")) == Standing(-2, -2)
    assert balance.given(Standing(-3, -3), move(10, filled, vacant, "leave")) == Standing(7, 0)
    assert balance.taken(Standing(0, None), move(82, Place(DISTRICT, "issued"), vacant, "issue")) == Standing(-82, None)


def test_every_code_but_the_correction_has_its_paths_between_known_buckets() -> None:
    assert set(balance.PATHS) == set(Code.values) - {"correct"}
    assert {bucket for pairs in balance.PATHS.values() for pair in pairs for bucket in pair} == set(Bucket.values)
    assert balance.may_move("hire", "locked", "filled")
    assert not balance.may_move("hire", "filled", "locked")


@pytest.mark.parametrize(
    ("value", "answer"), [(1, True), (99_999, True), (0, False), (100_000, False), (-1, False), (1.0, False), (True, False)]
)
def test_what_a_number_of_posts_is(value: Any, answer: bool) -> None:
    assert balance.whole(value) is answer


def row(code: str, quantity: int, giver: tuple[int, str], receiver: tuple[int, str], on: date, basis: str = "b") -> tuple[Any, Any, Any]:
    movement = SimpleNamespace(code=code, quantity=quantity, basis=basis, subject=f"s/{basis}", effective_date=on)
    return movement, SimpleNamespace(unit_id=giver[0], bucket=giver[1]), SimpleNamespace(unit_id=receiver[0], bucket=receiver[1])


def test_moves_within_a_unit_explain_nothing_and_those_across_do() -> None:
    day = date(2026, 1, 1)
    rows = [
        row("opening", 20, (1, "issued"), (2, "vacant"), day, "opening"),
        row("opening", 17, (2, "vacant"), (2, "filled"), day, "opening"),
        row("reserve", 2, (2, "vacant"), (2, "held"), date(2026, 2, 1), "case"),
        row("post", 2, (2, "held"), (3, "vacant"), date(2026, 3, 1), "case"),
    ]
    assert [(step.change, step.after) for step in explained(2, [], rows)] == [(20, 20), (-2, 18)]
    assert [(step.change, step.after) for step in explained(3, [], rows[3:])] == [(2, 2)]


def test_what_no_paper_explains_is_shown_at_the_opening() -> None:
    papers = [
        Paper(date(2019, 3, 1), "一", "", 41, None),
        Paper(date(2021, 1, 1), "二", "", 3, 44),
        Paper(date(2026, 5, 1), "晚", "", 9, None),
    ]
    opened = [row("opening", 46, (1, "issued"), (2, "vacant"), date(2026, 1, 1), "年报")]
    steps = explained(2, papers, opened)
    assert [(step.number, step.change, step.after) for step in steps] == [("一", 41, 41), ("二", 3, 44), ("年报", 2, 46), ("晚", 0, 46)]


@given(
    st.lists(st.one_of(st.none(), st.integers(-200_000, 200_000), st.floats(), st.text(max_size=5), st.booleans()), min_size=8, max_size=8)
)
def test_whatever_a_cell_holds_is_a_number_of_posts_or_a_named_problem(cells: list[Any]) -> None:
    header = SimpleNamespace(number=1, cells=list(sheets.OPENING_HEADER))
    records, problems = sheets.opening([header, SimpleNamespace(number=2, cells=cells)])
    assert problems == []
    assert all(isinstance(number, int) and 0 <= number <= 99_999 for number in records[0].values.values())
    assert all(str(problem).startswith("第 2 行") for problem in records[0].problems)
