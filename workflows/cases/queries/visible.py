"""Which cases a person may see, and one case for one person."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases.models import Assignment, Case, Circulation, Consultation
from workflows.lib import local
from workflows.lib.refusals import Missing


def visible(user: User, held: list[Standing], now: datetime) -> QuerySet[Case]:
    """Cases of the units whose `case.view` door is open, and every case the person handles or handled.

    Being the handler of a task implies view of its case; after acting it stays readable. So does being asked about it, or being
    sent it to read. A draft that was never submitted is the unit's own.
    """
    reached = access.reached([one for one in held if one.reach("case.propose")], local.day_of(now))
    own = set().union(*reached.values())
    everything = any(one.reach("case.view") == "all" for one in held)
    read = Q() if everything else Q(unit_id__in=own | {one.unit.pk for one in held if one.reach("case.view")})
    named = Q(pk__in=access.readable(user, Case)) & Q(number__isnull=False)
    by_door = (read & Q(number__isnull=False)) | named
    handled = Assignment.objects.filter(case_id=OuterRef("pk")).filter(offices(held) | Q(closed_by=user) | Q(assignee=user))
    asked = Consultation.objects.filter(case_id=OuterRef("pk")).filter(offices(held) | Q(asked_by=user))
    sent = Circulation.objects.filter(case_id=OuterRef("pk"), reader=user, cancelled_at__isnull=True)
    return Case.objects.filter(by_door | Q(unit_id__in=own) | Exists(handled) | Exists(asked) | Exists(sent))


def offices(held: list[Standing]) -> Q:
    """Assignments and questions addressed to one of the offices held."""
    condition = Q(pk__in=[])
    for role, unit_id in {(standing.role, standing.unit.pk) for standing in held}:
        condition |= Q(role=role, unit_id=unit_id)
    return condition


def case_for(user: User, pk: int, held: list[Standing], now: datetime) -> Case:
    """One case with what its page shows first.

    :raises Missing: it does not exist, or not for this person (never says which).
    """
    case = (
        visible(user, held, now)
        .select_related("process", "matter", "unit", "section", "rule", "created_by", "copied_from")
        .filter(pk=pk)
        .first()
    )
    if case is None:
        raise Missing(_("没有找到这个办件，或您无权查看。"), code="no_case")
    return case
