"""A new case: choose the matter, fill it section by section, every draft saved as typed, check the answers, submit."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forms.staffing import SECTIONS, Choices, Section, WarningReasonForm
from workflows.access import queries as access
from workflows.cases import visibility
from workflows.cases.models import Case, CaseVersion
from workflows.cases.operations import acting, drafts, resubmitting
from workflows.cases.queries import timeline
from workflows.cases.queries.visible import case_for
from workflows.lib.findings import blocking, warnings
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.matters import queries as matters
from workflows.organization import queries as organization
from workflows.organization import tree
from workflows.views import charts, comparing, dossier, effects, judging, notes, progress, reference, steps

LEADERS = "leader"


@dataclass(frozen=True, slots=True)
class Draft:
    """A case under the clerk's hands: its open version, what is typed, its files."""

    case: Case
    version: CaseVersion
    payload: dict[str, Any]
    attachments: list[Any]


def draft_of(request: HttpRequest, pk: int) -> Draft:
    """The case's open draft; Missing when it has none that this person may edit."""
    case = case_for(request.user, pk, request.held, request.now)
    version = timeline.versions(case)[0]
    clerk = access.anywhere(request.held, "case.propose")
    if version.frozen_at is not None or case.node not in ("draft", "supplement") or clerk is None:
        raise Missing(_("这个办件目前没有可以修改的草稿。"))
    return Draft(case, version, json.loads(version.payload), list(version.attachments.all()))


def new(request: HttpRequest) -> HttpResponse:
    """Choose the matter and the unit; `?copy=` takes an earlier case's content along."""
    units = _proposable(request)
    if not units:
        raise Forbidden(_("您没有申报职责，不能新建办件。"), code="wrong_role")
    copied = _copied(request)
    error = ""
    if request.method == "POST":
        unit = next((u for u in units if str(u.pk) == request.POST.get("unit")), None)
        matter = next((m for m in reference.catalogue() if m.code == request.POST.get("matter")), None)
        if matter and unit:
            case = drafts.start(matter=matter, unit=unit, actor=request.user, now=request.now, copy_of=copied)
            return redirect("case-section", pk=case.pk, section="basic")
        error = _("请选择事项和申报单位。")
    context = {"nav": "cases", "matters": reference.catalogue(), "units": units, "copied": copied, "error": error}
    return render(request, "cases/new.html", context, status=422 if error else 200)


def _proposable(request: HttpRequest) -> list[Any]:
    """The units the person may propose for: his own and those it sponsors; divisions and nameplates never ask for themselves."""
    scope = access.scope(request.held, "case.propose", request.day)
    if scope is not None and not scope:
        return []
    own = {standing.unit.pk for standing in request.held}
    units = [v.unit for v in organization.versions_on(request.day, scope).values() if v.kind not in {"division", "nameplate"}]
    return sorted(units, key=lambda unit: (unit.pk not in own, unit.sort))


def _copied(request: HttpRequest) -> Case | None:
    raw = request.POST.get("copy") or request.GET.get("copy") or ""
    return case_for(request.user, int(raw), request.held, request.now) if raw.isdigit() else None


@require_GET
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """To the first section that still lacks something."""
    draft = draft_of(request, pk)
    tasks = progress.tasks(draft.payload, draft.attachments, reference.materials(draft.case.matter), draft.case.matter.code)
    first = next((task for task in tasks if task.state != "ok"), tasks[-1])
    return (
        redirect("case-section", pk=pk, section=first.code if first.code in SECTIONS else "basic")
        if first.code in SECTIONS
        else redirect("case-materials" if first.code == "materials" else "case-check", pk=pk)
    )


