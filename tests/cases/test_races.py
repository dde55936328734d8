"""Two people, two tabs, two threads: real ones, on a real database."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.base import at_once
from tests.world import SESSION, World
from workflows.audit import queries as audit
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import acting
from workflows.cases.operations.versions import newest
from workflows.documents.models import Paper
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Conflict, Missing, Refused


def acts(
    world: World, case: Case, node: str, who: str, outcome: str, *, unit: str | None = None, foreign: Case | None = None, **more: Any
) -> Callable[[], Opinion]:  # fmt: skip
    """An act ready to be let go; everything it needs is read beforehand."""
    assignment, version = world.open(case, node, unit), newest(case).n
    actor, now = world.user(who), world.now()
    call = {"key": uuid4(), "text": "请补充。", "data": {}, **more}

    def run() -> Opinion:
        return acting.act(
            case_id=(foreign or case).pk, assignment_id=assignment.pk, version_n=version, outcome=outcome, actor=actor, now=now, **call
        )

    return run


def test_one_task_completed_by_many_clicks_is_completed_once(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    results = at_once([acts(racing_world, case, "section_review", "chief.psu", "pass") for _ in range(6)])
    done = [result for result in results if isinstance(result, Opinion)]
    assert len(done) == 1
    assert all(isinstance(result, Conflict) for result in results if not isinstance(result, Opinion)), results
    assert Assignment.objects.filter(case=case, node="deputy_review").count() == 1


def test_the_same_key_sent_at_once_gives_one_answer_to_all(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    key = uuid4()
    results = at_once([acts(racing_world, case, "section_review", "chief.psu", "pass", key=key) for _ in range(4)])
    assert len({result.pk for result in results}) == 1
    assert Opinion.objects.filter(assignment__case=case, assignment__node="section_review").count() == 1


def test_approve_against_return_one_wins_and_the_other_hears_who(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    results = at_once(
        [
            acts(racing_world, case, "section_review", "chief.psu", "pass"),
            acts(racing_world, case, "section_review", "chief.psu", "return"),
        ]
    )
    assert sum(isinstance(result, Opinion) for result in results) == 1
    loser = next(result for result in results if not isinstance(result, Opinion))
    assert isinstance(loser, Conflict)
    assert "李岩" in loser.message
    case.refresh_from_db()
    assert Assignment.objects.filter(case=case, closed_at__isnull=True).count() == 1


def test_the_last_two_countersigns_open_the_review_once(racing_world: World) -> None:
    case = racing_world.run_to("countersign")
    pairs = [("finance", "finance.countersign"), ("personnel", "personnel.countersign")]
    ready = [acts(racing_world, case, "countersign", who, "agree", unit=unit) for unit, who in pairs]
    results = at_once(ready)
    assert all(isinstance(result, Opinion) for result in results), results
    assert Assignment.objects.filter(case=case, node="section_review").count() == 1


def test_a_countersign_against_a_return_never_leaves_a_task_behind(racing_world: World) -> None:
    case = racing_world.run_to("countersign")
    results = at_once(
        [
            acts(racing_world, case, "countersign", "finance.countersign", "return", unit="finance"),
            acts(racing_world, case, "countersign", "personnel.countersign", "agree", unit="personnel"),
        ]
    )
    assert isinstance(results[0], Opinion)
    assert isinstance(results[1], Opinion | Conflict), results[1]
    still_open = Assignment.objects.filter(case=case, closed_at__isnull=True).values_list("node", flat=True)
    assert list(still_open) == ["draft"]
    assert Account.objects.get(unit__code="district", kind__code="PSU-F", bucket="held").balance == 0


def test_a_task_under_another_case_is_refused_even_in_a_race(racing_world: World) -> None:
    first, second = racing_world.run_to("endorse"), racing_world.run_to("endorse", racing_world.draft())
    racers = [acts(racing_world, first, "endorse", "dongfanglu.head", "approve", data=SESSION)]
    racers += [acts(racing_world, first, "endorse", "dongfanglu.head", "approve", data=SESSION, foreign=second) for _ in range(3)]
    results = at_once(racers)
    assert isinstance(results[0], Opinion)
    assert all(isinstance(result, Missing) for result in results[1:]), results
    assert Assignment.objects.filter(case=first, node="accept").count() == 1


def test_two_cases_on_the_last_posts_only_one_is_accepted(racing_world: World) -> None:
    line = {
        "unit": racing_world.unit("dongfanglu_service").pk, "kind": "PSU-F", "quantity": 70, "source": "pool", "giver": None,
        "direction": "up",
    }  # fmt: skip
    cases = [racing_world.run_to("accept", racing_world.draft(lines=[line])) for _ in range(2)]
    results = at_once([acts(racing_world, case, "accept", "general", "accept") for case in cases])
    assert sorted(type(result).__name__ for result in results) == ["Opinion", "Refused"], results
    refusal = next(result for result in results if isinstance(result, Refused))
    assert refusal.code == "insufficient"
    pool = Account.objects.get(unit__code="district", kind__code="PSU-F", bucket="pool")
    assert pool.balance == 50
    assert Transfer.objects.filter(code="reserve").count() == 1


def test_signatures_at_once_take_consecutive_numbers(racing_world: World) -> None:
    line = {
        "unit": racing_world.unit("dongfanglu_service").pk, "kind": "PSU-F", "quantity": 6, "source": "pool", "giver": None,
        "direction": "up",
    }  # fmt: skip
    cases = []
    for _ in range(3):
        case = racing_world.run_to("draft_document", racing_world.draft(lines=[line]))
        racing_world.act(
            case, "draft_document", "officer.psu", "draft", title="关于调剂编制的批复", paragraphs=["同意调剂编制6名。", "此复。"]
        )
        cases.append(case)
    results = at_once([acts(racing_world, case, "sign", "chair", "sign") for case in cases])
    assert all(isinstance(result, Opinion) for result in results), results
    assert sorted(Paper.objects.values_list("n", flat=True)) == [1, 2, 3]
    assert [audit.first_broken(case.subject) for case in cases] == [None, None, None]


def test_first_submissions_at_once_get_consecutive_case_numbers(racing_world: World) -> None:
    cases = [racing_world.draft() for _ in range(4)]
    results = at_once([acts(racing_world, case, "draft", "dongfanglu.clerk", "submit") for case in cases])
    assert all(isinstance(result, Opinion) for result in results), results
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"BZ-2026-{n:05d}" for n in range(1, 5)]
