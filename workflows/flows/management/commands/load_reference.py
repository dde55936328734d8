"""`manage.py load_reference`: kinds of posts, matters, time limits, duty conflicts, phrases and paper series; safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflows.flows import sample


class Command(BaseCommand):
    help = "Load the reference data every installation needs."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = sample.load_reference(now=timezone.now())
        self.stdout.write("、".join(f"{name} {count}" for name, count in counts.items()))
