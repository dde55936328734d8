"""The door: sign in and out, the password, the language of the screens."""

from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from forms.account import PasswordForm, SignInForm
from workflows.access import queries
from workflows.access.operations import signing_in
from workflows.lib.refusals import Refused
from workflows.views.reading import address_of
from workflows.views.refusing import posted

# The demo's accounts, in the order of the main job; they exist in the demo only.
DEMO_ACCOUNTS = (
    ("dongfanglu.clerk", gettext_lazy("东方路街道经办人")),
    ("dongfanglu.head", gettext_lazy("东方路街道负责人")),
    ("general", gettext_lazy("编办综合科收文")),
    ("officer.psu", gettext_lazy("事业机构编制科承办人")),
    ("finance.countersign", gettext_lazy("区财政局会签")),
    ("chief.psu", gettext_lazy("事业机构编制科科长")),
    ("deputy", gettext_lazy("编办分管领导")),
    ("secretary", gettext_lazy("编委会务秘书")),
    ("chair", gettext_lazy("编委主任签发")),
    ("auditor", gettext_lazy("审计监督")),
    ("secadmin", gettext_lazy("安全管理员")),
    ("steward", gettext_lazy("流程管理")),
)
DEMO_PASSWORD = "Dingbian-2026"  # noqa: S105 - printed on the demo's own sign-in page


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who is there; afterwards go to the page that was wanted."""
    target = _target(request)
    if request.user.is_authenticated:
        return redirect(target)
    wanted = request.GET.get("user", "") if settings.DEMO else ""
    form = SignInForm(request, data=posted(request), initial={"username": wanted})
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        signing_in.signed_in(user=request.user, address=address_of(request), now=request.now)
        return redirect(target)
    status = 422 if form.is_bound else 200
    return render(request, "account/sign_in.html", _door_context(request, form), status=status)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """What django-axes answers instead, once an account is locked: how long, and who can help."""
    username = (credentials or {}).get("username", "")
    signing_in.locked_out(username=username, address=address_of(request), now=request.now)
    context = _door_context(request, SignInForm(request, initial={"username": username}))
    cool_off = get_cool_off(request)
    context["locked_minutes"] = round(cool_off.total_seconds() / 60) if cool_off else None
    context["failure_limit"] = settings.AXES_FAILURE_LIMIT
    return render(request, "account/sign_in.html", context, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and say so."""
    signing_in.signed_out(user=request.user, now=request.now)
    logout(request)
    messages.success(request, _("已退出登录。"))
    return redirect("login")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: the offices held, and a new password. The first sign-in ends here until the password is changed."""
    forced = request.user.must_change_password
    form = PasswordForm(posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            signing_in.change_password(user=request.user, password=form.cleaned_data["new"], actor=request.user, now=request.now)
        except Refused as refusal:
            form.add_error("new", refusal.message)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已更改。下次登录请用新密码。"))
            return redirect(_target(request) if forced else "account")
    context = {
        "form": form,
        "forced": forced,
        "expired": queries.password_expired(request.user, request.now),
        "errors": form.summary(),
        "trail": [(_("账号与密码"), "")],
        "next": request.GET.get("next", ""),
    }
    return render(request, "account/account.html", context, status=422 if form.is_bound else 200)


def _door_context(request: HttpRequest, form: SignInForm) -> dict[str, Any]:
    """What the sign-in page shows besides the form."""
    return {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "district": settings.DISTRICT_NAME,
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        "demo_accounts": DEMO_ACCOUNTS if settings.DEMO else (),
        "demo_password": DEMO_PASSWORD if settings.DEMO else "",
    }


def _target(request: HttpRequest) -> str:
    """The address to go to afterwards: the one asked for when it is ours, else the desk."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and ours else resolve_url(settings.LOGIN_REDIRECT_URL)
