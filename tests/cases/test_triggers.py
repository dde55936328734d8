"""What the database refuses by itself, whoever sends the statement."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.world import VOTE, World
from workflows.cases.models import Attachment, CaseVersion, Deliberation, Opinion, Round
from workflows.cases.operations.versions import newest
from workflows.lib import triggers

HOSTILE = [
    ("UPDATE cases_opinion SET text = 'forged'", "opinion_append_only"),
    ("DELETE FROM cases_opinion", "opinion_append_only"),
    ("UPDATE cases_deliberation SET votes_for = votes_for", "deliberation_append_only"),
    ("DELETE FROM cases_deliberation", "deliberation_append_only"),
    ("DELETE FROM cases_round", "round_append_only"),
    ("UPDATE cases_round SET mode = 'direct'", "round_append_only"),
    ("UPDATE cases_caseversion SET payload = '{}'", "version_frozen"),
    ("UPDATE cases_caseversion SET frozen_at = NULL", "version_frozen"),
    ("DELETE FROM cases_caseversion", "version_stays"),
    ("UPDATE cases_attachment SET sha256 = 'x'", "attachment_changed"),
    ("DELETE FROM cases_attachment", "attachment_removed"),
]


def refused_as(statement: str) -> str | None:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return triggers.refusal(error.value)


@pytest.mark.parametrize(("statement", "name"), HOSTILE)
def test_history_is_not_rewritten_by_any_statement(world: World, statement: str, name: str) -> None:
    world.run_to("draft_document")
    assert refused_as(statement) == name


def test_replace_into_does_not_displace_an_opinion(world: World) -> None:
    """SQLite's REPLACE deletes without a DELETE trigger; on PostgreSQL the same row again is refused all the same."""
    case = world.run_to("accept")
    columns = ", ".join(field.column for field in Opinion._meta.local_fields)
    verb = "REPLACE" if connection.vendor == "sqlite" else "INSERT"
    name = refused_as(f"{verb} INTO cases_opinion ({columns}) SELECT {columns} FROM cases_opinion WHERE id = {Opinion.objects.first().pk}")
    assert name
    assert Opinion.objects.filter(assignment__case=case).count() == 2


def test_a_file_is_not_slipped_into_a_frozen_version(world: World) -> None:
    case = world.run_to("endorse")
    old = newest(case).attachments.first()
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Attachment.objects.create(
            version=old.version,
            name="后补.pdf",
            sha256="b" * 64,
            size=1,
            mime="application/pdf",
            added_by=old.added_by,
            added_at=world.now(),
        )
    assert triggers.refusal(error.value) == "attachment_added"


def test_the_database_keeps_conflicting_duties_apart_when_the_operation_is_bypassed(world: World) -> None:
    case = world.run_to("section_review")
    mine = Opinion.objects.get(assignment__case=case, assignment__node="evaluate")
    review = world.open(case, "section_review")
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Opinion.objects.create(
            assignment=review, actor=mine.actor, appointment=mine.appointment, outcome="pass", version=mine.version, digest=mine.digest,
            key="7d1b9a1e-0000-4000-8000-000000000001", at=world.now(),
        )  # fmt: skip
    assert triggers.refusal(error.value) == "duty_conflict"


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"present": 7}, "deliberation_entitled_adds_up"),
        ({"votes_for": 7}, "deliberation_votes_add_up"),
        ({"file": ""}, "deliberation_has_file"),
    ],
)
def test_a_count_that_does_not_add_up_cannot_be_stored(world: World, changed: dict[str, object], name: str) -> None:
    case = world.run_to("draft_document")
    kept = Deliberation.objects.get(case=case)
    counts = {key: VOTE[key] for key in ("entitled", "present", "absent", "votes_for", "votes_against", "abstained")}
    values = {**counts, "file": kept.file, **changed}
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Deliberation.objects.create(
            assignment=world.open(case, "draft_document"), case=case, body=kept.body, version=kept.version, session="x",
            held_on=kept.held_on, quorum="2/3", threshold="", outcome="approve", file_name="x", **values,
        )  # fmt: skip
    assert triggers.refusal(error.value) == name


def test_a_draft_may_still_be_edited(world: World) -> None:
    case = world.draft()
    CaseVersion.objects.filter(case=case).update(payload="{}")
    assert newest(case).payload == "{}"
    assert Round.objects.get(case=case).mode == "first"
