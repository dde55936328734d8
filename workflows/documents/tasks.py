"""Papers' work after commit."""

from celery import shared_task
from django.utils import timezone

from workflows.documents import operations


@shared_task(name="documents.render", acks_late=True, reject_on_worker_lost=True, soft_time_limit=60, time_limit=90)
def render(*, key: str, paper_id: int) -> str:
    """Draw an issued paper; safe to run twice, or to be killed at any point and run again. Returns the file's SHA-256."""
    return operations.render(paper_id=paper_id, key=key, now=timezone.now()).file
