"""The only writer of promised work: put in the act's transaction, sent after it, finished in the task's own, swept each minute."""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from workflows.outbox import broker
from workflows.outbox.models import Job
from workflows.outbox.rules import TRIES_MAX, UNDONE_AFTER, UNSENT_AFTER

BATCH = 100
ERROR_MAX = 2000
log = logging.getLogger(__name__)


def put(*, key: str, task: str, args: Mapping[str, Any], now: datetime) -> Job:
    """This function will promise `task(key=key, **args)` in the caller's transaction; sent once that has committed.

    A key promised before stays as it was promised: there is never a second job. One SQL; the row comes back without its id.
    """
    job = Job(key=key, task=task, args=dict(args), created_at=now)
    Job.objects.bulk_create([job], ignore_conflicts=True)
    # Robust: the act stands whatever becomes of the message; what is not sent now the sweep sends.
    transaction.on_commit(partial(_send_after_commit, key), robust=True)
    return job


def finish(*, key: str, now: datetime) -> bool:
    """This function will mark the job done; call it inside the task's own transaction. False when it was done already."""
    done = Job.objects.filter(key=key, done_at__isnull=True).update(done_at=now, error="", given_up_at=None)
    return bool(done)


def fail(*, key: str, error: str) -> None:
    """This function will note why a run of the job failed; the sweep sends it again."""
    Job.objects.filter(key=key, done_at__isnull=True).update(error=error[:ERROR_MAX])


def retry(*, key: str) -> bool:
    """This function will open a job again that was given up, for the next sweep; False when there is none."""
    return bool(
        Job.objects.filter(key=key, done_at__isnull=True, given_up_at__isnull=False).update(given_up_at=None, sent_at=None, tries=0)
    )


def sweep(*, now: datetime) -> int:
    """This function will send what was not sent within a minute, and again what was sent and not done within five; how many.

    Several may sweep at once: on PostgreSQL each takes rows no other has, on SQLite one after the other. When the broker is
    down the rows stay due and no try is counted.
    """
    _give_up(now)
    jobs = _claim(_due(now), now)
    sent = 0
    for place, job in enumerate(jobs):
        if not _publish(job):
            _unclaim([left.pk for left in jobs[place + 1 :]])
            break
        sent += 1
    return sent


def _due(now: datetime) -> Q:
    unsent = Q(sent_at__isnull=True, created_at__lte=now - UNSENT_AFTER)
    undone = Q(sent_at__lte=now - UNDONE_AFTER)
    return Q(done_at__isnull=True, given_up_at__isnull=True) & (unsent | undone)


def _claim(which: Q, now: datetime) -> list[Job]:
    with transaction.atomic():
        rows = Job.objects.filter(which).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        jobs = list(rows[:BATCH])
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(sent_at=now, tries=F("tries") + 1)
    return jobs


def _unclaim(ids: list[int], error: str | None = None) -> None:
    told = {} if error is None else {"error": error[:ERROR_MAX]}
    Job.objects.filter(pk__in=ids, done_at__isnull=True).update(sent_at=None, tries=F("tries") - 1, **told)


def _publish(job: Job) -> bool:
    try:
        broker.publish(job.task, {"key": job.key, **job.args})
    except Exception as error:  # noqa: BLE001 - every transport has its own; whichever it is, the row is sent later
        log.warning("outbox: %s not sent, the sweep will: %s", job.key, error)
        _unclaim([job.pk], f"not sent: {error}")
        return False
    return True


def _send_after_commit(key: str) -> None:
    # The wall clock, not the act's `now`: the sweep measures how long a message has really been under way.
    for job in _claim(Q(key=key, sent_at__isnull=True, done_at__isnull=True), timezone.now()):
        _publish(job)


def _give_up(now: datetime) -> None:
    hopeless = Job.objects.filter(_due(now), tries__gte=TRIES_MAX)
    for key, error in hopeless.values_list("key", "error"):
        log.critical("outbox: %s given up after %d tries; `manage.py outbox_retry` opens it again. Last error: %s", key, TRIES_MAX, error)
    hopeless.update(given_up_at=now)
