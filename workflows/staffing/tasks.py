"""The nightly look at decisions that take effect on a later day."""

from celery import shared_task
from django.utils import timezone

from workflows.cases.models import Case
from workflows.staffing import operations


@shared_task(name="staffing.post_due")
def post_due() -> int:
    """Post every decided case whose day has come; returns how many."""
    decided = Case.objects.filter(decided_at__isnull=False, matter__room="staffing", state__in=["running", "closed"])
    waiting = decided.filter(node__in=["implement", "confirm", "closed"]).values_list("pk", flat=True)
    return sum(operations.post_due(case_id=pk, actor=None, now=timezone.now()) for pk in waiting)
