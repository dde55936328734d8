"""What the rules say about a request as it stands: its checks, its route and who will handle it, read for the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases.models import Case
from workflows.cases.queries import timeline
from workflows.lib.findings import Finding
from workflows.lib.refusals import Refused
from workflows.matters import queries as matters
from workflows.matters.queries import Plan
from workflows.staffing import checks, payload, routing
from workflows.staffing import queries as staffing


@dataclass(frozen=True, slots=True)
class Judgement:
    """The checks that applied, the route, and the refusal of the content itself where it cannot be read yet."""

    findings: list[Finding] = field(default_factory=list)
    plan: Plan | None = None
    refused: Refused | None = None
    plan_refused: str = ""


def judge(case: Case, raw: Mapping[str, Any], materials: set[str], day: date, *, routed: bool = True) -> Judgement:
    """Everything a clerk wants to know while typing; never raises a refusal."""
    try:
        request = payload.parse(case.matter.code, raw)
    except Refused as refused:
        return Judgement(list(refused.findings), refused=refused)
    try:
        facts = staffing.facts(case=case, matter=case.matter, unit=case.unit, request=request, materials=materials, day=day)
        found = checks.run(request, facts)
    except Refused as refused:
        return Judgement(list(refused.findings), refused=refused)
    if not routed:
        return Judgement(found)
    try:
        plan = matters.plan(case.matter, routing.route_facts(request, units=facts.units, kinds=facts.kinds), day)
    except Refused as refused:
        return Judgement(found, plan_refused=refused.message)
    return Judgement(found, plan)


def findings(case: Case, raw: Mapping[str, Any], attachments: list[Any], day: date) -> list[Finding]:
    """The checks of a submitted version, as the case page folds them."""
    return judge(case, raw, materials_of(attachments), day, routed=False).findings


def as_submitted(case: Case) -> tuple[list[Finding], datetime | None]:
    """The checks as they stood when the unit last submitted, and when that was; none where none were kept."""
    said = [opinion for node in ("draft", "supplement") if (opinion := timeline.last_opinion(case, node)) is not None]
    newest = max(said, key=lambda opinion: opinion.pk, default=None)
    kept = newest.data.get("checks") if newest else None
    return ([Finding(**each) for each in kept], newest.at) if newest and kept else ([], None)


def materials_of(attachments: list[Any]) -> set[str]:
    """The codes of the materials that are there."""
    return {attachment.material.code for attachment in attachments if attachment.material_id}


def route_words(plan: Plan, limits: Mapping[str, int]) -> list[tuple[str, str]]:
    """(who, what and how long) for the box 将由谁来办."""
    days = _("，%(n)s个工作日")
    accept = days % {"n": limits["accept"]} if "accept" in limits else ""
    consult = "、".join(unit.name for unit in plan.consult)
    words = [(plan.office.name, _("综合科受理") + accept)]
    words.append((plan.section.name, _("论证；%(units)s会签") % {"units": consult} if consult else _("论证")))
    words += [(body.name, _("审议")) for body in plan.bodies]
    words.append((plan.signatory.name, _("签发")))
    return words


# Where a field stands: the first word of its name → the section of the form.
_SECTIONS = {
    "basic": {"title", "incoming_number", "incoming_date", "contact", "phone", "basis", "effective_date"},
    "content": {"lines", "institution", "measurement", "peers"},
    "reasons": {"necessity", "rationality", "feasibility", "alternatives", "risks", "finance"},
    "discussion": {"discussion", "article16"},
    "materials": {"materials", "material"},
}


def section_of(finding: Finding) -> str:
    """The section a finding's field stands in; "" for what no single field answers."""
    root = (finding.field or "").split(".")[0]
    return next((section for section, names in _SECTIONS.items() if root in names), "")
