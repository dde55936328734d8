"""Counts, quorum and majority by whole numbers."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.matters import ballots

RULE = ballots.Rule(quorum=Fraction(2, 3), majority=Fraction(1, 2))


def count(entitled: int, present: int, votes_for: int, votes_against: int, abstained: int = 0, absent: Any = None) -> Any:
    return {
        "entitled": entitled,
        "present": present,
        "absent": entitled - present if absent is None else absent,
        "votes_for": votes_for,
        "votes_against": votes_against,
        "abstained": abstained,
    }


def test_eight_entitled_six_present_five_for_carries() -> None:
    sums = count(8, 6, 5, 1)
    assert ballots.check(rule=RULE, **sums) == []
    assert ballots.passed(rule=RULE, **sums)


def test_half_of_those_entitled_is_not_a_majority() -> None:
    assert not ballots.passed(rule=RULE, **count(8, 8, 4, 4))


def test_a_majority_of_those_present_is_not_one_of_those_entitled() -> None:
    assert not ballots.passed(rule=RULE, **count(9, 6, 4, 2))
    of_present = ballots.Rule(quorum=Fraction(2, 3), majority=Fraction(1, 2), of="present")
    assert ballots.passed(rule=of_present, **count(9, 6, 4, 2))


def test_two_thirds_of_eleven_is_eight_not_seven() -> None:
    assert [f.field for f in ballots.check(rule=RULE, **count(11, 7, 7, 0))] == ["present"]
    assert ballots.check(rule=RULE, **count(11, 8, 8, 0)) == []


def test_exactly_two_thirds_suffices_where_the_rule_is_not_strict() -> None:
    rule = ballots.Rule(quorum=Fraction(1, 2), majority=Fraction(2, 3), strict=False)
    assert ballots.passed(rule=rule, **count(9, 9, 6, 3))
    assert not ballots.passed(rule=rule, **count(9, 9, 5, 4))
    strict = ballots.Rule(quorum=Fraction(1, 2), majority=Fraction(2, 3), strict=True)
    assert not ballots.passed(rule=strict, **count(9, 9, 6, 3))
    assert ballots.passed(rule=strict, **count(9, 9, 7, 2))


def test_two_thirds_of_eight_needs_six() -> None:
    rule = ballots.Rule(quorum=Fraction(1, 2), majority=Fraction(2, 3), strict=False)
    assert not ballots.passed(rule=rule, **count(8, 8, 5, 3))
    assert ballots.passed(rule=rule, **count(8, 8, 6, 2))


def test_entitled_must_be_present_and_absent_together() -> None:
    assert [f.field for f in ballots.check(rule=RULE, **count(8, 6, 6, 0, absent=1))] == ["entitled"]


def test_present_must_be_all_votes_together() -> None:
    assert [f.field for f in ballots.check(rule=RULE, **count(8, 6, 4, 1))] == ["present"]


def test_negative_numbers_and_nobody_entitled_are_refused() -> None:
    assert [f.field for f in ballots.check(rule=RULE, **count(8, 6, 7, -1))] == ["votes_against"]
    assert "entitled" in [f.field for f in ballots.check(rule=RULE, **count(0, 0, 0, 0))]


def test_the_reply_of_an_outside_body_carries_no_vote() -> None:
    body = SimpleNamespace(external=True)
    assert ballots.rule_of(body) is None
    assert ballots.check(rule=None, **count(0, 0, 0, 0)) == []
    assert [f.level for f in ballots.check(rule=None, **count(8, 6, 5, 1))] == ["block"]


def test_the_rule_of_a_body_is_its_own_fractions() -> None:
    body = SimpleNamespace(
        external=False, quorum_numerator=2, quorum_denominator=3, majority_numerator=1, majority_denominator=2, majority_strict=True,
        majority_of="entitled",
    )  # fmt: skip
    assert ballots.rule_of(body) == RULE


@pytest.mark.parametrize(
    ("rule", "spoken"),
    [
        (RULE, "应到过半数"),
        (ballots.Rule(Fraction(2, 3), Fraction(2, 3), strict=False, of="present"), "实到三分之二以上"),
        (ballots.Rule(Fraction(2, 3), Fraction(3, 4), strict=True), "应到超过四分之三"),
    ],
)
def test_thresholds_are_spoken_as_officials_do(rule: Any, spoken: str) -> None:
    assert ballots.spoken_threshold(rule) == spoken


def test_the_stored_threshold_names_votes_and_base() -> None:
    assert ballots.threshold(ballots.Count(8, 6, 2, 5, 1, 0), RULE) == "5/8（应到过半数）"


whole = st.integers(0, 60)


@given(votes_for=whole, votes_against=whole, abstained=whole, absent=whole, n=st.integers(1, 5), d=st.integers(1, 6), strict=st.booleans())
def test_needed_is_the_least_number_that_carries(
    votes_for: int, votes_against: int, abstained: int, absent: Any, n: int, d: int, strict: bool
) -> None:
    present = votes_for + votes_against + abstained
    rule = ballots.Rule(quorum=Fraction(0), majority=Fraction(min(n, d), d), strict=strict)
    sums = ballots.Count(present + absent, present, absent, votes_for, votes_against, abstained)
    least = ballots.needed(sums, rule)
    exact = rule.majority * sums.entitled
    carries = (lambda votes: votes > exact) if strict else (lambda votes: votes >= exact)
    assert carries(least)
    assert not carries(least - 1)


@given(votes_for=whole, votes_against=whole, abstained=whole, absent=whole)
def test_one_more_vote_for_never_turns_a_pass_into_a_failure(votes_for: int, votes_against: int, abstained: int, absent: Any) -> None:
    def passes(extra: int) -> Any:
        present = votes_for + extra + votes_against + abstained
        return ballots.passed(
            rule=ballots.Rule(Fraction(2, 3), Fraction(1, 2), of="present"), entitled=present + absent, present=present, absent=absent,
            votes_for=votes_for + extra, votes_against=votes_against, abstained=abstained,
        )  # fmt: skip

    assert not passes(0) or passes(1)
