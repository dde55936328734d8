"""The sweep as a task of its own, run by beat each minute; and the note of why a promised task failed."""

from typing import Any

from celery import shared_task
from celery.signals import task_failure
from django.utils import timezone

from workflows.outbox import operations


@shared_task(name="outbox.sweep", acks_late=False, expires=55)
def sweep() -> int:
    """Send what is due; the messages of a beat that was away do not pile up."""
    return operations.sweep(now=timezone.now())


@task_failure.connect(dispatch_uid="outbox-failure")
def note_failure(*, exception: BaseException, kwargs: dict[str, Any] | None = None, **_signal: Any) -> None:
    """Keep the error beside the job it belongs to; tasks outside the outbox have no key."""
    key = (kwargs or {}).get("key")
    if isinstance(key, str):
        operations.fail(key=key, error=f"{type(exception).__name__}: {exception}")
