"""guardian's rows say what the appointments say: never less for long, never more."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm, get_objects_for_user

from tests.access.cast import appointed, person
from tests.organization.district import NOW, district
from workflows.access import operations, projection, queries, tasks
from workflows.access.models import User
from workflows.access.roles import DOORS, MATRIX
from workflows.audit.models import Entry
from workflows.lib.refusals import Refused
from workflows.organization.models import Unit

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def rows(user: User) -> set[tuple[str, str]]:
    found = UserObjectPermission.objects.filter(user=user, content_type=ContentType.objects.get_for_model(Unit))
    return set(found.values_list("permission__codename", "object_pk"))


def test_an_office_is_written_out_for_its_unit_and_what_it_sponsors() -> None:
    units = district()
    clerk, _ = appointed("clerk", "clerk", units["education"])
    education, school, root = (str(units[code].pk) for code in ("education", "school_01", "district"))
    assert {pk for name, pk in rows(clerk) if name == "case_propose"} == {education, school}
    assert {pk for name, pk in rows(clerk) if name == "case_implement"} == {education}
    assert {pk for name, pk in rows(clerk) if name == "unit_view"} == {education, root}
    assert clerk.has_perm("organization.case_propose", units["school_01"])
    assert not clerk.has_perm("organization.case_propose", units["dongfanglu"])
    assert set(get_objects_for_user(clerk, "organization.case_propose", accept_global_perms=False)) == {
        units["education"],
        units["school_01"],
    }


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_no_row_says_more_than_may(role: str) -> None:
    units = district()
    user, _ = appointed("somebody", role, units["education"])
    doors = {projection.codename(door): door for door in DOORS}
    assert rows(user)
    for name, pk in rows(user):
        assert queries.may(user, doors[name], int(pk), NOW) is not None, (role, name, pk)


def test_rows_go_when_the_office_ends_the_account_closes_or_the_day_comes() -> None:
    units = district()
    ended, row = appointed("a", "head", units["education"])
    operations.end_appointment(appointment=row, on=NOW.date(), basis="免", actor=None, now=NOW)
    closed, _ = appointed("b", "head", units["education"])
    operations.deactivate(user=closed, reason="退休", actor=None, now=NOW)
    dated, _ = appointed("c", "head", units["education"], until=LATER.date())
    assert not rows(ended) and not rows(closed) and rows(dated)
    written = len(rows(dated))
    assert operations.reconcile(now=LATER) == operations.Drift(added=0, removed=written)
    assert not rows(dated)


def test_reconciling_mends_what_was_added_or_lost_and_says_so() -> None:
    units = district()
    clerk, _ = appointed("clerk", "clerk", units["education"])
    right = rows(clerk)
    assert operations.reconcile(now=NOW) == operations.Drift(0, 0)
    assert not Entry.objects.filter(chain="access").exists()
    assign_perm("case_sign", clerk, units["dongfanglu"])
    UserObjectPermission.objects.filter(user=clerk, permission__codename="case_propose").delete()
    out = StringIO()
    call_command("reconcile_access", stdout=out)
    assert out.getvalue().strip() == "added 2, removed 1" and rows(clerk) == right
    entry = Entry.objects.get(chain="access")
    assert entry.verb == "access.projection.reconciled" and '"removed":1' in entry.body
    assert tasks.reconcile.apply().get() == {"added": 0, "removed": 0}


def test_a_row_added_behind_our_back_opens_nothing_and_is_gone_at_the_next_sign_in() -> None:
    units = district()
    user = person("thief")
    projection.permissions()
    assign_perm("case_sign", user, units["office"])
    assert queries.may(user, "case.sign", units["office"], NOW) is None
    operations.signed_in(user=user, address="127.0.0.1", now=NOW)
    assert rows(user) == set()


def test_reconciling_costs_the_same_for_many_people() -> None:
    units = district()
    appointed("first", "clerk", units["education"])
    with CaptureQueriesContext(connection) as one:
        operations.reconcile(now=NOW)
    for number in range(10):
        appointed(f"p{number}", "head", units["education"])
    with CaptureQueriesContext(connection) as many:
        operations.reconcile(now=NOW)
    assert len(many) == len(one)


def test_a_named_reader_reads_one_thing_until_it_is_taken_back() -> None:
    units = district()
    expert, case = person("expert"), units["education"]
    assert not queries.reads(expert, case) and not queries.readable(expert, Unit).exists()
    for _twice in range(2):
        operations.grant_reading(user=expert, subject=case, basis="专家咨询函", actor=None, now=NOW)
    assert queries.reads(expert, case) and set(queries.readable(expert, Unit)) == {case.pk}
    assert not queries.reads(expert, units["office"])
    operations.reconcile(now=NOW)
    assert queries.reads(expert, case), "reconciling leaves readings granted by name"
    chain = Entry.objects.filter(chain=f"unit/{case.pk}", verb__startswith="access.")
    assert [entry.verb for entry in chain] == ["access.reading.granted"]
    operations.revoke_reading(user=expert, subject=case, reason="咨询结束", actor=None, now=NOW)
    assert not queries.readable(expert, Unit).exists()
    assert [entry.verb for entry in chain.all()] == ["access.reading.granted", "access.reading.revoked"]


def test_an_administrator_is_never_a_named_reader() -> None:
    units = district()
    admin, _ = appointed("sysadmin", "system_admin", units["office"])
    with pytest.raises(Refused, match="管理员"):
        operations.grant_reading(user=admin, subject=units["education"], basis="函", actor=None, now=NOW)
