"""Rules by kind: each has an institution it refuses and the article it rests on."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.lib.validity import covers
from workflows.organization import rules, tree

DEPARTMENT = rules.Relative("区教育局", "department", "section_chief")
PLATE = rules.Relative("区文物局", "nameplate", "none")
BOARD = rules.Relative("区安委会", "coordination", "none")
ROOT = rules.Relative("示例区", "district", "none")


def values(kind: str, **more: str) -> dict[str, str]:
    return {"name": "某机构", "kind": kind, "nature": "administrative", "rank": "none", "psu_class": "", "funding": ""} | more


def codes(attributes: dict[str, str], **around: object) -> list[str]:
    return [finding.code for finding in rules.check(attributes, rules.Surroundings(**around))]


def test_a_sound_institution_of_each_kind_passes() -> None:
    assert codes(values("district", nature="other")) == []
    assert codes(values("department", rank="section_chief"), parent=ROOT) == []
    assert codes(values("division", rank="sub_section"), parent=DEPARTMENT) == []
    assert codes(values("nameplate"), parent=ROOT, host=DEPARTMENT) == []
    assert codes(values("coordination"), parent=ROOT) == []
    assert codes(values("school", nature="psu", psu_class="class_i", funding="full"), parent=DEPARTMENT, sponsor=DEPARTMENT) == []


@pytest.mark.parametrize(
    ("attributes", "around", "code"),
    [
        (values("department", name=""), {"parent": ROOT}, "U01"),
        (values("department"), {"parent": ROOT, "sibling_names": frozenset({"某机构"})}, "U02"),
        (values("district"), {"parent": ROOT}, "U03"),
        (values("department"), {}, "U04"),
        (values("department"), {"parent": ROOT, "circular": True}, "U05"),
        (values("department"), {"parent": rules.Relative("旧局", "department", "none", in_force=False)}, "U06"),
        (values("school"), {"parent": DEPARTMENT, "sponsor": DEPARTMENT}, "U07"),
        (values("department", nature="psu"), {"parent": ROOT}, "U08"),
        (values("department", psu_class="class_i"), {"parent": ROOT}, "U09"),
        (values("subordinate_psu", nature="psu"), {"parent": DEPARTMENT}, "U10"),
        (values("school", nature="psu"), {"parent": DEPARTMENT, "sponsor": PLATE}, "U11"),
        (values("division"), {"parent": PLATE}, "U12"),
        (values("division"), {"parent": BOARD}, "U12"),
        (values("division", rank="section_chief"), {"parent": DEPARTMENT}, "U13"),
        (values("department"), {"parent": ROOT, "host": DEPARTMENT}, "U14"),
        (values("nameplate"), {"parent": ROOT}, "U15"),
        (values("nameplate"), {"parent": ROOT, "host": PLATE}, "U16"),
        (values("nameplate", rank="section_chief"), {"parent": ROOT, "host": DEPARTMENT}, "U17"),
        (values("coordination", rank="section_chief"), {"parent": ROOT}, "U17"),
        (values("coordination", funding="full"), {"parent": ROOT}, "U18"),
    ],
)
def test_each_rule_refuses_its_failing_case(attributes: dict, around: dict, code: str) -> None:
    assert codes(attributes, **around) == [code]


def test_nameplates_and_coordinating_bodies_hold_no_posts() -> None:
    assert not rules.may_hold_posts("nameplate") and not rules.may_hold_posts("coordination") and rules.may_hold_posts("school")


@given(st.lists(st.tuples(st.integers(0, 8), st.none() | st.integers(0, 8), st.none() | st.integers(0, 8)), max_size=20), st.integers(0, 8))
def test_below_is_closed_and_contains_its_root(edges: list[tree.Edge], root: int) -> None:
    found = tree.below(edges, root)
    assert root in found
    for unit, parent, sponsor in edges:
        if {parent, sponsor} & found:
            assert unit in found


def test_a_period_contains_its_first_day_and_not_its_last() -> None:
    assert covers(date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2))
    assert not covers(date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 2))
