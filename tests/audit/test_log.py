"""The decision log: written with the act, read by anybody who asks, and found out when it was touched."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.access.cast import person
from tests.base import at_once
from tests.organization.district import NOW
from workflows.access.models import User
from workflows.audit import chain, operations, queries
from workflows.audit.models import Entry
from workflows.lib import triggers


def record(name: str = "case/1", verb: str = "cases.case.submitted", **more: object) -> Entry:
    with transaction.atomic():
        return operations.record(chain=name, verb=verb, **({"actor": None, "now": NOW} | more))


def whole(name: str) -> bool:
    entries = list(Entry.objects.filter(chain=name).order_by("n"))
    assert [entry.n for entry in entries] == list(range(len(entries)))
    return queries.first_broken(name) is None


@pytest.mark.django_db
def test_an_entry_tells_who_what_from_to_why_and_when() -> None:
    clerk, head = person("clerk", "王某"), person("head", "李某")
    entry = record(before={"n": 1}, after={"n": 2}, reason="补正", basis="第十条", unit="office", actor=clerk, in_name_of=head)
    told = json.loads(entry.body)
    assert (told["actor"]["name"], told["in_name_of"]["name"], told["before"], told["after"]) == ("王某", "李某", {"n": 1}, {"n": 2})
    assert (told["reason"], told["basis"], told["unit"], told["at"]) == ("补正", "第十条", "office", "2026-11-20T02:00:00.000+00:00")
    assert entry.hash == chain.seal(chain.GENESIS, entry.body)


@pytest.mark.django_db
def test_awkward_text_is_sealed_the_same_on_both_databases() -> None:
    for text in ('引号"与反斜线\\', "表情😀", "换行\n制表\t", "é", "%s %% {x}", "'; DROP TABLE audit_entry; --"):
        record(reason=text)
    assert whole("case/1") and queries.examine().broken is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threads", [2, 6])
def test_writers_of_one_chain_at_once_leave_no_gap_and_no_double(threads: int) -> None:
    for _round in range(4):
        results = at_once([record] * threads)
        assert all(isinstance(result, Entry) for result in results), results
    assert Entry.objects.count() == 4 * threads and whole("case/1")


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_wrongly_claims_the_lock_loses_rather_than_forks_the_chain() -> None:
    results = at_once([lambda: record(chain_is_locked=True) for _ in range(6)])
    written = [result for result in results if isinstance(result, Entry)]
    assert written and all(isinstance(result, Entry | IntegrityError) for result in results), results
    assert Entry.objects.count() == len(written) and whole("case/1")


@pytest.mark.django_db(transaction=True)
def test_an_act_undone_leaves_no_entry() -> None:
    record()
    with pytest.raises(RuntimeError), transaction.atomic():
        record()
        raise RuntimeError
    record()
    assert Entry.objects.count() == 2 and whole("case/1")


@pytest.mark.django_db
def test_the_trail_is_found_by_every_filter_and_goes_on_by_key() -> None:
    clerk, head = person("clerk", "王某"), person("head", "李某")
    ids = [
        record("case/1", "cases.case.submitted", actor=clerk, unit="education", after={"title": '增加"编制"25名'}).pk,
        record("case/1", "cases.case.endorsed", actor=clerk, in_name_of=head, unit="education", now=NOW + timedelta(hours=1)).pk,
        record("case/2", "cases.case.submitted", actor=head, unit="office", now=NOW + timedelta(hours=2)).pk,
        record("ledger", "establishment.transfer.posted", now=NOW + timedelta(hours=3)).pk,
    ]

    def found(**filters: object) -> list[int]:
        with CaptureQueriesContext(connection) as sql:
            rows = queries.search(**filters)
            assert all(str(row.actor or "") is not None for row in rows)
        assert len(sql) <= 1
        return [ids.index(row.pk) for row in rows if row.pk in ids]

    assert found() == [3, 2, 1, 0]
    assert found(who=head) == [2, 1] and found(who=head.pk) == [2, 1]
    assert found(verb="cases.case.submitted") == [2, 0] and found(verb="cases.") == [2, 1, 0]
    assert found(unit="education") == [1, 0]
    assert found(chains=["case/2", "ledger"]) == [3, 2] and found(chains=[]) == []
    assert found(chain_prefix="case/") == [2, 1, 0]
    assert found(text='编制"25') == [0] and found(text="王某") == [1, 0] and found(text="%") == []
    assert found(since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=3)) == [2, 1]
    first = queries.search(limit=2)
    assert [ids.index(row.pk) for row in queries.search(before=first[-1].pk, limit=2)] == [1, 0]


@pytest.mark.django_db
def test_one_chain_is_read_in_one_query_whatever_its_length() -> None:
    for _n in range(30):
        record()
    with CaptureQueriesContext(connection) as sql:
        assert [entry.n for entry in queries.trail("case/1")] == list(range(30))
    assert len(sql) == 1


@pytest.mark.django_db
def test_who_read_what_is_kept_and_found() -> None:
    clerk = person("clerk")
    for subject, what in (("case/1", "view"), ("case/18", "print"), ("audit", "export")):
        operations.read(subject=subject, what=what, user=clerk, address="127.0.0.1", now=NOW)
    assert [row.subject for row in queries.readings(who=clerk)] == ["audit", "case/18", "case/1"]
    assert [row.subject for row in queries.readings(subject="case/1")] == ["case/1"]
    assert [row.subject for row in queries.readings(subject="case")] == ["case/18", "case/1"]
    assert [row.subject for row in queries.readings(what="export")] == ["audit"]
    assert queries.readings(until=NOW) == []


def tamper(statement: str, *parameters: object) -> None:
    """As somebody would who owns the database: guards down, statement, guards up."""
    triggers.drop("default", "audit")
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    triggers.install("default", "audit")


ATTACKS = [
    ("UPDATE audit_entry SET body = REPLACE(body, '25', '52') WHERE chain = 'case/2' AND n = 1", "case/2 entry 1: the body"),
    ("DELETE FROM audit_entry WHERE chain = 'case/2' AND n = 1", "case/2 entry 2: entry 1 is missing"),
    ("DELETE FROM audit_entry WHERE chain = 'case/2' AND n = 0", "case/2 entry 1: entry 0 is missing"),
    ("UPDATE audit_entry SET prev = hash WHERE chain = 'case/2' AND n = 2", "case/2 entry 2: does not follow"),
    ("UPDATE audit_entry SET verb = 'x' WHERE chain = 'case/2' AND n = 0", "case/2 entry 0: the columns say"),
    ("UPDATE audit_entry SET unit_code = 'x' WHERE chain = 'case/2' AND n = 0", "case/2 entry 0: the columns say"),
    ("UPDATE audit_entry SET chain = 'case/9' WHERE chain = 'case/2'", "case/9 entry 0: the columns say"),
    ("UPDATE audit_entry SET n = n + 10 WHERE chain = 'case/2'", "case/2 entry 10: entry 0 is missing"),
    ("UPDATE audit_entry SET actor_id = NULL WHERE chain = 'case/2' AND n = 2", "case/2 entry 2: the columns name another"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("attack", "found"), ATTACKS)
def test_verify_audit_names_the_first_broken_entry(attack: str, found: str) -> None:
    User.objects.exists()
    clerk = person("clerk")
    for name in ("case/1", "case/2", "case/3"):
        for quantity in (5, 25, 7):
            record(name, after={"quantity": quantity}, actor=clerk)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().strip() == "whole: 10 entries in 4 chains"
    tamper(attack)
    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")


@pytest.mark.django_db
def test_verify_audit_says_when_the_log_is_unguarded_and_speaks_json() -> None:
    record()
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"chains": 1, "entries": 1, "broken": None, "triggers_missing": []}
    triggers.drop("default", "audit")
    with pytest.raises(CommandError, match="unguarded: audit_entry_append_only"):
        call_command("verify_audit")
