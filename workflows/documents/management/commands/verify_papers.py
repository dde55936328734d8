"""`manage.py verify_papers`: every issued paper still says what was signed, and redraws to the same bytes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.documents import queries
from workflows.documents.models import Paper


class Command(BaseCommand):
    """Exit 0 and the count, or 1 naming the first paper at fault."""

    help = "Check every paper's payload digest, stored file and byte-stable redrawing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the check; stops at the first fault."""
        for paper, reason in queries.faults():
            raise CommandError(f"{paper.number}: {reason}", returncode=1)
        self.stdout.write(f"{Paper.objects.count()} papers verified")
