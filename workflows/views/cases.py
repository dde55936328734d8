"""The case: its page, the acts on it, its list; every act is one form and one operation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from forms.cases import EvidenceForm, FilterForm, PaperForm
from workflows.access import queries as access
from workflows.audit import operations as audit_log
from workflows.audit import queries as audit
from workflows.cases.acts import PaperScan
from workflows.cases.models import Case, CaseVersion
from workflows.cases.operations import acting, assignments, implementation
from workflows.cases.queries import search, timeline
from workflows.cases.queries.visible import case_for
from workflows.documents import queries as papers
from workflows.lib import uploads
from workflows.lib.refusals import Conflict, Forbidden, Refused
from workflows.organization import queries as organization
from workflows.views import approval, charts, deadlines, diagram, dossier, effects, judging, reference, steps

TABS = (
    ("opinions", gettext_lazy("意见")),
    ("flow", gettext_lazy("流程图")),
    ("papers", gettext_lazy("文件")),
    ("records", gettext_lazy("记录")),
)


@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases the person may see, newest first, narrowed by the filters in the address."""
    calendar = reference.calendar()
    units = [(str(pk), name) for pk, name in _unit_choices(request)]
    form = FilterForm(request.GET, matters=[(m.code, m.name) for m in reference.catalogue()], units=units)
    chosen = form.chosen()
    after = request.GET.get("after", "")
    filters = search.Filters(**{k: int(v) if k == "unit" else v for k, v in chosen.items()})
    week_end = calendar.add(request.day, deadlines.SOON).day
    page = search.search(
        request.user, request.held, filters, now=request.now, day=request.day, week_end=week_end, after=int(after) if after.isdigit() else None
    )  # fmt: skip
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "nav": "cases",
        "form": form,
        "rows": [{"case": case, "due": deadlines.due(_running(case), request.day, calendar)} for case in page.rows],
        "page": {"next": _with(query, page.after), "newest": query.urlencode() or "all=1" if after else ""},
        "can_propose": access.anywhere(request.held, "case.propose") is not None,
    }
    return render(request, "cases/list.html", context)


def _unit_choices(request: HttpRequest) -> list[tuple[int, str]]:
    """The units to filter by, for those who read every unit's cases."""
    if not any(standing.reach("case.view") == "all" for standing in request.held):
        return []
    versions = organization.versions_on(request.day)
    return [(pk, version.name) for pk, version in versions.items() if version.kind not in {"division", "nameplate", "coordination"}]


def _with(query: Any, after: str | None) -> str:
    if not after:
        return ""
    query = query.copy()
    query["after"] = after
    return query.urlencode()


def _running(case: Case) -> Any:
    return case.deadline if case.closed_at is None and case.state in ("running", "supplement") else None


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The case: stages, content, checks, opinions by round, and the panel if something is asked of the reader."""
    case = case_for(request.user, pk, request.held, request.now)
    if case.number is None and access.opens(request.held, "case.propose", case.unit_id) and case.node == "draft":
        return redirect("case-edit", pk=pk)
    audit_log.read(subject=case.subject, what="open", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    return render(request, "cases/case.html", _page(request, case))


def _page(request: HttpRequest, case: Case, bound: Any = None, errors: list[Any] | None = None) -> dict[str, Any]:
    calendar = reference.calendar()
    rounds = timeline.timeline(case)
    versions = timeline.versions(case)
    newest = versions[0]
    payload = dossier.content(newest)
    mine = _mine(request, rounds)
    tab = request.GET.get("tab", "opinions")
    context: dict[str, Any] = {
        "nav": "cases",
        "case": case,
        "version": newest,
        "versions": versions,
        "attachments": _attachments(versions),
        "payload": payload,
        "reasons": dossier.reasons(payload),
        "article16": dossier.article16(payload),
        "stages": dossier.stages(case, rounds),
        "clock": dossier.clock(case, request.day, calendar),
        "rounds": rounds,
        "round_n": rounds[0].n if rounds else 1,
        "tab": tab if tab in dict(TABS) else "opinions",
        "errors": errors or [],
        "process_tabs": TABS,
        "can_copy": access.opens(request.held, "case.propose", case.unit_id) is not None,
        "can_audit": access.anywhere(request.held, "audit.view") is not None,
        "case_tone": {"closed": "vacant"}.get(case.state, ""),
        "said": sum(1 for step in dossier.all_steps(rounds) if step.opinion),
    }
    context |= _tab(request, context["tab"], case, rounds)
    if mine is not None and mine.node not in ("draft", "supplement"):
        context |= _panel(request, case, mine, newest, payload, calendar, rounds)
    elif mine is not None:
        context["edit"] = mine
    else:
        context["quiet"] = dossier.holders(rounds, request.day, calendar)
        context["recordable"] = _recordable(request, rounds)
    return context


def _mine(request: HttpRequest, rounds: Any) -> Any:
    """The open assignment the reader can act on: addressed to one of his offices, or to himself."""
    offices = {(standing.role, standing.unit.pk) for standing in request.held}
    rows = [step.assignment for step in dossier.all_steps(rounds) if step.assignment.closed_at is None]
    return next((row for row in rows if row.assignee_id == request.user.pk or (row.role, row.unit_id) in offices), None)


def _panel(
    request: HttpRequest, case: Case, mine: Any, newest: CaseVersion, payload: dict[str, Any], calendar: Any, rounds: Any
) -> dict[str, Any]:
    assignments.mark_opened(assignment=mine, user=request.user, now=request.now)
    tasks = list(case.implementation_tasks.all()) if mine.node == "implement" else []
    drafted = approval.drafted(case, payload, request.day) if mine.node == "draft_document" and request.method == "GET" else None
    panel = steps.panel(mine, case, newest, payload, request=request, draft=drafted)
    return {
        "panel": panel,
        "returns": steps.return_words(mine, rounds),
        "due": deadlines.due(mine.due, request.day, calendar),
        "tasks": tasks,
        "evidence": [
            (task, EvidenceForm(prefix=f"t{task.n}", initial={"done_on": task.done_on, "evidence": task.evidence})) for task in tasks
        ],
    }


def _recordable(request: HttpRequest, rounds: Any) -> list[Any]:
    """Open steps that this reader may record from a signed sheet."""
    if not any(standing.role in {"secretary", "general", "steward"} for standing in request.held):
        return []
    rows = [step for step in dossier.all_steps(rounds) if step.assignment.closed_at is None]
    return [step for step in rows if step.assignment.duty in steps.RECORDABLE_FROM_PAPER]


def _attachments(versions: list[CaseVersion]) -> list[Any]:
    """The files of the newest version that carries any: the office's own version has none of its own."""
    return next((list(v.attachments.all()) for v in versions if v.side == "unit"), [])


