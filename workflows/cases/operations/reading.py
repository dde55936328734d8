"""What merely looking leaves behind: when a handler first opened his task."""

from datetime import datetime

from workflows.access.models import User
from workflows.cases.models import Assignment


def opened(*, assignment: Assignment, actor: User, now: datetime) -> None:
    """This function will note once that the handler has opened his task; from then on the step before it is not withdrawn.

    One conditional update outside any act; together with the reading log the only thing a page view writes (MODEL §2).
    """
    if assignment.opened_at is None and assignment.assignee_id in {None, actor.pk}:
        Assignment.objects.filter(pk=assignment.pk, opened_at__isnull=True, closed_at__isnull=True).update(opened_at=now)
