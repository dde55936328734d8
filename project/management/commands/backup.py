"""`manage.py backup [FILE]`: database and files into one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from project import backup


class Command(BaseCommand):
    """Save everything that cannot be made again."""

    help = "Write database and files into one archive (default: under var/backup, named by the moment)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.localtime()
        archive = options["file"] or settings.VAR_DIR / "backup" / f"dingbian-{now:%Y%m%d-%H%M%S}.tar.gz"
        manifest = backup.save(archive, now=now)
        self.stdout.write(f"{archive}: {manifest['vendor']}, {manifest['files']} files")
