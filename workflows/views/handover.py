"""离岗交接: everything that is personally a departing person's goes to a successor in one act; the steward's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forms.operations import HandOverForm
from workflows.access import queries as access
from workflows.cases.operations import handing
from workflows.cases.queries import work
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.views import choosing, deadlines, reference
from workflows.views.doors import door
from workflows.views.refusing import posted, refuse


@door("case.steward")
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest) -> HttpResponse:
    """Who leaves, who follows, which tasks go over; none goes if one of them may not."""
    raw = request.POST.get("leaving") or request.GET.get("leaving") or ""
    leaving = access.person(int(raw)) if raw.isdigit() else None
    form = HandOverForm(posted(request), people=choosing.departing(request), initial={"leaving": leaving.pk if leaving else None})
    if request.method == "POST" and form.is_valid():
        try:
            to = access.person(form.cleaned_data["to"])
            moved = handing.hand_over(leaving=leaving, to=to, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except (Conflict, Forbidden, Missing):
            raise
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已把%(a)s名下%(n)s件交给%(b)s。") % {"a": leaving.name, "n": len(moved), "b": to.name})
            return redirect(f"{reverse('hand-over')}?leaving={leaving.pk}&done=hand-over")
    calendar = reference.calendar()
    rows = [{"row": row, "due": deadlines.due(row.due, request.day, calendar)} for row in work.personal(leaving)] if leaving else []
    context = {
        "nav": "", "form": form, "leaving": leaving, "rows": rows, "errors": form.summary() if form.is_bound else [],
        "trail": [(_("离岗交接"), "")],
    }  # fmt: skip
    return render(request, "cases/hand_over.html", context, status=422 if form.errors else 200)
