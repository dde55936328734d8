"""Hurrying: reminders by people, supervision with a duty to report, and the clock's own reminders. Never an approval."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.models import Assignment, Case, Reminder, Supervision
from workflows.cases.operations import loading
from workflows.cases.operations.exchanging import replayed
from workflows.cases.operations.permitting import permit
from workflows.cases.queries.situation import handles
from workflows.lib import local
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.outbox import operations as outbox

# From this reminder on the deputy director hears of it too.
ESCALATES_AT = 3


@transaction.atomic
def remind(*, case_id: int, text: str = "", actor: User, now: datetime) -> Reminder:
    """This function will ask whoever holds the case to hurry; once a day, counted, and to the deputy director from the third on.

    :raises Conflict: reminded today already. :raises Forbidden: not the unit's or the office's person.
    """
    case = loading.lock(case_id)
    permit("remind", case, actor=actor, now=now)
    reminder = Reminder.objects.create(case=case, by=actor, kind="remind", text=text.strip(), node=case.node, day=local.day_of(now), at=now)
    count = case.reminders.filter(kind="remind").count()
    audit.record(
        chain=case.subject, verb="cases.case.reminded", unit=case.unit.code, reason=text.strip(), after={"count": count, "node": case.node},
        chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    told = _("%(number)s 催办第%(count)d次：%(title)s。%(text)s") % {
        "number": case.number,
        "count": count,
        "title": case.title,
        "text": text,
    }
    roles = ["handlers", "deputy"] if count >= ESCALATES_AT else ["handlers"]
    outbox.put(key=f"remind/{reminder.pk}", task="cases.tell", args={"case_id": case.pk, "offices": roles, "text": told}, now=now)
    return reminder


@transaction.atomic
def supervise(*, case_id: int, assignment_id: int, text: str, due: date, key: UUID, actor: User, now: datetime) -> Supervision:
    """This function will put the holder of a task under a deadline with the duty to report back (督办).

    :raises Refused: nothing demanded, or a date that is past.
    """
    case = loading.lock(case_id)
    known = Supervision.objects.filter(key=key).first()
    if known is not None:
        return replayed(known, case, author_id=known.by_id, actor=actor)
    permit("supervise", case, actor=actor, now=now)
    assignment = loading.assignment_of(case, assignment_id)
    if assignment.closed_at is not None:
        raise Conflict(_("这项任务已经办结，请刷新后对当前环节督办。"), code="closed")
    if not text.strip():
        raise Refused(_("请写明督办要求。"), code="no_text", field="text")
    if due < local.day_of(now):
        raise Refused(_("反馈期限不能早于今天。"), code="past", field="due")
    order = Supervision.objects.create(case=case, assignment=assignment, by=actor, text=text.strip(), due=due, at=now, key=key)
    audit.record(
        chain=case.subject, verb="cases.supervision.ordered", unit=case.unit.code, reason=order.text,
        after={"supervision": order.pk, "due": due.isoformat(), "node": assignment.node}, chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    told = _("%(number)s 督办：%(text)s") % {"number": case.number, "text": order.text}
    outbox.put(key=f"supervise/{order.pk}", task="cases.tell", args={"case_id": case.pk, "offices": ["handlers"], "text": told}, now=now)
    return order


@transaction.atomic
def report_back(*, supervision_id: int, text: str, actor: User, now: datetime) -> Supervision:
    """This function will put the feedback to a supervision on file; by a handler of the task it was addressed to.

    :raises Forbidden: somebody else. :raises Conflict: reported already.
    """
    case_id = Supervision.objects.filter(pk=supervision_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing(_("没有这项督办。"), code="no_supervision")
    case = loading.lock(case_id)
    order = Supervision.objects.select_related("assignment", "feedback_by").get(pk=supervision_id)
    if order.feedback_at is not None:
        raise Conflict(_("这项督办已由%(name)s反馈。") % {"name": order.feedback_by.name}, code="reported")
    held = access.standings(actor, now)
    if order.assignment.closed_by_id != actor.pk and not handles(order.assignment, actor, held):
        raise Forbidden(_("督办须由该环节的办理人反馈。"), code="not_handler")
    if not text.strip():
        raise Refused(_("请填写反馈内容。"), code="no_text", field="text")
    order.feedback, order.feedback_by, order.feedback_at = text.strip(), actor, now
    order.save(update_fields=["feedback", "feedback_by", "feedback_at"])
    audit.record(
        chain=case.subject, verb="cases.supervision.reported", unit=case.unit.code,
        after={"supervision": order.pk, "feedback": order.feedback}, chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    outbox.put(
        key=f"reported/{order.pk}", task="cases.tell", args={"case_id": case.pk, "users": [order.by_id], "text": order.feedback}, now=now
    )
    return order


def remind_by_clock(*, assignment: Assignment, kind: str, actor: None, now: datetime) -> bool:
    """This function will send the clock's own reminder of a task that is due (`due`) or overdue (`escalate`), once a day; True if new."""
    case: Case = assignment.case
    try:
        with transaction.atomic():
            reminder = Reminder.objects.create(case=case, by=actor, kind=kind, node=assignment.node, day=local.day_of(now), at=now)
            roles = ["handlers", "deputy"] if kind == "escalate" else ["handlers"]
            word = _("已超期") if kind == "escalate" else _("今日到期")
            told = _("%(number)s %(word)s：%(title)s") % {"number": case.number or "", "word": word, "title": case.title}
            outbox.put(key=f"clock/{reminder.pk}", task="cases.tell", args={"case_id": case.pk, "offices": roles, "text": told}, now=now)
    except IntegrityError:
        return False
    return True
