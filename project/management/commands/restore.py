"""`manage.py restore FILE [--replace]`: database and files out of an archive, then the log is verified."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from project import backup
from workflows.lib import triggers


class Command(BaseCommand):
    """Put an archive back."""

    help = "Restore an archive made by `backup`; web and worker must be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="this database holds accounts and may be overwritten")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"].exists():
            raise CommandError(f"{options['file']} does not exist.")
        try:
            manifest = backup.load(options["file"], replace=options["replace"])
        except backup.NotRestorable as error:
            raise CommandError(str(error)) from error
        if triggers.missing():
            triggers.install("default")
        self.stdout.write(f"Restored from {manifest['made_at']}: {manifest['vendor']}, {manifest['files']} files")
        call_command("verify_audit")
