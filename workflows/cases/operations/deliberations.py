"""The record of a collective body: its session, its exact count, and whether the count carries the outcome."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases import rules
from workflows.cases.acts import Act
from workflows.cases.models import Deliberation
from workflows.lib.findings import Finding, blocking
from workflows.lib.refusals import Refused
from workflows.matters import ballots
from workflows.matters.models import Body

COUNTS = ("entitled", "present", "absent", "votes_for", "votes_against", "abstained")
PASSING = {"approve", "amended"}


def record(act: Act) -> None:
    """This function will store the deliberation as data; what does not add up is refused here and by CHECK.

    `data`: session, held_on (ISO), the six counts (whole numbers; none for a superior's reply), file {sha256, name}.

    :raises Refused: a count is missing or impossible, no quorum, or the votes do not carry the outcome.
    """
    body = _body(act)
    findings = rules.dated_sensibly(act.data.get("held_on"), act.day)
    counts, lacks = (dict.fromkeys(COUNTS, 0), []) if body.external else _counts(act.data)
    findings += lacks
    if not body.external and not lacks:
        findings += ballots.check(rule=ballots.rule_of(body), **counts) + _carries(act.outcome, body, counts)
    file = act.data.get("file") or {}
    if not file.get("sha256"):
        findings.append(Finding("FORM", "block", _("请上传会议纪要或上级批复的扫描件。"), field="file"))
    wrong = blocking(findings)
    if wrong:
        raise Refused(wrong[0].message, code="deliberation", field=wrong[0].field, findings=wrong)
    Deliberation.objects.create(
        assignment=act.assignment, case=act.case, body=body, version=act.version, session=act.data["session"].strip(),
        held_on=date.fromisoformat(str(act.data["held_on"])), quorum=f"{body.quorum_numerator}/{body.quorum_denominator}",
        threshold=_threshold(body, counts), outcome=act.outcome, file=file["sha256"], file_name=file.get("name", ""),
        note=act.text, **counts,
    )  # fmt: skip
    _advance(act, body)


def _advance(act: Act, body: Body) -> None:
    """The next body, or the decision; a rejection ends the row of bodies."""
    act.results["basis"] = body.article
    if act.outcome in PASSING:
        act.case.body_index += 1
    if act.outcome != "defer":
        act.case.decided_at = act.now


def _body(act: Act) -> Body:
    return Body.objects.get(code=act.case.route["bodies"][act.case.body_index])


def _counts(data: Any) -> tuple[dict[str, int], list[Finding]]:
    counts: dict[str, int] = {}
    lacks: list[Finding] = []
    for name in COUNTS:
        value = data.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            lacks.append(Finding("FORM", "block", _("请填写不小于0的整数。"), field=name))
        else:
            counts[name] = value
    return counts, lacks


def _carries(outcome: str, body: Body, counts: dict[str, int]) -> list[Finding]:
    """The count must bear out the outcome that is recorded."""
    passed = ballots.passed(rule=ballots.rule_of(body), **counts)
    if outcome in PASSING and not passed:
        return [Finding("VOTE", "block", _("同意票未达到议事规则要求的多数，不能记录为通过。"), article=body.article, field="votes_for")]
    if outcome == "reject" and passed:
        return [
            Finding("VOTE", "block", _("同意票已达到议事规则要求的多数，不能记录为不予通过。"), article=body.article, field="votes_for")
        ]
    return []


def _threshold(body: Body, counts: dict[str, int]) -> str:
    """The votes that carry, of how many, as it stood that day."""
    rule = ballots.rule_of(body)
    return ballots.threshold(ballots.Count(**counts), rule) if rule else ""
