"""Who sees which case, and that lists cost the same at few cases and at many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from workflows.access import operations as access
from workflows.access import queries as standing
from workflows.cases.models import Case
from workflows.cases.queries import search, timeline, visible, work
from workflows.cases.queries.search import Filters
from workflows.lib.refusals import Missing


def seen(world: World, who: str) -> set[int]:
    user = world.user(who)
    return set(visible.visible(user, standing.standings(user, world.clock), world.clock).values_list("pk", flat=True))


def test_a_draft_is_its_units_own(world: World) -> None:
    case = world.draft()
    assert case.pk in seen(world, "dongfanglu.clerk")
    assert case.pk not in seen(world, "general")
    assert case.pk not in seen(world, "education.clerk")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("dongfanglu.clerk", True),
        ("dongfanglu.head", True),
        ("general", True),
        ("officer.psu", True),
        ("chair", True),
        ("auditor", True),
        ("education.clerk", False),
        ("education.head", False),
        ("finance.countersign", False),
        ("sysadmin", False),
        ("secadmin", False),
        ("auditadmin", False),
    ],
)
def test_a_submitted_case_is_seen_by_its_unit_and_the_office(world: World, who: str, sees: bool) -> None:
    case = world.run_to("accept")
    assert (case.pk in seen(world, who)) is sees


def test_being_asked_to_countersign_opens_the_case_and_it_stays_open(world: World) -> None:
    case = world.run_to("countersign")
    assert case.pk in seen(world, "finance.countersign")
    world.step(case, "countersign")
    assert case.pk in seen(world, "finance.countersign")
    assert case.pk not in seen(world, "organization.countersign")


def test_a_named_reader_sees_the_one_case(world: World) -> None:
    case, other = world.run_to("accept"), world.run_to("accept", world.draft())
    reader = world.user("education.clerk")
    access.grant_reading(user=reader, subject=case, basis="审计查阅", actor=None, now=world.now())
    assert seen(world, "education.clerk") == {case.pk}
    assert other.pk not in seen(world, "education.clerk")


def test_a_case_not_for_you_is_as_if_it_were_not_there(world: World) -> None:
    case, user = world.run_to("accept"), world.user("education.clerk")
    with pytest.raises(Missing):
        visible.case_for(user, case.pk, standing.standings(user, world.clock), world.clock)


def test_the_desk_shows_what_waits_by_due_date(world: World) -> None:
    first, second = world.run_to("accept"), world.run_to("accept", world.draft())
    user = world.user("general")
    page = work.desk(user, standing.standings(user, world.clock))
    assert [row.case_id for row in page.rows] == [first.pk, second.pk]
    assert work.waiting_count(user, standing.standings(user, world.clock)) == 2
    world.step(first, "accept")
    assert [row.case_id for row in work.desk(user, standing.standings(user, world.clock)).rows] == [second.pk]
    assert [row.case_id for row in work.done(user).rows] == [first.pk]


def test_the_desk_pages_on_without_gap_or_repeat(world: World) -> None:
    cases = [world.run_to("accept", world.draft()).pk for _ in range(5)]
    user = world.user("general")
    held = standing.standings(user, world.clock)
    found, after = [], None
    while True:
        page = work.desk(user, held, after=after, limit=2)
        found += [row.case_id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert found == cases


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("BZ-2026-00001", True),
        ("00001", True),
        ("周转池", True),
        ("25名", True),
        ("东方路", True),
        ("dflj", True),
        ("cgzct", False),
        ("图书馆", False),
    ],
)
def test_a_case_is_found_by_number_words_unit_and_initials(world: World, words: str, hit: bool) -> None:
    case = world.run_to("accept")
    user = world.user("general")
    day = world.clock.date()
    page = search.search(
        user, standing.standings(user, world.clock), Filters(words=words), now=world.clock, day=day, week_end=day
    )  # fmt: skip
    assert (case in page.rows) is hit


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 2),
        (Filters(state="open"), 1),
        (Filters(state="closed"), 1),
        (Filters(stage="evaluate"), 1),
        (Filters(matter="R10"), 2),
        (Filters(matter="R02"), 0),
        (Filters(mine=True), 1),
        (Filters(due="overdue"), 0),
    ],
)
def test_the_list_narrows(world: World, filters: Filters, count: int) -> None:
    world.run_to("closed")
    world.run_to("accept", world.draft())
    user = world.user("general")
    day = world.clock.date()
    page = search.search(user, standing.standings(user, world.clock), filters, now=world.clock, day=day, week_end=day)
    assert len(page.rows) == count


def test_lists_cost_the_same_at_two_cases_and_at_seven(world: World) -> None:
    user = world.user("general")

    def spent() -> int:
        with CaptureQueriesContext(connection) as captured:
            held = standing.standings(user, world.clock)
            day = world.clock.date()
            work.desk(user, held)
            work.waiting_count(user, held)
            search.search(user, held, Filters(words="编制"), now=world.clock, day=day, week_end=day)
        return len(captured)

    for _ in range(2):
        world.run_to("accept", world.draft())
    few = spent()
    for _ in range(5):
        world.run_to("accept", world.draft())
    assert spent() == few <= 6


def test_the_timeline_tells_the_rounds_newest_first(world: World) -> None:
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "请补充测算。")
    world.run_to("evaluate", case)
    rounds = timeline.timeline(case)
    assert [entry.n for entry in rounds] == [2, 1]
    assert [step.assignment.node for step in rounds[0].steps] == ["evaluate", "accept", "endorse"]
    returned = rounds[1].steps[1]
    assert (returned.assignment.node, returned.tone, returned.outcome) == ("section_review", "back", "退回")
    assert timeline.last_return(case)["reason"] == "请补充测算。"
    assert Case.objects.get().pk == case.pk
