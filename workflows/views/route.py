"""接下来由谁办理: the steps ahead with the persons who can act today, and what would stop the case before it gets there."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from workflows.access.roles import ROLES
from workflows.cases.models import Case
from workflows.cases.queries import preview
from workflows.cases.queries.preview import Ahead
from workflows.cases.queries.visible import case_for
from workflows.matters import queries as matters
from workflows.views import dossier, judging, verbs


@dataclass(frozen=True, slots=True)
class Line:
    """One step in words; `alarm` says why it would stop there, "" if it would not."""

    unit: str
    step: str
    who: str
    alarm: str


@require_GET
def ahead(request: HttpRequest, pk: int) -> HttpResponse:
    """The steps ahead as a fragment, before submission and at any time after it."""
    case = case_for(request.user, pk, request.held, request.now)
    return render(request, "cases/ahead.html", {"case": case, "steps": lines(case, request), "closed": case.closed_at is not None})


def lines(case: Case, request: HttpRequest) -> list[Line]:
    """By the frozen route once accepted, else by the authority table as it would decide today; none for a closed case."""
    if case.closed_at is not None:
        return []
    limits = matters.limits_for(case.matter)
    found = _unspoken(case, preview.remaining(case, limits=limits, now=request.now)) if case.route else _planned(case, request, limits)
    proposer = case.assignments.filter(node="draft", closed_as="done").order_by("-pk").values_list("closed_by", flat=True).first()
    return [_line(step, {proposer or request.user.pk}) for step in found]


def _unspoken(case: Case, found: list[Ahead]) -> list[Ahead]:
    """While a panel is open, only those of it who have not spoken, units added to it included by their own tasks."""
    if case.node != "countersign":
        return found
    waiting = set(case.assignments.filter(node="countersign", closed_at__isnull=True).values_list("unit_id", flat=True))
    return [step for step in found if step.node != "countersign" or step.unit.pk in waiting]


def _planned(case: Case, request: HttpRequest, limits: dict[str, int]) -> list[Ahead]:
    version = case.versions.order_by("-n").first()
    judged = judging.judge(case, dossier.content(version), set(), request.day)
    if judged.plan is None:
        return []
    found = preview.route_ahead(judged.plan, office=judged.plan.office, applicant=case.unit, limits=limits, now=request.now)
    return [step for step in found if case.node != "accept" or step.node != "endorse"]


def _line(step: Ahead, submitters: set[int]) -> Line:
    who = "、".join(user.name for user in step.holders)
    alarms: dict[str, Any] = {
        "nobody": _("没有人担任%(role)s，届时转流程管理人员处理。请先由安全管理员任职。") % {"role": ROLES[step.role]},
        "submitter": _("只有报送人本人担任%(role)s，按职责分离不能办理。请先由安全管理员另行任职。") % {"role": ROLES[step.role]},
    }
    step_words = str(verbs.NODES[step.node])
    if step.days:
        step_words = _("%(step)s，%(n)s个工作日") % {"step": step_words, "n": step.days}
    return Line(step.unit.short_name or step.unit.name, step_words, who, alarms.get(step.alarm(submitters), ""))
