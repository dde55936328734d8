"""One case as its page tells it: who said what in which round, who holds it, what was decided, in a handful of queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Prefetch, Q
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases import beside
from workflows.cases.acts import Outcome
from workflows.cases.models import Assignment, Attachment, Case, CaseVersion, Deliberation, Opinion, Phrase, Suspension
from workflows.lib.refusals import Missing


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline: an assignment, and the opinion that closed it, if it was closed by one."""

    assignment: Assignment
    title: str
    opinion: Opinion | None = None
    outcome: str = ""
    tone: str = "neutral"

    @property
    def at(self) -> datetime:
        """When it happened, or since when it waits."""
        return self.assignment.closed_at or self.assignment.created_at


@dataclass(frozen=True, slots=True)
class RoundSteps:
    """The steps of one round, newest first."""

    n: int
    steps: list[Step] = field(default_factory=list)


def timeline(case: Case) -> list[RoundSteps]:
    """Every assignment of the case by round, newest round and step first (1 query)."""
    rows = (
        Assignment.objects.filter(case=case)
        .select_related("unit", "task", "round", "assignee", "closed_by", "opinion__actor", "opinion__in_name_of", "opinion__version")
        .select_related("opinion__appointment", "returned", "deliberation__body", "added_by")
        .order_by("-pk")
    )
    rounds: dict[int, RoundSteps] = {}
    for assignment in rows:
        steps = rounds.setdefault(assignment.round.n, RoundSteps(assignment.round.n)).steps
        steps.append(_step(assignment))
    return [rounds[n] for n in sorted(rounds, reverse=True)]


def open_assignments(case: Case) -> list[Assignment]:
    """Where the case lies now, oldest first."""
    return list(Assignment.objects.filter(case=case, closed_at__isnull=True).select_related("unit", "task", "round", "assignee"))


def assignment_for(case: Case, held: list[Standing], user_id: int) -> Assignment | None:
    """The open assignment of the case that this person can act on, if one is."""
    offices = {(standing.role, standing.unit.pk) for standing in held}
    mine = [row for row in open_assignments(case) if row.assignee_id == user_id or (row.role, row.unit_id) in offices]
    return mine[0] if mine else None


def assignment(case: Case, pk: int) -> Assignment:
    """One assignment of this very case.

    :raises Missing: it is another case's, or none.
    """
    found = Assignment.objects.filter(case=case, pk=pk).select_related("unit", "task", "round", "assignee", "added_by").first()
    if found is None:
        raise Missing(_("这项任务不属于该办件。"), code="foreign_task")
    return found


def phrases(duty: str, user: User) -> list[str]:
    """常用语 offered for a duty, the person's own first (1 query)."""
    rows = Phrase.objects.filter(Q(owner__isnull=True) | Q(owner=user), duty=duty)
    return [row.text for row in sorted(rows, key=lambda phrase: (phrase.owner_id is None, phrase.sort, phrase.pk))]


def phrase_rows(duties: Sequence[str], user: User) -> list[Phrase]:
    """The person's own phrases and the office's for these duties, in order (1 query)."""
    rows = Phrase.objects.filter(Q(owner__isnull=True) | Q(owner=user), duty__in=duties)
    return sorted(rows, key=lambda phrase: (phrase.owner_id is None, phrase.sort, phrase.pk))


def newest_versions(cases: Collection[int]) -> dict[int, int]:
    """Case id → the number of its newest version (1 query)."""
    rows = CaseVersion.objects.filter(case_id__in=cases).order_by().values_list("case_id").annotate(Max("n"))
    return dict(rows)


def versions(case: Case) -> list[CaseVersion]:
    """All versions with their attachments, newest first (2 queries)."""
    files = Prefetch("attachments", Attachment.objects.select_related("material"))
    return list(case.versions.select_related("author").prefetch_related(files).order_by("-n"))


def deliberations(case: Case) -> list[Deliberation]:
    """The bodies' sessions, in order."""
    return list(case.deliberations.select_related("body", "assignment"))


def suspension(case: Case) -> Suspension | None:
    """The open stretch in which the clock stands still, if there is one."""
    return case.suspensions.filter(ended_at__isnull=True).first()


def last_opinion(case: Case, node: str) -> Opinion | None:
    """What was last said at `node`."""
    return Opinion.objects.filter(assignment__case=case, assignment__node=node).select_related("actor").order_by("-pk").first()


def last_return(case: Case) -> dict[str, Any] | None:
    """The latest return to the unit: by whom, why, and the listed defects."""
    opinion = (
        Opinion.objects.filter(assignment__case=case, assignment__returned__isnull=False)
        .select_related("actor", "assignment__returned", "assignment__unit")
        .order_by("-pk")
        .first()
    )
    if opinion is None:
        return None
    returned = opinion.assignment.returned
    return {
        "actor": opinion.actor,
        "unit": opinion.assignment.unit,
        "at": opinion.at,
        "reason": returned.reason,
        "defects": returned.defects,
    }


def _step(assignment: Assignment) -> Step:
    title = str(assignment.task.flow_task.task_title)
    opinion = getattr(assignment, "opinion", None)
    if opinion is None:
        return Step(assignment, title)
    known = outcomes(assignment).get(opinion.outcome)
    return Step(assignment, title, opinion, outcome_title(assignment, opinion.outcome), known.tone if known else "neutral")


def outcomes(assignment: Assignment) -> Mapping[str, Outcome]:
    """What may be said on an assignment: the node's outcomes, or a helper's three."""
    return beside.OUTCOMES if assignment.via in beside.HELPERS else assignment.task.flow_task.outcomes


def outcome_title(assignment: Assignment, outcome: str) -> str:
    """The word for an outcome at that node."""
    known = outcomes(assignment).get(outcome)
    return str(known.title) if known else outcome
