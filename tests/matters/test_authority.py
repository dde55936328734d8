"""The authority table as a pure function: which row applies, and why every other one does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.matters import authority
from workflows.matters.authority import Condition, Rule

SMALL = Rule(
    103, "小额", "R10", (Condition("source", "in", ("pool", "unit")), Condition("quantity", "<=", 5)), "office_psu", ("office_meeting",)
)
LARGE = Rule(104, "一般", "R10", (Condition("source", "in", ("pool", "unit")),), "office_psu", ("commission",))
REST = Rule(109, "其他", "R10", (), "office_psu", ("commission", "superior"))
TABLE = [REST, LARGE, SMALL]


def test_the_first_row_by_number_whose_conditions_hold_decides() -> None:
    assert authority.route(TABLE, {"source": "pool", "quantity": 5}).rule is SMALL
    assert authority.route(TABLE, {"source": "pool", "quantity": 6}).rule is LARGE
    assert authority.route(TABLE, {"source": "issued", "quantity": 1}).rule is REST


def test_every_row_leaves_its_trace_with_its_reasons() -> None:
    trace = authority.route(TABLE, {"source": "pool", "quantity": 25}).trace
    assert [(each.rule_number, each.matched, each.chosen) for each in trace] == [(103, False, False), (104, True, True), (109, True, False)]
    assert trace[0].reasons == ["核增总数应不大于“5”，现为“25”。"]
    assert trace[1].reasons == []
    assert trace[2].reasons == ["条件成立，但第104行在前，已经适用。"]


def test_all_reasons_are_given_not_only_the_first() -> None:
    trace = authority.route([SMALL], {"source": "issued", "quantity": 9}).trace
    assert trace[0].reasons == ["编制来源应属于“周转池、其他单位”，现为“上级下达”。", "核增总数应不大于“5”，现为“9”。"]


def test_no_row_applies_without_a_matching_one() -> None:
    decision = authority.route([SMALL], {"source": "pool", "quantity": 6})
    assert decision.rule is None


def test_a_fact_that_is_not_known_never_holds() -> None:
    decision = authority.route([SMALL], {"source": "pool"})
    assert decision.rule is None
    assert decision.trace[0].reasons == ["不知道“核增总数”。"]


@pytest.mark.parametrize(
    ("condition", "actual", "holds"),
    [
        (Condition("quantity", "=", 5), 5, True),
        (Condition("quantity", "!=", 5), 5, False),
        (Condition("quantity", "<", 5), 5, False),
        (Condition("quantity", ">", 5), 6, True),
        (Condition("quantity", ">=", 5), 5, True),
        (Condition("quantity", "<", 5), "4", False),
        (Condition("quantity", "<", 5), True, False),
        (Condition("natures", "in", ("psu", "quota")), ["psu"], True),
        (Condition("natures", "in", ("psu", "quota")), ["psu", "adm"], False),
        (Condition("natures", "in", ("psu",)), [], False),
        (Condition("natures", "=", ("adm", "psu")), ["psu", "adm"], True),
        (Condition("rank", ">=", "section_deputy"), "section_chief", True),
        (Condition("rank", ">=", "section_deputy"), "sub_section", False),
        (Condition("rank", "<", "section_deputy"), "none", True),
        (Condition("leader", "=", True), True, True),
    ],
)
def test_comparisons_hold_as_written(condition: Any, actual: Any, holds: bool) -> None:
    assert authority.holds(condition, actual) is holds


def test_conditions_are_read_from_a_cell_and_written_back() -> None:
    text = "source in pool,unit; quantity <= 5; rank = sub_section"
    conditions = authority.parse(text)
    assert conditions == (
        Condition("source", "in", ("pool", "unit")),
        Condition("quantity", "<=", 5),
        Condition("rank", "=", "sub_section"),
    )
    assert authority.written(conditions) == text
    assert authority.parse("source in pool、unit；quantity<=5") == conditions[:2]
    assert authority.parse("") == ()


@pytest.mark.parametrize("text", ["quantity", "quantity 5", "<= 5", "quantity <="])
def test_a_condition_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="看不懂条件"):
        authority.parse(text)


def test_a_row_is_checked_before_it_is_stored() -> None:
    wrong = Rule(
        1, "", "R10", (Condition("colour", "=", "red"), Condition("rank", "~", "x")), "nowhere", (), ("finance", "ghost"), "office"
    )
    fields = [finding.field for finding in authority.check(wrong, bodies=["commission"], units=["finance", "office"])]
    assert fields == ["conditions", "conditions", "name", "basis", "bodies", "consult", "section"]


def test_a_proper_row_has_no_findings() -> None:
    right = Rule(1, "一般", "R10", (), "office", ("commission",), ("finance",), "office", "条例第十四条")
    assert authority.check(right, bodies=["commission"], units=["finance", "office"]) == []


numbers = st.integers(-50, 50)


@given(st.lists(st.tuples(st.integers(1, 40), numbers), max_size=8, unique_by=lambda pair: pair[0]), numbers)
def test_exactly_one_row_is_chosen_and_it_is_the_lowest_that_matched(rows: Any, quantity: int) -> None:
    rules = [Rule(number, f"r{number}", conditions=(Condition("quantity", "<=", most),)) for number, most in rows]
    decision = authority.route(rules, {"quantity": quantity})
    matching = sorted(number for number, most in rows if quantity <= most)
    assert (decision.rule.number if decision.rule else None) == (matching[0] if matching else None)
    assert [each.rule_number for each in decision.trace] == sorted(number for number, _most in rows)
    assert [each.rule_number for each in decision.trace if each.matched] == matching
    assert all(each.chosen or each.reasons for each in decision.trace)


words = st.sampled_from(["pool", "unit", "issued", "a_b"])
conditions = st.one_of(
    st.builds(Condition, st.just("quantity"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), numbers),
    st.builds(Condition, st.just("source"), st.just("in"), st.lists(words, min_size=1, max_size=3).map(tuple)),
)


@given(st.lists(conditions, max_size=4).map(tuple))
def test_writing_and_reading_conditions_is_a_round_trip(given_conditions: Any) -> None:
    assert authority.parse(authority.written(given_conditions)) == given_conditions
    assert authority.from_lists([condition.as_list() for condition in given_conditions]) == given_conditions
