"""Messages: told once however often the task runs, read by nobody but their owner."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.cast import person
from tests.base import at_once
from tests.organization.district import NOW
from workflows.notices import operations, queries
from workflows.notices.models import Notice


@pytest.mark.django_db
def test_a_message_reaches_each_person_once() -> None:
    clerk, head = person("clerk"), person("head")
    for _run in range(2):
        operations.tell(key="act/1", users=[clerk, head, clerk], text="请办理", subject="case/1", now=NOW)
    operations.tell(key="act/2", users=[clerk], text="已办理", subject="case/1", now=NOW)
    assert (queries.unread_count(clerk), queries.unread_count(head)) == (2, 1)
    assert [notice.text for notice in queries.latest(clerk, 5)] == ["已办理", "请办理"]
    first = queries.latest(clerk, 1)[0]
    assert [notice.text for notice in queries.latest(clerk, 5, before=first.pk)] == ["请办理"]


@pytest.mark.django_db
def test_only_ones_own_messages_are_marked_as_read() -> None:
    clerk, head = person("clerk"), person("head")
    operations.tell(key="act/1", users=[clerk, head], text="请办理", now=NOW)
    others = list(Notice.objects.filter(user=head).values_list("pk", flat=True))
    assert operations.mark_read(user=clerk, ids=others, now=NOW) == 0
    assert operations.mark_read(user=clerk, now=NOW) == 1
    assert operations.mark_read(user=clerk, now=NOW) == 0
    assert (queries.unread_count(clerk), queries.unread_count(head)) == (0, 1)
    assert queries.unread(clerk) == [] and len(queries.latest(clerk)) == 1


@pytest.mark.django_db
def test_a_long_text_is_cut_and_many_unread_are_counted_to_a_hundred() -> None:
    clerk = person("clerk")
    operations.tell(key="long", users=[clerk], text="长" * 500, now=NOW)
    assert queries.latest(clerk)[0].text == "长" * 299 + "…"
    for number in range(120):
        operations.tell(key=f"k/{number}", users=[clerk], text="x", now=NOW)
    with CaptureQueriesContext(connection) as sql:
        assert queries.unread_count(clerk) == 100
    assert len(sql) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_telling_the_same_thing_at_once_tell_it_once() -> None:
    people = [person(f"p{number}") for number in range(5)]
    results = at_once([lambda: operations.tell(key="act/1", users=people, text="请办理", now=NOW) for _ in range(4)])
    assert results == [5] * 4 and Notice.objects.count() == 5