def _tab(request: HttpRequest, tab: str, case: Case, rounds: Any) -> dict[str, Any]:
    if tab == "flow":
        return {"chart": diagram.of_case(case, dossier.all_steps(rounds))}
    if tab == "papers":
        return {"papers": papers.for_subject(case.subject)}
    if tab == "records":
        return {"entries": audit.trail(case.subject)}
    return {}


@require_GET
def process_tab(request: HttpRequest, pk: int, tab: str) -> HttpResponse:
    """One of the four tabs as a fragment."""
    case = case_for(request.user, pk, request.held, request.now)
    rounds = timeline.timeline(case) if tab in ("opinions", "flow") else []
    context = {
        "case": case,
        "tab": tab,
        "process_tabs": TABS,
        "rounds": rounds,
        "said": sum(1 for s in dossier.all_steps(rounds) if s.opinion),
    }
    return render(request, "cases/process.html", context | _tab(request, tab, case, rounds))


@require_GET
def phrases(request: HttpRequest, duty: str) -> HttpResponse:
    """Buttons with opinions often given, fetched after the panel."""
    return render(request, "cases/phrases.html", {"phrases": timeline.phrases(duty, request.user)})


@require_GET
def figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The table 申请事项 and the effect on the ledger, as a fragment."""
    case = case_for(request.user, pk, request.held, request.now)
    picture = effects.picture(case, dossier.content(case.versions.order_by("-n").first()), request.day)
    return render(request, "cases/figures.html", {"case": case, "picture": picture, "bars": charts.effect_rows(picture.effects, posted=picture.posted)})


@require_GET
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """The checks that applied, passes folded, as a fragment."""
    case = case_for(request.user, pk, request.held, request.now)
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    return render(
        request,
        "cases/checks.html",
        {"case": case} | tally(judging.findings(case, payload, list(version.attachments.select_related("material")), request.day), payload),
    )


def tally(findings: list[Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Findings by level, with the reasons the unit wrote for warnings."""
    by = {level: [f for f in findings if f.level == level] for level in ("block", "warn", "pass")}
    return {"blocking": by["block"], "warned": by["warn"], "passed": by["pass"], "written": payload.get("reasons") or {}}


