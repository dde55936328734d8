"""Around every request: who must sign in, what the person holds, one moment for the whole request, refusals as pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from workflows.access import queries as access
from workflows.lib.refusals import Refused
from workflows.views import errors, navigation

FREE_WHILE_PASSWORD_IS_DUE = frozenset({"account", "login", "logout", "set_language", "healthz"})


class SignedIn(LoginRequiredMiddleware):
    """Everybody signs in first; after the idle logout one comes back to the page one was typing on."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponse:
        """To the login page; from a POST back to the page that held the form, whose content the browser kept."""
        back = request.get_full_path()
        if request.method != "GET" or request.headers.get("HX-Request"):
            origin = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "/")
            back = "/" + origin.path.lstrip("/") + (f"?{origin.query}" if origin.query else "")
        answer = redirect_to_login(back, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
        return answer


class AtWork:
    """Sets `request.now`, `request.day` and `request.held`, sends first-time users to their password, turns refusals into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One moment for the request; what is held is read once and only if somebody asks."""
        request.now = timezone.now()
        request.day = timezone.localdate(request.now)
        request.held = SimpleLazyObject(lambda: access.standings(request.user, request.now) if request.user.is_authenticated else [])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        """A password given by the security administrator is changed before anything else."""
        user = request.user
        if user.is_authenticated and user.must_change_password and request.resolver_match.url_name not in FREE_WHILE_PASSWORD_IS_DUE:
            target = navigation.address("account")
            return redirect(target) if target else None
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal nobody showed at a field becomes its page with its status."""
        return errors.refusal(request, exception) if isinstance(exception, Refused) else None
