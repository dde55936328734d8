"""Accounts, appointments and stand-ins, kept by the security administrator; the state of the system for its administrator."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms.access import AppointForm, EndForm, NewUserForm, OfficesForm, PeopleForm, ReasonForm, StandInForm
from workflows.access import passwords, queries
from workflows.access.operations import accounts, offices, signing_in
from workflows.access.roles import ADMINISTRATORS
from workflows.lib.refusals import Forbidden, Refused
from workflows.views.asof import dated
from workflows.views.doors import door, held
from workflows.views.refusing import posted, refuse

PEOPLE = "user-list"
LISTED = 300
OFFICES = "appointment-list"


@door("appointment.view", "appointment.edit")
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """Who holds which office as of a day."""
    form = OfficesForm(dated(request), initial={"on": request.day})
    data = form.cleaned_data if form.is_valid() else {}
    day = data.get("on") or request.day
    rows = list(queries.appointments(day=day, text=data.get("q", ""), role=data.get("role", "")))
    context = {
        "form": form, "rows": rows, "day": day, "today": request.day, "administrators": ADMINISTRATORS,
        "may_edit": held(request, "appointment.edit"), "trail": [(_("任职"), "")],
    }  # fmt: skip
    return render(request, "access/appointments.html", context)


@door("appointment.edit")
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest) -> HttpResponse:
    """Give somebody an office, by a document."""
    form = AppointForm(posted(request), initial={"valid_from": request.day, "user": request.GET.get("user")})
    if request.method == "POST" and form.is_valid():
        try:
            made = offices.appoint(**form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            told = {"name": made.user.name, "unit": made.unit.name, "role": made.get_role_display()}
            messages.success(request, _("已任命%(name)s为%(unit)s%(role)s。") % told)
            return redirect("user", pk=made.user_id)
    return _form(request, form, title=_("新任职"), button=_("任命"), trail=[(_("任职"), reverse(OFFICES)), (_("新任职"), "")])


@door("appointment.edit")
@require_http_methods(["GET", "POST"])
def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """End an office on a day; the row stays, so that yesterday's acts remain explained."""
    appointment = queries.appointment(pk)
    form = EndForm(posted(request), initial={"on": request.day})
    if request.method == "POST" and form.is_valid():
        try:
            offices.end_appointment(appointment=appointment, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已免去%(name)s的职务。") % {"name": appointment.user.name})
            return redirect("user", pk=appointment.user_id)
    told = {"name": appointment.user.name, "unit": appointment.unit.name, "role": appointment.get_role_display()}
    return _form(
        request,
        form,
        title=_("免去%(name)s的%(unit)s%(role)s职务") % told,
        note=_("免职后该职务名下待办的件仍在，由同一单位同一角色的其他人办理；没有其他人时转流程管理员。"),
        button=_("免职"),
        trail=[(_("任职"), reverse(OFFICES)), (appointment.user.name, reverse("user", args=[appointment.user_id])), (_("免职"), "")],
    )


@door("appointment.view", "appointment.edit")
@require_http_methods(["GET", "POST"])
def stand_ins(request: HttpRequest) -> HttpResponse:
    """Who acts in whose name, from when to when; the security administrator adds one."""
    may_edit = held(request, "appointment.edit")
    if request.method == "POST" and not may_edit:
        raise Forbidden(_("代理授权由安全管理员登记。"), code="wrong_role")
    form = StandInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        start, end = form.period()
        try:
            offices.stand_in(
                principal=data["principal"], deputy=data["deputy"], reason=data["reason"], valid_from=start, valid_to=end,
                actor=request.user, now=request.now,
            )  # fmt: skip
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("已登记：%(deputy)s代%(principal)s办理。") % {"deputy": data["deputy"].name, "principal": data["principal"].name}
            )
            return redirect("stand-in-list")
    context = {
        "form": form if may_edit else None, "rows": queries.stand_ins(request.now), "past": queries.stand_ins(request.now, ended=True),
        "errors": form.summary() if form.is_bound else [], "now": request.now, "may_edit": may_edit, "trail": [(_("代理授权"), "")],
    }  # fmt: skip
    return render(request, "access/stand_ins.html", context, status=422 if form.is_bound else 200)


@door("appointment.edit")
@require_POST
def revoke_stand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """End a stand-in now."""
    offices.revoke_stand_in(stand_in=queries.stand_in(pk), actor=request.user, now=request.now)
    messages.success(request, _("代理授权已撤销，即时生效。"))
    return redirect("stand-in-list")


@door("user.edit")
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    """All accounts."""
    form = PeopleForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    people = queries.people(text=text, limit=LISTED + 1)
    context = {
        "form": form,
        "people": people[:LISTED],
        "more": len(people) > LISTED,
        "locked": queries.locked_out(request.now),
        "trail": [(_("用户"), "")],
    }
    return render(request, "access/users.html", context)


