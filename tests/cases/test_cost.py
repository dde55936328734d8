"""What an act costs in SQL: bounded, and the same however long the history (MODEL §5)."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from workflows.cases.models import Case
from workflows.cases.operations import acting
from workflows.cases.operations.versions import newest

PLAIN = 22
PER_BRANCH = 3


def cost(world: World, case: Case, node: str, who: str, outcome: str, unit: str | None = None, **data: object) -> int:
    """Statements of one act, transaction control not counted."""
    assignment, version, actor, now = world.open(case, node, unit), newest(case).n, world.user(who), world.now()
    with CaptureQueriesContext(connection) as captured:
        acting.act(
            case_id=case.pk, assignment_id=assignment.pk, version_n=version, key=uuid4(), outcome=outcome, text="", data=data, actor=actor,
            now=now,
        )  # fmt: skip
    case.refresh_from_db()
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(control) for query in captured.captured_queries)


def test_a_plain_act_stays_within_22_statements(world: World) -> None:
    case = world.run_to("section_review")
    assert cost(world, case, "section_review", "chief.psu", "pass") <= PLAIN
    assert cost(world, case, "deputy_review", "deputy", "pass") <= PLAIN


def test_a_countersign_stays_within_22_statements(world: World) -> None:
    case = world.run_to("countersign")
    assert cost(world, case, "countersign", "finance.countersign", "agree", unit="finance") <= PLAIN
    assert cost(world, case, "countersign", "personnel.countersign", "agree", unit="personnel") <= PLAIN


def test_opening_branches_costs_three_statements_each(world: World) -> None:
    case = world.run_to("evaluate")
    branches = len(case.route["consult"])
    assert cost(world, case, "evaluate", "officer.psu", "propose", report="充分。") <= PLAIN + PER_BRANCH * branches


@pytest.mark.parametrize("rounds", [1, 3])
def test_the_cost_does_not_grow_with_the_rounds(world: World, rounds: int) -> None:
    case = world.run_to("section_review")
    for _ in range(rounds - 1):
        world.act(case, "section_review", "chief.psu", "return", "请补充。")
        world.run_to("section_review", case)
    assert cost(world, case, "section_review", "chief.psu", "pass") <= PLAIN
