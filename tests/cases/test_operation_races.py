"""Two operations on one case at the same moment: exactly one of them happens, and nothing is lost, doubled or dead-locked."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.base import at_once
from tests.cases import invariants
from tests.cases.test_operations import colleague
from tests.world import World
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import acting, ending, exchanging, handing, helping_hands, pausing, withdrawing
from workflows.cases.operations.versions import newest
from workflows.lib.refusals import Conflict, Forbidden

TIMES = 3
Ready = Callable[[], Any]


def acts(world: World, case: Case, task: Assignment, who: str, outcome: str, **data: Any) -> Ready:
    """An act ready to be let go; everything it needs is read beforehand."""
    actor, now, version = world.user(who), world.now(), newest(case).n
    return lambda: acting.act(
        case_id=case.pk, assignment_id=task.pk, version_n=version, key=uuid4(), outcome=outcome, text="意见。", data=data, actor=actor,
        now=now,
    )  # fmt: skip


def withdraws(world: World, case: Case, node: str, who: str) -> Ready:
    done = Assignment.objects.filter(case=case, node=node, closed_as="done").latest("pk")
    actor, now = world.user(who), world.now()
    return lambda: withdrawing.withdraw(case_id=case.pk, assignment_id=done.pk, reason="有误。", actor=actor, now=now)


def one_wins(case: Case, ready: list[Ready]) -> tuple[int, Any]:
    """Let them go; one result, every other a conflict or a refusal of the right; afterwards every invariant holds. Who won."""
    results = at_once(ready)
    won = [n for n, result in enumerate(results) if not isinstance(result, BaseException)]
    assert len(won) == 1, results
    assert all(isinstance(result, Conflict | Forbidden) for n, result in enumerate(results) if n != won[0]), results
    invariants.hold([case.pk])
    case.refresh_from_db()
    return won[0], results[won[0]]


def test_approve_against_return(racing_world: World) -> None:
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        task = racing_world.open(case, "section_review")
        winner, _result = one_wins(
            case,
            [
                acts(racing_world, case, task, "chief.psu", "pass"),
                acts(racing_world, case, task, "chief.psu", "return", target="evaluate"),
            ],
        )
        assert case.node == ["deputy_review", "evaluate"][winner]


def test_withdraw_against_the_successors_approval(racing_world: World) -> None:
    for _ in range(TIMES):
        case = racing_world.run_to("deputy_review", racing_world.draft())
        task = racing_world.open(case, "deputy_review")
        winner, _result = one_wins(
            case, [withdraws(racing_world, case, "section_review", "chief.psu"), acts(racing_world, case, task, "deputy", "pass")]
        )
        assert case.node == ["section_review", "deliberate"][winner]


def test_two_returns_to_different_steps(racing_world: World) -> None:
    for _ in range(TIMES):
        case = racing_world.run_to("countersign", racing_world.draft())
        first, second = racing_world.open(case, "countersign", "finance"), racing_world.open(case, "countersign", "personnel")
        winner, _result = one_wins(
            case,
            [
                acts(racing_world, case, first, "finance.countersign", "return", target="evaluate"),
                acts(racing_world, case, second, "personnel.countersign", "return", target="draft"),
            ],
        )
        assert case.node == ["evaluate", "draft"][winner]


def test_a_signer_added_before_against_the_decision(racing_world: World) -> None:
    """Either he is added and the handler must wait, or the decision stands and there is nothing left to sign."""
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        task, chief, other, now = (
            racing_world.open(case, "section_review"), racing_world.user("chief.psu"), racing_world.user("chief.admin"), racing_world.now(),
        )  # fmt: skip
        winner, _result = one_wins(
            case,
            [
                lambda case=case, task=task, chief=chief, other=other, now=now: helping_hands.add_sign(
                    case_id=case.pk, assignment_id=task.pk, how="before", to=other, request="请看。", actor=chief, now=now
                ),
                acts(racing_world, case, task, "chief.psu", "pass"),
            ],
        )
        assert case.node == ["section_review", "deputy_review"][winner]


def test_a_unit_added_against_the_last_countersign(racing_world: World) -> None:
    """Either the panel waits for the added unit, or it is over and nobody can be added; the review never opens beside it."""
    unit, steward = racing_world.unit("organization_dept"), racing_world.user("steward")
    for _ in range(TIMES):
        case = racing_world.run_to("countersign", racing_world.draft())
        racing_world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
        task, now = racing_world.open(case, "countersign"), racing_world.now()
        results = at_once(
            [
                lambda case=case, task=task, now=now: helping_hands.add_branch(
                    case_id=case.pk, assignment_id=task.pk, unit=unit, reason="涉及职数。", actor=steward, now=now
                ),
                acts(racing_world, case, task, "personnel.countersign", "agree"),
            ]
        )
        assert isinstance(results[1], Opinion), results
        assert isinstance(results[0], Assignment | Conflict), results
        invariants.hold([case.pk])
        case.refresh_from_db()
        assert case.node == ("countersign" if isinstance(results[0], Assignment) else "section_review")


def test_transfer_against_the_act(racing_world: World) -> None:
    other = colleague(racing_world, "chief2", "chief", "office_psu")
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        task, chief, now = racing_world.open(case, "section_review"), racing_world.user("chief.psu"), racing_world.now()
        winner, _result = one_wins(
            case,
            [
                lambda case=case, task=task, chief=chief, now=now: handing.transfer(
                    case_id=case.pk, assignment_id=task.pk, to=other, reason="出差。", actor=chief, now=now
                ),
                acts(racing_world, case, task, "chief.psu", "pass"),
            ],
        )
        assert case.node == ["section_review", "deputy_review"][winner]


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_the_end_against_an_act(racing_world: World, how: str) -> None:
    """The act may come first and the end after it; never the other way round."""
    who = racing_world.user("dongfanglu.clerk" if how == "cancel" else "steward")
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        task, now = racing_world.open(case, "section_review"), racing_world.now()
        results = at_once(
            [
                lambda case=case, now=now: ending.end(case_id=case.pk, how=how, reason="调整。", basis="批示", actor=who, now=now),
                acts(racing_world, case, task, "chief.psu", "pass"),
            ]
        )
        assert isinstance(results[0], Case), results
        assert isinstance(results[1], Opinion | Conflict), results
        invariants.hold([case.pk])
        case.refresh_from_db()
        assert case.node == "cancelled"


def test_two_ends_at_once_end_it_once(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    clerk, steward, now = racing_world.user("dongfanglu.clerk"), racing_world.user("steward"), racing_world.now()
    one_wins(
        case,
        [
            lambda: ending.end(case_id=case.pk, how="cancel", reason="调整。", actor=clerk, now=now),
            lambda: ending.end(case_id=case.pk, how="terminate", reason="撤议。", basis="批示", actor=steward, now=now),
        ],
    )


def test_suspension_against_an_act(racing_world: World) -> None:
    """An act that comes first stands; after the suspension there is none."""
    steward = racing_world.user("steward")
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        task, now = racing_world.open(case, "section_review"), racing_world.now()
        results = at_once(
            [
                lambda case=case, now=now: pausing.suspend(case_id=case.pk, reason="待批复。", actor=steward, now=now),
                acts(racing_world, case, task, "chief.psu", "pass"),
            ]
        )
        assert not isinstance(results[0], BaseException), results
        assert isinstance(results[1], Opinion | Conflict), results
        invariants.hold([case.pk])
        case.refresh_from_db()
        assert (case.state, case.node) == ("suspended", "deputy_review" if isinstance(results[1], Opinion) else "section_review")


def test_one_signer_taken_off_twice(racing_world: World) -> None:
    for _ in range(TIMES):
        case = racing_world.run_to("section_review", racing_world.draft())
        chief, steward = racing_world.user("chief.psu"), racing_world.user("steward")
        added = helping_hands.add_sign(
            case_id=case.pk, assignment_id=racing_world.open(case, "section_review").pk, how="after", to=racing_world.user("chief.admin"),
            request="请看。", actor=chief, now=racing_world.now(),
        )  # fmt: skip
        racing_world.act(case, "section_review", "chief.psu", "pass")
        now = racing_world.now()
        one_wins(
            case,
            [
                lambda who=who, case=case, added=added, now=now: helping_hands.remove_sign(
                    case_id=case.pk, assignment_id=added.pk, reason="不需要。", actor=who, now=now
                )
                for who in (chief, steward)
            ],
        )
        assert case.node == "deputy_review"


def test_the_two_last_signers_taken_off_at_once_let_the_case_go_on_once(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    chief, own = racing_world.user("chief.psu"), racing_world.open(case, "section_review")
    added = [
        helping_hands.add_sign(
            case_id=case.pk, assignment_id=own.pk, how="after", to=racing_world.user(who), request="请看。", actor=chief,
            now=racing_world.now(),
        )
        for who in ("chief.admin", "auditor")
    ]  # fmt: skip
    racing_world.act(case, "section_review", "chief.psu", "pass")
    now = racing_world.now()
    results = at_once(
        [
            lambda pk=one.pk: helping_hands.remove_sign(case_id=case.pk, assignment_id=pk, reason="不需要。", actor=chief, now=now)
            for one in added
        ]
    )
    assert all(isinstance(result, Assignment) for result in results), results
    invariants.hold([case.pk])
    assert Assignment.objects.filter(case=case, node="deputy_review").count() == 1


def test_a_circulation_read_against_its_recall_does_not_dead_lock(racing_world: World) -> None:
    case = racing_world.run_to("section_review")
    chief, reader = racing_world.user("chief.psu"), racing_world.user("education.head")
    for _ in range(TIMES):
        sent = exchanging.send(case_id=case.pk, kind="circulate", readers=[reader], actor=chief, now=racing_world.now())[0]
        now = racing_world.now()
        one_wins(
            case,
            [
                lambda pk=sent.pk, now=now: exchanging.read(circulation_id=pk, actor=reader, now=now),
                lambda pk=sent.pk, now=now: exchanging.recall(circulation_id=pk, actor=chief, now=now),
            ],
        )
