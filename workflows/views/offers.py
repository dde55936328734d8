"""The row of other acts on a case: what the policy table allows this person, and in a fold what it refuses and why."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from workflows.cases.policy import POLICY, Verdict
from workflows.cases.queries import situation
from workflows.cases.queries.situation import Offered
from workflows.cases.queries.visible import case_for

# In the order of the row. Several rows of the policy table may be one page: the ways of adding a signer are chosen there.
ROW: dict[str, tuple[str, ...]] = {
    "transfer": ("transfer",),
    "delegate": ("delegate",),
    "add": ("add_before", "add_after", "add_parallel"),
    "remove": ("remove_sign",),
    "consult": ("consult",),
    "question": ("question",),
    "withdraw": ("withdraw",),
    "cancel": ("cancel",),
    "remind": ("remind",),
    "supervise": ("supervise",),
    "circulate": ("circulate",),
    "copy": ("copy",),
    "comment": ("comment",),
    "suspend": ("suspend",),
    "resume": ("resume",),
    "terminate": ("terminate",),
    "void": ("void",),
}
TITLES = {"add": gettext_lazy("加签"), "remove": gettext_lazy("减签")}


@dataclass(frozen=True, slots=True)
class Link:
    """One operation that is offered."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One that is not, and why."""

    title: str
    reason: str


@require_GET
def others(request: HttpRequest, pk: int) -> HttpResponse:
    """The row as a fragment, fetched after the page; opened by itself it is a page of its own."""
    case = case_for(request.user, pk, request.held, request.now)
    found = situation.offered(case, user=request.user, held=request.held, now=request.now)
    context = {"case": case, "links": links(case.pk, found), "refusals": refusals(found)}
    return render(request, "cases/others.html" if request.htmx else "cases/others_page.html", context)


def title(operation: str) -> str:
    """The operation's word."""
    return str(TITLES.get(operation) or _(POLICY[ROW[operation][0]].title))


def allowed(operation: str, found: Offered) -> list[str]:
    """The rows of the policy table behind this page that are allowed now."""
    names = [name for name in ROW[operation] if found.verdicts[name].allowed]
    return names if operation != "remove" or found.removable else []


def verdict(operation: str, found: Offered) -> Verdict:
    """The first refusal of a page none of whose operations is allowed."""
    if operation == "remove" and found.verdicts["remove_sign"].allowed:
        return Verdict(False, _("没有加签后尚未办理的人员。"), "policy_nobody")
    return next(found.verdicts[name] for name in ROW[operation])


def links(pk: int, found: Offered) -> list[Link]:
    """What is offered, in the order of the row."""
    return [Link(title(name), reverse("case-do", args=[pk, name])) for name in ROW if allowed(name, found)]


def refusals(found: Offered) -> list[Refusal]:
    """What is refused, with the table's reason."""
    return [Refusal(title(name), verdict(name, found).reason) for name in ROW if not allowed(name, found)]


def words(operation: str) -> dict[str, Any]:
    """Heading, sentence of what will happen, and button of an operation's page."""
    told, button = WORDS[operation]
    return {"title": title(operation), "told": str(told), "button": str(button)}


WORDS = {
    "transfer": (gettext_lazy("任务和责任一并转给同岗位的人员，您仍可查看本办件；转办不计为一票。"), gettext_lazy("转办")),
    "delegate": (gettext_lazy("请同岗位的人员先提出意见，意见回到您处，仍由您作出结论。在其答复之前，您不能办理。"), gettext_lazy("委派")),
    "add": (gettext_lazy("请他人在您之前、之后办理，或者增加一个会签单位。同一任务不能同时前加签和后加签。"), gettext_lazy("加签")),
    "remove": (gettext_lazy("减去加签后尚未办理的人员，其任务取消并留痕。"), gettext_lazy("减签")),
    "consult": (gettext_lazy("向其他单位书面征求意见，不影响您和其他人继续办理。"), gettext_lazy("发出征询")),
    "question": (gettext_lazy("向承办人提问，其他会签单位照常办理。"), gettext_lazy("发出询问")),
    "withdraw": (gettext_lazy("撤回您刚才的办理，任务回到您处；您的原意见留痕，不再有效。"), gettext_lazy("撤回")),
    "cancel": (gettext_lazy("撤销后本办件终结，预留的编制释放；编号保留，如需再报须新建。"), gettext_lazy("撤销本办件")),
    "remind": (gettext_lazy("提醒当前办理人。每天一次，计次留痕；第三次起同时告知分管领导。"), gettext_lazy("催办")),
    "supervise": (gettext_lazy("要求该环节办理人在期限内书面反馈。"), gettext_lazy("督办")),
    "circulate": (gettext_lazy("请有关人员阅知，可以附意见；不影响办理，退回后仍然有效。"), gettext_lazy("发出传阅")),
    "copy": (gettext_lazy("送有关人员知悉，不要求回执。"), gettext_lazy("抄送")),
    "comment": (gettext_lazy("记在本办件上，看得到本办件的人都能看到；不是审批意见。"), gettext_lazy("记下备注")),
    "suspend": (gettext_lazy("挂起期间停止计时，任何人不能办理，直到恢复。"), gettext_lazy("挂起")),
    "resume": (gettext_lazy("恢复后继续计时，各期限按挂起的工作日顺延。"), gettext_lazy("恢复办理")),
    "terminate": (gettext_lazy("终止后本办件终结，未办任务取消，预留的编制释放。"), gettext_lazy("终止本办件")),
    "void": (gettext_lazy("作废后本办件终结，编号保留并注明作废，预留的编制释放。"), gettext_lazy("作废本办件")),
}
