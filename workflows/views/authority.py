"""The authority table: its rows as of a day, a trial with imagined facts, editing by the steward, Excel out and in."""

import io
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms.matters import OPERATORS, ConditionFormSet, ConfirmTableForm, EndRuleForm, RuleForm, TableForm, TryForm, conditions_of
from forms.organization import AsOfForm
from workflows.lib import blobs, spreadsheets
from workflows.lib.refusals import Missing, Refused
from workflows.matters import authority, operations, queries, voting
from workflows.matters.models import AuthorityRule
from workflows.organization.models import Unit
from workflows.organization.terms import Kind
from workflows.views.asof import dated
from workflows.views.doors import door, held
from workflows.views.refusing import posted, refuse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@door("authority.view")
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Who decides what: the rows in force on a day, with the deciding bodies' quorum and majority."""
    form = AsOfForm(dated(request), initial={"on": request.day})
    day = form.day(request.day)
    bodies = queries.bodies()
    names = {body.code: body.name for body in bodies}
    units = _unit_names()
    context = {
        "form": form, "day": day, "today": request.day, "bodies": bodies, "may_edit": held(request, "authority.edit"), "nav": "more",
        "rows": [_row(rule, names, units) for rule in queries.rules_on(day)], "trail": [(_("审批权限表"), "")],
    }  # fmt: skip
    return render(request, "matters/table.html", context)


@door("authority.view")
@require_safe
def trial(request: HttpRequest) -> HttpResponse:
    """试一试: enter facts and see which row applies, and of every other row why it does not."""
    form = TryForm(request.GET or None, initial={"on": request.day})
    context: dict[str, Any] = {"form": form, "nav": "more", "trail": [(_("审批权限表"), reverse("authority")), (_("试一试"), "")]}
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["on"] or request.day
        rules = {rule.number: rule for rule in queries.rules_on(day) if rule.matter_id == form.cleaned_data["matter"].pk}
        decision = authority.route([queries.as_rule(rule) for rule in rules.values()], form.facts())
        chosen = rules[decision.rule.number] if decision.rule else None
        names = {body.code: body.name for body in queries.bodies()}
        context |= {"trace": decision.trace, "chosen": _row(chosen, names, _unit_names()) if chosen else None, "day": day}
    context["errors"] = form.summary() if form.is_bound else []
    return render(request, "matters/trial.html", context)


