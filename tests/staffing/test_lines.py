"""Requests as ledger lines, facts for the authority table, likeness."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.staffing.evidence import CENTRE, KINDS, OTHER, RAW, SCHOOL, STREET, UNITS, line, request
from workflows.establishment import balance
from workflows.establishment.balance import Line, Place
from workflows.staffing import routing, similarity
from workflows.staffing.lines import ledger_lines, totals

DISTRICT = 99


def test_posts_from_the_pool_go_to_the_units_vacancy() -> None:
    assert ledger_lines(request("R10"), district_id=DISTRICT) == [Line(1, "PSU-F", 25, Place(DISTRICT, "pool"), Place(CENTRE, "vacant"))]


def test_leaders_are_issued_one_line_per_school_and_seat() -> None:
    assert ledger_lines(request("R15"), district_id=DISTRICT) == [
        Line(1, "L-SCHOOL-SUB-P", 1, Place(DISTRICT, "issued"), Place(SCHOOL, "vacant")),
        Line(2, "L-SCHOOL-SUB-D", 1, Place(DISTRICT, "issued"), Place(SCHOOL, "vacant")),
    ]


def test_an_unborn_institution_receives_once_it_is_born() -> None:
    before = ledger_lines(request("R02"), district_id=DISTRICT)
    assert [each.receiver for each in before] == [None, None]
    assert before[0].giver == Place(OTHER, "vacant")
    after = ledger_lines(request("R02"), district_id=DISTRICT, born=77)
    assert [each.receiver for each in after] == [Place(77, "vacant"), Place(77, "vacant")]
    assert [each.giver for each in after] == [each.giver for each in before]


def test_posts_that_go_down_return_where_the_line_says() -> None:
    down = {"pool": Place(DISTRICT, "pool"), "issued": Place(DISTRICT, "issued")}
    for source, place in down.items():
        asked = request("R10", lines=line("R10", direction="down", source=source, quantity=1))
        assert ledger_lines(asked, district_id=DISTRICT) == [Line(1, "PSU-F", 1, Place(CENTRE, "vacant"), place)]
    to_other = request("R10", lines=line("R10", direction="down", source="unit", giver=OTHER, quantity=1))
    assert ledger_lines(to_other, district_id=DISTRICT)[0].receiver == Place(OTHER, "vacant")


def test_net_changes_count_givers_too() -> None:
    asked = request("R10", lines=line("R10", source="unit", giver=OTHER, quantity=4))
    assert totals(asked.lines) == {(CENTRE, "PSU-F"): 4, (OTHER, "PSU-F"): -4}


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit": st.integers(1, 4),
                "kind": st.sampled_from(["PSU-F", "EDU"]),
                "quantity": st.integers(1, 50),
                "source": st.sampled_from(["pool", "issued", "unit"]),
                "giver": st.integers(5, 8),
                "direction": st.sampled_from(["up", "down"]),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_lines_are_fit_for_the_ledger_and_their_effect_is_the_net_change(rows: Any) -> None:
    asked = request("R10", lines=rows)
    lines = ledger_lines(asked, district_id=DISTRICT)
    assert balance.faults(lines) == []
    moved: dict[tuple[int, str], int] = {}
    for change in balance.effect(lines, {}):
        if change.bucket == "vacant":
            moved[change.unit_id, change.kind] = moved.get((change.unit_id, change.kind), 0) + change.difference
    assert {key: net for key, net in moved.items() if net} == {key: net for key, net in totals(asked.lines).items() if net}
    assert sum(change.difference for change in balance.effect(lines, {})) == 0


@pytest.mark.parametrize(
    ("matter", "rank", "unit_kind", "quantity", "natures", "source", "leader"),
    [
        ("R10", "sub_section", "subordinate_psu", 25, ["psu"], "pool", False),
        ("R15", "sub_section", "school", 2, ["leader"], "issued", True),
        ("R02", "sub_section", "subordinate_psu", 10, ["psu"], "unit", True),
    ],
)
def test_the_authority_table_is_told_the_facts(
    matter: str, rank: str, unit_kind: str, quantity: int, natures: list[str], source: str, leader: bool
) -> None:
    assert routing.route_facts(request(matter), units=UNITS, kinds=KINDS) == {
        "matter": matter, "rank": rank, "unit_kind": [unit_kind], "quantity": quantity, "natures": natures, "source": source,
        "leader": leader,
    }  # fmt: skip


def test_the_strictest_source_and_the_highest_rank_decide() -> None:
    mixed = request("R10", lines=[*line("R10"), *line("R10", unit=STREET, kind="ADM", source="issued")])
    told = routing.route_facts(mixed, units=UNITS, kinds=KINDS)
    assert (told["source"], told["rank"], told["natures"]) == ("issued", "section_chief", ["adm", "psu"])
    down = request("R10", lines=line("R10", direction="down"))
    assert routing.route_facts(down, units=UNITS, kinds=KINDS)["source"] == "none"


def test_ranks_beyond_the_district_are_deputy_section_chief_and_above() -> None:
    assert [rank for rank in ("division_chief", "section_deputy", "sub_section", "none") if routing.needs_superior(rank)] == [
        "division_chief",
        "section_deputy",
    ]


def test_a_second_centre_of_the_same_kind_is_recognised() -> None:
    assert similarity.percent("区中小企业发展促进中心", "区中小企业发展促进服务中心") == 100
    assert similarity.percent("区民营和中小企业发展促进中心", "区中小企业发展促进中心") >= 60
    assert similarity.percent("区公共图书馆", "区中小企业发展促进中心") == 0
    assert similarity.percent("区公共图书馆", "区文化馆") < 50


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_a_percentage(left: str, right: str) -> None:
    assert similarity.percent(left, right) == similarity.percent(right, left)
    assert 0 <= similarity.percent(left, right) <= 100


def test_raw_requests_are_not_changed_by_reading_them() -> None:
    assert RAW["R10"]["lines"][0]["quantity"] == 25
