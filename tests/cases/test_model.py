"""Walks random operations, permitted and forbidden, over several cases at once; every invariant holds after every single step.

More than a thousand sequences per run, each nested in a savepoint on a district built once; `DINGBIAN_SLOW=1` walks longer and
further. What a walk found once is a named test in `test_walks_found.py`.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.cases import invariants
from tests.cases.test_operations import colleague
from tests.world import VOTE, WAY, World
from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases import policy
from workflows.cases.models import Assignment, Case, Circulation, Consultation, Opinion, Supervision
from workflows.cases.operations import (
    acting,
    drafts,
    ending,
    exchanging,
    handing,
    helping_hands,
    implementation,
    pausing,
    reminding,
    withdrawing,
)
from workflows.cases.operations.versions import newest, payload_of
from workflows.lib.refusals import Refused

LONG = os.environ.get("DINGBIAN_SLOW") == "1"
PARTS, SEQUENCES, STEPS = (4, 1000, 30) if LONG else (4, 260, 8)
STARTS = ("draft", "endorse", "accept", "evaluate", "countersign", "section_review", "deliberate", "sign")
COLLEAGUES = [
    ("officer2", "officer", "office_psu"), ("chief2", "chief", "office_psu"), ("finance2", "countersigner", "finance"),
    ("clerk2", "clerk", "dongfanglu"), ("head2", "head", "dongfanglu"), ("general2", "general", "office"),
]  # fmt: skip
CAST = [
    "dongfanglu.clerk", "dongfanglu.head", "general", "officer.psu", "chief.psu", "deputy", "secretary", "chair", "director", "steward",
    "finance.countersign", "personnel.countersign", "organization.countersign", "education.clerk", "auditor", "sysadmin",
    *(name for name, _role, _unit in COLLEAGUES),
]  # fmt: skip
MODES = [{}, {"mode": "all"}, {"mode": "any"}, {"mode": "sequence"}, {"mode": "ballot", "threshold": [1, 2], "wait_all": True}]
DEFECTS = [{"field": "measurement", "problem": "口径不清"}]
DOCUMENT = {"title": "关于调剂编制的批复", "paragraphs": ["同意调剂编制12名，其中10名、9名分批到岗。", "此复。"]}
TARGETS = (None, None, "draft", "endorse", "accept", "evaluate", "section_review", "countersign", "sign", "nowhere")
# Scattered, because small numbers are drawn most and would always choose the same.
PICK = st.integers(0, 2**16).map(lambda n: (n * 40503 + 7919) % 65521)
Walked = Counter[str]


class Stage:
    """The district with one case at each of `STARTS`, built once and walked over many times."""

    def __init__(self, world: World) -> None:
        self.world = world
        for name, role, unit in COLLEAGUES:
            colleague(world, name, role, unit)
        self.people = {user.username: user for user in User.objects.filter(username__in=CAST)}
        self.cases = [self._case(node).pk for node in STARTS]
        self.clock = world.clock
        self.walked: Walked = Counter()
        self.sequences = 0

    def _case(self, node: str) -> Case:
        line = {
            "unit": self.world.unit("dongfanglu_service").pk, "kind": "PSU-F", "quantity": 12, "source": "pool", "giver": None,
            "direction": "up",
        }  # fmt: skip
        case = self.world.run_to("draft_document" if node == "sign" else node, self.world.draft(lines=[line]))
        if node == "sign":
            self.world.act(case, "draft_document", "officer.psu", "draft", **DOCUMENT)
        return case


class Walk(RuleBasedStateMachine):
    """One sequence: two or three cases of the stage, whoever does whatever to them."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world, self.walked = self.stage.world, self.stage.walked
        self.world.clock = self.stage.clock
        self.stage.sequences += 1
        self.keys: list[tuple[UUID, dict[str, Any]]] = []
        self.cases: list[int] = []

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

    # Choosing

    def person(self, pick: int) -> User:
        """Anybody of the cast."""
        return self.stage.people[CAST[pick % len(CAST)]]

    def case(self, pick: int) -> Case:
        """One of the cases as it is now."""
        return Case.objects.select_related("matter", "unit", "process").get(pk=self.cases[pick % len(self.cases)])

    def task(self, case: Case, pick: int) -> Assignment:
        """Mostly an open assignment of the case, sometimes a closed one, now and then another case's."""
        rows = list(Assignment.objects.filter(case=case).order_by("closed_at", "pk").select_related("task", "unit"))
        still = [row for row in rows if row.closed_at is None]
        if pick % 11 == 0:
            rows = list(Assignment.objects.exclude(case=case).order_by("-pk")[:5].select_related("task", "unit"))
            return rows[pick % len(rows)]
        return (still or rows)[pick % len(still or rows)] if pick % 3 else rows[pick % len(rows)]

    def place(self, case: int, task: int, nodes: tuple[str, ...]) -> tuple[Case, Assignment]:
        """A case and one of its tasks; mostly an open one at one of the nodes where the operation makes sense."""
        rows = Assignment.objects.filter(case__in=self.cases, node__in=nodes, closed_at__isnull=True).select_related("task", "unit")
        fitting = list(rows.order_by("pk"))
        if fitting and task % 4:
            chosen = fitting[case % len(fitting)]
            return Case.objects.select_related("matter", "unit", "process").get(pk=chosen.case_id), chosen
        found = self.case(case)
        return found, self.task(found, task)

    def somewhere(self, **what: Any) -> bool:
        """Whether any case of the walk has such open work."""
        return bool(self.cases) and Assignment.objects.filter(case__in=self.cases, closed_at__isnull=True, **what).exists()

    def colleague(self, task: Assignment, actor: User, pick: int) -> User:
        """Another holder of the same office, if there is one; sometimes just anybody."""
        others = [user for user in access.holders(task.role, task.unit_id, self.world.clock) if user.username in CAST and user != actor]
        return others[pick % len(others)] if others and pick % 4 else self.person(pick)

    def handler(self, task: Assignment, pick: int) -> User:
        """Somebody whose task it is."""
        if task.via in invariants.HELPERS:
            return task.assignee
        holders = [user for user in access.holders(task.role, task.unit_id, self.world.clock) if user.username in CAST]
        return holders[pick % len(holders)] if holders else self.person(pick)

    def attempt(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do it; a refusal must be one of ours and must have left no trace at all."""
        before = invariants.fingerprint(self.cases)
        try:
            done = operation()
        except Refused as refusal:
            assert refusal.message
            assert invariants.fingerprint(self.cases) == before, f"{name} was refused ({refusal.code}) and wrote something"
            self.walked[f"{name} refused"] += 1
            return None
        self.walked[name] += 1
        return done

    # Acts

    def act(self, case: Case, task: Assignment, who: User, outcome: str, data: dict[str, Any], **more: Any) -> Opinion | None:
        """One act with the newest version and a new key, unless told otherwise."""
        call = {
            "case_id": case.pk, "assignment_id": task.pk, "version_n": newest(case).n, "key": uuid4(), "outcome": outcome,
            "text": "意见。", "data": data, "actor": who, **more,
        }  # fmt: skip
        given = self.attempt("act", lambda: acting.act(now=self.world.now(), **call))
        if given is not None:
            self.keys.append((given.pk, call))
            held = {(one.role, one.unit.pk) for one in access.standings(who, self.world.clock)}
            assert (task.role, task.unit_id) in held, "acted without the office"
            assert task.via not in invariants.HELPERS or task.assignee_id == who.pk, "spoke for somebody else"
        return given

    def data(self, case: Case, node: str, outcome: str, pick: int) -> dict[str, Any]:
        """What the form of that outcome would send; returns choose a target, the office may change the number."""
        data: dict[str, Any] = dict(WAY[node][2]) if node in WAY else {}
        if node == "deliberate" and outcome in {"reject", "defer"}:
            data = {**VOTE, "votes_for": 0, "votes_against": 8}
        if outcome in {"return", "back"}:
            data = {"target": TARGETS[pick % len(TARGETS)], "defects": DEFECTS if pick % 2 else []}
        if node == "draft" and pick % 2:
            data = {"mode": "direct"}
        if outcome == "supplement":
            data = {"defects": DEFECTS}
        if outcome == "refuse":
            data = {"reason": "不属于受理范围。", "article": "第十四条"}
        if outcome == "amended" or (node == "evaluate" and outcome == "propose" and pick % 4 == 0):
            asked = payload_of(newest(case))
            data["payload"] = {**asked, "lines": [{**asked["lines"][0], "quantity": (10, 9, 12)[pick % 3]}]}
        return DOCUMENT if node == "draft_document" else data

    def outcome(self, task: Assignment, pick: int) -> str:
        """Mostly the way forward."""
        if task.via in invariants.HELPERS:
            return ("agree", "disagree", "advise")[pick % 3]
        outcomes = list(task.task.flow_task.outcomes)
        return outcomes[0] if pick % 3 else outcomes[(pick // 3) % len(outcomes)]

    def proceed(self, case_pick: int, pick: int) -> None:
        """The right person does something sensible at an open task."""
        case = self.case(case_pick)
        still = list(Assignment.objects.filter(case=case, closed_at__isnull=True).select_related("task", "unit", "assignee").order_by("pk"))
        if not still:
            return
        task = still[pick % len(still)]
        if task.node == "implement":
            self.evidence(case)
        outcome = self.outcome(task, pick)
        self.act(case, task, self.handler(task, pick), outcome, self.data(case, task.node, outcome, pick // 7))

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

    def hand_over(self, leaving: int, to: int, who: int) -> None:
        """Everything of one person to another."""
        actor = self.person(who) if who % 4 == 0 else self.stage.people["steward"]
        self.attempt(
            "hand_over",
            lambda: handing.hand_over(leaving=self.person(leaving), to=self.person(to), reason="调离。", actor=actor, now=self.world.now()),
        )

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

    def answer(self, pick: int, who: int, silent: bool) -> None:
        """Answer a question, or note that nobody did."""
        asked = list(Consultation.objects.filter(case__in=self.cases).select_related("asked_by").order_by("pk"))
        if not asked:
            return
        one = asked[pick % len(asked)]
        if silent:
            actor = one.asked_by if who % 3 else self.person(who)
            self.attempt("silence", lambda: exchanging.note_silence(consultation_id=one.pk, actor=actor, now=self.world.now()))
            return
        actor = self.stage.people["organization.countersign" if one.kind == "consult" else "officer.psu"] if who % 3 else self.person(who)
        self.attempt("answer", lambda: exchanging.answer(consultation_id=one.pk, text="无意见。", actor=actor, now=self.world.now()))

    def hurry(self, case: int, task: int, who: int) -> None:
        """A reminder, a supervision, its report."""
        found = self.case(case)
        actor = self.person(who)
        self.attempt("remind", lambda: reminding.remind(case_id=found.pk, actor=actor, now=self.world.now()))
        chosen = self.task(found, task)
        order = self.attempt(
            "supervise",
            lambda: reminding.supervise(
                case_id=found.pk, assignment_id=chosen.pk, text="限期。", due=self.world.clock.date(), key=uuid4(), actor=actor,
                now=self.world.now(),
            ),
        )  # fmt: skip
        order = order or Supervision.objects.filter(case=found).first()
        if order is not None:
            handler = self.handler(chosen, task)
            self.attempt(
                "report", lambda: reminding.report_back(supervision_id=order.pk, text="已办。", actor=handler, now=self.world.now())
            )

    def circulate(self, case: int, who: int, to: int, kind: str) -> None:
        """Send, read, recall, remark."""
        found, actor, reader = self.case(case), self.person(who), self.person(to)
        self.attempt(kind, lambda: exchanging.send(case_id=found.pk, kind=kind, readers=[reader], actor=actor, now=self.world.now()))
        self.attempt("comment", lambda: exchanging.comment(case_id=found.pk, text="备注。", key=uuid4(), actor=actor, now=self.world.now()))
        sent = Circulation.objects.filter(case=found).order_by("-pk").first()
        if sent is None:
            return
        if to % 2:
            self.attempt("read", lambda: exchanging.read(circulation_id=sent.pk, actor=reader, now=self.world.now()))
        else:
            self.attempt("recall", lambda: exchanging.recall(circulation_id=sent.pk, actor=actor, now=self.world.now()))

    def edit(self, case: int, who: int, change: str) -> None:
        """The unit types; whoever else tries is told there is no such case."""
        found = self.case(case)
        version = newest(found)
        actor = self.person(who) if who % 4 == 0 else self.stage.people["dongfanglu.clerk"]
        payload = payload_of(version)
        if change == "lines":
            payload["lines"] = [{**payload["lines"][0], "quantity": 9}]
        elif change != "nothing":
            payload[change] = f"{payload[change]}（已核对）"
        self.attempt(
            "save",
            lambda: drafts.save_draft(case_id=found.pk, payload=payload, saves=version.saves, actor=actor, now=self.world.now()),
        )

    def discard(self, case: int, who: int) -> None:
        """A draft that was never submitted may be thrown away, any other not."""
        found, actor = self.case(case), self.person(who) if who % 2 else self.stage.people["dongfanglu.clerk"]
        self.attempt("discard", lambda: drafts.discard_draft(case_id=found.pk, actor=actor, now=self.world.now()))

    def look_and_wait(self, case: int, task: int, who: int, days: int) -> None:
        """Somebody opens a task; days pass."""
        chosen = self.task(self.case(case), task)
        actor = self.handler(chosen, who)
        acting.assignments.mark_opened(assignment=chosen, user=actor, now=self.world.now())
        self.world.clock += timedelta(days=days)

    def evidence(self, case: Case) -> None:
        """Evidence for every implementation task."""
        now = self.world.now()
        for task in case.implementation_tasks.all():
            self.attempt(
                "evidence",
                lambda n=task.n: implementation.give_evidence(
                    case_id=case.pk, task_n=n, done_on=now.date(), evidence="已办理。", actor=self.stage.people["dongfanglu.clerk"], now=now
                ),
            )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_walk_of_permitted_and_forbidden_operations_breaks_an_invariant(world: World, part: int) -> None:
    stage = Stage(world)
    invariants.hold(stage.cases)
    machine = type(f"Walk{part}", (Walk,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )
    print(f"sequences {stage.sequences}", dict(sorted(stage.walked.items())))  # noqa: T201 - shown by pytest -s
    assert stage.sequences >= SEQUENCES
    done = {name for name in stage.walked if not name.endswith("refused")}
    assert len(done) >= 15, f"only these ever happened: {sorted(done)}"
