"""What each step of a staffing case does beyond the case itself: checks, route, reservation, papers, ledger, new units."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases.acts import Act
from workflows.cases.models import Case, CaseVersion
from workflows.cases.operations import implementation, versions
from workflows.cases.queries.timeline import last_opinion
from workflows.documents import operations as documents
from workflows.establishment import operations as ledger
from workflows.establishment.balance import Line
from workflows.lib.findings import blocking
from workflows.lib.refusals import Refused
from workflows.matters import queries as matters
from workflows.organization import operations as organization
from workflows.organization import queries as units
from workflows.organization.models import Unit
from workflows.staffing import checks, lines, operations, papers, payload, queries
from workflows.staffing.payload import Request

PASSING = {"approve", "amended"}


def check_submission(act: Act) -> None:
    """This function will refuse a submission that a check blocks, or that leaves a warning without a written reason.

    :raises Refused: with every finding, so that the screen shows them all at once.
    """
    request = payload.parse(act.case.matter.code, versions.payload_of(act.version))
    findings = checks.run(request, _facts(act, request))
    wrong = blocking(findings)
    if wrong:
        raise Refused(_("还有%(n)d项检查未通过，不能报送。") % {"n": len(wrong)}, code="checks", field=wrong[0].field, findings=wrong)
    silent = checks.unexplained(findings, request)
    if silent:
        raise Refused(
            _("有%(n)d项需要说明理由，请在“检查并报送”中逐项说明。") % {"n": len(silent)}, code="reasons", field=f"reason_{silent[0].code}",
            findings=silent,
        )  # fmt: skip
    # Kept with the opinion: what the checks said that day stays readable after the facts have moved on.
    act.data["checks"] = [asdict(finding) for finding in findings]


def accept(act: Act) -> None:
    """This function will freeze the route by the authority table, start the clock and reserve the giver's posts."""
    case, request = act.case, _request(act.case, act.version)
    facts = queries.route_facts(case.matter, case.unit, request, act.day)
    plan = matters.plan(case.matter, facts, act.day)
    if plan is None or plan.rule is None:
        raise Refused(_("审批权限表中没有适用于这项申请的规则，请流程管理人员先补充权限表。"), code="no_route")
    case.route, case.rule_id, case.section = plan.as_route(), plan.rule.pk, plan.section
    case.accepted_at, case.body_index = act.now, 0
    due = matters.due("case", case.matter, act.now)
    case.deadline = due.day if due else None
    act.results["basis"] = plan.rule.basis
    _reserve(act, act.version)


# Sent back to one of these, the case is not accepted any more and holds nothing.
BEFORE_ACCEPTANCE = frozenset({None, "draft", "endorse", "accept", "supplement"})


def release(act: Act) -> None:
    """This function will give back what the case holds, if it goes back to before its acceptance (or is refused)."""
    if act.target in BEFORE_ACCEPTANCE:
        _void(act)


def reserve_direct(act: Act) -> None:
    """This function will reserve anew at the endorsement of a direct resubmission, which passes acceptance by.

    :raises Refused: the giver no longer has the posts, so that the case has to run through again.
    """
    if act.jump is None:
        return
    try:
        _reserve(act, act.version)
    except Refused as refusal:
        if refusal.code != "insufficient":
            raise
        raise Refused(
            _("原预留的编制已被使用，不能直达，请退回修改后选择重新办理。%(why)s") % {"why": refusal.message},
            code="not_direct",
            field="outcome",
        ) from refusal


def _void(act: Act) -> None:
    ledger.void(subject=act.case.subject, basis=act.case.number, effective_date=act.day, actor=act.actor, now=act.now)


def evaluate(act: Act) -> None:
    """This function will take the office's own figures as the newest version, and move the reservation to them.

    What was evaluated anew comes before every body anew.
    """
    act.case.body_index = 0
    _adopt(act, act.data.pop("payload", None))


def amend(act: Act) -> None:
    """This function will take the body's amendment as the decision itself; it voids no earlier approval.

    :raises Refused: the body amended nothing.
    """
    changed = act.data.pop("payload", None)
    if not changed:
        raise Refused(_("请填写修改后的内容；没有修改的，请选择“通过”。"), code="nothing_amended", field="outcome")
    _adopt(act, changed)


