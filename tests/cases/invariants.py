"""What must hold of every case after every step, however it came there. Written from MODEL §1–§4, not from the code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Sum
from viewflow.workflow.models import Task

from workflows.audit import queries as audit
from workflows.cases.models import Assignment, Case, CaseVersion, Consultation, Opinion, Suspension
from workflows.cases.operations.versions import payload_of
from workflows.establishment.models import Account, Transfer

HELPERS = {"delegate", "before", "after"}
OPEN = ("NEW", "ASSIGNED", "SCHEDULED", "STARTED")
# node → the role that acts there, and where: with the applicant, the office, the section, a consulted unit, the signatory.
SEATS = {
    "draft": ("clerk", "applicant"), "endorse": ("head", "applicant"), "accept": ("general", "office"),
    "supplement": ("clerk", "applicant"), "evaluate": ("officer", "section"), "countersign": ("countersigner", "consulted"),
    "section_review": ("chief", "section"), "deputy_review": ("deputy", "office"), "deliberate": ("secretary", "office"),
    "draft_document": ("officer", "section"), "sign": ("signatory", "signatory"), "implement": ("clerk", "applicant"),
    "confirm": ("general", "office"),
}  # fmt: skip
# Between acceptance and the signature a case holds the posts of its newest version; elsewhere nothing.
HOLDING = {"evaluate", "countersign", "section_review", "deputy_review", "deliberate", "draft_document", "sign"}
CONFLICTS = [
    *(("propose", other) for other in ("endorse", "examine", "evaluate", "countersign", "review", "deputy", "sign")),
    *(("evaluate", other) for other in ("review", "deputy", "sign")),
    ("review", "deputy"), ("review", "sign"), ("deputy", "sign"),
]  # fmt: skip


def hold(cases: Sequence[int]) -> None:
    """Every invariant of these cases, and of the ledger as a whole; a dozen statements."""
    rows = {case.pk: case for case in Case.objects.filter(pk__in=cases).select_related("section")}
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    for row in Assignment.objects.filter(case__in=cases).select_related("task", "opinion").order_by("pk"):
        assignments[row.case_id].append(row)
    tasks: dict[int, set[int]] = defaultdict(set)
    for pk, process in Task.objects.filter(process__case__in=cases, status__in=OPEN).values_list("pk", "process_id"):
        tasks[process].add(pk)
    for case in rows.values():
        _work_is_neither_lost_nor_doubled(case, assignments[case.pk], tasks[case.process_id])
        _one_decision_each(assignments[case.pk])
        _offices_match(case, assignments[case.pk])
    _clocks_stand_where_they_should(rows)
    _nobody_holds_two_conflicting_duties(cases)
    _posts_are_held_as_the_cases_say(rows)
    _questions_end_with_their_case(rows)
    for case in rows.values():
        assert audit.first_broken(case.subject) is None, f"{case.subject}: the chain is broken"


def _work_is_neither_lost_nor_doubled(case: Case, rows: Iterable[Assignment], tasks: set[int]) -> None:
    """Each open task has one open holder, or one who has acted and still waits for signers after him; no holder without a task."""
    still = [row for row in rows if row.closed_at is None]
    holders = Counter(row.task_id for row in still if row.via not in HELPERS)
    after = {row.task_id for row in still if row.via == "after"}
    acted = {row.task_id for row in rows if row.closed_as == "done" and row.via not in HELPERS}
    assert all(n == 1 for n in holders.values()), f"{case.subject}: two holders of one task"
    assert {row.task_id for row in still} <= tasks, f"{case.subject}: open work on a closed task"
    assert tasks - set(holders) <= after & acted, f"{case.subject}: an open task nobody holds"
    if case.closed_at is not None:
        assert not still, f"{case.subject}: ended, and still on a work list"
        assert not tasks, f"{case.subject}: ended, and the engine still waits"
    else:
        assert still, f"{case.subject}: running, and on nobody's work list"


def _one_decision_each(rows: Iterable[Assignment]) -> None:
    decided = Counter(
        (row.node, row.round_id, row.pass_no, row.unit_id if row.node == "countersign" else None)
        for row in rows if row.closed_as == "done" and row.via not in HELPERS
    )  # fmt: skip
    assert all(n == 1 for n in decided.values()), f"decided twice: {[key for key, n in decided.items() if n > 1]}"
    assert not any(row.closed_as == "transferred" and getattr(row, "opinion", None) for row in rows), "a transfer is no vote"


def _offices_match(case: Case, rows: Iterable[Assignment]) -> None:
    units = {
        "applicant": {case.unit_id}, "section": {case.section_id}, "office": {(case.route or {}).get("units", {}).get("office")},
        "signatory": {case.route["units"][case.route["signatory"]]} if case.route else set(),
    }  # fmt: skip
    for row in rows:
        if row.closed_at is not None:
            continue
        assert row.node == case.node, f"{case.subject} is at {case.node}, and {row.node} is open"
        if row.via in HELPERS:
            assert row.assignee_id is not None
            continue
        role, where = SEATS[row.node]
        assert row.role == role, f"{row.node} is open for {row.role}"
        if where == "consulted":
            asked = {case.route["units"][code] for code in case.route["consult"]}
            assert row.unit_id in asked or any(other.via == "parallel" and other.unit_id == row.unit_id for other in rows)
        elif None not in units[where]:
            assert row.unit_id in units[where], f"{row.node} is open at the wrong unit"


def _clocks_stand_where_they_should(rows: dict[int, Case]) -> None:
    standing = set(Suspension.objects.filter(case__in=rows, ended_at__isnull=True).values_list("case_id", flat=True))
    still = {case.pk for case in rows.values() if case.state in {"supplement", "suspended"}}
    assert standing == still, f"clocks stand for {standing}, should for {still}"


def _nobody_holds_two_conflicting_duties(cases: Sequence[int]) -> None:
    duties: dict[tuple[int, int], set[str]] = defaultdict(set)
    said = Opinion.objects.filter(assignment__case__in=cases)
    for case, duty, actor, principal in said.values_list("assignment__case_id", "assignment__duty", "actor_id", "in_name_of_id"):
        for person in {actor, principal} - {None}:
            duties[case, person].add(duty)
    for (case, person), held in duties.items():
        for one, other in CONFLICTS:
            assert not {one, other} <= held, f"case {case}: person {person} holds {one} and {other}"


def _posts_are_held_as_the_cases_say(rows: dict[int, Case]) -> None:
    newest = {version.case_id: version for version in CaseVersion.objects.filter(case__in=rows).order_by("n")}
    subjects = {case.subject: case for case in rows.values()}
    unresolved = Transfer.objects.filter(code="reserve", resolved_by__isnull=True, subject__in=subjects)
    held = dict(unresolved.values_list("subject").annotate(Sum("quantity")).order_by())
    for subject, case in subjects.items():
        accepted = case.node in HOLDING and case.closed_at is None
        due = sum(line["quantity"] for line in payload_of(newest[case.pk])["lines"]) if accepted else 0
        assert held.get(subject, 0) == due, f"{subject} at {case.node} holds {held.get(subject, 0)}, its newest version says {due}"
    posted = Transfer.objects.filter(code="post", subject__in=subjects).values_list("subject", flat=True)
    assert all(n == 1 for n in Counter(posted).values()), "posted twice"
    assert {subjects[subject].node for subject in posted} <= {"implement", "confirm", "closed"}
    for kind, total in Account.objects.values_list("kind__code").annotate(Sum("balance")).order_by():
        assert total == 0, f"{kind}: the posts do not add up"


def _questions_end_with_their_case(rows: dict[int, Case]) -> None:
    ended = [case.pk for case in rows.values() if case.closed_at is not None]
    assert not Consultation.objects.filter(case__in=ended, closed_as="", case__state__in=["cancelled", "terminated", "voided"]).exists()


_COUNTED = (
    "cases_case", "cases_caseversion", "cases_attachment", "cases_round", "cases_suspension", "cases_assignment", "cases_opinion",
    "cases_return", "cases_deliberation", "cases_implementationtask", "cases_circulation", "cases_comment", "cases_consultation",
    "cases_reminder", "cases_supervision", "viewflow_task", "establishment_transfer", "audit_entry", "outbox_job", "documents_paper",
)  # fmt: skip


def fingerprint(cases: Sequence[int]) -> tuple[Any, ...]:
    """Everything an operation could have written: how many rows there are, and every column of these cases that may change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in _COUNTED))
        counted = cursor.fetchone()
    return (
        counted,
        list(Case.objects.filter(pk__in=cases).order_by("pk").values_list()),
        list(Assignment.objects.filter(case__in=cases).order_by("pk").values_list()),
        list(Task.objects.filter(process__case__in=cases).order_by("pk").values_list("pk", "status")),
        list(CaseVersion.objects.filter(case__in=cases).order_by("pk").values_list("pk", "saves", "frozen_at")),
        list(Consultation.objects.filter(case__in=cases).order_by("pk").values_list("pk", "closed_as")),
        list(Suspension.objects.filter(case__in=cases).order_by("pk").values_list("pk", "ended_at")),
        Account.objects.aggregate(Sum("balance"), Sum("moved_by")),
    )
