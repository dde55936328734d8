"""Idle logout: a session lives `SESSION_COOKIE_AGE` seconds from the person's last request.

The date of the last request is renewed at most once a minute, so that reading pages does not write on each of them.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_RENEW_AFTER_SECONDS = 60


class IdleMiddleware:
    """Renew the session of a person who is at work. Requests marked as the page's own polling do not count as work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Touch the session when the last touch is old enough."""
        if request.user.is_authenticated and "X-Polling" not in request.headers:
            now = int(time.time())
            if now - request.session.get("seen", 0) >= _RENEW_AFTER_SECONDS:
                request.session["seen"] = now
        return self.get_response(request)