@require_POST
def act(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    """One act. A refusal comes back on the page with everything typed; a conflict names who was first."""
    case = case_for(request.user, pk, request.held, request.now)
    row = timeline.assignment(case, assignment)
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    body = steps.current_body(case) if row.node == "deliberate" else None
    form = steps.bind(row, version, payload, request=request, external=bool(body and body.external))
    if not form.is_valid():
        return render(request, "cases/case.html", _page(request, case, errors=form.summary()), status=422)
    clean = form.cleaned_data
    try:
        opinion = acting.act(
            case_id=pk, assignment_id=row.pk, version_n=clean["version"], key=clean["key"], outcome=clean["outcome"], text=clean["text"],
            data=steps.data(form, payload), actor=request.user, now=request.now,
        )  # fmt: skip
    except (Conflict, Forbidden):
        raise
    except Refused as refused:
        return _refused(request, case, form, refused)
    messages.success(request, steps.done_sentence(case.pk, opinion))
    return redirect(f"{reverse('case', args=[pk])}?done=act-{row.pk}")


def _refused(request: HttpRequest, case: Case, form: Any, refused: Refused) -> HttpResponse:
    lines = [(f.field, f.message) for f in refused.findings if f.level != "pass"] or [(refused.field, refused.message)]
    errors = [(form[field].auto_id if field in form.fields else None, message) for field, message in lines]
    context = _page(request, case, errors=errors)
    for field, message in lines:
        if "panel" in context and field in context["panel"].form.fields:
            context["panel"].form.add_error(field, message)
            context["panel"].form.invalid(field)
    return render(request, "cases/case.html", context, status=refused.status)


def record(request: HttpRequest, pk: int, assignment: int) -> HttpResponse:
    """An act that a leader took on a signed sheet, recorded with its scan by the office."""
    case = case_for(request.user, pk, request.held, request.now)
    row = timeline.assignment(case, assignment)
    if not any(standing.role in {"secretary", "general", "steward"} for standing in request.held):
        raise Forbidden(_("只有区委编办的会务秘书、综合科或流程管理人员可以依纸质件补录。"))
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    posted = request.method == "POST"
    form = steps.bind(row, version, payload, request=request)
    paper = PaperForm(request.POST if posted else None, request.FILES if posted else None)
    errors: list[Any] = []
    if posted and form.is_valid() & paper.is_valid():
        try:
            scan = paper.cleaned_data["scan"]
            upload = uploads.check(scan.name, scan)
            clean = form.cleaned_data
            opinion = acting.act(
                case_id=pk, assignment_id=row.pk, version_n=clean["version"], key=clean["key"], outcome=clean["outcome"],
                text=clean["text"], data=steps.data(form, payload), actor=request.user, now=request.now,
                paper=PaperScan(paper.cleaned_data["signed_by"], upload.sha256, upload.name),
            )  # fmt: skip
        except (Conflict, Forbidden):
            raise
        except Refused as refused:
            errors = [(None, refused.message)]
        else:
            messages.success(request, steps.done_sentence(case.pk, opinion))
            return redirect(f"{reverse('case', args=[pk])}?done=paper-{row.pk}")
    if posted and not errors:
        errors = form.summary() + paper.summary()
    context = {"nav": "cases", "case": case, "row": row, "form": form, "paper": paper, "errors": errors, "version": version}
    return render(request, "cases/record.html", context, status=422 if errors else 200)


@require_POST
def evidence(request: HttpRequest, pk: int, n: int) -> HttpResponse:
    """One implementation task reported done, with what proves it."""
    case = case_for(request.user, pk, request.held, request.now)
    form = EvidenceForm(request.POST, request.FILES, prefix=f"t{n}")
    if not form.is_valid():
        return render(request, "cases/case.html", _page_get(request, case, form.summary()), status=422)
    clean = form.cleaned_data
    try:
        file = None
        if clean["file"]:
            upload = uploads.check(clean["file"].name, clean["file"])
            file = {"sha256": upload.sha256, "name": upload.name}
        implementation.give_evidence(
            case_id=pk, task_n=n, done_on=clean["done_on"], evidence=clean["evidence"], file=file, actor=request.user, now=request.now
        )
    except (Conflict, Forbidden):
        raise
    except Refused as refused:
        return render(request, "cases/case.html", _page_get(request, case, [(None, refused.message)]), status=refused.status)
    messages.success(request, _("第%(n)s项实施任务已填报。") % {"n": n})
    return redirect(f"{reverse('case', args=[pk])}?done=evidence-{pk}-{n}#act")


def _page_get(request: HttpRequest, case: Case, errors: list[Any]) -> dict[str, Any]:
    """The case page around a form that is not the panel's own."""
    request.method = "GET"
    return _page(request, case, errors=errors)


@require_GET
def print_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole case on A4: content, effect, checks and opinions, without navigation."""
    case = case_for(request.user, pk, request.held, request.now)
    audit_log.read(subject=case.subject, what="print", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    rounds = timeline.timeline(case)
    versions = timeline.versions(case)
    payload = dossier.content(versions[0])
    picture = effects.picture(case, payload, request.day)
    context = {
        "case": case,
        "version": versions[0],
        "payload": payload,
        "attachments": _attachments(versions),
        "reasons": dossier.reasons(payload),
        "article16": dossier.article16(payload),
        "stages": dossier.stages(case, rounds),
        "rounds": rounds,
        "picture": picture,
        "bars": charts.effect_rows(picture.effects, posted=picture.posted),
    }
    return render(request, "cases/print.html", context)


@require_GET
def approval_form(request: HttpRequest, pk: int) -> HttpResponse:
    """审批表 D05 as it stands at this step, for a wet signature."""
    case = case_for(request.user, pk, request.held, request.now)
    audit_log.read(subject=case.subject, what="print", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    pdf = approval.sheet(case, day=request.day, now=request.now)
    name = f"{case.number or 'draft'}-D05.pdf"
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
