"""A person's own messages."""

from typing import Any

from workflows.notices.models import Notice

COUNT_MAX = 100


def unread_count(user: Any) -> int:
    """How many messages the person has not read, at most 100 (`99+` on screen). One SQL by a partial index."""
    return Notice.objects.filter(user=user, read_at__isnull=True).order_by()[:COUNT_MAX].count()


def latest(user: Any, limit: int = 20, before: int | None = None) -> list[Notice]:
    """The person's messages, newest first; `before` is the id after which to go on. One SQL."""
    rows = Notice.objects.filter(user=user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


def unread(user: Any, limit: int = 20) -> list[Notice]:
    """The messages the person has not read, newest first."""
    return list(Notice.objects.filter(user=user, read_at__isnull=True).order_by("-id")[:limit])
