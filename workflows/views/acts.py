"""Acts on a case: one form, one operation, and a sentence that says what happens next."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from forms.cases import EvidenceForm, PaperForm
from workflows.access import queries as access
from workflows.cases.acts import PaperScan
from workflows.cases.beside import HELPERS
from workflows.cases.models import Case
from workflows.cases.operations import acting, implementation
from workflows.cases.policy import RETURNING
from workflows.cases.queries import timeline
from workflows.cases.queries.situation import handles
from workflows.cases.queries.visible import case_for
from workflows.lib import uploads
from workflows.lib.refusals import Conflict, Forbidden, Refused
from workflows.views import dossier, returns, steps
from workflows.views.cases import page_context

RECORDERS = {"secretary", "general", "steward"}


@require_POST
def act(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    """One act. A refusal comes back on the page with everything typed; a conflict names who was first."""
    case = case_for(request.user, pk, request.held, request.now)
    row = timeline.assignment(case, assignment)
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    body = steps.current_body(case) if row.node == "deliberate" else None
    _refuse_others(request, row)
    targets = returns.targets(case, row, timeline.timeline(case)) if row.node in RETURNING else []
    form = steps.bind(row, version, payload, request=request, case=case, external=bool(body and body.external), targets=targets)
    if not form.is_valid():
        return render(request, "cases/case.html", page_context(request, case, errors=form.summary()), status=422)
    clean = form.cleaned_data
    try:
        opinion = acting.act(
            case_id=pk, assignment_id=row.pk, version_n=clean["version"], key=clean["key"], outcome=clean["outcome"], text=clean["text"],
            data=steps.data(form, payload, row), actor=request.user, now=request.now,
        )  # fmt: skip
    except (Conflict, Forbidden):
        raise
    except Refused as refused:
        return _refused(request, case, form, refused)
    messages.success(request, steps.done_sentence(case.pk, opinion))
    return redirect(f"{reverse('case', args=[pk])}?done=act-{row.pk}")


def _refuse_others(request: HttpRequest, row: Any) -> None:
    """The wrong role is told so before anything else; the operation judges again under its lock."""
    if handles(row, request.user, request.held) or (row.closed_at is not None and _held_it(request, row)):
        return
    if row.via in HELPERS:
        raise Forbidden(_("这一项须由%(name)s本人办理。") % {"name": row.assignee.name}, code="wrong_office")
    words = {"unit": row.unit.name, "role": row.get_role_display()}
    raise Forbidden(_("这一步须由%(unit)s的%(role)s办理，您没有这项职务。") % words, code="wrong_office")


def _held_it(request: HttpRequest, row: Any) -> bool:
    """A task that is closed by now: whoever could have done it is told who did, not that he may not."""
    office = row.via not in HELPERS and any((s.role, s.unit.pk) == (row.role, row.unit_id) for s in request.held)
    return office or row.assignee_id == request.user.pk


def _refused(request: HttpRequest, case: Case, form: Any, refused: Refused) -> HttpResponse:
    lines = [(f.field, f.message) for f in refused.findings if f.level != "pass"] or [(refused.field, refused.message)]
    errors = [(form[field].auto_id if field in form.fields else None, message) for field, message in lines]
    context = page_context(request, case, errors=errors)
    for field, message in lines:
        if "panel" in context and field in context["panel"].form.fields:
            context["panel"].form.add_error(field, message)
            context["panel"].form.invalid(field)
    return render(request, "cases/case.html", context, status=refused.status)


@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    """An act that a leader took on a signed sheet, recorded with its scan by the office."""
    case = case_for(request.user, pk, request.held, request.now)
    row = timeline.assignment(case, assignment)
    if not any(standing.role in RECORDERS for standing in request.held):
        raise Forbidden(_("只有区委编办的会务秘书、综合科或流程管理人员可以依纸质件补录。"))
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    posted = request.method == "POST"
    form = steps.bind(row, version, payload, request=request, case=case)
    paper = PaperForm(request.POST if posted else None, request.FILES if posted else None)
    errors: list[Any] = []
    if posted and form.is_valid() & paper.is_valid():
        try:
            scan = paper.cleaned_data["scan"]
            upload = uploads.check(scan.name, scan)
            clean = form.cleaned_data
            opinion = acting.act(
                case_id=pk, assignment_id=row.pk, version_n=clean["version"], key=clean["key"], outcome=clean["outcome"],
                text=clean["text"], data=steps.data(form, payload, row), actor=request.user, now=request.now,
                paper=PaperScan(paper.cleaned_data["signed_by"], upload.sha256, upload.name),
            )  # fmt: skip
        except (Conflict, Forbidden):
            raise
        except Refused as refused:
            errors = [(None, refused.message)]
        else:
            messages.success(request, steps.done_sentence(case.pk, opinion))
            return redirect(f"{reverse('case', args=[pk])}?done=paper-{row.pk}")
    if posted and not errors:
        errors = form.summary() + paper.summary()
    context = {"nav": "cases", "case": case, "row": row, "form": form, "paper": paper, "errors": errors, "version": version}
    return render(request, "cases/record.html", context, status=422 if errors else 200)


@require_POST
def evidence(request: HttpRequest, pk: int, n: int) -> HttpResponse:
    """One implementation task reported done, with what proves it."""
    case = case_for(request.user, pk, request.held, request.now)
    if access.opens(request.held, "case.implement", case.unit_id) is None:
        raise Forbidden(_("只有%(unit)s的经办人可以填报实施情况。") % {"unit": case.unit.name}, code="not_clerk")
    form = EvidenceForm(request.POST, request.FILES, prefix=f"t{n}")
    if not form.is_valid():
        return render(request, "cases/case.html", _page_get(request, case, form.summary()), status=422)
    clean = form.cleaned_data
    try:
        file = None
        if clean["file"]:
            upload = uploads.check(clean["file"].name, clean["file"])
            file = {"sha256": upload.sha256, "name": upload.name}
        implementation.give_evidence(
            case_id=pk, task_n=n, done_on=clean["done_on"], evidence=clean["evidence"], file=file, actor=request.user, now=request.now
        )
    except (Conflict, Forbidden):
        raise
    except Refused as refused:
        return render(request, "cases/case.html", _page_get(request, case, [(None, refused.message)]), status=refused.status)
    messages.success(request, _("第%(n)s项实施任务已填报。") % {"n": n})
    return redirect(f"{reverse('case', args=[pk])}?done=evidence-{pk}-{n}#act")


def _page_get(request: HttpRequest, case: Case, errors: list[Any]) -> dict[str, Any]:
    """The case page around a form that is not the panel's own."""
    request.method = "GET"
    return page_context(request, case, errors=errors)
