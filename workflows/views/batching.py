"""批量通过: several cases at the same sort of step, each its own transaction, and a list that says of each what happened."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forms.phrases import BatchForm
from workflows.cases.batch import BATCH, MOST
from workflows.cases.models import Assignment
from workflows.cases.operations import acting
from workflows.cases.queries import timeline, work
from workflows.lib.refusals import Conflict, Refused
from workflows.views.refusing import posted


@dataclass(frozen=True, slots=True)
class Item:
    """One case of a batch: the task, the version shown, the key of its act; after the act what happened."""

    row: Assignment
    version: int
    key: str
    done: bool = False
    said: str = ""


@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """The items chosen on the desk, once more with their titles, and one button; then the result of each."""
    chosen = [int(raw) for raw in request.POST.getlist("task") or request.GET.getlist("task") if raw.isdigit()][:MOST]
    rows = work.batchable(request.user, request.held, chosen)
    if not chosen or (not rows and request.method == "GET"):
        raise Conflict(_("没有选中可以批量通过的件，或者已由他人办理。请回到工作台重新选择。"), code="nothing_chosen")
    versions = timeline.newest_versions({row.case_id for row in rows})
    form = BatchForm(posted(request))
    if request.method == "POST" and form.is_valid():
        items = [_act(request, pk, rows, form.cleaned_data["text"]) for pk in chosen]
        return render(request, "desk/batch_done.html", {"nav": "desk", "items": [item for item in items if item]})
    items = [Item(row, versions[row.case_id], str(uuid.uuid4())) for row in rows]
    context = {"nav": "desk", "items": items, "form": form, "errors": form.summary() if form.is_bound else []}
    return render(request, "desk/batch.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest, pk: int, rows: list[Assignment], text: str) -> Item | None:
    """One item, whole or not at all, whatever became of the others."""
    row = next((one for one in rows if one.pk == pk), None) or work.seen(request.user, request.held, pk, request.now)
    if row is None:
        return None
    try:
        version, key = int(request.POST.get(f"version_{pk}", "")), uuid.UUID(request.POST.get(f"key_{pk}", ""))
    except ValueError:
        return Item(row, 0, "", said=_("表单不完整，没有办理。"))
    if row.node not in BATCH:
        return Item(row, version, "", said=_("这个环节须逐件办理。"))
    try:
        opinion = acting.act(
            case_id=row.case_id, assignment_id=pk, version_n=version, key=key, outcome=BATCH[row.node], text=text, actor=request.user,
            now=request.now,
        )  # fmt: skip
    except Refused as refused:
        return Item(row, version, "", said=refused.message)
    return Item(row, version, "", True, _done(opinion))


def _done(opinion: Any) -> str:
    return _("已办理：%(what)s。") % {"what": timeline.outcome_title(opinion.assignment, opinion.outcome)}
