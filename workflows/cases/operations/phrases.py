"""常用语 of one's own: added, taken away, put in another order. The office-wide ones are reference data."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.models import Phrase
from workflows.cases.terms import Duty
from workflows.lib.refusals import Missing, Refused

MOST = 30
LENGTH = 120


@transaction.atomic
def add(*, duty: str, text: str, actor: User, now: datetime) -> Phrase:
    """This function will add a phrase of the actor's own, at the end of his list for that duty. One he has already is that one.

    :raises Refused: no text, too long, an unknown duty, or more than thirty.
    """
    text = text.strip()
    if duty not in Duty.values:
        raise Refused(_("请选择用于哪个环节。"), code="unknown_duty", field="duty")
    if not text:
        raise Refused(_("请填写常用语。"), code="no_text", field="text")
    if len(text) > LENGTH:
        raise Refused(_("常用语不超过%(n)s字。") % {"n": LENGTH}, code="too_long", field="text")
    own = _own(duty, actor)
    known = next((phrase for phrase in own if phrase.text == text), None)
    if known is not None:
        return known
    if len(own) >= MOST:
        raise Refused(_("每个环节最多%(n)s条，请先删去不用的。") % {"n": MOST}, code="too_many", field="text")
    made = Phrase.objects.create(duty=duty, text=text, owner=actor, sort=max((phrase.sort for phrase in own), default=0) + 1)
    _log("added", {"duty": duty, "phrase": text}, actor, now)
    return made


@transaction.atomic
def remove(*, phrase_id: int, actor: User, now: datetime) -> None:
    """This function will take one of the actor's own phrases away.

    :raises Missing: it is not his.
    """
    phrase = _of(phrase_id, actor)
    _log("removed", {"duty": phrase.duty, "phrase": phrase.text}, actor, now)
    phrase.delete()


@transaction.atomic
def move(*, phrase_id: int, up: bool, actor: User, now: datetime) -> None:
    """This function will put one of the actor's own phrases one place up or down; at the end of the list it stays.

    :raises Missing: it is not his.
    """
    phrase = _of(phrase_id, actor)
    own = _own(phrase.duty, actor)
    at = own.index(phrase)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(own):
        return
    own[at], own[to] = own[to], own[at]
    for place, each in enumerate(own, start=1):
        each.sort = place
    Phrase.objects.bulk_update(own, ["sort"])
    _log("moved", {"duty": phrase.duty, "phrase": phrase.text, "place": to + 1}, actor, now)


def _own(duty: str, actor: User) -> list[Phrase]:
    return list(Phrase.objects.select_for_update().filter(duty=duty, owner=actor).order_by("sort", "pk"))


def _of(phrase_id: int, actor: User) -> Phrase:
    phrase = Phrase.objects.filter(pk=phrase_id, owner=actor).first()
    if phrase is None:
        raise Missing(_("您没有这条常用语。"), code="no_phrase")
    return phrase


def _log(what: str, after: dict[str, object], actor: User, now: datetime) -> None:
    audit.record(chain=f"user/{actor.pk}", verb=f"cases.phrase.{what}", after=after, actor=actor, now=now)
