"""The action panel: for each step of the flow its form, its words, and what the operation is handed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms import cases as forms
from forms import places
from forms.cases import ActForm
from forms.staffing import ARTICLE_16
from workflows.cases import beside, visibility
from workflows.cases.models import Assignment, Case, CaseVersion
from workflows.cases.queries import timeline
from workflows.lib import uploads
from workflows.organization import queries as organization
from workflows.views import reference, returns
from workflows.views.returns import Target

TITLES = {
    "endorse": gettext_lazy("请您审核并同意报送"),
    "accept": gettext_lazy("请您受理审查"),
    "evaluate": gettext_lazy("请您论证"),
    "countersign": gettext_lazy("请您会签"),
    "section_review": gettext_lazy("请您审核"),
    "deputy_review": gettext_lazy("请您审核"),
    "deliberate": gettext_lazy("请记录审议结果"),
    "draft_document": gettext_lazy("请您拟稿"),
    "sign": gettext_lazy("请您签发"),
    "implement": gettext_lazy("请您组织实施"),
    "confirm": gettext_lazy("请您确认办结"),
}
BUTTONS = {
    "endorse": gettext_lazy("提交审核意见"),
    "accept": gettext_lazy("提交受理意见"),
    "evaluate": gettext_lazy("提交论证意见"),
    "countersign": gettext_lazy("提交会签意见"),
    "section_review": gettext_lazy("提交审核意见"),
    "deputy_review": gettext_lazy("提交审核意见"),
    "deliberate": gettext_lazy("保存审议记录"),
    "draft_document": gettext_lazy("送签"),
    "sign": gettext_lazy("提交签发意见"),
    "implement": gettext_lazy("报告实施完毕"),
    "confirm": gettext_lazy("提交办结意见"),
}
HELPING = {
    "delegate": gettext_lazy("%(who)s委派您先提出意见"),
    "before": gettext_lazy("%(who)s请您加签，您办完后再由其办理"),
    "after": gettext_lazy("%(who)s已办理，请您加签"),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the person is asked for: the form, its template, its words."""

    assignment: Assignment
    form: ActForm
    title: str
    button: str
    template: str
    outcomes: list[tuple[str, str, str]]
    external: bool = False
    amount_rows: list[tuple[str, str, Any]] = field(default_factory=list)
    rule_words: str = ""
    targets: list[Target] = field(default_factory=list)
    helping: bool = False

    @property
    def statements(self) -> list[tuple[str, Any, Any]]:
        """(question, conclusion, text) of Article 16, for the evaluation."""
        return [(question, self.form[f"a16_{key}"], self.form[f"a16_{key}_text"]) for key, question in ARTICLE_16]

    @property
    def counts(self) -> list[Any]:
        """The six counts of a session."""
        return [self.form[name] for name in forms.DeliberateForm.COUNTS]


def panel(
    assignment: Assignment, case: Case, version: CaseVersion, payload: Mapping[str, Any], rounds: Any, *, request: HttpRequest,
) -> Panel:  # fmt: skip
    """The panel of one open assignment, bound to what was posted if something was."""
    helping = assignment.via in beside.HELPERS
    body = current_body(case) if assignment.node == "deliberate" and not helping else None
    targets = returns.targets(case, assignment, rounds)
    form = bind(assignment, version, payload, request=request, external=bool(body and body.external), case=case, targets=targets)
    outcomes = [(key, str(o.title), o.kind) for key, o in timeline.outcomes(assignment).items()]
    title = str(TITLES.get(assignment.node, _("请您办理")))
    if helping:
        asked = HELPING[assignment.via] % {"who": assignment.added_by.name}
        return Panel(assignment, form, asked, _("提交意见"), "cases/steps/helper.html", outcomes, helping=True)
    if body:
        title = _("请记录%(body)s审议结果") % {"body": body.name} if not body.external else _("请记录%(body)s批复") % {"body": body.name}
    return Panel(
        assignment,
        form,
        title,
        str(BUTTONS.get(assignment.node, _("提交"))),
        f"cases/steps/{assignment.node}.html",
        outcomes,
        bool(body and body.external),
        _amount_rows(form, payload, request),
        _rule_words(body),
        targets,
    )


