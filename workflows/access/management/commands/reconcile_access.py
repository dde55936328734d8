"""`manage.py reconcile_access`: make guardian's rows say what today's appointments say, and tell the difference."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflows.access import operations


class Command(BaseCommand):
    """The nightly task by hand."""

    help = "Bring guardian's object permissions on units into line with the appointments of today."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many rows were missing and how many said too much."""
        drift = operations.reconcile(now=timezone.now())
        self.stdout.write(f"added {drift.added}, removed {drift.removed}")
