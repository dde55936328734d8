"""Promised work: in the act's transaction, sent after it, again until it is done, never lost and never silently dropped."""

import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app, shared_task
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.base import at_once
from workflows.outbox import broker, operations, queries, rules, tasks
from workflows.outbox.models import Job

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db(transaction=True)


class Line:
    """Stands for the broker: takes messages, or is down."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.down = False

    def publish(self, task: str, arguments: dict[str, Any]) -> None:
        if self.down:
            raise ConnectionRefusedError("broker is down")
        self.taken.append((task, arguments))

    @property
    def keys(self) -> list[str]:
        return [arguments["key"] for _task, arguments in self.taken]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    line = Line()
    monkeypatch.setattr(broker, "publish", line.publish)
    return line


def put(key: str, now: datetime = NOW) -> None:
    with transaction.atomic():
        operations.put(key=key, task="documents.render", args={"paper_id": 7}, now=now)


def sent(key: str, at: datetime, **columns: Any) -> None:
    Job.objects.create(key=key, task="t", created_at=at, sent_at=at, tries=1, **columns)


def test_a_promise_is_sent_once_its_transaction_has_committed(line: Line) -> None:
    with transaction.atomic():
        operations.put(key="render/7", task="documents.render", args={"paper_id": 7}, now=NOW)
        assert line.taken == []
    assert line.taken == [("documents.render", {"key": "render/7", "paper_id": 7})]
    job = Job.objects.get(key="render/7")
    assert job.sent_at is not None and (job.tries, job.done_at, job.error) == (1, None, "")


def test_a_promise_dies_with_its_transaction(line: Line) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        operations.put(key="render/7", task="documents.render", args={}, now=NOW)
        raise RuntimeError
    assert line.taken == [] and not Job.objects.exists()


def test_the_same_key_is_one_job_and_one_message(line: Line) -> None:
    put("render/7")
    put("render/7")
    with transaction.atomic():
        operations.put(key="render/8", task="a", args={}, now=NOW)
        operations.put(key="render/8", task="b", args={}, now=NOW)
    assert line.keys == ["render/7", "render/8"]
    assert Job.objects.get(key="render/8").task == "a"


def test_the_same_key_at_once_is_one_job_and_one_message(line: Line) -> None:
    results = at_once([lambda: put("render/7") for _ in range(6)])
    assert results == [None] * 6
    assert line.keys == ["render/7"] and Job.objects.count() == 1


def test_a_broker_that_is_down_breaks_no_act_and_the_sweep_sends_later(line: Line) -> None:
    line.down = True
    put("render/7")
    job = Job.objects.get()
    assert (job.sent_at, job.tries) == (None, 0) and "down" in job.error
    assert operations.sweep(now=NOW + 2 * MINUTE) == 0
    assert Job.objects.get().tries == 0
    line.down = False
    assert operations.sweep(now=NOW + 59 * MINUTE / 60) == 0
    assert operations.sweep(now=NOW + MINUTE) == 1
    assert line.keys == ["render/7"] and Job.objects.get().tries == 1


def test_what_was_lost_between_commit_and_sending_is_sent_after_a_minute(line: Line) -> None:
    Job.objects.create(key="lost", task="t", created_at=NOW)
    assert operations.sweep(now=NOW + timedelta(seconds=59)) == 0
    assert operations.sweep(now=NOW + timedelta(seconds=60)) == 1
    assert operations.sweep(now=NOW + timedelta(seconds=61)) == 0
    assert line.keys == ["lost"]


def test_what_was_sent_and_not_done_is_sent_again_after_five_minutes(line: Line) -> None:
    sent("killed", NOW)
    sent("done", NOW, done_at=NOW)
    assert operations.sweep(now=NOW + timedelta(seconds=299)) == 0
    assert operations.sweep(now=NOW + timedelta(seconds=300)) == 1
    assert line.keys == ["killed"] and Job.objects.get(key="killed").tries == 2


def test_the_oldest_go_first_and_a_broken_line_stops_the_sweep_without_counting_tries(line: Line) -> None:
    for number in range(5):
        Job.objects.create(key=f"k{number}", task="t", created_at=NOW)
    real, calls = line.publish, []

    def publish(task: str, arguments: dict[str, Any]) -> None:
        calls.append(arguments["key"])
        line.down = len(calls) > 2
        real(task, arguments)

    broker.publish = publish
    assert operations.sweep(now=NOW + 2 * MINUTE) == 2
    assert calls == ["k0", "k1", "k2"]
    assert list(Job.objects.order_by("id").values_list("tries", flat=True)) == [1, 1, 0, 0, 0]
    assert Job.objects.filter(sent_at__isnull=True).count() == 3


def test_two_sweeps_at_once_send_every_job_once(line: Line) -> None:
    for number in range(30):
        Job.objects.create(key=f"k{number}", task="t", created_at=NOW)
    results = at_once([lambda: operations.sweep(now=NOW + 2 * MINUTE) for _ in range(4)])
    assert sum(results) == 30
    assert sorted(line.keys) == sorted(f"k{number}" for number in range(30))


def test_after_too_many_tries_it_is_given_up_loudly_and_can_be_opened_again(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    sent("hopeless", NOW, error="Refused: paper_altered")
    Job.objects.update(tries=rules.TRIES_MAX)
    with caplog.at_level(logging.CRITICAL):
        assert operations.sweep(now=NOW + 6 * MINUTE) == 0
    assert "hopeless given up" in caplog.text and "paper_altered" in caplog.text
    assert queries.lag(NOW + 6 * MINUTE).given_up == 1
    assert [job.key for job in queries.given_up()] == ["hopeless"]
    assert operations.sweep(now=NOW + 60 * MINUTE) == 0
    call_command("outbox_retry", "hopeless")
    assert operations.sweep(now=NOW + 61 * MINUTE) == 1
    with pytest.raises(CommandError):
        call_command("outbox_retry", "hopeless")


def test_finishing_belongs_to_the_tasks_own_transaction() -> None:
    sent("render/7", NOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        assert operations.finish(key="render/7", now=NOW)
        raise RuntimeError
    assert Job.objects.get().done_at is None
    assert operations.finish(key="render/7", now=NOW)
    assert not operations.finish(key="render/7", now=NOW + MINUTE)
    assert Job.objects.get().done_at == NOW


def test_the_lag_counts_what_is_open() -> None:
    assert queries.lag(NOW) == queries.Lag(open=0, oldest_seconds=0, unsent=0, overdue=0, given_up=0)
    Job.objects.create(key="a", task="t", created_at=NOW - 10 * MINUTE)
    sent("b", NOW - 6 * MINUTE)
    sent("c", NOW)
    sent("d", NOW - 60 * MINUTE, done_at=NOW)
    assert queries.lag(NOW) == queries.Lag(open=3, oldest_seconds=600, unsent=1, overdue=1, given_up=0)


@shared_task(name="tests.outbox.fails")
def fails(key: str) -> None:
    """A task that never succeeds."""
    raise ValueError("the font is gone")


def test_a_failing_task_leaves_its_reason_beside_the_job() -> None:
    sent("render/7", NOW)
    current_app.tasks["tests.outbox.fails"].apply(kwargs={"key": "render/7"})
    job = Job.objects.get()
    assert job.error == "ValueError: the font is gone" and job.done_at is None


def test_the_sweep_is_a_task_of_the_name_beat_knows(line: Line) -> None:
    Job.objects.create(key="lost", task="t", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert tasks.sweep.name == "outbox.sweep"
    assert tasks.sweep.apply().get() == 1


def test_the_message_on_the_real_line_names_task_and_key() -> None:
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue(current_app.conf.task_default_queue)
        queue.clear()
        put("render/7")
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
    assert message.headers["task"] == "documents.render"
    assert message.payload[1] == {"key": "render/7", "paper_id": 7}


@pytest.fixture
def mute() -> Iterator[int]:
    """A port that takes the connection and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize("kind", ["refusing", "mute"])
def test_a_dead_broker_costs_a_request_seconds_at_most(kind: str, mute: int, monkeypatch: pytest.MonkeyPatch) -> None:
    port = mute if kind == "mute" else 1
    monkeypatch.setattr(
        current_app, "connection_for_write", lambda **options: current_app._connection(f"redis://127.0.0.1:{port}/0", **options)
    )
    started = time.monotonic()
    put("render/7")
    assert time.monotonic() - started < 6
    assert Job.objects.get().sent_at is None
