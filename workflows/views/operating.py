"""Every operation beside the acts: one page with one form, one operation, and a sentence that says what happened."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forms import operations as forms
from forms.operations import OperationForm
from workflows.access.models import User
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import ending, exchanging, handing, helping_hands, loading, pausing, reminding, withdrawing
from workflows.cases.policy import POLICY, STEWARD
from workflows.cases.queries import situation, timeline
from workflows.cases.queries.situation import Offered
from workflows.cases.queries.visible import case_for
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.organization.models import Unit
from workflows.views import choosing, offers
from workflows.views.refusing import posted, refuse


@dataclass(frozen=True, slots=True)
class At:
    """One request for one operation: the case, what the table says, and the tasks that are open."""

    request: HttpRequest
    case: Case
    found: Offered
    open_rows: list[Assignment]

    @property
    def steers(self) -> bool:
        """Whether the person is the steward, who works on tasks that are not his own."""
        return any(standing.role == STEWARD for standing in self.request.held)

    @property
    def by(self) -> dict[str, Any]:
        """What every operation takes at its end."""
        return {"actor": self.request.user, "now": self.request.now}


@require_http_methods(["GET", "POST"])
def operate(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """One operation on one case. A refusal comes back at its field; a conflict says who was first; the wrong person is told who may."""
    case = case_for(request.user, pk, request.held, request.now)
    if operation not in DOING:
        raise Missing(_("没有这项操作。"))
    found = situation.offered(case, user=request.user, held=request.held, now=request.now)
    at = At(request, case, found, timeline.open_assignments(case))
    make, run = DOING[operation]
    if request.method == "GET" and not offers.allowed(operation, found):
        _refuse(offers.verdict(operation, found))
    form = make(at, posted(request), {"key": uuid.uuid4(), "task": _task(operation, found)})
    if request.method == "POST" and form.is_valid():
        try:
            said = run(at, form.cleaned_data)
        except (Conflict, Missing):
            raise
        except Forbidden as forbidden:
            _gone(case, form.cleaned_data.get("task"), request)
            raise forbidden
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, said)
            return redirect(f"{reverse('case', args=[pk])}?done=do-{operation}-{pk}")
    elif request.method == "POST" and not offers.allowed(operation, found):
        _refuse(offers.verdict(operation, found))
    context = offers.words(operation) | {
        "nav": "cases",
        "case": case,
        "operation": operation,
        "form": form,
        "errors": form.summary() if form.is_bound else [],
        "when": getattr(form, "when", {}),
        "grouped": choosing.everybody(request) if isinstance(form, forms.SendForm) else [],
        "chosen": {str(one) for one in form["readers"].value() or []} if "readers" in form.fields else set(),
    }
    return render(request, "cases/operation.html", context, status=422 if form.errors else 200)


def _refuse(verdict: Any) -> None:
    """The page that says no: 403 for the wrong person, 409 for a case that has moved on."""
    raise (Forbidden if verdict.code == "policy_person" else Conflict)(verdict.reason, code=verdict.code)


def _gone(case: Case, task: int | None, request: HttpRequest) -> None:
    """A task that somebody has dealt with meanwhile is a conflict that names him, not a lack of office."""
    if task:
        row = timeline.assignment(case, task)
        own = row.assignee_id == request.user.pk or any((s.role, s.unit.pk) == (row.role, row.unit_id) for s in request.held)
        if own:
            loading.answered_before(row, key=None, actor=request.user)


def _task(operation: str, found: Offered) -> int | None:
    row = found.done if operation == "withdraw" else found.mine
    return row.pk if row else None


def _required(clean: dict[str, Any]) -> int:
    if not clean.get("task"):
        raise Missing(_("表单不完整，请刷新后重试。"))
    return clean["task"]


def _user(pk: int) -> User:
    return User.objects.get(pk=pk)


def _tasks(rows: list[Assignment]) -> list[tuple[int, str]]:
    return [(row.pk, choosing.task_title(row)) for row in rows]


def _transfer_form(at: At, data: Any, initial: Any) -> OperationForm:
    if at.found.mine is not None or not at.steers:
        people = choosing.same_office(at.found.mine, at.request) if at.found.mine else choosing.offices_of(at.open_rows, at.request)
        return forms.PersonForm(data, initial=initial, people=people)
    return forms.TaskPersonForm(
        data, initial=initial, tasks=_tasks(at.open_rows), people=choosing.offices_of(at.open_rows, at.request)
    )  # fmt: skip


def _transfer(at: At, clean: dict[str, Any]) -> str:
    new = handing.transfer(case_id=at.case.pk, assignment_id=_required(clean), to=_user(clean["to"]), reason=clean["reason"], **at.by)
    return _("已转给%(name)s办理，并已告知。") % {"name": new.assignee.name}


def _delegate_form(at: At, data: Any, initial: Any) -> OperationForm:
    people = choosing.same_office(at.found.mine, at.request) if at.found.mine else choosing.offices_of(at.open_rows, at.request)
    return forms.PersonForm(data, initial=initial, people=[one for one in people if one[0] != at.request.user.pk])


def _delegate(at: At, clean: dict[str, Any]) -> str:
    child = handing.delegate(case_id=at.case.pk, assignment_id=_required(clean), to=_user(clean["to"]), request=clean["reason"], **at.by)
    return _("已委派%(name)s提出意见；其答复后，仍由您办理。") % {"name": child.assignee.name}


def _add_form(at: At, data: Any, initial: Any) -> OperationForm:
    hows = [
        (name.removeprefix("add_"), _(POLICY[name].title))
        for name in offers.ROW["add"]
        if at.found.verdicts[name].allowed or data is not None
    ]
    asked = {row.unit_id for row in at.case.assignments.filter(node="countersign")} if any(how == "parallel" for how, _t in hows) else set()
    units = choosing.answering(at.request, besides=asked) if any(how == "parallel" for how, _title in hows) else []
    return forms.AddForm(data, initial=initial, hows=hows, people=choosing.colleagues(at.request), units=units)


def _add(at: At, clean: dict[str, Any]) -> str:
    if clean["how"] == "parallel":
        task = clean["task"] or (at.open_rows[0].pk if at.open_rows else 0)
        unit = Unit.objects.get(pk=clean["unit"])
        helping_hands.add_branch(case_id=at.case.pk, assignment_id=task, unit=unit, reason=clean["reason"], **at.by)
        return _("已增加%(unit)s会签，并已告知。") % {"unit": unit.name}
    child = helping_hands.add_sign(
        case_id=at.case.pk, assignment_id=_required(clean), how=clean["how"], to=_user(clean["to"]), request=clean["reason"], **at.by
    )  # fmt: skip
    if clean["how"] == "before":
        return _("已请%(name)s先行加签；其办完后，由您办理。") % {"name": child.assignee.name}
    return _("已请%(name)s后加签；您办理后由其办理，再往下送。") % {"name": child.assignee.name}


def _remove(at: At, clean: dict[str, Any]) -> str:
    row = helping_hands.remove_sign(case_id=at.case.pk, assignment_id=clean["task"], reason=clean["reason"], **at.by)
    return _("已减去%(who)s。") % {"who": row.assignee.name if row.assignee else row.unit.name}


def _consult(at: At, clean: dict[str, Any]) -> str:
    unit = Unit.objects.get(pk=clean["unit"])
    exchanging.ask(
        case_id=at.case.pk, assignment_id=_required(clean), kind="consult", unit=unit, role="countersigner", text=clean["text"],
        due=clean["due"], key=clean["key"], **at.by,
    )  # fmt: skip
    return _("已向%(unit)s征求意见，答复后会告知您。") % {"unit": unit.name}


def _question(at: At, clean: dict[str, Any]) -> str:
    office = choosing.evaluator(at.case, at.case.assignments.select_related("unit").order_by("-pk"))
    if office is None:
        raise Conflict(_("本办件还没有承办人，不能询问。"))
    exchanging.ask(
        case_id=at.case.pk, assignment_id=_required(clean), kind="question", unit=office[1], role=office[0], text=clean["text"],
        due=clean["due"], key=clean["key"], **at.by,
    )  # fmt: skip
    return _("已询问承办人，答复后会告知您；其他单位照常会签。")


def _withdraw(at: At, clean: dict[str, Any]) -> str:
    withdrawing.withdraw(case_id=at.case.pk, assignment_id=_required(clean), reason=clean["reason"], **at.by)
    return _("已撤回，任务回到您处，请重新办理。")


def _end(how: Any) -> Callable[[At, dict[str, Any]], str]:
    def run(at: At, clean: dict[str, Any]) -> str:
        case = ending.end(case_id=at.case.pk, how=how, reason=clean["reason"], basis=clean.get("basis", ""), **at.by)
        return _("%(number)s %(state)s，预留的编制已释放。") % {"number": case.number, "state": case.get_state_display()}

    return run


def _remind(at: At, clean: dict[str, Any]) -> str:
    reminding.remind(case_id=at.case.pk, text=clean["text"], **at.by)
    count = at.case.reminders.filter(kind="remind").count()
    return _("已催办，这是第%(n)s次。") % {"n": count}


def _supervise(at: At, clean: dict[str, Any]) -> str:
    reminding.supervise(
        case_id=at.case.pk, assignment_id=clean["task"], text=clean["text"], due=clean["due"], key=clean["key"], **at.by
    )  # fmt: skip
    return _("已督办，办理人须在期限内反馈。")


def _send(kind: str) -> Callable[[At, dict[str, Any]], str]:
    def run(at: At, clean: dict[str, Any]) -> str:
        readers = list(User.objects.filter(pk__in=clean["readers"], is_active=True))
        sent = exchanging.send(case_id=at.case.pk, kind=kind, readers=readers, note=clean["note"], **at.by)
        names = "、".join(row.reader.name for row in sent)
        return _("已送%(names)s。") % {"names": names} if names else _("所选人员手中已有未阅的同一件，没有重复发送。")

    return run


def _send_form(at: At, data: Any, initial: Any) -> OperationForm:
    people = [person for _unit, group in choosing.everybody(at.request) for person in group]
    return forms.SendForm(data, initial=initial, people=people)


def _comment(at: At, clean: dict[str, Any]) -> str:
    exchanging.comment(case_id=at.case.pk, text=clean["text"], key=clean["key"], **at.by)
    return _("备注已记下。")


def _suspend(at: At, clean: dict[str, Any]) -> str:
    pausing.suspend(case_id=at.case.pk, reason=clean["reason"], **at.by)
    return _("已挂起，停止计时。")


def _resume(at: At, clean: dict[str, Any]) -> str:
    pausing.resume(case_id=at.case.pk, text=clean["text"], **at.by)
    return _("已恢复办理，期限相应顺延。")


def _plain(form: type[OperationForm]) -> Callable[[At, Any, Any], OperationForm]:
    return lambda _at, data, initial: form(data, initial=initial)


Make = Callable[[At, Any, Any], OperationForm]
DOING: dict[str, tuple[Make, Callable[[At, dict[str, Any]], str]]] = {
    "transfer": (_transfer_form, _transfer),
    "delegate": (_delegate_form, _delegate),
    "add": (_add_form, _add),
    "remove": (lambda at, data, initial: forms.RemoveForm(data, initial=initial, tasks=_tasks(at.found.removable)), _remove),
    "consult": (lambda at, data, initial: forms.AskForm(data, initial=initial, units=choosing.answering(at.request)), _consult),
    "question": (_plain(forms.QuestionForm), _question),
    "withdraw": (_plain(forms.ReasonForm), _withdraw),
    "cancel": (_plain(forms.ReasonForm), _end("cancel")),
    "remind": (_plain(forms.WordForm), _remind),
    "supervise": (lambda at, data, initial: forms.SuperviseForm(data, initial=initial, tasks=_tasks(at.open_rows)), _supervise),
    "circulate": (_send_form, _send("circulate")),
    "copy": (_send_form, _send("copy")),
    "comment": (_plain(forms.TextForm), _comment),
    "suspend": (_plain(forms.ReasonForm), _suspend),
    "resume": (_plain(forms.WordForm), _resume),
    "terminate": (_plain(forms.EndForm), _end("terminate")),
    "void": (_plain(forms.EndForm), _end("void")),
}