def _amount_rows(form: ActForm, payload: Mapping[str, Any], request: HttpRequest) -> list[tuple[str, str, Any]]:
    """(institution, kind, field) per line, named as of today."""
    lines = list(payload.get("lines") or []) if "amount_0" in form.fields else []
    if not lines:
        return []
    names = organization.names_on({line["unit"] for line in lines if isinstance(line.get("unit"), int)}, request.day)
    kinds = {kind.code: kind.name for kind in reference.kinds()}
    newborn = (payload.get("institution") or {}).get("name") or _("新设机构")
    return [
        (names.get(line.get("unit"), newborn), kinds.get(line["kind"], line["kind"]), form[f"amount_{n}"]) for n, line in enumerate(lines)
    ]


def _rule_words(body: Any) -> str:
    if body is None or body.external:
        return ""
    more = _("超过") if body.majority_strict else _("不少于")
    return _("法定人数不少于应到的%(q)s，同意票须%(more)s%(of)s的%(m)s。") % {
        "q": f"{body.quorum_numerator}/{body.quorum_denominator}",
        "more": more,
        "of": body.get_majority_of_display(),
        "m": f"{body.majority_numerator}/{body.majority_denominator}",
    }


def current_body(case: Case) -> Any:
    """The body whose session is to be recorded next."""
    codes = (case.route or {}).get("bodies", [])
    code = codes[case.body_index] if case.body_index < len(codes) else None
    return next((body for body in reference.bodies() if body.code == code), None)


def bind(
    assignment: Assignment, version: CaseVersion, payload: Mapping[str, Any], *, request: HttpRequest, case: Case,
    external: bool = False, targets: Sequence[Target] = (),
) -> ActForm:  # fmt: skip
    """The step's form: fresh with a new key, or over what was posted."""
    outcomes = [(key, str(o.title)) for key, o in timeline.outcomes(assignment).items()]
    helping = assignment.via in beside.HELPERS
    kind = forms.ReviewForm if helping else forms.FORMS.get(assignment.node, forms.ReviewForm)
    extra: dict[str, Any] = {"targets": [(target.node, target.title) for target in targets]}
    if any(key in forms.RETURNS for key, _title in outcomes):
        extra["places"] = places.choices(reference.materials(case.matter), institution=case.matter.code == "R02")
    if kind in (forms.EvaluateForm, forms.DeliberateForm):
        extra["lines"] = list(payload.get("lines") or [])
    if kind is forms.DeliberateForm:
        extra["external"] = external
    initial = {"version": version.n, "key": uuid.uuid4()}
    posted = request.method == "POST"
    return kind(request.POST if posted else None, request.FILES if posted else None, initial=initial, outcomes=outcomes, **extra)


def data(form: ActForm, payload: Mapping[str, Any], row: Assignment) -> dict[str, Any]:
    """What the operation takes: the form's own entries, figures turned into a whole payload, the file stored and named.

    :raises Refused: a file of a type, size or marking that is not taken.
    """
    out = form.said()
    amounts = out.pop("amounts", None)
    lines = list(payload.get("lines") or [])
    if amounts is not None and amounts != [line["quantity"] for line in lines]:
        typed = {"lines": [line | {"quantity": n} for line, n in zip(lines, amounts, strict=True)]}
        out["payload"] = visibility.written(row.node, row.role, payload, typed)
    stream = form.cleaned_data.get("file")
    if stream:
        upload = uploads.check(stream.name, stream)
        out["file"] = {"sha256": upload.sha256, "name": upload.name}
    return {key: value for key, value in out.items() if value not in (None, "", [])}


def done_sentence(case_pk: int, opinion: Any) -> str:
    """What happened and what comes next, never just "success"."""
    case = Case.objects.select_related("matter").get(pk=case_pk)
    open_rows = Assignment.objects.filter(case=case, closed_at__isnull=True).select_related("unit", "task")
    following = "、".join(dict.fromkeys(f"{row.unit.name}（{row.task.flow_task.task_title}）" for row in open_rows))
    title = timeline.outcome_title(opinion.assignment, opinion.outcome)
    if case.closed_at:
        return _("已办理：%(what)s。%(number)s %(state)s。") % {"what": title, "number": case.number, "state": case.get_state_display()}
    return _("已办理：%(what)s。%(number)s 现由%(next)s办理。") % {"what": title, "number": case.number or case.title, "next": following}