@door("user.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def create_user(request: HttpRequest) -> HttpResponse:
    """Open an account; its one-time password is shown on the answer to this request and nowhere else."""
    form = NewUserForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            password = passwords.one_time()
            made = accounts.create_user(**form.cleaned_data, password=password, actor=request.user, now=request.now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return _once(request, made, password, _("账号已开通"))
    return _form(request, form, title=_("开通账号"), button=_("开通"), trail=[(_("用户"), reverse(PEOPLE)), (_("开通账号"), "")])


@door("user.edit")
@require_safe
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its state and every office it ever held."""
    return _account(request, pk, ReasonForm())


@door("user.edit")
@never_cache
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password, shown on the answer to this request and nowhere else; the old one ends at once."""
    person = queries.person(pk)
    password = signing_in.reset_password(user=person, actor=request.user, now=request.now)
    return _once(request, person, password, _("密码已重置"))


@door("user.edit")
@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account for good reason; it is never deleted."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _account(request, pk, form, status=422)
    person = queries.person(pk)
    try:
        accounts.deactivate(user=person, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
    except Refused as refusal:
        refuse(form, refusal)
        return _account(request, pk, form, status=refusal.status)
    messages.success(request, _("%(name)s的账号已停用，正在使用的登录已失效。") % {"name": person.name})
    return redirect("user", pk=pk)


@door("user.edit")
@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed account again; it has no office and no password until it is given them."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _account(request, pk, form, status=422)
    person = queries.person(pk)
    accounts.reactivate(user=person, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
    messages.success(request, _("%(name)s的账号已重新启用。请重置密码并重新任职。") % {"name": person.name})
    return redirect("user", pk=pk)


@door("user.edit")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an account that was locked after wrong passwords try again."""
    person = queries.person(pk)
    signing_in.unlock(user=person, actor=request.user, now=request.now)
    messages.success(request, _("%(name)s的账号已解锁，可以立即登录。") % {"name": person.name})
    return redirect("user", pk=pk)


@door("system.status")
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """What `/healthz` reports, in words. The very same report: it is asked for, not computed again."""
    report = json.loads(resolve(reverse("healthz")).func(request).content)
    parts = [part for part in (_database(report), _broker(report), _outbox(report), _triggers(report)) if part]
    context = {"healthy": report["status"] == "ok", "version": report["version"], "parts": parts, "trail": [(_("系统状态"), "")]}
    return render(request, "access/system.html", context)


def _database(report: dict[str, Any]) -> dict[str, Any]:
    part = report["database"]
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    told = {"name": names.get(part.get("vendor", ""), "")}
    sentence = _("数据库应答正常（%(name)s）。") % told if part["ok"] else _("数据库没有应答。")
    return {"ok": part["ok"], "sentence": sentence, "advice": _("一切事实都在这里；备份与恢复见运维手册。")}


def _broker(report: dict[str, Any]) -> dict[str, Any]:
    part = report["broker"]
    sentence = _("任务队列可以投递。") if part["ok"] else _("任务队列不能投递。")
    return {"ok": part["ok"], "sentence": sentence, "advice": _("队列中断时审批照常进行，文件在恢复后自动补生成。")}


def _outbox(report: dict[str, Any]) -> dict[str, Any]:
    part = report["outbox"]
    told = {"open": part.get("open", 0), "minutes": part.get("lag_seconds", 0) // 60}
    sentence = _("待完成的后台工作%(open)s项，最久的已等%(minutes)s分钟。") % told if told["open"] else _("没有积压的后台工作。")
    return {"ok": part["ok"], "sentence": sentence, "advice": _("超过十分钟请检查工作进程是否在运行。")}


def _triggers(report: dict[str, Any]) -> dict[str, Any]:
    part = report["triggers"]
    missing = "、".join(part.get("missing", []))
    sentence = (
        _("数据库规则%(n)s条，齐全。") % {"n": part.get("registered", 0)}
        if part["ok"]
        else _("数据库规则缺失：%(names)s。") % {"names": missing}
    )
    return {"ok": part["ok"], "sentence": sentence, "advice": _("这些规则由数据库自身守护台账与日志；缺失时请立即停用并重新执行迁移。")}


def _account(request: HttpRequest, pk: int, form: ReasonForm, status: int = 200) -> HttpResponse:
    person = queries.person(pk)
    context = {
        "person": person, "offices": queries.history(person), "locked": person.username in queries.locked_out(request.now), "form": form,
        "errors": form.summary() if form.is_bound else [], "day": request.day,
        "trail": [(_("用户"), reverse(PEOPLE)), (person.name, "")],
    }  # fmt: skip
    return render(request, "access/user.html", context, status=status)


def _once(request: HttpRequest, person: Any, password: str, title: str) -> HttpResponse:
    """The one page that ever shows a one-time password."""
    context = {"person": person, "password": password, "title": title, "trail": [(_("用户"), reverse(PEOPLE)), (person.name, "")]}
    return render(request, "access/once.html", context)


def _form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    """A page that is one form."""
    errors = form.summary() if form.is_bound else []
    return render(request, "access/form.html", {"form": form, "errors": errors, **context}, status=422 if form.is_bound else 200)
