"""What changed between two versions, and when a resubmission may go straight: properties of the pure rule."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cases.changes import CLERICAL, PROTECTED, Change, between, obstacles_to_direct, of_files

NAMES = st.sampled_from(["title", "lines", "institution", "effective_date", "measurement", "finance", "article16", "reasons", "contact"])
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "甲", "乙"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3), max_leaves=6
)
PAYLOADS = st.dictionaries(NAMES, VALUES, max_size=6)
FILES = st.lists(st.tuples(st.sampled_from(["", "minutes", "request"]), st.sampled_from("abc")), max_size=4)


@given(PAYLOADS)
def test_a_version_does_not_differ_from_itself(payload: dict[str, Any]) -> None:
    assert between(payload, payload) == []


@given(PAYLOADS, PAYLOADS)
def test_a_difference_reads_the_same_from_both_sides(one: dict[str, Any], other: dict[str, Any]) -> None:
    mirrored = [Change(change.path, change.after, change.before) for change in between(one, other)]
    assert mirrored == between(other, one)


@given(PAYLOADS, st.sampled_from(["甲", "乙"]), NAMES)
def test_one_field_changed_is_that_one_field(payload: dict[str, Any], word: str, name: str) -> None:
    changed = {**payload, name: f"{word}另一"}
    assert {change.field for change in between(payload, changed)} == {name}


@given(PAYLOADS, PAYLOADS)
def test_what_is_protected_never_goes_straight_whatever_was_listed(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = between(one, other)
    everything = [{"field": change.field} for change in found]
    barred = obstacles_to_direct(found, everything)
    assert {change.path for change in barred} == {change.path for change in found if change.field in PROTECTED}


@given(PAYLOADS, PAYLOADS)
def test_nothing_listed_lets_nothing_but_clerical_notes_through(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = between(one, other)
    assert obstacles_to_direct(found, []) == [change for change in found if change.field not in CLERICAL]


@given(FILES)
def test_the_order_of_files_is_no_difference(files: list[tuple[str, str]]) -> None:
    assert of_files(files, list(reversed(files))) == []


@given(FILES, FILES)
def test_another_file_under_a_material_is_a_difference_of_that_material(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    found = {change.path for change in of_files(before, after)}
    for code in ("", "minutes", "request"):
        same = sorted(one for one in before if one[0] == code) == sorted(one for one in after if one[0] == code)
        assert (f"material:{code}" in found) is not same


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"contact": ""}, {}, []),
        ({"contact": None}, {"contact": ""}, []),
        ({"quantity": 0}, {}, ["quantity"]),
        ({"leader": False}, {"leader": 0}, ["leader"]),
        ({"lines": [{"quantity": 25}]}, {"lines": [{"quantity": 20}]}, ["lines.0.quantity"]),
        ({"lines": [{"quantity": 25}]}, {"lines": [{"quantity": 25}, {"quantity": 1}]}, ["lines.1.quantity"]),
        ({"lines": [{"quantity": 25}]}, {"lines": []}, ["lines.0.quantity"]),
    ],
)
def test_nothing_typed_is_nothing_but_zero_is_a_value(before: dict[str, Any], after: dict[str, Any], changed: list[str]) -> None:
    assert [change.path for change in between(before, after)] == changed


def test_a_replaced_material_goes_straight_only_if_it_was_listed() -> None:
    found = of_files([("minutes", "a")], [("minutes", "b")])
    assert obstacles_to_direct(found, [{"field": "measurement"}]) == found
    assert obstacles_to_direct(found, [{"field": "material:minutes"}]) == []
