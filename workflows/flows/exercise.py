"""Plays scripts in which every operation of the policy table happens, and says after each step how the case stands.

A step names an operation (`op`; an act without one), who does it (`as`), when (`at`), and how the case must stand afterwards
(`then`); one that must be refused carries the code of the refusal.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from django.conf import settings
from django.db.models import Sum

from workflows.access import operations as access
from workflows.access.models import User
from workflows.audit import queries as audit
from workflows.cases.models import Assignment, Case, Circulation, Consultation, Supervision
from workflows.cases.operations import acting, ending, exchanging, handing, helping_hands, pausing, reminding, withdrawing
from workflows.cases.operations.versions import newest
from workflows.cases.policy import POLICY
from workflows.establishment.models import Transfer
from workflows.flows import replay
from workflows.lib.refusals import Refused
from workflows.organization.models import Unit

OPERATIONS = Path(settings.BASE_DIR) / "project" / "sample" / "operations.yaml"
HELPING = ("delegate", "before", "after")
BACK = {"return", "back"}


@dataclass(slots=True)
class Played:
    """One script as it really went: how the case stood after each step, and which operations happened."""

    id: str
    case: Case
    found: list[dict[str, Any]] = field(default_factory=list)
    performed: set[str] = field(default_factory=set)


def scripts(path: Path = OPERATIONS) -> list[dict[str, Any]]:
    """The scripts of the data file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]


def play(script: Mapping[str, Any]) -> Played:
    """This function will carry one script through the real operations; a refusal that is not foreseen is found, not raised."""
    done = Played(script["id"], replay.play({**script, "steps": []}).case)
    payload = replay.resolved(script["payload"])
    for n, step in enumerate(script["steps"]):
        name = step.get("op", "act")
        call = Call(done, n, step, payload, User.objects.get(username=step["as"]), replay.moment(step["at"]))
        code = ""
        try:
            PERFORM[name](call)
            done.performed.add("return" if name == "act" and step.get("outcome") in BACK else name)
        except Refused as refusal:
            code = refusal.code
        done.found.append({**standing(done.case), **({"refused": code} if code else {})})
    return done


