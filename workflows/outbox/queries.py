"""How promised work stands: what `/healthz` and the system page show."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from workflows.outbox.models import Job
from workflows.outbox.rules import UNDONE_AFTER


@dataclass(frozen=True, slots=True)
class Lag:
    """Open jobs: how many, the oldest one's age in seconds, how many never sent, sent and overdue, and given up."""

    open: int
    oldest_seconds: int
    unsent: int
    overdue: int
    given_up: int


def lag(now: datetime) -> Lag:
    """How far the promised work is behind. One SQL over the open rows."""
    row = Job.objects.filter(done_at__isnull=True).aggregate(
        open=Count("pk"),
        oldest=Min("created_at"),
        unsent=Count("pk", filter=Q(sent_at__isnull=True)),
        overdue=Count("pk", filter=Q(sent_at__lte=now - UNDONE_AFTER)),
        given_up=Count("pk", filter=Q(given_up_at__isnull=False)),
    )
    oldest = row.pop("oldest")
    return Lag(oldest_seconds=max(0, int((now - oldest).total_seconds())) if oldest else 0, **row)


def given_up() -> list[Job]:
    """The jobs a person has to look at, oldest first."""
    return list(Job.objects.filter(done_at__isnull=True, given_up_at__isnull=False).order_by("id"))
