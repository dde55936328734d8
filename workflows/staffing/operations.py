"""Entering a decided staffing case in the ledger: at the signature, or on the later day from which it takes effect."""

from datetime import date, datetime

from django.db import transaction

from workflows.access.models import User
from workflows.cases.models import Case
from workflows.cases.operations import loading, versions
from workflows.documents import queries as documents
from workflows.establishment import operations as ledger
from workflows.establishment import queries as books
from workflows.lib import local
from workflows.organization import queries as units
from workflows.organization.models import Unit
from workflows.staffing import lines, payload
from workflows.staffing.payload import Request


def enter(*, case: Case, request: Request, basis: str, effective: date, born: int | None, actor: User | None, now: datetime) -> None:
    """This function will post the reserved lines of a decided case to their receivers; the caller holds the case row."""
    moved = lines.ledger_lines(request, district_id=units.district().pk, born=born)
    ledger.post(lines=moved, subject=case.subject, basis=basis, effective_date=effective, actor=actor, now=now)


@transaction.atomic
def post_due(*, case_id: int, actor: User | None, now: datetime) -> bool:
    """This function will post a case that was decided for a later day, once that day has come; True if it did.

    A decision effective later keeps its reservation until then (MODEL §3). Safe to run twice: without an open reserve
    there is nothing to post.
    """
    case = loading.lock(case_id)
    request = payload.parse(case.matter.code, versions.payload_of(versions.newest(case)))
    effective = request.effective_date
    reply = next((paper for paper in documents.for_subject(case.subject) if paper.kind == "D09"), None)
    if effective is None or effective > local.day_of(now) or reply is None or not books.open_reserves(case.subject):
        return False
    born = Unit.objects.filter(code=lines.born_code(case.pk)).values_list("pk", flat=True).first()
    enter(case=case, request=request, basis=reply.number, effective=effective, born=born, actor=actor, now=now)
    return True
