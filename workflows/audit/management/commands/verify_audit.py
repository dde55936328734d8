"""`manage.py verify_audit`: exit 0 and the counts, or 1 naming the first broken entry."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.audit import queries
from workflows.lib import triggers


class Command(BaseCommand):
    """Recomputes every hash in this process, whatever the database's own triggers say."""

    help = "Check every chain of the decision log from its first entry to its last, and that its triggers are in place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for machines."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when a link is broken, or when a trigger that guards the log is missing or altered."""
        found = queries.examine()
        unguarded = [name for name in triggers.missing() if name.startswith("audit_")]
        broken = None if found.broken is None else {"chain": found.broken.chain, "n": found.broken.n, "reason": found.broken.reason}
        if options["json"]:
            report = {"chains": found.chains, "entries": found.entries, "broken": broken, "triggers_missing": unguarded}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        if found.broken is not None:
            raise CommandError(f"broken: {found.broken.chain} entry {found.broken.n}: {found.broken.reason}")
        if unguarded:
            raise CommandError(f"the log is whole, but unguarded: {', '.join(unguarded)}")
        if not options["json"]:
            self.stdout.write(f"whole: {found.entries} entries in {found.chains} chains")
