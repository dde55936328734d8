"""The unit's side of a case: submitting, endorsing, answering a supplement, and being handed the case back."""

from django.db.models import F

from workflows.cases import rules
from workflows.cases.acts import Act
from workflows.cases.models import Case, Counter, Round, Suspension
from workflows.cases.operations import pausing, resubmitting, versions
from workflows.lib import pinyin
from workflows.lib.findings import blocking
from workflows.lib.refusals import Refused
from workflows.organization.models import UnitVersion


def submit(act: Act) -> None:
    """This function will freeze what the unit asks and give the case its number; a resubmission opens the next round.

    :raises Refused: the unit asks to go straight, and its changes forbid it.
    """
    case = act.case
    direct = case.number is not None and resubmitting.choose_direct(act)
    versions.freeze(act.version, now=act.now)
    if case.number is None:
        case.number = _next_number(act)
        case.submitted_at = act.now
    else:
        mode = "direct" if direct else "rerun"
        act.round = Round.objects.create(case=case, n=act.round.n + 1, mode=mode, version=act.version, started_at=act.now)
    case.search = search_text(case, act.version.payload)


def endorse(act: Act) -> None:
    """This function will check the record of the party group's collective discussion (条例动议章).

    :raises Refused: the date is no date or lies ahead.
    """
    findings = blocking(rules.dated_sensibly(act.data.get("held_on"), act.day))
    if findings:
        raise Refused(findings[0].message, code="discussion", field="held_on", findings=findings)
    resubmitting.go_straight(act)


def ask_supplement(act: Act) -> None:
    """This function will stop the clock and give the unit an editable version, with everything that is missing named once."""
    Suspension.objects.create(
        case=act.case, kind="supplement", reason=act.text, defects=list(act.data["defects"]), started_at=act.now
    )  # fmt: skip
    versions.reopen(act.case, actor=act.actor, now=act.now)


def supplement(act: Act) -> None:
    """This function will freeze the supplemented version, start the clock again and move the deadline by the days it stood."""
    versions.freeze(act.version, now=act.now)
    act.case.search = search_text(act.case, act.version.payload)
    pausing.restart_clock(act.case, now=act.now)


def hand_back(act: Act) -> None:
    """This function will give the unit an editable copy of what it asked, if the case goes back to it; the rest stays frozen."""
    if act.target in {None, "draft"}:
        versions.reopen(act.case, actor=act.actor, now=act.now)


def search_text(case: Case, payload: str) -> str:
    """What a case is found by: number, title, its words, the unit's names of all times and their initials."""
    names = UnitVersion.objects.filter(unit_id=case.unit_id).values_list("name", "short_name")
    words = [case.number or "", case.title, pinyin.initials(case.title), case.matter.name]
    words += [word for pair in names for word in pair if word]
    words += [pinyin.initials(case.unit.name), payload[:4000]]
    return "\n".join(words).lower()


def _next_number(act: Act) -> str:
    """BZ-<year>-<five digits>, without a gap: the counter moves in the transaction of the submission."""
    counter, _made = Counter.objects.get_or_create(year=act.day.year)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return f"BZ-{act.day.year}-{counter.last:05d}"
