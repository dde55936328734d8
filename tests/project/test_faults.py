"""Faults on purpose: the broker is away, a worker is killed while it draws, the database goes away in the middle of an act."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings as project_settings
from django.db import OperationalError, connection
from django.utils import timezone

from tests.world import World
from workflows.audit.models import Entry
from workflows.cases.models import Case
from workflows.cases.operations import acting
from workflows.documents.models import Paper
from workflows.lib import blobs
from workflows.outbox import operations as outbox
from workflows.outbox.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOMS = ("audit", "outbox", "organization", "establishment", "documents", "cases", "viewflow")

PRELUDE = "import django; django.setup()\n"
DRAWING_SLOWLY = """
import pathlib, sys, time
from workflows.documents import drawing
def draw(*given, **named):
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(120)
drawing.draw = draw
"""
WORKER = """
from project.celery import app
app.worker_main(["worker", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"])
"""
SWEEP = """
import sys
from datetime import timedelta
from django.utils import timezone
from workflows.outbox import operations
print(operations.sweep(now=timezone.now() + timedelta(minutes=int(sys.argv[1]))))
"""
SIGN_AND_DIE = """
import os, signal, sys
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from workflows.access.models import User
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import acting
acting.outbox.put = lambda **given: os.kill(os.getpid(), signal.SIGKILL)
case = Case.objects.get(pk=sys.argv[1])
row = Assignment.objects.get(case=case, closed_at__isnull=True)
acting.act(case_id=case.pk, assignment_id=row.pk, version_n=case.versions.last().n, key=uuid4(), outcome="sign",
           actor=User.objects.get(username="chair"), now=row.created_at + timedelta(hours=1))
"""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def elsewhere(tmp_path: Path, settings: Any) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python with the whole house in processes of their own, on this test's database, files and broker."""
    settings.BLOB_DIR = tmp_path / "blobs"
    started: list[subprocess.Popen[str]] = []
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "project.settings.embedded",
        "DATABASE_URL": address(),
        "DINGBIAN_VAR": str(tmp_path),
        "DINGBIAN_FRONTEND": str(project_settings.FRONTEND_DIR),
    }
    environment.pop("CELERY_BROKER_URL", None)

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PRELUDE + script, *arguments]
        process = subprocess.Popen(
            command, cwd=project_settings.BASE_DIR, env=environment, start_new_session=True, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9 for the process and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def address() -> str:
    """DATABASE_URL of the database this test runs on."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    return f"postgres://{given['USER']}{password}@{given['HOST'] or 'localhost'}:{given['PORT'] or 5432}/{given['NAME']}"


def everything() -> dict[str, list[Any]]:
    """Every row of every room."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def eventually(happened: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it happens in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def reply(case: Case) -> Paper:
    """The official reply of a case."""
    return Paper.objects.get(subject=case.subject, kind="D09")


def test_with_the_broker_down_the_act_stands_and_the_paper_follows(
    world: World, run_jobs: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.run_to("sign")
    with monkeypatch.context() as away:
        away.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
        started = time.monotonic()
        world.step(case, "sign")
        assert time.monotonic() - started < 10, "the person must not wait for the broker"
        assert case.state == "running"
        assert case.node == "implement"
        paper = reply(case)
        assert Job.objects.get(key=f"render/{paper.pk}").sent_at is None
        assert outbox.sweep(now=timezone.now() + timedelta(minutes=2)) == 0
    assert outbox.sweep(now=timezone.now() + timedelta(minutes=4)) >= 1
    assert Job.objects.get(key=f"render/{paper.pk}").sent_at is not None
    run_jobs()
    assert blobs.exists(reply(case).file)
    assert Entry.objects.filter(verb="documents.paper.rendered", chain=f"paper/{paper.pk}").count() == 1


def test_a_worker_killed_while_drawing_leaves_exactly_one_paper_in_the_end(
    world: World, elsewhere: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    case = world.run_to("implement")
    paper = reply(case)
    drawing = tmp_path / "drawing"
    first = elsewhere(DRAWING_SLOWLY + WORKER, str(drawing))
    assert int(elsewhere(SWEEP, "10").communicate(timeout=60)[0]) >= 1
    assert eventually(drawing.exists), "the worker never began to draw"
    kill(first)
    assert reply(case).file == ""
    elsewhere(WORKER)
    # The sweep of ten minutes later sends again what was sent and not done; so does the next, for a job that is done by then.
    elsewhere(SWEEP, "20").communicate(timeout=60)
    assert eventually(lambda: reply(case).file != "" and Job.objects.get(key=f"render/{paper.pk}").done_at is not None)
    elsewhere(SWEEP, "30").communicate(timeout=60)
    assert eventually(lambda: not Job.objects.filter(done_at__isnull=True).exists())
    assert Paper.objects.filter(subject=case.subject, kind="D09").count() == 1
    assert Entry.objects.filter(verb="documents.paper.rendered", chain=f"paper/{paper.pk}").count() == 1
    assert blobs.open_blob(reply(case).file).read(5) == b"%PDF-"


def test_a_process_killed_in_the_middle_of_signing_leaves_nothing(world: World, elsewhere: Callable[..., subprocess.Popen[str]]) -> None:
    case = world.run_to("sign")
    before = everything()
    process = elsewhere(SIGN_AND_DIE, str(case.pk))
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert everything() == before
    world.step(case, "sign")
    assert reply(case).number.endswith("1号")


def test_an_error_of_the_database_in_the_middle_of_signing_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.run_to("sign")
    before = everything()
    with monkeypatch.context() as broken:
        broken.setattr(acting.outbox, "put", fail_the_database)
        with pytest.raises(OperationalError):
            world.step(case, "sign")
    connection.close()
    assert everything() == before
    world.step(case, "sign")
    assert case.node == "implement"


def fail_the_database(**_given: Any) -> None:
    """PostgreSQL: the server ends this very connection, as on a restart. SQLite has no server; its disk fails."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    raise OperationalError("disk I/O error")
