"""After an act: tell those who have to act next, and the unit that waits."""

from collections.abc import Sequence

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import reminding
from workflows.cases.queries import who
from workflows.cases.queries.timeline import outcome_title
from workflows.lib import local
from workflows.notices import operations as notices
from workflows.outbox import operations as outbox

TEXT_LENGTH = 300


@shared_task(name="cases.notify")
def notify(key: str, opinion_id: int) -> None:
    """Write the messages of one act; run twice it writes them once."""
    now = timezone.now()
    with transaction.atomic():
        opinion = Opinion.objects.select_related("assignment__case__unit", "assignment__task", "assignment__unit", "actor").get(
            pk=opinion_id
        )
        assignment, case = opinion.assignment, opinion.assignment.case
        for opened in Assignment.objects.select_related("unit", "task").filter(case=case, created_at=opinion.at, closed_at__isnull=True):
            notices.tell(
                key=f"assigned/{opened.pk}",
                users=access.holders(opened.role, opened.unit, now),
                text=_("%(title)s：请办理“%(node)s”。") % {"title": case.title, "node": opened.task.flow_task.task_title},
                subject=case.subject,
                now=now,
            )
        if assignment.unit_id != case.unit_id and case.number:
            notices.tell(
                key=f"progress/{opinion.pk}",
                users=access.holders("clerk", case.unit, now),
                text=_("%(number)s %(unit)s已办理“%(node)s”：%(outcome)s。")
                % {
                    "number": case.number,
                    "unit": assignment.unit.name,
                    "node": assignment.task.flow_task.task_title,
                    "outcome": outcome_title(assignment, opinion.outcome),
                },
                subject=case.subject,
                now=now,
            )
        outbox.finish(key=key, now=now)


@shared_task(name="cases.tell")
def tell(
    key: str, case_id: int, text: str, users: Sequence[int] = (), offices: Sequence[str] = (), role: str = "", unit_id: int | None = None
) -> None:
    """Tell named users, the holders of one office, or the case's own people: `clerk`, `handlers`, `deputy`."""
    now = timezone.now()
    with transaction.atomic():
        case = Case.objects.select_related("unit").get(pk=case_id)
        people = list(User.objects.filter(pk__in=users, is_active=True))
        people += access.holders(role, unit_id, now) if role and unit_id else []
        for office in offices:
            people += who.people_of(case, office, now)
        notices.tell(key=key, users=list(dict.fromkeys(people)), text=text[:TEXT_LENGTH], subject=case.subject, now=now)
        outbox.finish(key=key, now=now)


@shared_task(name="cases.clock")
def clock() -> int:
    """The clock's own reminders of tasks due today and overdue; run twice a day it says each once. How many were new."""
    now = timezone.now()
    return sum(
        reminding.remind_by_clock(assignment=assignment, kind=kind, actor=None, now=now) for assignment, kind in who.due(local.day_of(now))
    )
