"""Beside the flow: what is asked of a person, sent to him, demanded of him; and everything of the kind on one case."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, DateField, DateTimeField, F, Func, IntegerField, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.access.queries import Standing
from workflows.cases.models import Case, Circulation, Comment, Consultation, Reminder, Supervision, Suspension
from workflows.cases.queries.visible import offices
from workflows.cases.queries.work import PAGE, Page
from workflows.lib.refusals import Missing


@dataclass(frozen=True, slots=True)
class Event:
    """One thing beside the flow. `kind` question consult copy circulate remind due escalate supervise comment supplement suspend."""

    kind: str
    pk: int
    at: datetime
    who: str
    whom: str
    text: str
    due: date | None
    done_at: datetime | None
    done_by: str
    said: str
    state: str
    by: int | None

    @property
    def open(self) -> bool:
        """Nobody has answered, read or reported yet."""
        return self.done_at is None and not self.state


_COLUMNS = tuple(Event.__slots__)


def asked(user: User, held: list[Standing]) -> QuerySet[Consultation]:
    """Open questions to the person's offices, the most urgent first."""
    rows = Consultation.objects.filter(offices(held), closed_as="").select_related("case__unit", "case__matter", "unit", "asked_by")
    return rows.order_by(F("due").asc(nulls_last=True), "pk")


def demanded(user: User, held: list[Standing]) -> QuerySet[Supervision]:
    """Supervisions the person still has to report on: those of tasks he holds or has done."""
    mine = Q(assignment__assignee=user) | Q(assignment__closed_by=user)
    for role, unit_id in {(standing.role, standing.unit.pk) for standing in held}:
        mine |= Q(assignment__role=role, assignment__unit_id=unit_id, assignment__assignee__isnull=True, assignment__closed_at__isnull=True)
    rows = Supervision.objects.filter(mine, feedback_at__isnull=True).select_related("case__unit", "assignment__task", "by")
    return rows.order_by("due", "pk")


def unread(user: User) -> QuerySet[Circulation]:
    """Circulations that wait for the person's receipt."""
    return Circulation.objects.filter(reader=user, kind="circulate", read_at__isnull=True, cancelled_at__isnull=True)


def sent_to(user: User, *, after: int | None = None, limit: int = PAGE) -> Page:
    """Everything circulated or copied to the person, newest first (1 query)."""
    rows = Circulation.objects.filter(reader=user, cancelled_at__isnull=True).select_related("case__unit", "case__matter", "sender")
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    return Page(found[:limit], str(found[limit - 1].pk) if len(found) > limit else None)


def counts(user: User, held: list[Standing]) -> dict[str, int]:
    """How many questions and supervisions (`asked`) and unread circulations (`read`) wait (1 query)."""
    row = (
        User.objects.filter(pk=user.pk)
        .annotate(a=_counted(asked(user, held)), b=_counted(demanded(user, held)), c=_counted(unread(user)))
        .values_list("a", "b", "c")
        .first()
    ) or (0, 0, 0)
    return {"asked": (row[0] or 0) + (row[1] or 0), "read": row[2] or 0}


def _counted(rows: QuerySet[Any]) -> Subquery:
    counted = rows.select_related(None).order_by().annotate(n=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("n")
    return Subquery(counted, output_field=IntegerField())


def consultation(pk: int) -> Consultation:
    """One question with its case; whether this person may see it is the caller's to judge.

    :raises Missing: there is none.
    """
    rows = Consultation.objects.select_related("case__unit", "case__matter", "unit", "asked_by", "answered_by", "assignment__task")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing(_("没有这项征询，或您无权查看。"), code="no_consultation")
    return found


def case_of_circulation(pk: int) -> int:
    """The case a circulation belongs to.

    :raises Missing: there is none.
    """
    found = Circulation.objects.filter(pk=pk).values_list("case_id", flat=True).first()
    if found is None:
        raise Missing(_("没有这份传阅。"), code="no_circulation")
    return found


def events(case: Case) -> list[Event]:
    """Everything beside the flow of one case, newest first (1 query, however much there is)."""
    rows = [_consultations(case), _circulations(case), _reminders(case), _supervisions(case), _comments(case), _suspensions(case)]
    found = rows[0].union(*rows[1:], all=True)
    return sorted((Event(*row) for row in found), key=lambda event: (event.at, event.pk), reverse=True)


def _text(value: str = "") -> Cast:
    return Cast(Value(value), TextField())


def _row(rows: QuerySet[Any], **columns: Any) -> QuerySet[Any]:
    """One sort of event with the twelve columns in their order; what is not given is empty."""
    empty: dict[str, Any] = {
        "who": _text(), "whom": _text(), "text": _text(), "said": _text(), "state": _text(), "done_by": _text(),
        "due": Cast(Value(None), DateField()), "done_at": Cast(Value(None), DateTimeField()), "by": Cast(Value(None), IntegerField()),
    }  # fmt: skip
    given = {name: Cast(F(value), TextField()) if isinstance(value, str) else value for name, value in columns.items()}
    named = {f"c_{name}": value for name, value in (empty | given).items()}
    order = [f"c_{name}" if f"c_{name}" in named else name for name in _COLUMNS]
    return rows.order_by().annotate(**named).values_list(*order)


def _consultations(case: Case) -> QuerySet[Any]:
    return _row(
        Consultation.objects.filter(case=case), kind=F("kind"), at=F("asked_at"), who="asked_by__name", whom="unit__name", text="text",
        due=F("due"), done_at=F("answered_at"), done_by=Coalesce(Cast(F("answered_by__name"), TextField()), _text()), said="answer",
        state="closed_as", by=F("asked_by_id"),
    )  # fmt: skip


def _circulations(case: Case) -> QuerySet[Any]:
    rows = Circulation.objects.filter(case=case, cancelled_at__isnull=True)
    return _row(
        rows, kind=F("kind"), at=F("sent_at"), who="sender__name", whom="reader__name", text="note", done_at=F("read_at"), said="remark",
        by=F("sender_id"),
    )  # fmt: skip


def _reminders(case: Case) -> QuerySet[Any]:
    by = Coalesce(Cast(F("by__name"), TextField()), _text())
    return _row(Reminder.objects.filter(case=case), kind=F("kind"), at=F("at"), who=by, whom="node", text="text", by=F("by_id"))


def _supervisions(case: Case) -> QuerySet[Any]:
    return _row(
        Supervision.objects.filter(case=case), kind=Cast(Value("supervise"), CharField()), at=F("at"), who="by__name",
        whom="assignment__unit__name", text="text", due=F("due"), done_at=F("feedback_at"),
        done_by=Coalesce(Cast(F("feedback_by__name"), TextField()), _text()), said="feedback", by=F("by_id"),
    )  # fmt: skip


def _comments(case: Case) -> QuerySet[Any]:
    rows = Comment.objects.filter(case=case)
    return _row(rows, kind=Cast(Value("comment"), CharField()), at=F("at"), who="author__name", text="text", by=F("author_id"))


def _suspensions(case: Case) -> QuerySet[Any]:
    rows = Suspension.objects.filter(case=case)
    return _row(rows, kind=F("kind"), at=F("started_at"), text="reason", done_at=F("ended_at"))
