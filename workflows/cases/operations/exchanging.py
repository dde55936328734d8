"""Beside the flow: asking and answering, copies and circulation, remarks. Nothing here moves the case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.models import Case, Circulation, Comment, Consultation, Supervision
from workflows.cases.operations import loading
from workflows.cases.operations.permitting import permit
from workflows.cases.queries.visible import visible
from workflows.lib import local
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.organization.models import Unit
from workflows.outbox import operations as outbox

Row = TypeVar("Row", Consultation, Supervision, Comment)


@transaction.atomic
def ask(
    *,
    case_id: int,
    assignment_id: int,
    kind: str,
    unit: Unit,
    role: str,
    text: str,
    due: date | None,
    key: UUID,
    actor: User,
    now: datetime,
) -> Consultation:
    """This function will ask another office beside the flow; the asker's own task stays open, others keep running.

    `kind` consult: any unit's countersigner answers. question: the officer who evaluated answers a countersigner.
    The same key gives the first question again.

    :raises Refused: nothing asked, a date that is past, or an office nobody holds.
    """
    case = loading.lock(case_id)
    known = Consultation.objects.filter(key=key).first()
    if known is not None:
        return replayed(known, case, author_id=known.asked_by_id, actor=actor)
    assignment = loading.assignment_of(case, assignment_id)
    permit(kind, case, assignment=assignment, actor=actor, now=now)
    if not text.strip():
        raise Refused(_("请写明征求意见或者询问的内容。"), code="no_text", field="text")
    if due is not None and due < local.day_of(now):
        raise Refused(_("答复期限不能早于今天。"), code="past", field="due")
    if not access.holders(role, unit, now):
        raise Refused(_("%(unit)s目前没有可以答复的经办人，请与流程管理人员联系。") % {"unit": unit.name}, code="nobody", field="unit")
    asked = Consultation.objects.create(
        case=case, assignment=assignment, kind=kind, asked_by=actor, asked_at=now, role=role, unit=unit, text=text.strip(), due=due, key=key
    )  # fmt: skip
    _log(case, "consultation.asked", {"consultation": asked.pk, "unit": unit.code, "kind": kind, "text": asked.text}, actor, now)
    _tell(
        case,
        f"asked/{asked.pk}",
        {"role": role, "unit_id": unit.pk},
        _("%(title)s：请答复%(by)s的征询。") % {"title": case.title, "by": actor.name},
        now,
    )
    return asked


@transaction.atomic
def answer(*, consultation_id: int, text: str, file: dict[str, Any] | None = None, actor: User, now: datetime) -> Consultation:
    """This function will put an answer on file.

    :raises Forbidden: the actor does not hold the office asked. :raises Conflict: answered, noted silent, or void by now.
    """
    asked = _locked(consultation_id)
    if not any((one.role, one.unit.pk) == (asked.role, asked.unit_id) for one in access.standings(actor, now)):
        raise Forbidden(_("这项征询须由%(unit)s答复。") % {"unit": asked.unit.name}, code="wrong_office")
    if not text.strip():
        raise Refused(_("请填写答复意见；没有意见的，请写“无意见”。"), code="no_text", field="text")
    asked.answer, asked.answered_by, asked.answered_at, asked.closed_as = text.strip(), actor, now, "answered"
    if file:
        asked.file, asked.file_name = file["sha256"], file["name"]
    asked.save(update_fields=["answer", "answered_by", "answered_at", "closed_as", "file", "file_name"])
    _log(asked.case, "consultation.answered", {"consultation": asked.pk, "answer": asked.answer, "file": asked.file}, actor, now)
    _tell(
        asked.case, f"answered/{asked.pk}", {"users": [asked.asked_by_id]}, _("%(unit)s已答复您的征询。") % {"unit": asked.unit.name}, now
    )
    return asked


@transaction.atomic
def note_silence(*, consultation_id: int, actor: User, now: datetime) -> Consultation:
    """This function will note that no answer came by the deadline: silence, never agreement.

    :raises Conflict: the deadline has not passed. :raises Forbidden: the actor is not the one who asked.
    """
    asked = _locked(consultation_id)
    if asked.asked_by_id != actor.pk:
        raise Forbidden(_("须由提出征询的人员记录。"), code="not_asker")
    if asked.due is None or asked.due >= local.day_of(now):
        raise Conflict(_("答复期限还没有到，不能记录为逾期未复。"), code="not_due")
    asked.closed_as, asked.answered_at = "silent", now
    asked.save(update_fields=["closed_as", "answered_at"])
    _log(asked.case, "consultation.silent", {"consultation": asked.pk, "unit": asked.unit.code}, actor, now)
    return asked


@transaction.atomic
def send(*, case_id: int, kind: str, readers: Sequence[User], note: str = "", actor: User, now: datetime) -> list[Circulation]:
    """This function will copy or circulate a case to people; whoever has it unread already is not sent it twice.

    The readers may read the case from then on. :raises Refused: nobody chosen.
    """
    case = loading.lock(case_id)
    permit(kind, case, actor=actor, now=now)
    if not readers:
        raise Refused(_("请至少选择一名阅读人。"), code="nobody", field="readers")
    unread = set(
        Circulation.objects.filter(case=case, kind=kind, read_at__isnull=True, cancelled_at__isnull=True).values_list(
            "reader_id", flat=True
        )
    )
    sent = [
        Circulation.objects.create(case=case, kind=kind, sender=actor, reader=reader, note=note.strip(), sent_at=now)
        for reader in dict.fromkeys(readers)
        if reader.pk not in unread
    ]
    if sent:
        people = [row.reader_id for row in sent]
        _log(case, f"circulation.{'copied' if kind == 'copy' else 'sent'}", {"readers": people, "note": note.strip()}, actor, now)
        _tell(
            case, f"circulated/{sent[0].pk}", {"users": people}, _("%(by)s请您阅%(title)s。") % {"by": actor.name, "title": case.title}, now
        )
    return sent


@transaction.atomic
def read(*, circulation_id: int, remark: str = "", actor: User, now: datetime) -> Circulation:
    """This function will note the receipt of a circulated case, with a remark if the reader has one. Twice is once."""
    case_id = Circulation.objects.filter(pk=circulation_id, reader=actor).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing(_("没有这份传阅。"), code="no_circulation")
    case = loading.lock(case_id)
    sent = Circulation.objects.get(pk=circulation_id)
    if sent.cancelled_at is not None:
        raise Conflict(_("这份传阅已被撤回。"), code="cancelled")
    if sent.read_at is None:
        sent.read_at, sent.remark = now, remark.strip()
        sent.save(update_fields=["read_at", "remark"])
        _log(case, "circulation.read", {"circulation": sent.pk, "remark": sent.remark}, actor, now)
    return sent


@transaction.atomic
def recall(*, circulation_id: int, actor: User, now: datetime) -> Circulation:
    """This function will take back a circulation that was not read yet; the sender's or the steward's to do."""
    sent = Circulation.objects.select_related("case__unit").filter(pk=circulation_id).first()
    if sent is None:
        raise Missing(_("没有这份传阅。"), code="no_circulation")
    case = loading.lock(sent.case_id)
    if sent.sender_id != actor.pk and not any(one.role == "steward" for one in access.standings(actor, now)):
        raise Forbidden(_("传阅只能由发出人或者流程管理人员撤回。"), code="not_sender")
    sent.refresh_from_db(fields=["read_at", "cancelled_at"])
    if sent.read_at is not None:
        raise Conflict(_("对方已经阅读，不能撤回。"), code="already_read")
    if sent.cancelled_at is None:
        sent.cancelled_at = now
        sent.save(update_fields=["cancelled_at"])
        _log(case, "circulation.recalled", {"circulation": sent.pk}, actor, now)
    return sent


@transaction.atomic
def comment(*, case_id: int, text: str, key: UUID, actor: User, now: datetime) -> Comment:
    """This function will add a remark of somebody who may see the case; it binds to nothing. The same key is the same remark."""
    case = loading.lock(case_id)
    known = Comment.objects.filter(key=key).first()
    if known is not None:
        return replayed(known, case, author_id=known.author_id, actor=actor)
    if not visible(actor, access.standings(actor, now), now).filter(pk=case.pk).exists():
        raise Missing(_("没有找到这个办件。"), code="no_case")
    permit("comment", case, actor=actor, now=now)
    if not text.strip():
        raise Refused(_("请填写备注内容。"), code="no_text", field="text")
    said = Comment.objects.create(case=case, author=actor, text=text.strip(), at=now, key=key)
    _log(case, "comment.made", {"comment": said.pk, "text": said.text}, actor, now)
    return said


def replayed(known: Row, case: Case, *, author_id: int, actor: User) -> Row:
    """The first answer again, for the person who gave it on this case; a key is nobody else's way to it."""
    if known.case_id != case.pk or author_id != actor.pk:
        raise Conflict(_("这份表单已经提交过。请刷新页面后重新填写。"), code="key_used")
    return known


def _locked(consultation_id: int) -> Consultation:
    """The open question under its case's lock."""
    asked = Consultation.objects.filter(pk=consultation_id).values_list("case_id", flat=True).first()
    if asked is None:
        raise Missing(_("没有这项征询。"), code="no_consultation")
    case = loading.lock(asked)
    found = Consultation.objects.select_related("unit", "answered_by").get(pk=consultation_id)
    found.case = case
    if found.closed_as:
        who = found.answered_by.name if found.answered_by else found.get_closed_as_display()
        raise Conflict(_("这项征询已经了结（%(who)s）。") % {"who": who}, code="closed")
    return found


def _log(case: Case, verb: str, after: dict[str, Any], actor: User, now: datetime) -> None:
    audit.record(chain=case.subject, verb=f"cases.{verb}", unit=case.unit.code, after=after, chain_is_locked=True, actor=actor, now=now)


def _tell(case: Case, key: str, to: dict[str, Any], text: str, now: datetime) -> None:
    outbox.put(key=key, task="cases.tell", args={"case_id": case.pk, "text": text, **to}, now=now)
