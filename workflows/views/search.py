"""Search over everything a person may see: cases by number, words, any name of the unit and initials; institutions by name."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from forms.cases import SearchForm
from workflows.access import queries as access
from workflows.cases.queries import search as cases
from workflows.organization import queries as organization
from workflows.views import deadlines, reference

UNITS = 8


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """One box: a case number that is met exactly opens the case; otherwise cases and institutions found."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    after = request.GET.get("after", "")
    context = {"nav": "cases", "words": words, "rows": [], "units": [], "page": {}}
    if words:
        calendar = reference.calendar()
        page = cases.search(
            request.user, request.held, cases.Filters(words=words), now=request.now, day=request.day, week_end=request.day,
            after=int(after) if after.isdigit() else None,
        )  # fmt: skip
        if len(page.rows) == 1 and page.rows[0].number and page.rows[0].number.lower() == words.lower():
            return redirect("case", pk=page.rows[0].pk)
        context["rows"] = [
            {"case": case, "due": deadlines.due(case.deadline if case.state == "running" else None, request.day, calendar)}
            for case in page.rows
        ]
        context["page"] = {"next": f"q={words}&after={page.after}" if page.after else "", "newest": f"q={words}" if after else ""}
        if access.anywhere(request.held, "unit.view") and not after:
            context["units"] = organization.find(words, request.day, UNITS)
    return render(request, "cases/search.html", context)
