"""The papers register, one paper with what it rests on, and its file: only through here, only for those who may see it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forms.documents import RegisterForm
from workflows.access import queries as access
from workflows.cases.queries import visible as cases
from workflows.documents import queries
from workflows.documents.models import Paper
from workflows.lib.refusals import Missing
from workflows.organization.models import Unit
from workflows.views import pager, reading
from workflows.views.doors import door

READERS = ("paper.view", "case.countersign")


@door("paper.view")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Issued papers, newest first."""
    codes = _codes(request)
    form = RegisterForm(request.GET, years=queries.years(unit_codes=codes))
    data = form.cleaned_data if form.is_valid() else {}
    page = queries.register(
        unit_codes=codes, kind=data.get("kind", ""), year=data.get("year"), text=data.get("q", ""),
        before=pager.before(request),
    )  # fmt: skip
    context = {"form": form, "papers": page.papers, "page": pager.links(request, page.before), "nav": "papers", "trail": [(_("文件"), "")]}
    return render(request, "documents/register.html", context)


@door(*READERS)
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: number, recipient, who issued it, the digest of what it says, and its file or that it is being drawn."""
    paper = _paper(request, pk)
    reading.note(request, f"paper/{pk}", "view")
    case = paper.subject.removeprefix("case/") if paper.subject.startswith("case/") else ""
    context = {"paper": paper, "case": case, "nav": "papers", "trail": [(_("文件"), reverse("paper-list")), (paper.number, "")]}
    return render(request, "documents/paper.html", context)


@door(*READERS)
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF: to keep, or with `?look=1` to read in the browser. A paper still being drawn answers 409 and says so."""
    paper = _paper(request, pk)
    content = queries.open_file(paper)
    look = "look" in request.GET
    reading.note(request, f"paper/{pk}", "view" if look else "download")
    response = FileResponse(content, as_attachment=not look, filename=f"{paper.number}.pdf", content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _codes(request: HttpRequest) -> set[str] | None:
    """The codes of the units whose papers the person may see; None for every unit's."""
    scope = access.scope(request.held, "paper.view", request.day)
    return None if scope is None else set(Unit.objects.filter(pk__in=scope).values_list("code", flat=True))


def _paper(request: HttpRequest, pk: int) -> Paper:
    """The paper, by its unit or by a case the person handles; raises Missing otherwise."""
    try:
        return queries.paper(pk, unit_codes=_codes(request))
    except Missing:
        paper = queries.paper(pk, unit_codes=None)
        case = paper.subject.removeprefix("case/")
        if not case.isdecimal():
            raise
        cases.case_for(request.user, int(case), request.held, request.now)
        return paper
