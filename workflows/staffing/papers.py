"""The papers of a staffing case as payloads of `documents`, and what a decision lets others do: a new institution, tasks."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import translation

from workflows.cases.models import Case
from workflows.documents import queries as documents
from workflows.documents.payloads import Answer, ApprovalForm, Measure, Receipt, Refusal, Reply
from workflows.lib.local import day_of
from workflows.organization import queries as organization
from workflows.organization.basis import Basis
from workflows.organization.models import Unit
from workflows.organization.terms import Kind, Nature, System
from workflows.staffing import opinions, phrasing, queries, routing
from workflows.staffing.evidence import Facts
from workflows.staffing.lines import totals
from workflows.staffing.payload import ARTICLE_16, Request

OFFICE = "office"
# Papers are Chinese whatever the language of the screen; what is written of them must not follow the reader.
PAPER_LANGUAGE = "zh-hans"
QUESTIONS = {
    "leadership": "是否有利于坚持和加强党的全面领导",
    "compliance": "是否符合党中央有关规定和机构编制党内法规、国家法律法规以及相关政策规定",
    "needs": "是否适应经济社会发展需要和财政保障能力，能否有效解决实际问题",
    "alternatives": "是否科学合理，充分考虑了除调整机构编制外的其他解决办法",
    "risks": "是否对可能带来的问题和遇到的困难进行客观分析，并做好应对准备",
}

numbers_missing = phrasing.numbers_missing


def series(signatory: str, *, approved: bool) -> str:
    """The code of the number series: replies by who signs, refusals as letters of the office."""
    if not approved:
        return "letter"
    return "office_reply" if signatory == OFFICE else "reply"


def draft_text(case: Case, request: Request, approved: bool, day: date) -> tuple[str, list[str]]:
    """The title and paragraphs the officer starts from: 批复 when the bodies agreed, 不予同意答复 when they did not."""
    with translation.override(PAPER_LANGUAGE):
        return _draft_text(case, request, approved, day)


def _draft_text(case: Case, request: Request, approved: bool, day: date) -> tuple[str, list[str]]:
    facts = queries.facts(case=case, matter=case.matter, unit=case.unit, request=request, materials=(), day=day)
    held = list(case.deliberations.select_related("body").exclude(outcome="defer").order_by("pk"))
    decided = phrasing.sessions((row.body.name, row.session, row.body.external) for row in held)
    if approved:
        return phrasing.reply_title(request, _issuer(case.route["signatory"])), phrasing.reply(request, facts, decided)
    reason = held[-1].note if held else ""
    return phrasing.refusal_title(request, _issuer(OFFICE)), phrasing.refusal(request, facts, decided, reason)


def signed_paper(
    drafted: Mapping[str, Any], *, approved: bool, signatory: str, unit: Unit, case_number: str, copies: Sequence[str] = ()
) -> Reply | Refusal:
    """The paper as it will be signed, from the officer's draft. A refusal is a letter of the office, whoever decided. At most two SQL.

    `copies` are the offices told of a reply (抄送), the consulted ones by nature, unless the draft names others.
    """
    office = _issuer(OFFICE)
    body = tuple(str(paragraph).strip() for paragraph in drafted["paragraphs"] if str(paragraph).strip())
    common = {
        "title": drafted["title"], "recipient": drafted.get("recipient") or unit.name, "body": body,
        "printer": office, "case_number": case_number,
    }  # fmt: skip
    if not approved:
        return Refusal(issuer=office, **common)
    told = tuple(drafted.get("copies") or copies)
    return Reply(issuer=office if signatory == OFFICE else _issuer(signatory), copies=told, **common)


def refusal_title(case: Case) -> str:
    """The title of the letter that a matter is not accepted."""
    return f"{phrasing.subject(case.title)}不予受理的告知书"


def refusal_letter(case: Case, reason: str, article: str, request: Request) -> Receipt:
    """D02: the matter is not accepted, why, and on which article; quotes the unit's document by its number. One SQL."""
    office = _issuer(OFFICE)
    return Receipt(
        issuer=office, title=refusal_title(case), recipient=case.unit.name, case_number=case.number or "", outcome="refuse",
        body=tuple(phrasing.refused_at_the_door(request, case.unit.name, reason, article)), printer=office,
    )  # fmt: skip


