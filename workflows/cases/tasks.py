"""After an act: tell those who have to act next, and the unit that waits."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.cases.models import Assignment, Opinion
from workflows.cases.queries.timeline import outcome_title
from workflows.notices import operations as notices
from workflows.outbox import operations as outbox


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
