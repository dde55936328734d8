"""常用语: one's own, added, taken away, put in order; the office-wide ones are shown beside."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from forms.phrases import PhraseForm
from workflows.cases.operations import phrases
from workflows.cases.queries import timeline
from workflows.cases.terms import Duty
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.views.refusing import posted, refuse

# What each role says an opinion on; administrators say none.
DUTIES: dict[str, tuple[Duty, ...]] = {
    "head": (Duty.ENDORSE,),
    "general": (Duty.EXAMINE, Duty.CONFIRM),
    "officer": (Duty.EVALUATE, Duty.DRAFT),
    "chief": (Duty.REVIEW,),
    "deputy": (Duty.DEPUTY,),
    "secretary": (Duty.RECORD,),
    "countersigner": (Duty.COUNTERSIGN,),
    "signatory": (Duty.SIGN,),
    "clerk": (Duty.IMPLEMENT,),
}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list by duty, and a form for one more."""
    mine = list(dict.fromkeys(duty for standing in request.held for duty in DUTIES.get(standing.role, ())))
    if not mine:
        raise Forbidden(_("您没有需要填写意见的职责。"), code="wrong_role")
    form = PhraseForm(posted(request), duties=[(duty.value, str(duty.label)) for duty in mine])
    if request.method == "POST" and form.is_valid():
        try:
            phrases.add(**form.cleaned_data, actor=request.user, now=request.now)
        except (Conflict, Missing):
            raise
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("已添加，办理时列在最前。"))
            return redirect("phrases")
    found = timeline.phrase_rows([duty.value for duty in mine], request.user)
    groups = [
        (
            str(duty.label),
            [row for row in found if row.duty == duty and row.owner_id],
            [row for row in found if row.duty == duty and not row.owner_id],
        )
        for duty in mine
    ]
    context = {"form": form, "groups": groups, "errors": form.summary() if form.is_bound else [], "trail": [(_("常用语"), "")]}
    return render(request, "account/phrases.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one away."""
    phrases.remove(phrase_id=pk, actor=request.user, now=request.now)
    return redirect("phrases")


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    phrases.move(phrase_id=pk, up=request.POST.get("way") == "up", actor=request.user, now=request.now)
    return redirect("phrases")