def implementation_tasks(matter_code: str, request: Request, day: date) -> list[tuple[str, date | None]]:
    """What the decision of `day` obliges the unit to do, each with a day by which. One SQL for leadership positions, else none."""
    rank = "none"
    if matter_code == "R15":
        known = queries.kinds()
        rank = routing.highest(known[line.kind].rank for line in request.lines if line.kind in known)
    return phrasing.tasks(request, rank, max(day, request.effective_date or day))


def institution_attributes(request: Request) -> dict[str, Any]:
    """The attributes of the institution to be born, as `organization.operations.establish` takes them. At most one SQL."""
    born = request.institution
    assert born is not None
    direct = born.kind == Kind.DIRECT_PSU
    return {
        "name": born.name, "short_name": born.short_name, "kind": born.kind, "nature": Nature.PSU, "system": System.PSU,
        "rank": born.rank, "psu_class": born.psu_class, "funding": born.funding, "functions": born.functions,
        "parent": organization.district().pk if direct else born.sponsor, "sponsor": None if direct else born.sponsor,
    }  # fmt: skip


def basis(number: str, title: str, day: date) -> Basis:
    """The decision as the document an institution's attributes rest on."""
    return Basis(number=number, title=f"{phrasing.subject(title)}的批复", date=day)


def approval_form(
    case: Case, request: Request, day: date, *, proposed: Request | None = None, printed_at: datetime | None = None
) -> ApprovalForm:
    """D05 at any step: what is asked and proposed, the opinions so far in the order of the flow, empty boxes for those to come.

    `request` is the unit's newest version, `proposed` the office's, if there is one; once decided, what was asked is what was
    approved unless the office proposed otherwise. About twelve SQL.
    """
    facts = queries.facts(case=case, matter=case.matter, unit=case.unit, request=request, materials=(), day=day)
    said = opinions.latest(case)
    offered = proposed or (request if said.get("sign") else None)
    reply = next((paper.number for paper in documents.for_subject(case.subject) if paper.kind != "D02"), "")
    with translation.override(PAPER_LANGUAGE):
        return ApprovalForm(
            case_number=case.number or "", accepted_on=day_of(case.accepted_at) if case.accepted_at else None,
            applicant=facts.applicant.name, incoming_number=request.incoming_number, incoming_date=request.incoming_date,
            matter=case.matter.name, title=request.title, contact=request.contact, phone=request.phone,
            measures=tuple(measures(request, offered, facts)), article16=tuple(_answers(request)),
            basis=tuple(f"{ground.title} {ground.clause}".strip() for ground in request.basis),
            reasons="\n".join(text for text in (request.necessity, request.rationality, request.feasibility) if text),
            boxes=tuple(opinions.boxes(case, said)), votes=tuple(opinions.votes(case)), decision=opinions.decision(said),
            paper_number=reply, stage=str(case.get_stage_display()), printed_at=printed_at,
        )  # fmt: skip


def measures(asked: Request, proposed: Request | None, facts: Facts) -> list[Measure]:
    """The rows of 现状表: each institution and kind as approved, filled, asked for and proposed, with the change."""
    wanted, offered = totals(asked.lines), totals(proposed.lines) if proposed else {}
    rows = [_founded(asked)] if asked.institution else []
    for unit, kind in dict.fromkeys([*wanted, *offered]):
        figures = facts.figures_of(unit, kind) if unit is not None else facts.figures_of(0, kind)
        net = offered.get((unit, kind), 0) if proposed else wanted.get((unit, kind), 0)
        name = facts.kinds[kind].name if kind in facts.kinds else kind
        rows.append(
            Measure(
                item=f"{facts.name_of(unit, asked.institution.name if asked.institution else '')}　{name}",
                approved=str(figures.approved), filled=str(figures.filled), asked=str(figures.approved + wanted.get((unit, kind), 0)),
                proposed=str(figures.approved + net) if proposed else "", change=_signed(net),
            )
        )  # fmt: skip
    return rows


def _founded(asked: Request) -> Measure:
    assert asked.institution is not None
    return Measure(item="机构", approved="—", filled="—", asked=asked.institution.name, proposed=asked.institution.name, change="新设")


def _answers(request: Request) -> list[Answer]:
    words = {"yes": "是", "no": "否", "": ""}
    return [
        Answer(question=QUESTIONS[name], conclusion=words[request.article16[name].conclusion], text=request.article16[name].text)
        for name in ARTICLE_16 if name in request.article16
    ]  # fmt: skip


def _signed(net: int) -> str:
    """`+8`, `−8` with the true minus sign, `0`."""
    return f"{net:+d}".replace("-", "\u2212") if net else "0"


def _issuer(code: str) -> str:
    return organization.unit(code).name
