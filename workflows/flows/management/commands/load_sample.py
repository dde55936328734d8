"""`manage.py load_sample`: the sample district with its demo accounts, into an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from workflows.flows import sample
from workflows.lib.refusals import Refused


class Command(BaseCommand):
    help = "Found the sample district (institutions, ledger, people with the demo password) in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--password", default=sample.DEMO_PASSWORD, help="password of every demo account")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = sample.load_sample(now=timezone.now(), password=options["password"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write("、".join(f"{name} {count}" for name, count in counts.items()))
