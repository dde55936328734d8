"""Papers before they are papers: the text the officer starts from, and the 审批表 as it stands, for a wet signature."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from workflows.cases.models import Case, CaseVersion, Deliberation
from workflows.cases.queries import timeline
from workflows.cases.queries.timeline import Step
from workflows.documents import drawing
from workflows.documents.payloads import ApprovalForm, Signed, Vote
from workflows.matters import queries as matters
from workflows.organization import queries as organization
from workflows.staffing import papers, payload, phrasing
from workflows.staffing import queries as staffing
from workflows.views import dossier

# The boxes of the sheet in the order of the flow: (node, heading).
BOXES = [
    ("endorse", "申请单位意见"),
    ("accept", "综合科受理意见"),
    ("evaluate", "承办科室意见"),
    ("countersign", "会签意见"),
    ("section_review", "科室审核意见"),
    ("deputy_review", "分管领导意见"),
]
PASSING = {"approve", "amended"}


def drafted(case: Case, raw: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Title and paragraphs of the reply, or of the refusal, written from what was decided."""
    request = payload.parse(case.matter.code, raw)
    facts = staffing.facts(case=case, matter=case.matter, unit=case.unit, request=request, materials=set(), day=day)
    held = timeline.deliberations(case)
    approved = bool(held) and held[-1].outcome in PASSING
    issuer = organization.name_on(case.route["units"][case.route["signatory"]], day)
    text = papers.draft(
        request, facts, approved=approved, issuer=issuer, decided=phrasing.sessions(_sessions(held)), reason=held[-1].note if held else ""
    )
    return {"title": text["title"], "paragraphs": "\n".join(text["paragraphs"])}


def _sessions(held: Sequence[Deliberation]) -> list[tuple[str, str, bool]]:
    return [(each.body.name, each.session, each.body.external) for each in held if each.outcome != "defer"]


def sheet(case: Case, *, day: date, now: datetime) -> bytes:
    """The 审批表 (D05) of a case at any step, as PDF: what was said so far is printed, what is still to be said is left to sign."""
    versions = timeline.versions(case)
    asked = next((v for v in versions if v.side == "unit"), versions[0])
    request = payload.parse(case.matter.code, dossier.content(asked))
    offered = payload.parse(case.matter.code, dossier.content(versions[0])) if versions[0].side == "office" else None
    facts = staffing.facts(case=case, matter=case.matter, unit=case.unit, request=request, materials=set(), day=day)
    rounds = timeline.timeline(case)
    steps = list(rounds[0].steps) if rounds else []
    form = ApprovalForm(
        case_number=case.number or "",
        accepted_on=case.accepted_at.date() if case.accepted_at else None,
        matter=case.matter.name,
        boxes=tuple(_boxes(steps, case)),
        votes=tuple(_votes(timeline.deliberations(case), case)),
        decision=_decision(steps, case),
        stage=case.get_stage_display(),
        printed_at=now,
        version=_version(versions[0]),
        **papers.form_fields(request, offered, facts),
    )
    return drawing.draw("D05", form.as_json(), demo=settings.DEMO)


def _version(version: CaseVersion) -> str:
    return _("第%(n)s版　%(digest)s") % {"n": version.n, "digest": version.digest[:16]} if version.digest else _("草稿")


def _boxes(steps: Sequence[Step], case: Case) -> list[Signed]:
    boxes = []
    for node, heading in BOXES:
        said = [step for step in reversed(steps) if step.assignment.node == node and step.assignment.closed_as in ("", "done")]
        boxes += [_signed(heading, step) for step in said] or [Signed(section=heading, office=_office(node, case))]
    return boxes


def _office(node: str, case: Case) -> str:
    return case.unit.name if node == "endorse" else ""


def _signed(heading: str, step: Step) -> Signed:
    opinion, row = step.opinion, step.assignment
    if opinion is None:
        return Signed(section=heading, office=row.unit.name)
    paper = bool(opinion.recorded_from_paper)
    principal = opinion.in_name_of
    return Signed(
        section=heading,
        office=row.unit.name,
        outcome=step.outcome,
        text=opinion.text or str(opinion.data.get("report") or ""),
        name=opinion.signed_by if paper else (principal or opinion.actor).name,
        stand_in=opinion.actor.name if principal else "",
        at=opinion.at,
        from_paper=paper,
    )


def _decision(steps: Sequence[Step], case: Case) -> Signed:
    said = next((step for step in steps if step.assignment.node == "sign" and step.opinion), None)
    return _signed(_("签发"), said) if said else Signed(section=_("签发"))


def _votes(held: Sequence[Deliberation], case: Case) -> list[Vote]:
    made = [
        Vote(
            body=each.body.name,
            session=each.session,
            held_on=each.held_on,
            entitled=each.entitled,
            present=each.present,
            absent=each.absent,
            votes_for=each.votes_for,
            votes_against=each.votes_against,
            abstained=each.abstained,
            outcome=each.get_outcome_display(),
            note=each.note,
        )
        for each in held
    ]
    if made:
        return made
    names = {body.code: body.name for body in matters.bodies()}
    return [Vote(body=names[code]) for code in (case.route or {}).get("bodies", []) if code in names] or [Vote(body=_("审议"))]
