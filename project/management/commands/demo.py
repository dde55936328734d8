"""`manage.py demo`: the sample district with its main job done, made once and again whenever its sources have changed."""

import hashlib
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

# What the demo database is made from: a change in any of these makes it again (before the first release only).
SOURCES = ("workflows/**/migrations/*.py", "workflows/**/triggers.py", "project/sample/**/*", "workflows/flows/*.py")


class Command(BaseCommand):
    """Prepare the demo, which takes a moment when it is already as it should be; then serve it, if asked."""

    # The checks belong to set-up and tests; here they would only keep the first page waiting.
    requires_system_checks = ()
    help = "Make the demo: migrate, load the sample district, rehearse, add running cases."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--serve", action="store_true", help="serve it afterwards, in the foreground")

    def handle(self, *args: Any, **options: Any) -> None:
        self._prepare()
        if options["serve"]:
            connection.close()
            call_command("serve")

    def _prepare(self) -> None:
        marker = settings.VAR_DIR / "demo.json"
        wanted = digest(settings.BASE_DIR)
        if marker.exists() and json.loads(marker.read_text()).get("digest") == wanted:
            return
        self._empty(marker)
        marker.write_text(json.dumps({"digest": "unfinished"}))
        call_command("migrate", verbosity=0)
        for name, options_ in (("load_sample", {}), ("rehearse", {"running": True})):
            self.stdout.write(f"── {name}")
            self.stdout.flush()
            call_command(name, **options_)
        marker.write_text(json.dumps({"digest": wanted}))

    def _empty(self, marker: Path) -> None:
        """Remove the demo's own old database; never one that the demo did not make."""
        if connection.vendor != "sqlite":
            with connection.cursor() as cursor:
                if connection.introspection.table_names(cursor):
                    raise CommandError("The sample data has changed. Empty the demo's PostgreSQL database, then start again.")
            return
        database = Path(settings.DATABASES["default"]["NAME"])
        if not database.exists():
            return
        if not marker.exists() and _holds_accounts():
            raise CommandError(f"{database} was not made by the demo and is left alone. Move it away or set DINGBIAN_VAR.")
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)


def digest(root: Path) -> str:
    """SHA-256 over the names and contents of everything the demo database is made from."""
    total = hashlib.sha256()
    for path in sorted({path for pattern in SOURCES for path in root.glob(pattern) if path.is_file()}):
        if path.suffix != ".pyc":
            total.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def _holds_accounts() -> bool:
    with connection.cursor() as cursor:
        if "access_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT count(*) FROM access_user")
        return cursor.fetchone()[0] > 0
