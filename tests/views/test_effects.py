"""What a request does to the ledger, as its page shows it: before, after, and as it was on its own day."""

from tests.world import World
from workflows.cases.operations.versions import newest, payload_of
from workflows.views import effects


def picture(world: World, case: object) -> effects.Picture:
    return effects.picture(case, payload_of(newest(case)), world.clock.date())


def figures(shown: effects.Picture) -> list[tuple[int, int, int]]:
    return [(row.approved, row.change, row.after) for row in shown.rows]


def test_a_draft_shows_what_it_would_do(world: World) -> None:
    shown = picture(world, world.draft())
    assert figures(shown) == [(18, 25, 43), (120, -25, 95)]
    assert not shown.posted


def test_an_accepted_case_shows_its_reservation_and_the_same_figures(world: World) -> None:
    shown = picture(world, world.run_to("countersign"))
    assert figures(shown) == [(18, 25, 43), (120, -25, 95)]
    assert shown.effects[1].held == 25


def test_a_decided_case_shows_the_ledger_of_its_own_day_whatever_came_later(world: World) -> None:
    first = world.run_to("closed")
    world.run_to("closed")
    shown = picture(world, first)
    assert shown.posted
    assert figures(shown) == [(18, 25, 43), (120, -25, 95)]


def test_eighty_two_lines_are_told_as_totals_and_folded(world: World) -> None:
    schools = [
        {"unit": 1000 + n, "kind": kind, "quantity": 1, "source": "issued", "direction": "up"} for n in range(41) for kind in ("A", "B")
    ]
    shown = effects.picture(None, {"lines": schools}, world.clock.date())
    assert figures(shown) == [(0, 41, 41), (0, 41, 41)]
    assert len(shown.folded) == 82
    assert shown.rows[0].name == "41个机构"
