"""`manage.py rehearse [--json] [--operations]`: the main job on real input, checked against expectations written beforehand."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.cases.models import Case
from workflows.flows import exercise, replay
from workflows.lib import blobs


class Command(BaseCommand):
    """Replays the scenario's cases; exit 0 only if every expectation holds."""

    help = "Replay the sample cases through the real operations and check every expectation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for machines, `--scenario` for another data file, `--running` to add the cases that stop on the way.

        `--operations [FILE]` performs every operation of the policy table and checks the state after each.
        """
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of text")
        parser.add_argument("--scenario", type=Path, default=replay.SCENARIO)
        parser.add_argument("--running", action="store_true", help="afterwards add the running cases of the data file")
        parser.add_argument(
            "--operations", type=Path, nargs="?", const=exercise.OPERATIONS, help="afterwards perform every operation and check each"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Replay, work off the outbox with the worker's code, compare, print.

        :raises CommandError: cases exist already, or an expectation does not hold (exit 1).
        """
        if Case.objects.exists():
            raise CommandError("The rehearsal starts from the sample district as loaded, but there are cases already. Load a fresh one.")
        data = replay.scenario(options["scenario"])
        played = [(script, replay.play(script)) for script in data["cases"]]
        replay.work_off()
        reports = [self._report(script, done) for script, done in played]
        exercises = self._exercises(options["operations"]) if options["operations"] else []
        ok = not any(report["differences"] for report in [*reports, *exercises])
        if options["json"]:
            self.stdout.write(json.dumps({"cases": reports, "operations": exercises, "ok": ok}, ensure_ascii=False, indent=2))
        else:
            for report in reports:
                self._print(report)
            for report in exercises:
                self._print_exercise(report)
        if options["running"]:
            for script in data["running"]:
                replay.play(script)
            replay.work_off()
        if not ok:
            raise CommandError("The rehearsal did not go as written down.")

    def _report(self, script: dict[str, Any], done: replay.Replayed) -> dict[str, Any]:
        found = replay.outcome(done, script)
        case = done.case
        rows = [
            {"kind": paper.kind, "number": paper.number, "path": str(blobs.path(paper.file)) if paper.file else ""}
            for paper in replay.papers(case)
        ]
        unrendered = [f"papers: {row['number']} was not rendered" for row in rows if not row["path"]]
        return {
            "id": script["id"],
            "title": case.title,
            "number": found["number"],
            "stages": found["stages"],
            "papers": rows,
            "ledger": {f"{row['unit']}/{row['kind']}/{row['bucket']}": [row["before"], row["after"]] for row in found["ledger"]},
            "state": found["state"],
            "verified": found["verified"],
            "refused": found["refused"],
            "differences": [*replay.differences({**script["expect"], "verified": True}, found), *unrendered],
        }

    def _exercises(self, path: Path) -> list[dict[str, Any]]:
        """Play the scripts of every operation; what none performed counts as a difference of the last."""
        scripts = exercise.scripts(path)
        played = [exercise.play(script) for script in scripts]
        replay.work_off()
        reports = [
            {
                "id": done.id,
                "title": done.case.title,
                "steps": len(done.found),
                "performed": sorted(done.performed),
                "differences": list(replay.differences(exercise.expected(script), done.found)),
            }
            for script, done in zip(scripts, played, strict=True)
        ]
        reports[-1]["differences"] += [f"no script performs “{name}”" for name in exercise.never_performed(played)]
        return reports

    def _print_exercise(self, report: dict[str, Any]) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{report['id']}  {report['title']}"))
        self.stdout.write(f"    {report['steps']} steps: {', '.join(report['performed'])}")
        for difference in report["differences"]:
            self.stdout.write(self.style.ERROR(f"    ✕ {difference}"))

    def _print(self, report: dict[str, Any]) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{report['id']}  {report['number']}  {report['title']}"))
        for node, actor, at, outcome in report["stages"]:
            self.stdout.write(f"    {at}  {node:<15} {actor:<24} {outcome}")
        for paper in report["papers"]:
            self.stdout.write(f"    {paper['kind']}  {paper['number']}  {paper['path']}")
        for account, (before, after) in report["ledger"].items():
            self.stdout.write(f"    {account:<44} {before:>6} → {after}")
        for refusal in report["refused"]:
            self.stdout.write(f"    refused: {refusal['step']} ({refusal['code']})")
        verdict = "chain verified" if report["verified"] else "CHAIN BROKEN"
        self.stdout.write(f"    {report['state']}, {verdict}")
        for difference in report["differences"]:
            self.stdout.write(self.style.ERROR(f"    ✕ {difference}"))
