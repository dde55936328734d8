"""Reference data of the case machine: which duties exclude one another, and the phrases offered for opinions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from workflows.audit import operations as audit
from workflows.cases.models import DutyConflict, Phrase


@transaction.atomic
def define_conflicts(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will add pairs of duties one person may not hold in one case; pairs known stay, lifted or not. How many were new."""
    made = 0
    for row in rows:
        pair = {"first": row["first"], "second": row["second"]}
        made += DutyConflict.objects.get_or_create(**pair, defaults={"liftable": row.get("liftable", False)})[1]
    if made:
        audit.record(chain="catalogue", verb="cases.conflicts.loaded", after={"added": made}, actor=None, now=now)
    return made


@transaction.atomic
def define_phrases(*, rows: Iterable[Mapping[str, Any]], now: datetime) -> int:
    """This function will add the office's own phrases that are not there yet; how many were new."""
    made = 0
    for row in rows:
        made += Phrase.objects.get_or_create(duty=row["duty"], text=row["text"], owner=None, defaults={"sort": row["sort"]})[1]
    if made:
        audit.record(chain="catalogue", verb="cases.phrases.loaded", after={"added": made}, actor=None, now=now)
    return made
