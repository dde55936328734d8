"""The bench measures what it says: every line is JSON, every page opens, and what is counted is counted."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from project.bench.measure import middle, percentiles, quiet


def test_the_estimates_of_a_known_series() -> None:
    series = [float(n) for n in range(1, 101)]
    assert middle(series) == 50.5
    assert quiet(series) == 11.0
    assert percentiles([0.001 * n for n in range(1, 101)]) == {"p50_ms": 51.0, "p95_ms": 96.0}


@pytest.mark.slow
def test_a_quick_run_on_sqlite_prints_every_measure(tmp_path: object) -> None:
    kept = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"}
    }
    command = [sys.executable, "-m", "project.bench", "--one-database", "--quick"]
    environment = {**kept, "DINGBIAN_VAR": str(tmp_path), "DINGBIAN_FRONTEND": str(settings.FRONTEND_DIR)}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {line["bench"] for line in lines}
    assert {"act", "act.ratio", "act.step", "act.sql", "page", "page.sql", "paper"} <= kinds
    assert "page.failed" not in kinds
    assert all(line["equal"] and line["within"] for line in lines if line["bench"] == "page.sql")
    plain = {"endorse", "section_review", "deputy_review", "draft_document", "implement", "confirm"}
    assert all(line["within"] for line in lines if line["bench"] == "act.sql" and line["node"] in plain)
    assert all(line["byte_stable"] for line in lines if line["bench"] == "paper")
