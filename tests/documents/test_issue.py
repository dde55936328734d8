"""Issuing: a number nobody else has and no gap beside it, a payload that cannot change, and the promise of a drawing."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.base import at_once
from tests.documents import samples
from tests.documents.conftest import NOW, Issue
from workflows.audit.models import Entry
from workflows.documents import operations
from workflows.documents.models import Counter, Paper, Series
from workflows.lib import canonical, triggers
from workflows.lib.refusals import Refused
from workflows.outbox.models import Job


@pytest.mark.django_db
class TestIssue:
    def test_numbers_from_one_in_each_series(self, issue: Issue) -> None:
        numbers = [issue().number, issue().number, issue(payload=samples.refusal(), series_code="letter").number, issue().number]
        assert numbers == ["示编委〔2026〕1号", "示编委〔2026〕2号", "示编办函〔2026〕1号", "示编委〔2026〕3号"]

    def test_counts_the_year_in_the_district_not_in_utc(self, issue: Issue) -> None:
        last = datetime(2026, 12, 31, 23, 59, tzinfo=samples.ZONE)
        first = datetime(2027, 1, 1, 0, 1, tzinfo=samples.ZONE)
        assert first.utctimetuple().tm_year == 2026
        papers = [issue(now=last), issue(now=first), issue(now=first)]
        assert [paper.number for paper in papers] == ["示编委〔2026〕1号", "示编委〔2027〕1号", "示编委〔2027〕2号"]
        assert str(papers[1].issued_on) == "2027-01-01"

    def test_freezes_what_it_says_with_number_and_date(self, issue: Issue) -> None:
        paper = issue()
        frozen = json.loads(paper.payload)
        assert frozen["number"] == "示编委〔2026〕1号"
        assert frozen["date"] == "2026-03-25"
        assert frozen["body"] == list(samples.BODY)
        assert paper.digest == canonical.digest(frozen)
        assert paper.payload == canonical.text(frozen)

    def test_is_written_in_the_subjects_chain_and_promises_one_drawing(self, issue: Issue, officer: Any) -> None:
        paper = issue(subject="case/18")
        entry = Entry.objects.get(chain="case/18")
        assert entry.verb == "documents.paper.issued"
        assert entry.actor == officer
        assert json.loads(entry.body)["after"]["digest"] == paper.digest
        job = Job.objects.get()
        assert (job.key, job.task, job.args) == (f"render/{paper.pk}", "documents.render", {"paper_id": paper.pk})
        assert not paper.is_rendered

    def test_may_be_written_in_another_chain(self, issue: Issue) -> None:
        issue(chain="unit/7")
        assert Entry.objects.get(verb="documents.paper.issued").chain == "unit/7"

    def test_takes_few_statements_however_many_papers_there_are(self, issue: Issue) -> None:
        issue()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            issue()
        said = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        assert len(said) == 6, said

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"payload": samples.reply(body=())}, "paper_incomplete"),
            ({"title": " "}, "paper_incomplete"),
            ({"recipient": ""}, "paper_incomplete"),
            ({"series_code": "nonsense"}, "series_unknown"),
        ],
    )
    def test_refuses_an_incomplete_paper_and_uses_no_number(self, issue: Issue, changes: dict[str, Any], code: str) -> None:
        with pytest.raises(Refused) as refused:
            issue(**changes)
        assert refused.value.code == code
        assert not Counter.objects.exists()
        assert not Paper.objects.exists()

    def test_takes_its_number_back_when_the_act_is_taken_back(self, issue: Issue) -> None:
        issue()
        for _ in range(3):
            with pytest.raises(ValueError, match="the ledger said no"), transaction.atomic():
                issue()
                raise ValueError("the ledger said no")
        assert issue().number == "示编委〔2026〕2号"
        assert list(Paper.objects.order_by("n").values_list("n", flat=True)) == [1, 2]
        assert Job.objects.count() == Entry.objects.filter(verb="documents.paper.issued").count() == 2


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_hundred_papers_by_eight_hands_are_numbered_1_to_200(self, issue: Issue) -> None:
        def work(hand: int) -> list[int]:
            return [issue(subject=f"case/{hand}-{turn}").n for turn in range(25)]

        results = at_once([lambda hand=hand: work(hand) for hand in range(8)])
        assert [error for error in results if isinstance(error, BaseException)] == []
        assert sorted(n for numbers in results for n in numbers) == list(range(1, 201))
        assert sorted(Paper.objects.values_list("n", flat=True)) == list(range(1, 201))
        assert Counter.objects.get().last == 200

    def test_half_of_them_taken_back_leave_no_gap(self, issue: Issue) -> None:
        def work(hand: int) -> None:
            for turn in range(10):
                try:
                    with transaction.atomic():
                        issue(subject=f"case/{hand}-{turn}")
                        if turn % 2:
                            raise ValueError("taken back")
                except ValueError:
                    continue

        assert [error for error in at_once([lambda hand=hand: work(hand) for hand in range(6)]) if error] == []
        assert sorted(Paper.objects.values_list("n", flat=True)) == list(range(1, 31))


@pytest.mark.django_db
class TestFrozen:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE documents_paper SET title = 'other'",
            "UPDATE documents_paper SET payload = '{}', digest = 'x'",
            "UPDATE documents_paper SET number = 'other', n = 99",
            "UPDATE documents_paper SET issued_on = '2020-01-01'",
            "DELETE FROM documents_paper",
        ],
    )
    def test_paper_refuses(self, issue: Issue, statement: str) -> None:
        issue()
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert triggers.refusal(refused.value) == "documents_paper_frozen"

    def test_paper_is_drawn_once_only(self, issue: Issue) -> None:
        paper = issue()
        Paper.objects.filter(pk=paper.pk).update(file="a" * 64, rendered_at=NOW)
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            Paper.objects.filter(pk=paper.pk).update(file="b" * 64)
        assert triggers.refusal(refused.value) == "documents_paper_frozen"

    def test_number_is_unique_in_its_series_and_year(self, issue: Issue) -> None:
        paper = issue()
        paper.pk, paper.number = None, "another"
        with pytest.raises(DatabaseError), transaction.atomic():
            paper.save(force_insert=True)


@pytest.mark.django_db
class TestSeries:
    def test_are_loaded_once_with_the_districts_name(self, series: None, settings: Any) -> None:
        operations.load_series(now=NOW)
        assert Series.objects.get(code="reply").issuer == f"中共{settings.DISTRICT_NAME}委机构编制委员会"
        assert list(Series.objects.values_list("mark", flat=True)) == ["示编委", "示编办", "示编办函", "示编办受", "示编审"]
        assert Entry.objects.filter(verb="documents.series.defined").count() == 5

    def test_renamed_are_written_down_and_papers_keep_their_number(self, issue: Issue) -> None:
        paper = issue()
        operations.define_series(rows=[{"code": "reply", "mark": "示委编", "issuer": "编委", "profile": "file"}], now=NOW)
        paper.refresh_from_db()
        assert paper.number == "示编委〔2026〕1号"
        assert issue().number == "示委编〔2026〕2号"
        assert json.loads(Entry.objects.filter(chain="documents/series").last().body)["before"]["mark"] == "示编委"