def section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section: shown, or saved and on to the next; a conflict keeps what was typed."""
    draft = draft_of(request, pk)
    if section not in SECTIONS:
        raise Missing(_("没有这个部分。"))
    part = SECTIONS[section](draft.payload, choices(draft.case, request, section), request.POST if request.method == "POST" else None)
    errors: list[tuple[str | None, str]] = []
    if request.method == "POST":
        payload = _writable(draft, part.typed())
        bulk = "bulk" in request.POST and getattr(part, "bulk", None)
        if bulk:
            payload = _writable(draft, {**payload, "lines": payload["lines"] + bulk.lines(payload["lines"])})
        try:
            _save(request, draft, payload)
        except Refused as refused:
            errors = [(None, refused.message)]
        else:
            if bulk:
                return redirect(f"{reverse('case-section', args=[pk, section])}?done=draft-{pk}-{section}")
            if part.is_valid():
                return redirect(_after(pk, section))
            errors = part.errors()
            draft = draft_of(request, pk)
    context = _page(request, draft, section) | {"section": part, "errors": errors, "template": f"cases/sections/{section}.html"}
    context["section_notes"] = notes.mark(part, context["notes"])
    context["fixed"] = notes.close(part, visibility.fixed(draft.case.node, "clerk", [note.field for note in context["notes"]]))
    return render(request, "cases/section.html", context, status=422 if errors else 200)


@require_POST
def typed(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """Saved as typed: answers with the status line, the new counter, and the checks as they stand now."""
    draft = draft_of(request, pk)
    part = SECTIONS[section](draft.payload, choices(draft.case, request, section), request.POST)
    payload = _writable(draft, part.typed())
    try:
        version = _save(request, draft, payload)
    except Refused as refused:
        return render(request, "cases/typed.html", {"failed": refused.message})
    context = {"version": version, "case": draft.case} | _live(draft.case, payload, draft.attachments, request, section)
    return render(request, "cases/typed.html", context)


def _listed(draft: Draft) -> list[str]:
    """The places found wrong in a supplement; in a draft everything is open."""
    stretch = timeline.suspension(draft.case) if draft.case.node == "supplement" else None
    return [str(defect.get("field") or "") for defect in stretch.defects if isinstance(defect, dict)] if stretch else []


def _writable(draft: Draft, typed: dict[str, Any]) -> dict[str, Any]:
    """What the clerk typed as far as he may write it now; the rest keeps what is stored."""
    return visibility.written(draft.case.node, "clerk", draft.payload, typed, listed=_listed(draft))


def _save(request: HttpRequest, draft: Draft, payload: dict[str, Any]) -> CaseVersion:
    raw = request.POST.get("saves", "")
    saves = int(raw) if raw.isdigit() else -1
    return drafts.save_draft(case_id=draft.case.pk, payload=payload, saves=saves, actor=request.user, now=request.now)


def _after(pk: int, section: str) -> str:
    order = list(SECTIONS)
    at = order.index(section) + 1
    following = reverse("case-section", args=[pk, order[at]]) if at < len(order) else reverse("case-materials", args=[pk])
    return f"{following}?done=draft-{pk}-{section}"


def choices(case: Case, request: HttpRequest, section: str) -> Choices:
    """What a line of this matter may name; only the section with the lines asks."""
    if section != "content":
        return Choices([], [], [])
    everywhere = organization.versions_on(request.day)
    reach = tree.below([(v.unit_id, v.parent_id, v.sponsor_id) for v in everywhere.values()], case.unit_id)
    versions = [version for pk, version in everywhere.items() if pk in reach]
    units = sorted(
        (v for v in versions if v.kind not in {"nameplate", "coordination"}), key=lambda v: (v.unit_id != case.unit_id, v.unit.sort)
    )
    leaders = {"R15": True, "R10": False}.get(case.matter.code)
    kinds = [(k.code, k.name) for k in reference.kinds() if leaders is None or (k.nature == LEADERS) == leaders]
    named = [(str(v.unit_id), v.name) for v in units]
    return Choices(units=named, givers=named, kinds=kinds, unborn=case.matter.code == "R02", groups=_groups(versions, case))


def _groups(versions: Iterable[Any], case: Case) -> dict[str, tuple[str, list[int]]]:
    """Kinds of institutions of which the applicant speaks for several, for adding a line to each at once."""
    if case.matter.code == "R02":
        return {}
    groups: dict[str, tuple[str, list[int]]] = {}
    for version in versions:
        if version.unit_id != case.unit_id and version.kind not in {"nameplate", "coordination", "division"}:
            groups.setdefault(version.kind, (str(version.get_kind_display()), []))[1].append(version.unit_id)
    return {kind: group for kind, group in groups.items() if len(group[1]) > 1}


def _page(request: HttpRequest, draft: Draft, current: str) -> dict[str, Any]:
    """What stands around every section: the task list, the live checks, the route."""
    materials = reference.materials(draft.case.matter)
    return {
        "nav": "cases",
        "case": draft.case,
        "version": draft.version,
        "current": current,
        "tasks": progress.tasks(draft.payload, draft.attachments, materials, draft.case.matter.code),
    } | _wrong(draft)


def _wrong(draft: Draft) -> dict[str, Any]:
    """What the unit was told to put right, and by whom."""
    stretch = timeline.suspension(draft.case) if draft.case.node == "supplement" else None
    returned = timeline.last_return(draft.case) if draft.version.n > 1 and draft.case.node == "draft" else None
    defects = stretch.defects if stretch else returned["defects"] if returned else []
    return {"supplement": stretch, "returned": returned, "notes": notes.notes(draft.case, defects)}


@require_GET
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The checks and the route beside the form, as they stand; fetched after the page."""
    draft = draft_of(request, pk)
    return render(request, "cases/live.html", _live(draft.case, draft.payload, draft.attachments, request, request.GET.get("section", "")))


