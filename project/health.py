"""`GET /healthz`: is the house fit to work? Database, broker, promised work, triggers and version, as JSON; 503 if not."""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from project.celery import app
from workflows.lib import triggers
from workflows.outbox import queries

Check = Callable[[], dict[str, Any]]


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Run every check; an exception is an answer too."""
    report = {name: _outcome(check) for name, check in CHECKS.items()}
    healthy = all(part["ok"] for part in report.values())
    body = {"status": "ok" if healthy else "ill", "version": settings.VERSION, **report}
    return JsonResponse(body, status=200 if healthy else 503)


def database() -> dict[str, Any]:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return {"ok": cursor.fetchone() == (1,), "vendor": connection.vendor}


def broker() -> dict[str, Any]:
    """Whether messages can be handed over. Acts do not need it; papers wait for it."""
    scheme = settings.CELERY_BROKER_URL.split(":", 1)[0]
    if scheme == "filesystem":
        return {"ok": os.access(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"], os.W_OK), "kind": scheme}
    with app.connection_for_write(connect_timeout=2) as link:
        link.ensure_connection(max_retries=0, timeout=2)
        return {"ok": True, "kind": scheme}


def outbox() -> dict[str, Any]:
    """How far promised work is behind, in seconds, and what was given up and waits for a person."""
    lag = queries.lag(timezone.now())
    late = lag.oldest_seconds > settings.OUTBOX_LAG_LIMIT
    return {"ok": not late and not lag.given_up, "open": lag.open, "lag_seconds": lag.oldest_seconds, "given_up": lag.given_up}


def guards() -> dict[str, Any]:
    """Which triggers the database lacks."""
    missing = triggers.missing()
    return {"ok": not missing, "registered": len(triggers.registered()), "missing": missing}


CHECKS: dict[str, Check] = {"database": database, "broker": broker, "outbox": outbox, "triggers": guards}


def _outcome(check: Check) -> dict[str, Any]:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever went wrong is what we are asked for; the class says enough
        return {"ok": False, "error": type(error).__name__}
