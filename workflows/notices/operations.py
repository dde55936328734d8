"""The only writer of messages. Called from tasks, never inside an act's transaction: a message is told after the fact."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from workflows.notices.models import Notice

TEXT_MAX = 300


@transaction.atomic
def tell(*, key: str, users: Iterable[Any], text: str, subject: str = "", now: datetime) -> int:
    """This function will leave one message for each of `users`; run twice with the same key it leaves them once. How many people."""
    people = {user.pk: user for user in users}
    text = text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"
    rows = [Notice(key=f"{key}/{pk}", user_id=pk, text=text, subject=subject, created_at=now) for pk in sorted(people)]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def mark_read(*, user: Any, ids: Iterable[int] | None = None, now: datetime) -> int:
    """This function will mark the person's own messages as read: those named, or all; how many were unread."""
    rows = Notice.objects.filter(user=user, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=now)