def check_document(act: Act) -> None:
    """This function will see that the drafted text states the very numbers that were decided.

    :raises Refused: a decided quantity does not appear in the text of an approval.
    """
    if not _approved(act.case):
        return
    text = "".join(act.data["paragraphs"])
    missing = papers.numbers_missing(text, _request(act.case, act.version))
    if missing:
        raise Refused(
            _("正文中没有写明核定的数额：%(numbers)s。请核对。") % {"numbers": "、".join(missing)}, code="numbers", field="paragraphs"
        )


def issue(act: Act) -> None:
    """This function will issue the paper and move the ledger, in the transaction of the signature.

    Approved: reply, new institution, posts to the receiver, implementation tasks. Otherwise: refusal letter, reservation void.
    """
    approved = act.results["approved"] = _approved(act.case)
    drafted = last_opinion(act.case, "draft_document").data
    request = _request(act.case, act.version)
    signatory = act.case.route["signatory"]
    paper = documents.issue(
        kind="D09" if approved else "D12",
        series_code=papers.series(signatory, approved=approved),
        payload=papers.signed_paper(
            drafted, approved=approved, signatory=signatory, unit=act.case.unit, case_number=act.case.number,
            copies=[act.case.route["names"][code] for code in act.case.route["consult"]],
        ),
        subject=act.case.subject, recipient=act.case.unit.name, unit_code=act.case.unit.code, title=drafted["title"],
        actor=act.actor, now=act.now,
    )  # fmt: skip
    act.results["paper"] = paper.number
    if not approved:
        _void(act)
        return
    # No decision takes effect before the day it is taken.
    effective = max(request.effective_date or act.day, act.day)
    born = _give_birth(act, request, paper.number, effective)
    if effective <= act.day:
        operations.enter(
            case=act.case, request=request, basis=paper.number, effective=effective, born=born, actor=act.actor, now=act.now
        )  # fmt: skip
    implementation.oblige(act.case, papers.implementation_tasks(act.case.matter.code, request, act.day))


def refuse_acceptance(act: Act) -> None:
    """This function will issue the letter that says why the matter is not accepted, and on which article."""
    letter = papers.refusal_letter(act.case, act.data["reason"], act.data["article"], _request(act.case, act.version))
    documents.issue(
        kind="D02", series_code="receipt", payload=letter,
        subject=act.case.subject, recipient=act.case.unit.name, unit_code=act.case.unit.code,
        title=papers.refusal_title(act.case), actor=act.actor, now=act.now,
    )  # fmt: skip
    act.case.decided_at = act.now


def _request(case: Case, version: CaseVersion) -> Request:
    return payload.parse(case.matter.code, versions.payload_of(version))


def _facts(act: Act, request: Request) -> Any:
    materials = set(act.version.attachments.filter(material__isnull=False).values_list("material__code", flat=True))
    return queries.facts(
        case=act.case, matter=act.case.matter, unit=act.case.unit, request=request, materials=materials, day=act.day
    )  # fmt: skip


def _lines(request: Request) -> list[Line]:
    return lines.ledger_lines(request, district_id=units.district().pk)


def _reserve(act: Act, version: CaseVersion) -> None:
    ledger.reserve(
        lines=_lines(_request(act.case, version)), subject=act.case.subject, tag=f"a{act.assignment.pk}v{version.n}", basis=act.case.number,
        effective_date=act.day, actor=act.actor, now=act.now,
    )  # fmt: skip


def _adopt(act: Act, changed: Mapping[str, Any] | None) -> None:
    """Make `changed` the newest version; where the lines differ, void the reservation and reserve the new ones."""
    if changed is None:
        return
    before = _request(act.case, act.version)
    after = payload.parse(act.case.matter.code, changed)
    version = versions.propose(act.case, base=act.version, payload=changed, actor=act.actor, now=act.now)
    if _lines(before) != _lines(after):
        _void(act)
        _reserve(act, version)
    act.version = version


def _approved(case: Case) -> bool:
    last = case.deliberations.order_by("-pk").values_list("outcome", flat=True).first()
    return last in PASSING


def _give_birth(act: Act, request: Request, number: str, effective: date) -> int | None:
    """The new institution of an R02, in force from the decision's day."""
    if request.institution is None:
        return None
    unit: Unit = organization.establish(
        code=lines.born_code(act.case.pk), attributes=papers.institution_attributes(request),
        basis=papers.basis(number, act.case.title, act.day), valid_from=effective, actor=act.actor, now=act.now,
    )  # fmt: skip
    act.results["born"] = unit.pk
    return unit.pk
