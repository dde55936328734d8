"""How the consulted units of a row decide: written, read, stored, in and out of the sheet, and frozen on the route."""

import io
from datetime import date
from typing import Any

import pytest

from tests.world import World
from workflows.cases.panels import MODES, Panel
from workflows.lib.refusals import Refused
from workflows.lib.spreadsheets import read_rows
from workflows.matters import operations, queries, voting
from workflows.matters.models import AuthorityRule

PANELS: list[tuple[dict[str, Any], str]] = [
    ({}, "会签（听取意见）"),
    ({"mode": "all"}, "会签（须一致同意）"),
    ({"mode": "any"}, "或签（一家即可）"),
    ({"mode": "sequence"}, "依次会签"),
    ({"mode": "ballot", "threshold": [2, 3], "strict": False}, "票签（按比例） 2/3"),
    ({"mode": "ballot", "threshold": [1, 2], "strict": True}, "票签（按比例） >1/2"),
]
DAY = date(2026, 11, 20)


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize(("stored", "text"), PANELS)
def test_a_panel_is_read_as_it_is_written(stored: dict[str, Any], text: str) -> None:
    assert voting.written(stored) == text
    assert voting.read(text) == stored
    assert voting.panel(stored.get("mode", "opinions"), voting.share(stored)) == stored
    assert Panel.of(stored).mode == stored.get("mode", "opinions")


def test_the_table_offers_every_mode_the_case_machine_knows_and_no_other() -> None:
    assert set(voting.modes()) == set(MODES)


@pytest.mark.parametrize("text", ["", "ballot ≥2/3", "ballot 2/3", "opinions"])
def test_codes_and_an_empty_cell_are_understood(text: str) -> None:
    assert voting.read(text) in ({}, {"mode": "ballot", "threshold": [2, 3], "strict": False})


@pytest.mark.parametrize(
    ("mode", "share"),
    [("ballot", ""), ("ballot", "66.67%"), ("ballot", "4/3"), ("ballot", "0/3"), ("ballot", "1/0"), ("ballot", ">1/1"), ("lottery", "")],
)
def test_a_share_that_is_no_fraction_is_refused_in_words(mode: str, share: str) -> None:
    with pytest.raises(ValueError, match="。"):
        voting.panel(mode, share)


def test_a_row_with_a_panel_goes_out_to_a_sheet_and_comes_back_the_same(world: World) -> None:
    rule = AuthorityRule.objects.get(number=104, valid_to__isnull=True)
    stored = {"mode": "ballot", "threshold": [2, 3], "strict": False}
    now = world.now().replace(year=2026, month=11, day=20)
    row = operations.set_rule(rule=rule, values={"panel": stored}, valid_from=DAY, actor=world.user("steward"), now=now)
    assert row.panel == stored
    rows = read_rows(io.BytesIO(queries.rules_sheet(DAY)))
    reports = queries.check_rows(rows, DAY)
    assert {report.change for report in reports} == {"same"}
    assert next(report.rule for report in reports if report.rule.number == 104).panel == stored


def test_a_sheet_from_before_there_were_panels_still_loads(world: World) -> None:
    rows = read_rows(io.BytesIO(queries.rules_sheet(DAY)))
    older = [type(row)(row.number, row.cells[:9]) for row in rows]
    assert {report.change for report in queries.check_rows(older, DAY)} == {"same"}


def test_a_panel_without_units_to_vote_is_refused(world: World) -> None:
    rule = AuthorityRule.objects.get(number=104, valid_to__isnull=True)
    now = world.now().replace(year=2026, month=11, day=20)
    with pytest.raises(Refused) as refused:
        operations.set_rule(
            rule=rule, values={"panel": {"mode": "all"}, "consult": []}, valid_from=DAY, actor=world.user("steward"), now=now
        )
    assert refused.value.field == "panel"


def test_the_panel_of_the_row_is_frozen_on_the_route_and_decides(world: World) -> None:
    operations.set_rule(
        rule=AuthorityRule.objects.get(number=104, valid_to__isnull=True), values={"panel": {"mode": "all"}},
        valid_from=world.clock.date(), actor=world.user("steward"), now=world.now(),
    )  # fmt: skip
    case = world.run_to("countersign")
    assert case.route["panel"] == {"mode": "all"}
    world.act(case, "countersign", "finance.countersign", "disagree", "经费不足。", unit="finance")
    assert case.node == "evaluate"
