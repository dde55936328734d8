"""The case: its page, the acts on it, its list; every act is one form and one operation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from forms.cases import EvidenceForm, FilterForm
from workflows.access import queries as access
from workflows.audit import operations as audit_log
from workflows.audit import queries as audit
from workflows.cases.models import Case, CaseVersion
from workflows.cases.operations import assignments
from workflows.cases.queries import exchange, search, timeline
from workflows.cases.queries.situation import handles
from workflows.cases.queries.visible import case_for
from workflows.cases.rules import RECORDABLE_FROM_PAPER
from workflows.documents import queries as papers
from workflows.lib.refusals import Missing
from workflows.organization import queries as organization
from workflows.views import approval, charts, comparing, deadlines, diagram, dossier, effects, judging, reference, returns, seeing, steps

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
        request.user, request.held, filters, now=request.now, day=request.day, week_end=week_end,
        after=int(after) if after.isdigit() else None,
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
    return render(request, "cases/case.html", page_context(request, case))


def page_context(request: HttpRequest, case: Case, errors: list[Any] | None = None) -> dict[str, Any]:
    """Everything the case page shows; on a POST the panel is bound to what was posted."""
    calendar = reference.calendar()
    rounds = seeing.rounds(request, case, timeline.timeline(case))
    events = seeing.events(request, case, exchange.events(case))
    newest = case.versions.order_by("-n").first()
    payload = seeing.content(request, case, newest)
    mine = _mine(request, rounds)
    tab = request.GET.get("tab", "opinions")
    context: dict[str, Any] = {
        "nav": "cases",
        "case": case,
        "version": newest,
        "materials_later": True,
        "payload": payload,
        "reasons": dossier.reasons(payload),
        "article16": dossier.article16(payload),
        "stages": dossier.stages(case, rounds),
        "clock": dossier.clock(case, request.day, calendar, events),
        "rounds": rounds,
        **_log(rounds, events, request),
        "reminded": sum(1 for event in events if event.kind == "remind"),
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
    context["waits"] = _waits(mine, rounds) if mine is not None else []
    if context["waits"]:
        pass
    elif mine is not None and mine.node not in ("draft", "supplement"):
        context |= _panel(request, case, mine, newest, payload, calendar, rounds)
    elif mine is not None:
        context["edit"] = mine
    if "panel" not in context and "edit" not in context:
        context["quiet"] = dossier.holders(rounds, request.day, calendar)
        context["recordable"] = _recordable(request, rounds)
    return context


def _log(rounds: Any, events: Any, request: HttpRequest) -> dict[str, Any]:
    """The opinions tab: steps and what happened beside them."""
    return {"log": dossier.chapters(rounds, events), "today": request.day, "waiting_kinds": ("consult", "question", "supervise")}


def _mine(request: HttpRequest, rounds: Any) -> Any:
    """The open assignment the reader can act on: addressed to one of his offices, or to himself."""
    rows = [step.assignment for step in dossier.all_steps(rounds) if step.assignment.closed_at is None]
    held = [row for row in rows if handles(row, request.user, request.held)]
    return min(held, key=lambda row: (row.assignee_id != request.user.pk, -row.pk), default=None)


def _waits(mine: Any, rounds: Any) -> list[Any]:
    """Whom the handler waits for: delegates and signers added before him who have not spoken."""
    steps = dossier.all_steps(rounds)
    return [one.assignment for one in steps if one.assignment.parent_id == mine.pk and returns.holds_up(one.assignment)]


def _panel(
    request: HttpRequest, case: Case, mine: Any, newest: CaseVersion, payload: dict[str, Any], calendar: Any, rounds: Any
) -> dict[str, Any]:
    assignments.mark_opened(assignment=mine, user=request.user, now=request.now)
    tasks = list(case.implementation_tasks.all()) if mine.node == "implement" else []
    panel = steps.panel(mine, case, newest, payload, rounds, request=request)
    return {
        "panel": panel,
        "returns": panel.targets[0].sentence if panel.targets else "",
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
    return [step for step in rows if step.assignment.duty in RECORDABLE_FROM_PAPER]


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
    rounds = seeing.rounds(request, case, timeline.timeline(case)) if tab in ("opinions", "flow") else []
    events = seeing.events(request, case, exchange.events(case)) if tab == "opinions" else []
    context = {
        "case": case,
        "tab": tab,
        "process_tabs": TABS,
        "rounds": rounds,
        "said": sum(1 for s in dossier.all_steps(rounds) if s.opinion),
        **_log(rounds, events, request),
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
    versions = timeline.versions(case)
    return render(
        request, "cases/figures.html", {"case": case, "attachments": _attachments(versions)} | _figures(case, versions[0], request)
    )


def _figures(case: Case, version: CaseVersion, request: HttpRequest) -> dict[str, Any]:
    payload = dossier.content(version)
    picture = effects.picture(case, payload, request.day)
    sponsor = (payload.get("institution") or {}).get("sponsor")
    named = organization.name_on(sponsor, request.day) if isinstance(sponsor, int) else ""
    bars = charts.effect_rows(picture.effects, posted=picture.posted)
    return {"picture": picture, "bars": bars, "newborn": dossier.newborn(payload, named)}


@require_GET
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """The text the officer starts from, as a fragment that fills what he has not written yet."""
    case = case_for(request.user, pk, request.held, request.now)
    if case.node != "draft_document":
        raise Missing(_("这个办件目前不在拟稿环节。"))
    payload = dossier.content(case.versions.order_by("-n").first())
    return render(request, "cases/wording.html", {"drafted": approval.drafted(case, payload, request.day)})


@require_GET
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """The checks as they stood at submission, passes folded, as a fragment; today's only while nothing is decided."""
    case = case_for(request.user, pk, request.held, request.now)
    version = case.versions.order_by("-n").first()
    payload = dossier.content(version)
    found, at = judging.as_submitted(case)
    if at is None and case.decided_at is None:
        found = judging.findings(case, payload, list(version.attachments.select_related("material")), request.day)
    return render(request, "cases/checks.html", {"case": case, "at": at} | tally(found, payload))


