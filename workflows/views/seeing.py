"""What of a case this person may see: the table of `cases.visibility` applied to content, opinions and what happened beside."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from workflows.cases import visibility
from workflows.cases.models import Case, CaseVersion
from workflows.cases.queries.exchange import Event
from workflows.cases.queries.timeline import RoundSteps
from workflows.views import dossier


def hidden(request: HttpRequest, case: Case) -> frozenset[str]:
    """The names of the table that are hidden from this person in this case."""
    held = [(standing.role, standing.unit.pk) for standing in request.held]
    looking = visibility.eyes(held, {case.unit_id, case.unit.parent_id}) | (
        {visibility.UNIT} if case.created_by_id == request.user.pk else set()
    )
    return visibility.hidden(looking, decided=case.decided_at is not None)


def content(request: HttpRequest, case: Case, version: CaseVersion | None) -> dict[str, Any]:
    """The version's content without what is hidden."""
    return visibility.shown("payload", dossier.content(version), hidden(request, case))


def rounds(request: HttpRequest, case: Case, found: Sequence[RoundSteps]) -> list[RoundSteps]:
    """The timeline without what is hidden in its opinions."""
    names = hidden(request, case)
    for step in dossier.all_steps(found):
        if step.opinion:
            step.opinion.data = visibility.shown("opinion", step.opinion.data, names)
    return list(dossier.in_order(found))


def events(request: HttpRequest, case: Case, found: Sequence[Event]) -> list[Event]:
    """What happened beside, hidden texts replaced by the fact alone; a person's own stay whole."""
    names = hidden(request, case)
    return [
        replace(event, pk=0, text=_("内容在审议决定后公开。"), said="")
        if f"beside.{event.kind}" in names and event.by != request.user.pk
        else event
        for event in found
    ]
