"""Beside the flow, seen by whoever is asked: answering a question, noting a receipt, reporting to a supervision."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from forms.operations import AnswerForm, ReadForm, ReportForm
from workflows.cases.models import Supervision
from workflows.cases.operations import exchanging, reminding
from workflows.cases.queries import exchange
from workflows.cases.queries.situation import handles
from workflows.cases.queries.visible import case_for
from workflows.lib import uploads
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.views import deadlines, reference, seeing
from workflows.views.refusing import posted, refuse


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: what is asked, until when, and the form for the answer; answered, it shows the answer."""
    asked = _consultation(request, pk)
    mine = any((standing.role, standing.unit.pk) == (asked.role, asked.unit_id) for standing in request.held)
    if request.method == "POST" and not mine:
        raise Forbidden(_("这项征询须由%(unit)s答复。") % {"unit": asked.unit.name}, code="wrong_office")
    form = AnswerForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            exchanging.answer(
                consultation_id=pk, text=form.cleaned_data["text"], file=_file(form), actor=request.user, now=request.now
            )  # fmt: skip
        except (Conflict, Forbidden, Missing):
            raise
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("答复已送%(who)s，并记入办件。") % {"who": asked.asked_by.name})
            return redirect(f"{reverse('case', args=[asked.case_id])}?done=answer-{pk}")
    due = deadlines.due(asked.due, request.day, reference.calendar())
    context = {
        "nav": "desk", "asked": asked, "case": asked.case, "form": form, "errors": form.summary() if form.is_bound else [],
        "due": due, "mine": mine, "silent": _may_note_silence(asked, request),
    }  # fmt: skip
    return render(request, "cases/answer.html", context, status=422 if form.errors else 200)


def _consultation(request: HttpRequest, pk: int) -> Any:
    """The question, for whoever may see its case and from whom it is not hidden; his own office's and his own always."""
    asked = exchange.consultation(pk)
    case = case_for(request.user, asked.case_id, request.held, request.now)
    mine = asked.asked_by_id == request.user.pk or any((s.role, s.unit.pk) == (asked.role, asked.unit_id) for s in request.held)
    if not mine and f"beside.{asked.kind}" in seeing.hidden(request, case):
        raise Missing(_("没有这项征询，或您无权查看。"), code="no_consultation")
    return asked


def _may_note_silence(asked: Any, request: HttpRequest) -> bool:
    return not asked.closed_as and asked.asked_by_id == request.user.pk and asked.due is not None and asked.due < request.day


def _file(form: AnswerForm) -> dict[str, str] | None:
    stream = form.cleaned_data["file"]
    if not stream:
        return None
    upload = uploads.check(stream.name, stream)
    return {"sha256": upload.sha256, "name": upload.name}


@require_POST
def silence(request: HttpRequest, pk: int) -> HttpResponse:
    """No answer came by the deadline: noted as such, never as agreement."""
    asked = _consultation(request, pk)
    exchanging.note_silence(consultation_id=pk, actor=request.user, now=request.now)
    messages.success(request, _("已记录%(unit)s逾期未复；不视为同意。") % {"unit": asked.unit.name})
    return redirect("case", pk=asked.case_id)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """已阅."""
    form = ReadForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.summary()[0][1])
        return redirect(f"{reverse('desk')}?tab=read")
    sent = exchanging.read(circulation_id=pk, remark=form.cleaned_data["remark"], actor=request.user, now=request.now)
    messages.success(request, _("已记录您阅知。"))
    if request.POST.get("back") == "case":
        return redirect(f"{reverse('case', args=[sent.case_id])}?done=read-{pk}")
    return redirect(f"{reverse('desk')}?tab=read&done=read-{pk}")


@require_POST
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a circulation that nobody has read yet."""
    case_for(request.user, exchange.case_of_circulation(pk), request.held, request.now)
    sent = exchanging.recall(circulation_id=pk, actor=request.user, now=request.now)
    messages.success(request, _("传阅已撤回。"))
    return redirect("case", pk=sent.case_id)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report to a supervision."""
    order = Supervision.objects.select_related("by", "assignment__unit", "assignment__task", "feedback_by").filter(pk=pk).first()
    if order is None:
        raise Missing(_("没有这项督办。"))
    case = case_for(request.user, order.case_id, request.held, request.now)
    mine = order.assignment.closed_by_id == request.user.pk or handles(order.assignment, request.user, request.held)
    if request.method == "POST" and not mine:
        raise Forbidden(_("督办须由该环节的办理人反馈。"), code="not_handler")
    form = ReportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            reminding.report_back(supervision_id=pk, text=form.cleaned_data["text"], actor=request.user, now=request.now)
        except (Conflict, Forbidden, Missing):
            raise
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("反馈已送%(who)s。") % {"who": order.by.name})
            return redirect(f"{reverse('case', args=[case.pk])}?done=report-{pk}")
    due = deadlines.due(order.due, request.day, reference.calendar())
    context = {"nav": "desk", "order": order, "case": case, "form": form, "due": due, "mine": mine}
    context["errors"] = form.summary() if form.is_bound else []
    return render(request, "cases/report.html", context, status=422 if form.errors else 200)
