"""What a new day brings to institutions."""

from celery import shared_task
from django.utils import timezone

from workflows.organization import operations


@shared_task(name="organization.refresh")
def refresh() -> int:
    """Bring lists up to versions that begin today; run by beat after midnight, safe to run at any time."""
    return operations.refresh(now=timezone.now())