def _live(case: Case, payload: dict[str, Any], attachments: list[Any], request: HttpRequest, section: str) -> dict[str, Any]:
    """The checks that concern this section first; what other sections still lack is only counted."""
    judged = judging.judge(case, payload, judging.materials_of(attachments), request.day)
    here = [finding for finding in judged.findings if judging.section_of(finding) in (section, "")]
    elsewhere = [finding for finding in judged.findings if judging.section_of(finding) not in (section, "")]
    return {
        "open_findings": blocking(here) + warnings(here),
        "passed": [finding for finding in here if finding.level == "pass"],
        "elsewhere": len(blocking(elsewhere)),
        "judged": bool(judged.findings),
        "unreadable": judged.refused.message if judged.refused and not judged.findings else "",
        "route": judging.route_words(judged.plan, matters.limits_for(case.matter)) if judged.plan else [],
        "route_basis": judged.plan.rule if judged.plan else None,
        "route_refused": judged.plan_refused,
    }


def materials(request: HttpRequest, pk: int) -> HttpResponse:
    """The materials the matter asks for, each with what was uploaded for it."""
    draft = draft_of(request, pk)
    asked = reference.materials(draft.case.matter)
    rows = [(material, [a for a in draft.attachments if a.material_id == material.pk]) for material in asked]
    others = [a for a in draft.attachments if a.material_id is None]
    own = {
        "rows": rows,
        "others": others,
        "generic": others or not any(material.code == "other" for material in asked),
        "accept": steps.forms.ACCEPTED_FILES,
    }
    context = _page(request, draft, "materials") | own
    context["wrong"] = {note.field.removeprefix("material:"): note.problem for note in context["notes"] if note.section == "materials"}
    return render(request, "cases/materials.html", context)