def expected(script: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How the case must stand after each step, as written down by hand."""
    return [step["then"] for step in script["steps"]]


def never_performed(played: list[Played]) -> list[str]:
    """Operations of the policy table that no script performed."""
    return sorted(set(POLICY) - set().union(*(done.performed for done in played)))


def standing(case: Case) -> dict[str, Any]:
    """How a case stands: node, state, what is open and whose it is, the round, the posts it holds, whether its chain is whole."""
    case.refresh_from_db()
    held = Transfer.objects.filter(subject=case.subject, code="reserve", resolved_by__isnull=True).aggregate(n=Sum("quantity"))["n"]
    return {
        "node": case.node, "state": str(case.state), "open": sorted(_open(case)), "round": case.rounds.count(), "held": held or 0,
        "broken": audit.first_broken(case.subject) or 0,
    }  # fmt: skip


def _open(case: Case) -> Iterator[str]:
    """`countersign/finance`, `evaluate:officer.psu`, `section_review+after:auditor`."""
    for row in Assignment.objects.filter(case=case, closed_at__isnull=True).select_related("unit", "assignee"):
        unit = f"/{row.unit.code}" if row.node == "countersign" and row.via not in HELPING else ""
        via = f"+{row.via}" if row.via in HELPING else ""
        yield f"{row.node}{unit}{via}{f':{row.assignee.username}' if row.assignee else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """One step about to be taken."""

    done: Played
    n: int
    step: Mapping[str, Any]
    payload: dict[str, Any]
    actor: User
    now: datetime

    @property
    def case(self) -> int:
        """The case's id."""
        return self.done.case.pk

    @property
    def key(self) -> Any:
        """The same script gives the same keys."""
        return uuid5(NAMESPACE_URL, f"dingbian:{self.done.id}:{self.n}")

    @property
    def who(self) -> dict[str, Any]:
        """The arguments every operation takes."""
        return {"actor": self.actor, "now": self.now}

    def user(self, name: str) -> User:
        """The person a step names."""
        return User.objects.get(username=self.step[name])

    def unit(self) -> Unit:
        """The unit a step names."""
        return Unit.objects.get(code=self.step["unit"])

    def task(self) -> int:
        """The task the step is about: open before closed, newest last; `via` a helper's, otherwise the holder's own."""
        rows = Assignment.objects.filter(case=self.case, node=self.step["node"])
        rows = rows.filter(via=self.step["via"]) if "via" in self.step else rows.exclude(via__in=HELPING)
        if "at_unit" in self.step:
            rows = rows.filter(unit__code=self.step["at_unit"])
        found = rows.filter(closed_at__isnull=True).first() or rows.filter(closed_as="done").order_by("-pk").first()
        return found.pk


def _act(call: Call) -> None:
    if "via" not in call.step:
        replay.take(replay.Replayed(call.done.id, call.done.case, {}), call.n, call.step, call.payload)
        return
    acting.act(
        case_id=call.case, assignment_id=call.task(), version_n=newest(call.done.case).n, key=call.key, outcome=call.step["outcome"],
        text=call.step.get("text", ""), **call.who,
    )  # fmt: skip


def _end(how: ending.How) -> Callable[[Call], Any]:
    return lambda call: ending.end(case_id=call.case, how=how, reason=call.step["reason"], basis=call.step.get("basis", ""), **call.who)


def _added(how: str) -> Callable[[Call], Any]:
    return lambda call: helping_hands.add_sign(
        case_id=call.case, assignment_id=call.task(), how=how, to=call.user("to"), request=call.step["reason"], **call.who
    )


def _sent(kind: str) -> Callable[[Call], Any]:
    return lambda call: exchanging.send(
        case_id=call.case, kind=kind, readers=list(User.objects.filter(username__in=call.step["readers"])), **call.who
    )


def _asked(kind: str) -> Callable[[Call], Any]:
    return lambda call: exchanging.ask(
        case_id=call.case, assignment_id=call.task(), kind=kind, unit=call.unit(), role=call.step["role"], text=call.step["text"],
        due=date.fromisoformat(call.step["due"]), key=call.key, **call.who,
    )  # fmt: skip


def _stand_in(call: Call) -> None:
    access.stand_in(
        principal=call.user("principal"), deputy=call.user("deputy"), reason=call.step["reason"], valid_from=call.now,
        valid_to=replay.moment(call.step["until"]), **call.who,
    )  # fmt: skip


def _last_question(call: Call) -> int:
    return Consultation.objects.filter(case=call.case).latest("pk").pk


def _circulation(call: Call, reader: str) -> int:
    return Circulation.objects.filter(case=call.case, kind="circulate", reader__username=reader).latest("pk").pk


PERFORM: dict[str, Callable[[Call], Any]] = {
    "act": _act,
    "withdraw": lambda c: withdrawing.withdraw(case_id=c.case, assignment_id=c.task(), reason=c.step["reason"], **c.who),
    "cancel": _end("cancel"),
    "terminate": _end("terminate"),
    "void": _end("void"),
    "suspend": lambda c: pausing.suspend(case_id=c.case, reason=c.step["reason"], **c.who),
    "resume": lambda c: pausing.resume(case_id=c.case, **c.who),
    "transfer": lambda c: handing.transfer(case_id=c.case, assignment_id=c.task(), to=c.user("to"), reason=c.step["reason"], **c.who),
    "delegate": lambda c: handing.delegate(case_id=c.case, assignment_id=c.task(), to=c.user("to"), request=c.step["reason"], **c.who),
    "hand_over": lambda c: handing.hand_over(leaving=c.user("leaving"), to=c.user("to"), reason=c.step["reason"], **c.who),
    "add_before": _added("before"),
    "add_after": _added("after"),
    "add_parallel": lambda c: helping_hands.add_branch(
        case_id=c.case, assignment_id=c.task(), unit=c.unit(), reason=c.step["reason"], **c.who
    ),
    "remove_sign": lambda c: helping_hands.remove_sign(case_id=c.case, assignment_id=c.task(), reason=c.step["reason"], **c.who),
    "consult": _asked("consult"),
    "question": _asked("question"),
    "answer": lambda c: exchanging.answer(consultation_id=_last_question(c), text=c.step["text"], **c.who),
    "silence": lambda c: exchanging.note_silence(consultation_id=_last_question(c), **c.who),
    "remind": lambda c: reminding.remind(case_id=c.case, **c.who),
    "supervise": lambda c: reminding.supervise(
        case_id=c.case, assignment_id=c.task(), text=c.step["text"], due=date.fromisoformat(c.step["due"]), key=c.key, **c.who
    ),
    "report": lambda c: reminding.report_back(
        supervision_id=Supervision.objects.filter(case=c.case).latest("pk").pk, text=c.step["text"], **c.who
    ),
    "copy": _sent("copy"),
    "circulate": _sent("circulate"),
    "read": lambda c: exchanging.read(circulation_id=_circulation(c, c.step["as"]), remark=c.step.get("text", ""), **c.who),
    "recall": lambda c: exchanging.recall(circulation_id=_circulation(c, c.step["reader"]), **c.who),
    "comment": lambda c: exchanging.comment(case_id=c.case, text=c.step["text"], key=c.key, **c.who),
    "stand_in": _stand_in,
}
