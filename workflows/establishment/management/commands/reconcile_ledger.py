"""Check that the ledger's balances follow from its movements."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from workflows.establishment import queries
from workflows.establishment.models import Account, Transfer


class Command(BaseCommand):
    """`manage.py reconcile_ledger`: exit 0 with counts, or 1 naming each account and its difference."""

    help = "Recompute every balance from the movements; exit 1 naming account and difference if anything does not add up."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line per difference, or one line of counts."""
        differences = queries.reconcile()
        for difference in differences:
            self.stderr.write(
                f"{difference.where}: {difference.rule} expected {difference.expected}, found {difference.found}, "
                f"difference {difference.found - difference.expected:+d}"
            )
        if differences:
            sys.exit(1)
        self.stdout.write(f"{Account.objects.count()} accounts follow from {Transfer.objects.count()} movements")
