"""What a new day brings to offices."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from workflows.access import operations


@shared_task(name="access.reconcile")
def reconcile() -> dict[str, int]:
    """Make guardian's rows say what today's appointments say; run by beat after midnight, safe to run at any time."""
    return asdict(operations.reconcile(now=timezone.now()))
