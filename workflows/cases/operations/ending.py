"""Ending a case off its way: cancelled by the unit, terminated or voided by the steward. What it held goes back."""

from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow.models import Process
from viewflow.workflow.status import PROCESS

from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.models import Case, Suspension
from workflows.cases.operations import assignments, loading
from workflows.cases.operations.permitting import permit
from workflows.cases.terms import State
from workflows.establishment import operations as ledger
from workflows.lib import local
from workflows.lib.refusals import Refused
from workflows.outbox import operations as outbox

How = Literal["cancel", "terminate", "void"]
ENDS: dict[str, State] = {"cancel": State.CANCELLED, "terminate": State.TERMINATED, "void": State.VOIDED}


@transaction.atomic
def end(*, case_id: int, how: How, reason: str, basis: str = "", actor: User, now: datetime) -> Case:
    """This function will end a case off its way, void its reservation and cancel its open tasks; nothing is deleted.

    cancel 撤销 by the unit, until the matter is put to deliberation; terminate 终止 and void 作废 by the steward, who names
    the authority in `basis`. A voided case keeps its number.

    :raises Refused: no reason, or no authority named. :raises Forbidden, Conflict: the policy table says no.
    """
    case = loading.lock(case_id)
    standing = permit(how, case, actor=actor, now=now)
    if not reason.strip():
        raise Refused(_("请写明理由，将告知申请单位并记入办件记录。"), code="no_reason", field="reason")
    if how != "cancel" and not basis.strip():
        raise Refused(_("请写明依据（批准的领导、文号或者条款）。"), code="no_basis", field="basis")
    before = {"state": case.state, "node": case.node}
    ledger.void(subject=case.subject, basis=case.number, effective_date=local.day_of(now), actor=actor, now=now)
    assignments.void_open(case, closed_as="cancelled", now=now)
    case.consultations.filter(closed_as="").update(closed_as="void")
    Suspension.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
    Process.objects.filter(pk=case.process_id).update(status=PROCESS.CANCELED, finished=now)
    assignments.settle(case, node="cancelled", stage=case.stage, state=ENDS[how])
    case.closed_at = now
    case.save(update_fields=["node", "stage", "state", "closed_at"])
    entry = audit.record(
        chain=case.subject, verb=f"cases.case.{ENDS[how]}", unit=case.unit.code, before=before,
        after={"state": case.state, "node": case.node}, reason=reason.strip(), basis=basis.strip(), in_name_of=standing.principal,
        chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    told = _("%(number)s 已%(how)s：%(reason)s") % {"number": case.number, "how": case.get_state_display()[1:], "reason": reason.strip()}
    outbox.put(
        key=f"tell/{case.subject}/{entry.n}", task="cases.tell", args={"case_id": case.pk, "offices": ["clerk"], "text": told}, now=now
    )
    return case
