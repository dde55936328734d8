"""Opinions that are often given: the office's, and the person's own."""

from django.db.models import Q

from workflows.access.models import User
from workflows.cases.models import Phrase


def phrases(duty: str, user: User) -> list[Phrase]:
    """The phrases offered for a duty, the person's own first (1 query)."""
    rows = Phrase.objects.filter(Q(owner__isnull=True) | Q(owner=user), duty=duty)
    return sorted(rows, key=lambda phrase: (phrase.owner_id is None, phrase.sort, phrase.pk))