def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the answers: everything typed, the ledger before and after, all checks; reasons for warnings; submit."""
    draft = draft_of(request, pk)
    judged = judging.judge(draft.case, draft.payload, judging.materials_of(draft.attachments), request.day)
    errors: list[tuple[str | None, str]] = []
    forms = _reason_forms(draft.payload, judged.findings, request)
    if request.method == "POST":
        answer = _submit(request, draft, forms)
        if isinstance(answer, HttpResponse):
            return answer
        errors = answer
        draft = draft_of(request, pk)
    materials = reference.materials(draft.case.matter)
    tasks = progress.tasks(draft.payload, draft.attachments, materials, draft.case.matter.code)
    compared = resubmitting.compare(draft.case, draft.version) if draft.case.number and draft.case.node == "draft" else None
    picture = effects.picture(draft.case, draft.payload, request.day)
    context = {
        **_wrong(draft),
        "again": _again(draft, compared, request) if compared else None,
        "nav": "cases",
        "case": draft.case,
        "version": draft.version,
        "payload": draft.payload,
        "current": "check",
        "tasks": tasks,
        "lacking": [task for task in tasks if task.code != "check" and task.state != "ok"],
        "attachments": draft.attachments,
        "reasons": dossier.reasons(draft.payload),
        "article16": dossier.article16(draft.payload),
        "newborn": dossier.newborn(draft.payload, _sponsor(draft.payload, request)),
        "picture": picture,
        "bars": charts.effect_rows(picture.effects, posted=picture.posted),
        "blocking": blocking(judged.findings),
        "warned": forms,
        "passed": [f for f in judged.findings if f.level == "pass"],
        "unreadable": judged.refused.message if judged.refused and not judged.findings else "",
        "route": judging.route_words(judged.plan, matters.limits_for(draft.case.matter)) if judged.plan else [],
        "route_basis": judged.plan.rule if judged.plan else None,
        "route_refused": judged.plan_refused,
        "key": request.POST.get("key") or uuid.uuid4(),
        "assignment": timeline.assignment_for(draft.case, request.held, request.user.pk),
        "errors": errors,
        "resubmission": draft.version.n > 1,
    }
    return render(request, "cases/check.html", context, status=422 if errors else 200)


def _sponsor(payload: dict[str, Any], request: HttpRequest) -> str:
    sponsor = (payload.get("institution") or {}).get("sponsor")
    return organization.name_on(sponsor, request.day) if isinstance(sponsor, int) else ""


def _reason_forms(payload: dict[str, Any], findings: list[Any], request: HttpRequest) -> list[tuple[list[Any], WarningReasonForm]]:
    """One reason per check, however many sentences the check has to say."""
    stored = payload.get("reasons") or {}
    data = request.POST if request.method == "POST" else None
    by_code: dict[str, list[Any]] = {}
    for finding in warnings(findings):
        by_code.setdefault(finding.code, []).append(finding)
    return [
        (found, WarningReasonForm(data, prefix=f"reason_{code}", initial={"reason": stored.get(code, "")}))
        for code, found in by_code.items()
    ]


def _submit(
    request: HttpRequest, draft: Draft, forms: list[tuple[list[Any], WarningReasonForm]]
) -> HttpResponse | list[tuple[str | None, str]]:
    """Store the reasons, then hand the draft on; a refusal comes back as the error summary."""
    reasons = {found[0].code: str(form.typed()["reason"]).strip() for found, form in forms}
    payload = draft.payload | {"reasons": {code: text for code, text in reasons.items() if text}}
    try:
        if payload != draft.payload:
            _save(request, draft, payload)
        row = timeline.assignment(draft.case, int(request.POST.get("assignment") or 0))
        opinion = acting.act(
            case_id=draft.case.pk, assignment_id=row.pk, version_n=int(request.POST.get("version") or 0),
            key=uuid.UUID(request.POST.get("key") or ""), outcome="submit", text="",
            data={"mode": "direct"} if request.POST.get("mode") == "direct" else {}, actor=request.user, now=request.now,
        )  # fmt: skip
    except (Conflict, ValueError) as stale:
        raise stale if isinstance(stale, Conflict) else Missing(_("表单不完整，请刷新后重试。")) from stale
    except Refused as refused:
        found = [(_field(f), f.message) for f in refused.findings] or [(None, refused.message)]
        for warned, form in forms:
            if not reasons[warned[0].code]:
                form.add_error("reason", _("请说明理由。"))
        return found
    messages.success(request, steps.done_sentence(draft.case.pk, opinion))
    return redirect(f"{reverse('case', args=[draft.case.pk])}?done=check-{draft.case.pk}")


def _field(finding: Any) -> str | None:
    return f"id_reason_{finding.code}-reason" if finding.level == "warn" else None


@dataclass(frozen=True, slots=True)
class Again:
    """A resubmission: what was changed, whether it may go straight, and if not, why."""

    rows: list[Any]
    who: str
    why_not: str
    chosen: str


def _again(draft: Draft, compared: Any, request: HttpRequest) -> Again:
    """重走 or 直达, with the difference field by field."""
    seen = compared.returned.assignment.opinion.version.n
    asked = draft.case.versions.filter(side="unit", n__lte=seen).order_by("-n").first()
    fields = [change for change in compared.changes if not change.path.startswith("material:")]
    rows = comparing.rows(draft.case, fields, request.day, obstacles=compared.obstacles)
    rows += comparing.files(draft.case, asked, draft.version)
    back = compared.returned.assignment
    why = ""
    if back.node in {"endorse", "accept"}:
        why = _("这次是在受理之前退回的，须从单位审核起重新办理。")
    elif compared.obstacles:
        named = [comparing.places.name(change.field, reference.materials(draft.case.matter)) for change in compared.obstacles]
        why = _(
            "您还改动了%(what)s。这些不在退回所列的问题之内，或者涉及编制数、职数、名称、规格，此前的审核意见不再适用，须重新办理。"
        ) % {"what": "、".join(dict.fromkeys(named))}
    who = _("%(unit)s%(step)s") % {"unit": back.unit.name, "step": back.task.flow_task.task_title}
    return Again(rows, who, why, request.POST.get("mode") or ("rerun" if why else "direct"))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up that was never submitted."""
    drafts.discard_draft(case_id=pk, actor=request.user, now=request.now)
    messages.success(request, _("草稿已删除。记录仍可由审计人员查到。"))
    return redirect("desk")


def problem_target(part: Section, refused: Refused) -> str | None:
    """The id of the field a refusal concerns, if it is in this section."""
    return part.show(refused.field, refused.message) if refused.field else None
