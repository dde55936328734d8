"""Walks random operations, permitted and forbidden, over several cases at once; every invariant holds after every single step.

More than a thousand sequences per run, each nested in a savepoint on a district built once; `DINGBIAN_SLOW=1` walks longer and
further. What a walk found once is a named test in `test_walks_found.py`.
"""

import os
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.cases import invariants
from tests.cases.walking import MODES, STARTS, Stage, Walker
from tests.world import World
from workflows.cases import policy
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import (
    acting,
    ending,
    exchanging,
    handing,
    helping_hands,
    pausing,
    withdrawing,
)
from workflows.cases.operations.versions import newest

LONG = os.environ.get("DINGBIAN_SLOW") == "1"
PARTS, SEQUENCES, STEPS = (4, 1000, 30) if LONG else (4, 260, 8)
# On PostgreSQL an everyday run walks a sample; its long mode walks as far as SQLite's.
SAMPLE = 30
# Scattered, because small numbers are drawn most and would always choose the same.
PICK = st.integers(0, 2**16).map(lambda n: (n * 40503 + 7919) % 65521)


class Walk(Walker, RuleBasedStateMachine):
    """One sequence: two or three cases of the stage, whoever does whatever to them."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world, self.walked = self.stage.world, self.stage.walked
        self.world.clock = self.stage.clock
        self.stage.sequences += 1
        self.keys = []
        self.cases = []

    def teardown(self) -> None:
        """Nothing of the walk remains."""
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(chosen=st.lists(st.sampled_from(range(len(STARTS))), min_size=2, max_size=3, unique=True), mode=st.sampled_from(MODES))
    def begin(self, chosen: list[int], mode: dict[str, Any]) -> None:
        """The cases of this walk; one not yet countersigned gets a panel that votes."""
        self.cases = [self.stage.cases[n] for n in chosen]
        for case in Case.objects.filter(pk__in=self.cases, node="evaluate"):
            Case.objects.filter(pk=case.pk).update(route={**case.route, "panel": mode})

    @invariant()
    def everything_holds(self) -> None:
        """After every step."""
        if self.cases:
            invariants.hold(self.cases)

    @rule(case=PICK, picks=st.lists(PICK, min_size=1, max_size=4))
    def go_on(self, case: int, picks: list[int]) -> None:
        """Several sensible acts in a row, so that walks get far."""
        for pick in picks:
            self.proceed(case, pick)
            invariants.hold(self.cases)

    @rule(case=PICK, picks=st.lists(PICK, min_size=1, max_size=3))
    def go_on_again(self, case: int, picks: list[int]) -> None:
        """The same, drawn twice as often as any one trick."""
        self.go_on(case, picks)

    @rule(case=PICK, task=PICK, who=PICK, pick=PICK, stale=st.integers(-1, 2))
    def act_wildly(self, case: int, task: int, who: int, pick: int, stale: int) -> None:
        """Anybody, at any task, with any outcome of that node and perhaps a version that is not the newest."""
        found = self.case(case)
        chosen = self.task(found, task)
        outcomes = [*chosen.task.flow_task.outcomes, "agree", "nonsense"]
        outcome = outcomes[pick % len(outcomes)]
        data = self.data(found, chosen.node, outcome, pick)
        self.act(found, chosen, self.person(who), outcome, data, version_n=newest(found).n + (stale if stale < 2 else 0))

    @precondition(lambda self: self.keys)
    @rule(pick=PICK, case=PICK, task=PICK)
    def send_a_form_again(self, pick: int, case: int, task: int) -> None:
        """The same form gives the first answer; its key at another task is refused."""
        opinion, call = self.keys[pick % len(self.keys)]
        given = self.attempt("replay", lambda: acting.act(now=self.world.now(), **call))
        assert given is None or given.pk == opinion
        found = self.case(case)
        other = self.task(found, task)
        if other.pk != call["assignment_id"]:
            self.act(found, other, self.handler(other, pick), self.outcome(other, 1), self.data(found, other.node, "", 2), key=call["key"])
            assert Opinion.objects.filter(key=call["key"]).count() == 1

    # Beside the acts

    @rule(case=PICK, task=PICK, who=PICK)
    def withdraw(self, case: int, task: int, who: int) -> None:
        """Mostly by whoever acted."""
        found = self.case(case)
        rows = list(Assignment.objects.filter(case=found, closed_as="done").select_related("closed_by").order_by("-pk"))
        chosen = rows[task % min(3, len(rows))] if rows and task % 5 else self.task(found, task)
        actor = chosen.closed_by if chosen.closed_by and who % 5 else self.person(who)
        again = self.attempt(
            "withdraw",
            lambda: withdrawing.withdraw(case_id=found.pk, assignment_id=chosen.pk, reason="有误。", actor=actor, now=self.world.now()),
        )
        assert again is None or chosen.closed_by_id == actor.pk, "somebody else's act was taken back"

    @rule(case=PICK, how=st.sampled_from(["cancel", "terminate", "void"]), who=PICK)
    def end(self, case: int, how: str, who: int) -> None:
        """The unit cancels, the steward ends; anybody tries."""
        found = self.case(case)
        actor = self.person(who) if who % 3 else self.stage.people["dongfanglu.clerk" if how == "cancel" else "steward"]
        self.attempt(
            how, lambda: ending.end(case_id=found.pk, how=how, reason="调整。", basis="批示", actor=actor, now=self.world.now())
        )  # fmt: skip

    @rule(case=PICK, task=PICK, who=PICK, to=PICK, then=PICK)
    def lend_a_hand(self, case: int, task: int, who: int, to: int, then: int) -> None:
        """Somebody is added, speaks or does not, and the handler acts or does not."""
        self.hand_on(case, task, who, to, ("before", "after", "delegate")[then % 3])
        helpers = list(
            Assignment.objects.filter(case__in=self.cases, closed_at__isnull=True, via__in=invariants.HELPERS).select_related(
                "task", "unit", "assignee", "case"
            )
        )  # fmt: skip
        for helper in helpers[: then % 2 + 1]:
            own = Assignment.objects.filter(task=helper.task, closed_at__isnull=True).exclude(via__in=invariants.HELPERS).first()
            if own is not None and then % 5:
                outcome = self.outcome(own, then)
                self.act(helper.case, own, self.handler(own, then), outcome, self.data(helper.case, own.node, outcome, then))
                invariants.hold(self.cases)
            if then % 7:
                self.act(helper.case, helper, helper.assignee, ("agree", "disagree")[then % 2], {})

    @rule(case=PICK, task=PICK, who=PICK, to=PICK, what=st.sampled_from(["transfer", "delegate", "before", "after"]))
    def hand_on(self, case: int, task: int, who: int, to: int, what: str) -> None:
        """Handing over, delegating, adding a signer: mostly by the handler, to a colleague or to anybody."""
        found, chosen = self.place(case, task, policy.ADDING if what in {"before", "after"} else policy.PERSONAL)
        actor = self.handler(chosen, who) if who % 3 else self.stage.people["steward"] if who % 2 else self.person(who)
        receiver = self.colleague(chosen, actor, to)
        call = {"case_id": found.pk, "assignment_id": chosen.pk, "to": receiver, "actor": actor, "now": self.world.now()}
        operations: dict[str, Callable[[], Any]] = {
            "transfer": lambda: handing.transfer(reason="出差。", **call),
            "delegate": lambda: handing.delegate(request="请核对。", **call),
            "before": lambda: helping_hands.add_sign(how="before", request="请看。", **call),
            "after": lambda: helping_hands.add_sign(how="after", request="请看。", **call),
        }
        self.attempt(what, operations[what])

    @precondition(lambda self: self.somewhere(node="countersign"))
    @rule(case=PICK, task=PICK, who=PICK, unit=st.sampled_from(["organization_dept", "finance", "education", "personnel"]))
    def add_branch(self, case: int, task: int, who: int, unit: str) -> None:
        """One more unit in the panel."""
        found, chosen = self.place(case, task, ("countersign",))
        actor = self.handler(chosen, who) if who % 3 else self.stage.people["steward"]
        self.attempt(
            "add_branch",
            lambda: helping_hands.add_branch(
                case_id=found.pk, assignment_id=chosen.pk, unit=self.world.unit(unit), reason="涉及。", actor=actor, now=self.world.now()
            ),
        )

    @precondition(lambda self: self.somewhere(added_by__isnull=False))
    @rule(case=PICK, task=PICK, who=PICK)
    def remove_sign(self, case: int, task: int, who: int) -> None:
        """Mostly one who was added, by whoever added him or the steward."""
        rows = Assignment.objects.filter(case__in=self.cases, closed_at__isnull=True, added_by__isnull=False)
        added = list(rows.select_related("added_by", "case").order_by("pk"))
        chosen = added[task % len(added)] if added and task % 5 else self.task(self.case(case), task)
        found = chosen.case if task % 7 else self.case(case)
        actor = chosen.added_by if chosen.added_by and who % 3 else self.stage.people["steward"] if who % 2 else self.person(who)
        self.attempt(
            "remove_sign",
            lambda: helping_hands.remove_sign(
                case_id=found.pk, assignment_id=chosen.pk, reason="不需要。", actor=actor, now=self.world.now()
            ),
        )

    @rule(
        what=st.sampled_from(
            ["hand_over", "answer", "silence", "hurry", "copy", "circulate", "measurement", "lines", "nothing", "look", "wait"]
        ),
        one=PICK, two=PICK, three=PICK,
    )  # fmt: skip
    def beside_the_flow(self, what: str, one: int, two: int, three: int) -> None:
        """What moves no case: one of the small operations."""
        if what == "hand_over":
            self.hand_over(one, two, three)
        elif what in {"answer", "silence"}:
            self.answer(one, two, what == "silence")
        elif what == "hurry":
            self.hurry(one, two, three)
        elif what in {"copy", "circulate"}:
            self.circulate(one, two, three, what)
        elif what in {"measurement", "lines", "nothing"}:
            self.edit(one, two, what)
            if three % 4 == 0:
                self.discard(one, two)
        else:
            self.look_and_wait(one, two, three, 2 if what == "wait" else 0)

    @rule(case=PICK, who=PICK)
    def pause(self, case: int, who: int) -> None:
        """Suspend, or resume what is suspended."""
        found = self.case(case)
        actor = self.person(who) if who % 4 == 0 else self.stage.people["steward"]
        if found.state == "suspended" and who % 5:
            self.attempt("resume", lambda: pausing.resume(case_id=found.pk, actor=actor, now=self.world.now()))
        else:
            self.attempt("suspend", lambda: pausing.suspend(case_id=found.pk, reason="待批复。", actor=actor, now=self.world.now()))

    @rule(case=PICK, task=PICK, who=PICK, kind=st.sampled_from(["consult", "question"]))
    def ask(self, case: int, task: int, who: int, kind: str) -> None:
        """A question beside the flow."""
        found, chosen = self.place(case, task, policy.ASKING if kind == "consult" else ("countersign",))
        actor = self.handler(chosen, who) if who % 4 else self.person(who)
        unit, role = ("organization_dept", "countersigner") if kind == "consult" else ("office_psu", "officer")
        self.attempt(
            kind,
            lambda: exchanging.ask(
                case_id=found.pk, assignment_id=chosen.pk, kind=kind, unit=self.world.unit(unit), role=role, text="有无意见？",
                due=self.world.clock.date(), key=uuid4(), actor=actor, now=self.world.now(),
            ),
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_of_permitted_and_forbidden_operations_breaks_an_invariant(world: World, part: int) -> None:
    stage = Stage(world)
    invariants.hold(stage.cases)
    sequences = SAMPLE if connection.vendor == "postgresql" and not LONG else SEQUENCES
    machine = type(f"Walk{part}", (Walk,), {"stage": stage})
    if not LONG:
        # Every run of the suite walks the same ways; new ones are looked for in the long mode.
        machine = seed(part)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=sequences, stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )  # fmt: skip
    print(f"sequences {stage.sequences}", dict(sorted(stage.walked.items())))  # noqa: T201 - shown by pytest -s
    assert stage.sequences >= sequences
    done = {name for name in stage.walked if not name.endswith("refused")}
    assert len(done) >= 12 or sequences == SAMPLE, f"only these ever happened: {sorted(done)}"
