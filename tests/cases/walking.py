"""A walk over several cases: who is there, which task is chosen, what a form would send, and doing it with nothing left behind."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.cases import invariants
from tests.cases.test_operations import colleague
from tests.world import VOTE, WAY, World
from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases.models import Assignment, Case, Circulation, Consultation, Opinion, Supervision
from workflows.cases.operations import (
    acting,
    drafts,
    exchanging,
    handing,
    implementation,
    reminding,
)
from workflows.cases.operations.versions import newest, payload_of
from workflows.lib.refusals import Refused

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


class Walker:
    """What one walk can do; `test_model` draws what it does."""

    stage: Stage
    world: World
    walked: Walked
    keys: list[tuple[int, dict[str, Any]]]
    cases: list[int]

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

    def hand_over(self, leaving: int, to: int, who: int) -> None:
        """Everything of one person to another."""
        actor = self.person(who) if who % 4 == 0 else self.stage.people["steward"]
        self.attempt(
            "hand_over",
            lambda: handing.hand_over(leaving=self.person(leaving), to=self.person(to), reason="调离。", actor=actor, now=self.world.now()),
        )

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
