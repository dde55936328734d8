"""`manage.py serve`: web, worker and beat in the foreground, stopped together."""

import os
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from project.serve import Supervisor
from workflows.access.models import Appointment
from workflows.flows.sample import DEMO_PASSWORD


class Command(BaseCommand):
    """Serve until Ctrl-C."""

    # The checks belong to set-up and tests; here they would only keep the first page waiting.
    requires_system_checks = ()
    help = "Start web, worker and beat in the foreground; PORT (8000) and BIND (127.0.0.1) from the environment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"] or _port()
        bind = os.environ.get("BIND", "127.0.0.1")
        supervisor = Supervisor(_commands(bind, port), _environment())
        # The pages first: worker and beat would only make them wait for the processor.
        supervisor.start("web")
        if supervisor.wait_until(lambda: _answers(port)):
            supervisor.start("worker", "beat")
            self._announce(port)
        sys.exit(supervisor.watch())

    def _announce(self, port: int) -> None:
        """Say where the house is."""
        lines = [f"\n定编 Dingbian {settings.VERSION}: http://localhost:{port}/   (Ctrl-C stops web, worker and beat)"]
        if settings.DEMO:
            lines += ["演示数据。Demo accounts, password " + DEMO_PASSWORD + ":", *_accounts()]
        self.stdout.write("\n".join(lines) + "\n")
        self.stdout.flush()


def _port() -> int:
    try:
        return int(os.environ.get("PORT") or 8000)
    except ValueError:
        raise CommandError("PORT must be a number") from None


def _commands(bind: str, port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "project.celery", "--quiet"]
    web = ["gunicorn", "project.wsgi", "--bind", f"{bind}:{port}", "--workers", "1", "--threads", "8", "--timeout", "120"]
    quiet = ["--loglevel", "WARNING"]
    return {
        "web": [*python, *web, "--no-control-socket", "--worker-tmp-dir", str(settings.FILE_UPLOAD_TEMP_DIR), "--log-level", "warning"],
        "worker": [*celery, "worker", "--concurrency", "1", "--without-gossip", "--without-mingle", *quiet],
        "beat": [*celery, "beat", "--pidfile", "", *quiet],
    }


def _environment() -> dict[str, str]:
    """The children write under `var/` too: temporary files, font caches, compiled Python."""
    cache = str(settings.VAR_DIR / "cache")
    return {
        **os.environ,
        "TMPDIR": str(settings.FILE_UPLOAD_TEMP_DIR),
        "XDG_CACHE_HOME": cache,
        "PYTHONPYCACHEPREFIX": f"{cache}/pycache",
        "C_FORCE_ROOT": "1",
    }


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _accounts() -> list[str]:
    """One line per account that holds an office today."""
    today = timezone.localdate()
    try:
        rows = list(
            Appointment.objects.filter(valid_from__lte=today, valid_to__isnull=True, user__is_active=True)
            .select_related("user", "unit")
            .order_by("unit__sort", "unit_id", "role")
        )
    except DatabaseError as error:
        return [f"  (accounts cannot be read: {error})"]
    return [f"  {row.user.username:<26}{row.user.name}  {row.unit.name} · {row.get_role_display()}" for row in rows]
