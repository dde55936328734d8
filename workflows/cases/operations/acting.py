"""The one operation behind every step: lock, guard, authorise, effect, opinion, engine, record, promise."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases import policy, rules
from workflows.cases.acts import Act, Outcome, PaperScan
from workflows.cases.beside import HELPERS, OUTCOMES
from workflows.cases.models import Assignment, Case, Opinion, Return
from workflows.cases.operations import assignments, driving, helping_hands, loading, returning
from workflows.cases.policy import Situation
from workflows.cases.terms import State
from workflows.lib import local, triggers
from workflows.lib.findings import blocking
from workflows.lib.refusals import Conflict, Forbidden, Refused
from workflows.outbox import operations as outbox


def act(
    *,
    case_id: int,
    assignment_id: int,
    version_n: int,
    key: UUID,
    outcome: str,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    paper: PaperScan | None = None,
    actor: User,
    now: datetime,
) -> Opinion:
    """This function will carry out one person's act on one assignment, whole or not at all.

    The same `key` sent again by the same person returns the first answer. `paper` records an act that was taken on a
    signed sheet. Everything is one transaction; papers and messages follow through the outbox.

    :raises Conflict: the assignment is closed, or the case has a newer version than the one shown.
    :raises Forbidden: wrong office, conflicting duty.
    :raises Missing: no such case, or a task of another one.
    :raises Refused: the act lacks something, or a rule or the ledger forbids it.
    """
    try:
        with transaction.atomic():
            return _act(case_id, assignment_id, version_n, key, outcome, text, dict(data or {}), paper, actor, now)
    except DatabaseError as error:
        if triggers.refusal(error) == "duty_conflict":
            raise Forbidden(_("您在本办件中已承担与此冲突的职责，请转由他人办理。"), code="duty_conflict") from error
        if Opinion.objects.filter(key=key).exists():
            raise Conflict(_("这份表单已经提交过另一项办理。请刷新页面后重新填写。"), code="key_used") from error
        raise


def _act(
    case_id: int, assignment_id: int, version_n: int, key: UUID, outcome_key: str, text: str, data: dict[str, Any],
    paper: PaperScan | None, actor: User, now: datetime,
) -> Opinion:  # fmt: skip
    case = loading.lock(case_id)
    assignment = loading.assignment_of(case, assignment_id)
    earlier = loading.answered_before(assignment, key=key, actor=actor)
    if earlier is not None:
        return earlier
    standing = loading.standing_for(assignment, actor=actor, now=now, from_paper=paper is not None)
    version = loading.newest_version(case, version_n)
    loading.refuse_conflicting_duty(assignment, actor=actor, standing=standing)
    helping = assignment.via in HELPERS
    _not_in_the_way(assignment, outcome_key)
    outcome = _outcome(OUTCOMES if helping else assignment.task.flow_task.outcomes, outcome_key, text, data)
    current = Act(
        case=case, assignment=assignment, node=assignment.node, outcome=outcome_key, version=version, round=assignment.round,
        text=text.strip(), data=data, actor=actor, standing=standing, now=now, day=local.day_of(now), paper=paper,
        target=returning.target(assignment, outcome, data),
    )  # fmt: skip
    before = _snapshot(case, version.n)
    for effect in outcome.effects:
        effect(current)
    opinion = _speak(current, outcome, key)
    assignments.close(assignment, act=current)
    if helping:
        helping_hands.spoken(current)
    elif not helping_hands.waits_for_others(current, outcome):
        driving.drive(current)
    case.save(update_fields=driving.CASE_FIELDS)
    _record(current, outcome, opinion, before)
    outbox.put(key=f"act/{opinion.pk}", task="cases.notify", args={"opinion_id": opinion.pk}, now=now)
    return opinion


def _not_in_the_way(assignment: Assignment, outcome: str) -> None:
    """The case is open to acts and nobody else has to speak first.

    :raises Conflict: suspended, or a delegate or a signer added before is still to speak.
    """
    obstacles = frozenset({"waiting"}) if assignment.waiting else frozenset()
    answer = policy.verdict("act", Situation(frozenset({policy.HANDLER}), State(assignment.case.state), assignment.node, obstacles))
    if not answer.allowed:
        raise Conflict(answer.reason, code=answer.code)


def _outcome(outcomes: Mapping[str, Outcome], key: str, text: str, data: Mapping[str, Any]) -> Outcome:
    outcome = outcomes.get(key)
    if outcome is None:
        raise Refused(_("请选择办理结论。"), code="unknown_outcome", field="outcome")
    lacks = blocking(rules.complete_enough(outcome, text, data))
    if lacks:
        raise Refused(lacks[0].message, code="incomplete", field=lacks[0].field, findings=lacks)
    return outcome


def _speak(current: Act, outcome: Outcome, key: UUID) -> Opinion:
    """Write the opinion, and the return if it is one."""
    paper = current.paper
    opinion = Opinion.objects.create(
        assignment=current.assignment, actor=current.actor, in_name_of=current.standing.principal,
        appointment=current.standing.appointment, recorded_from_paper=paper.sha256 if paper else "",
        signed_by=paper.signed_by if paper else "", outcome=current.outcome, text=current.text, data=current.data,
        version=current.version, digest=current.version.digest, key=key, at=current.now,
    )  # fmt: skip
    if outcome.kind == "back":
        Return.objects.create(
            assignment=current.assignment, target=current.target, reason=current.text, defects=current.data.get("defects") or []
        )
    return opinion


def _snapshot(case: Case, version_n: int) -> dict[str, Any]:
    return {"state": case.state, "stage": case.stage, "node": case.node, "version": version_n}


def _sealed(title: Any) -> str:
    """The outcome as the log keeps it: in the office's own language, whatever the screens of the person speak."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(title)


def _record(current: Act, outcome: Outcome, opinion: Opinion, before: dict[str, Any]) -> None:
    case, paper = current.case, current.paper
    audit.record(
        chain=case.subject,
        verb=f"cases.{current.node}.{current.outcome}",
        unit=case.unit.code,
        before=before,
        after={
            **_snapshot(case, current.version.n),
            "number": case.number,
            "opinion": opinion.pk,
            "outcome": _sealed(outcome.title),
            "digest": current.version.digest,
            "role": current.standing.role,
            "round": current.round.n,
            "from_paper": {"signed_by": paper.signed_by, "scan": paper.sha256} if paper else None,
        },
        reason=current.text,
        basis=current.results.get("basis", ""),
        in_name_of=current.standing.principal,
        chain_is_locked=True,
        actor=current.actor,
        now=current.now,
    )