def tally(findings: list[Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Findings by level, with the reasons the unit wrote for warnings."""
    by = {level: [f for f in findings if f.level == level] for level in ("block", "warn", "pass")}
    return {"blocking": by["block"], "warned": by["warn"], "passed": by["pass"], "written": payload.get("reasons") or {}}


@require_GET
def compare(request: HttpRequest, pk: int, n: int) -> HttpResponse:
    """A version against the one before it that answers the same question: what the unit asked, or what the office proposes."""
    case = case_for(request.user, pk, request.held, request.now)
    versions = [version for version in timeline.versions(case) if version.frozen_at is not None]
    new = next((version for version in versions if version.n == n), None)
    if new is None:
        raise Missing(_("这个办件没有这一版。"))
    older = [version for version in versions if version.n < n]
    old = next((version for version in older if version.side == new.side), older[0] if older else None)
    rows = comparing.between(case, old, new, request.day, hidden=seeing.hidden(request, case)) if old else []
    return render(request, "cases/compare.html", {"nav": "cases", "case": case, "old": old, "new": new, "rows": rows})


@require_GET
def print_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole case on A4: content, effect, checks and opinions, without navigation."""
    case = case_for(request.user, pk, request.held, request.now)
    audit_log.read(subject=case.subject, what="print", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    rounds = seeing.rounds(request, case, timeline.timeline(case))
    versions = timeline.versions(case)
    payload = seeing.content(request, case, versions[0])
    context = {
        "case": case,
        "version": versions[0],
        "payload": payload,
        "attachments": _attachments(versions),
        "reasons": dossier.reasons(payload),
        "article16": dossier.article16(payload),
        "stages": dossier.stages(case, rounds),
        "rounds": rounds,
        **_log(rounds, seeing.events(request, case, exchange.events(case)), request),
    } | _figures(case, versions[0], request)
    return render(request, "cases/print.html", context)


@require_GET
def approval_form(request: HttpRequest, pk: int) -> HttpResponse:
    """审批表 D05 as it stands at this step, for a wet signature."""
    case = case_for(request.user, pk, request.held, request.now)
    audit_log.read(subject=case.subject, what="print", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    pdf = approval.sheet(case, day=request.day, now=request.now, hidden=seeing.hidden(request, case))
    name = f"{case.number or 'draft'}-D05.pdf"
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})
