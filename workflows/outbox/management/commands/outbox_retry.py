"""`manage.py outbox_retry [key …]`: open given-up jobs again; without keys, list them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.outbox import operations, queries


class Command(BaseCommand):
    """Says what was given up and why, and opens again what it is told to."""

    help = "List jobs of the outbox that were given up, or open the named ones again for the next sweep."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The keys to open again."""
        parser.add_argument("keys", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when a key names no given-up job."""
        if not options["keys"]:
            for job in queries.given_up():
                self.stdout.write(f"{job.key}\t{job.task}\t{job.tries} tries\t{job.error}")
            return
        unknown = [key for key in options["keys"] if not operations.retry(key=key)]
        if unknown:
            raise CommandError(f"not given up: {', '.join(unknown)}")
        self.stdout.write(f"opened again: {', '.join(options['keys'])}")