@door("authority.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new row, or new content for a row from a day on; what applied before stays readable and binds the cases it was frozen on."""
    rule = _rule(pk) if pk else None
    form = RuleForm(posted(request), initial=_initial(rule, request), choices=_choices(rule))
    rows = ConditionFormSet(posted(request), initial=conditions_of(rule), prefix="conditions")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        data = form.cleaned_data
        conditions = [row.cleaned_data["row"] for row in rows if row.cleaned_data.get("row")]
        try:
            made = operations.set_rule(
                rule=rule, values=_values(data, conditions), valid_from=data["valid_from"], actor=request.user, now=request.now
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request,
                _("第%(number)s行“%(name)s”已保存，依据：%(basis)s。") % {"number": made.number, "name": made.name, "basis": made.basis},
            )
            return redirect("authority")
    title = _("修改第%(number)s行") % {"number": rule.number} if rule else _("新增一行")
    errors = form.summary() + [(None, str(error)) for row in rows for error in row.non_field_errors()] if form.is_bound else []
    context = {
        "form": form, "rows": rows, "rule": rule, "end": EndRuleForm(initial={"on": request.day}) if rule else None, "errors": errors,
        "title": title, "nav": "more", "trail": [(_("审批权限表"), reverse("authority")), (title, "")],
    }  # fmt: skip
    return render(request, "matters/rule.html", context, status=422 if form.is_bound else 200)


@door("authority.edit")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a row on a day."""
    form = EndRuleForm(request.POST)
    if not form.is_valid():
        raise Refused(_("请填写不再适用的日期。"), code="no_day", field="on")
    rule = operations.end_rule(rule=_rule(pk), on=form.cleaned_data["on"], actor=request.user, now=request.now)
    messages.success(request, _("第%(number)s行“%(name)s”到期后不再适用。") % {"number": rule.number, "name": rule.name})
    return redirect("authority")


@door("authority.view")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The table as of a day, in a form that can be edited and loaded again."""
    day = AsOfForm(request.GET).day(request.day)
    response = HttpResponse(queries.rules_sheet(day), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="authority-{day:%Y%m%d}.xlsx"'
    return response


@door("authority.edit")
@require_http_methods(["GET", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Try a sheet: every row is reported, nothing is written. The report carries the button that loads the very same file."""
    form = TableForm(posted(request), request.FILES if request.method == "POST" else None, initial={"valid_from": request.day})
    context: dict[str, Any] = {"form": form, "nav": "more", "trail": [(_("审批权限表"), reverse("authority")), (_("载入"), "")]}
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        valid_from = form.cleaned_data["valid_from"]
        try:
            reports = queries.check_rows(spreadsheets.read_rows(io.BytesIO(content)), valid_from)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            stored = blobs.put(io.BytesIO(content))
            context |= {
                "reports": reports, "ok": bool(reports) and all(each.ok for each in reports), "file": form.cleaned_data["file"].name,
                "changes": sum(each.change in {"new", "changed"} for each in reports), "wrong": sum(not each.ok for each in reports),
                "confirm": ConfirmTableForm(initial={"digest": stored.sha256, "valid_from": valid_from}), "valid_from": valid_from,
            }  # fmt: skip
            return render(request, "matters/tried.html", context)
    context["errors"] = form.summary() if form.is_bound else []
    return render(request, "matters/load.html", context, status=422 if form.is_bound else 200)


@door("authority.edit")
@require_POST
def confirm_load(request: HttpRequest) -> HttpResponse:
    """Load the sheet that was tried: all of it, or nothing."""
    form = ConfirmTableForm(request.POST)
    if not form.is_valid() or not blobs.exists(form.cleaned_data["digest"]):
        raise Missing(_("试算已失效，请重新选择文件。"), code="no_trial")
    with blobs.open_blob(form.cleaned_data["digest"]) as file:
        rows = spreadsheets.read_rows(file)
    reports = operations.load_rules(rows=rows, valid_from=form.cleaned_data["valid_from"], actor=request.user, now=request.now)
    changed = sum(report.change != "same" for report in reports)
    messages.success(
        request, _("审批权限表已载入：%(changed)s行有变化，%(same)s行不变。") % {"changed": changed, "same": len(reports) - changed}
    )
    return redirect("authority")


def _rule(pk: int) -> AuthorityRule:
    found = next((rule for rule in queries.rules_all() if rule.pk == pk), None)
    if found is None:
        raise Missing(_("没有这一行。"), code="no_rule")
    return found


def _row(rule: AuthorityRule, bodies: dict[str, str], units: dict[str, str]) -> dict[str, Any]:
    """One row of the table in words."""
    labels = authority.fact_labels()
    return {
        "rule": rule,
        "conditions": [
            _("%(fact)s%(operator)s%(value)s")
            % {"fact": labels.get(fact, fact), "operator": OPERATORS.get(operator, operator), "value": authority.value_label(fact, value)}
            for fact, operator, value in rule.conditions
        ],
        "bodies": [bodies.get(code, code) for code in rule.bodies],
        "consult": [units.get(code, code) for code in rule.consult],
        "consulted": "、".join(units.get(code, code) for code in rule.consult),
        "deciding": _("，再报").join(bodies.get(code, code) for code in rule.bodies),
        "panel": voting.written(rule.panel) if rule.panel else "",
        "signatory": rule.signatory.short_name or rule.signatory.name,
    }


def _unit_names() -> dict[str, str]:
    return {code: short or name for code, short, name in Unit.objects.values_list("code", "short_name", "name")}


def _choices(rule: AuthorityRule | None) -> dict[str, list[tuple[str, str]]]:
    """Whom a row may name: the office's divisions handle, committees and the office sign, departments are consulted.

    What the row names already stays choosable whatever became of it.
    """
    found: dict[str, list[tuple[str, str]]] = {"section": [], "signatory": [], "consult": []}
    named = {"section": {rule.section.code}, "signatory": {rule.signatory.code}, "consult": set(rule.consult)} if rule else {}
    rows = Unit.objects.order_by("sort", "id").values_list("code", "name", "short_name", "kind", "parent__code", "valid_to")
    for code, name, short, kind, superior, ended in rows:
        fits = {
            "section": kind == Kind.DIVISION and superior == queries.OFFICE,
            "signatory": kind == Kind.COMMITTEE or code == queries.OFFICE,
            "consult": kind == Kind.DEPARTMENT,
        }
        for column, fit in fits.items():
            if (fit and ended is None) or code in named.get(column, ()):
                found[column].append((code, short or name))
    bodies = [(body.code, body.name) for body in queries.bodies()]
    return found | {"bodies": bodies, "matter": [(matter.code, matter.name) for matter in queries.catalogue()]}


def _initial(rule: AuthorityRule | None, request: HttpRequest) -> dict[str, Any]:
    if rule is None:
        return {"valid_from": request.day}
    bodies = {f"body_{n}": code for n, code in enumerate(rule.bodies, start=1)}
    return {
        "matter": rule.matter.code, "number": rule.number, "name": rule.name, "section": rule.section.code,
        "signatory": rule.signatory.code, "consult": rule.consult, "mode": rule.panel.get("mode", voting.OPINIONS),
        "share": voting.share(rule.panel), "basis": rule.basis, "valid_from": request.day, **bodies,
    }  # fmt: skip


def _values(data: dict[str, Any], conditions: list[list[Any]]) -> dict[str, Any]:
    """What the operation takes: codes everywhere."""
    names = ("number", "matter", "name", "section", "bodies", "consult", "panel", "signatory", "basis")
    return {name: data[name] for name in names} | {"conditions": conditions}
