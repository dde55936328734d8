"""What every test may use. The cast and the district are in `tests/base.py`."""

from collections.abc import Callable

import pytest
from celery import current_app
from django.conf import settings as project_settings
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from hypothesis.configuration import set_hypothesis_home_dir

from workflows.lib import triggers
from workflows.outbox.models import Job
from workflows.views import reference

set_hypothesis_home_dir(project_settings.VAR_DIR / "cache" / "hypothesis")
# Two cores for everybody: a slow draw is not a failure.
hypothesis_settings.register_profile("house", deadline=None, print_blob=True)
hypothesis_settings.load_profile("house")

_flush = TransactionTestCase._fixture_teardown


def _flush_without_triggers(case: TransactionTestCase) -> None:
    """Append-only tables refuse a flush: drop our triggers first; flush's own `post_migrate` puts them back."""
    for alias in case._databases_names(include_mirrors=False):
        triggers.drop(alias)
    _flush(case)
    for alias in case._databases_names(include_mirrors=False):
        if triggers.missing(alias):
            triggers.install(alias)


TransactionTestCase._fixture_teardown = _flush_without_triggers


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """What a process remembers of the catalogue and the calendar is of the test before."""
    reference.forget()


@pytest.fixture
def run_jobs(db: None) -> Callable[[], list[str]]:
    """Do the promised work now, in this process: call it after the act; returns the keys done, in order."""

    def run() -> list[str]:
        done = []
        while jobs := list(Job.objects.filter(done_at__isnull=True).exclude(key__in=done).order_by("id")):
            for job in jobs:
                current_app.tasks[job.task].apply(kwargs={"key": job.key, **job.args}, throw=True)
                done.append(job.key)
        return done

    return run


# Whole files that take many seconds: races with real threads, rehearsals, drawn papers, every page at every step for every
# role. `make test` runs them all.
_SLOW_FILES = {
    "test_rehearse.py",
    "test_exercise.py",
    "test_model.py",
    "test_faults.py",
    "test_drawing.py",
    "test_render.py",
    "test_case_page.py",
    "test_doors.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out."""
    for item in items:
        if item.path.name in _SLOW_FILES or item.path.name.endswith("races.py"):
            item.add_marker(pytest.mark.slow)
