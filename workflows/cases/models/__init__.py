"""The rows of a case, by what they are about."""

from workflows.cases.models.cases import Attachment, Case, CaseVersion, Counter, Round, Suspension
from workflows.cases.models.decisions import Deliberation, ImplementationTask
from workflows.cases.models.exchange import Circulation, Comment, Consultation, Reminder, Supervision
from workflows.cases.models.work import Assignment, DutyConflict, Opinion, Phrase, Return
from workflows.cases.terms import Duty, Stage, State

__all__ = [
    "Assignment",
    "Attachment",
    "Case",
    "CaseVersion",
    "Circulation",
    "Comment",
    "Consultation",
    "Counter",
    "Deliberation",
    "Duty",
    "DutyConflict",
    "ImplementationTask",
    "Opinion",
    "Phrase",
    "Reminder",
    "Return",
    "Round",
    "Stage",
    "State",
    "Supervision",
    "Suspension",
]
