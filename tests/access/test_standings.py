"""Who may open which door, in whose name, on which day."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.cast import appointed, person
from tests.organization.district import NOW, district
from workflows.access import operations, queries

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_an_office_opens_its_doors_at_its_unit_only() -> None:
    units = district()
    clerk, row = appointed("dongfanglu.clerk", "clerk", units["dongfanglu"])
    standing = queries.may(clerk, "case.propose", units["dongfanglu"], NOW)
    assert standing is not None and (standing.principal, standing.role, standing.appointment) == (None, "clerk", row)
    assert queries.may(clerk, "case.propose", units["dongfanglu_service"], NOW) is not None
    assert queries.may(clerk, "case.propose", units["education"], NOW) is None
    assert queries.may(clerk, "case.implement", units["dongfanglu_service"], NOW) is None
    assert queries.may(clerk, "case.endorse", units["dongfanglu"], NOW) is None
    assert queries.may(clerk, "unit.view", units["education"], NOW) is not None


def test_scope_lists_what_may_would_allow() -> None:
    units = district()
    clerk, _ = appointed("education.clerk", "clerk", units["education"])
    auditor, _ = appointed("auditor", "auditor", units["office"])
    held = queries.standings(clerk, NOW)
    assert queries.scope(held, "case.view", TODAY) == {units["education"].pk, units["school_01"].pk}
    assert queries.scope(held, "case.implement", TODAY) == {units["education"].pk}
    assert queries.scope(held, "unit.view", TODAY) is None
    assert queries.scope(held, "audit.view", TODAY) == set()
    assert queries.scope(queries.standings(auditor, NOW), "case.view", TODAY) is None
    for unit in units.values():
        allowed = queries.scope(held, "case.view", TODAY)
        assert (queries.may(clerk, "case.view", unit, NOW) is not None) == (unit.pk in (allowed or ()))


def test_offices_begin_and_end_with_the_local_day() -> None:
    units = district()
    start = NOW.replace(hour=16, minute=0)  # midnight in Shanghai: 21 November
    user, _ = appointed("a.clerk", "clerk", units["education"], since=date(2026, 11, 21), until=date(2026, 11, 23))
    assert queries.standings(user, start - timedelta(seconds=1)) == []
    assert len(queries.standings(user, start)) == 1
    assert len(queries.standings(user, start + timedelta(days=2, seconds=-1))) == 1
    assert queries.standings(user, start + timedelta(days=2)) == []


def test_a_deputy_acts_in_the_principals_name_and_never_further() -> None:
    units = district()
    head, _ = appointed("education.head", "head", units["education"])
    deputy, _ = appointed("education.clerk", "clerk", units["education"])
    later = NOW + timedelta(days=3)
    row = operations.stand_in(principal=head, deputy=deputy, reason="出差", valid_from=NOW, valid_to=later, actor=head, now=NOW)
    standing = queries.may(deputy, "case.endorse", units["education"], NOW)
    assert standing is not None and standing.principal == head and standing.user == deputy
    own = queries.may(deputy, "case.view", units["education"], NOW)
    assert own is not None and own.principal is None
    assert queries.may(deputy, "case.endorse", units["education"], later) is None
    assert {user.pk for user in queries.holders("head", units["education"], NOW)} == {head.pk, deputy.pk}
    operations.revoke_stand_in(stand_in=row, reason="提前返回", actor=head, now=NOW + timedelta(hours=1))
    assert queries.may(deputy, "case.endorse", units["education"], NOW + timedelta(hours=1)) is None
    assert [user.pk for user in queries.holders("head", units["education"], NOW + timedelta(hours=1))] == [head.pk]


def test_a_stand_in_for_somebody_deactivated_gives_nothing() -> None:
    units = district()
    head, _ = appointed("education.head", "head", units["education"])
    deputy = person("someone")
    operations.stand_in(principal=head, deputy=deputy, reason="出差", valid_from=NOW, valid_to=NOW + timedelta(days=3), actor=head, now=NOW)
    assert len(queries.standings(deputy, NOW)) == 1
    operations.deactivate(user=head, reason="调离", actor=None, now=NOW)
    assert queries.standings(deputy, NOW) == [] and queries.standings(head, NOW) == []


def test_nobody_signed_in_holds_nothing_and_costs_nothing() -> None:
    with CaptureQueriesContext(connection) as sql:
        assert queries.standings(AnonymousUser(), NOW) == []
    assert len(sql) == 0


def test_rights_cost_the_same_with_many_offices_and_stand_ins() -> None:
    units = district()
    user, _ = appointed("busy", "clerk", units["education"])
    for number, unit in enumerate(list(units.values())[1:]):
        other, _ = appointed(f"other{number}", "head", unit)
        operations.stand_in(
            principal=other, deputy=user, reason="休假", valid_from=NOW, valid_to=NOW + timedelta(days=1), actor=other, now=NOW
        )
    with CaptureQueriesContext(connection) as sql:
        assert len(queries.standings(user, NOW)) == 8
    assert len(sql) == 1
    with CaptureQueriesContext(connection) as sql:
        assert queries.may(user, "case.view", units["school_01"], NOW) is not None
    assert len(sql) <= 2


def test_who_could_approve_on_a_day_counts_only_what_was_known_then() -> None:
    units = district()
    school = units["education"]
    head = person("old.head")
    stamp = NOW - timedelta(days=10)
    row = operations.appoint(user=head, role="head", unit=school, basis="甲", valid_from=date(2020, 1, 1), actor=None, now=stamp)
    late = person("late.head")
    operations.appoint(user=late, role="head", unit=school, basis="乙", valid_from=date(2020, 1, 1), actor=None, now=NOW)
    day = (stamp + timedelta(days=2)).date()
    assert [standing.user for standing in queries.able_on("case.endorse", school, day)] == [head]
    operations.end_appointment(appointment=row, on=TODAY, basis="丙", actor=None, now=NOW)
    assert {standing.user for standing in queries.able_on("case.endorse", school, TODAY)} == {head, late}
    assert [standing.user for standing in queries.able_on("case.endorse", school, TODAY + timedelta(days=1))] == [late]
    assert queries.able_on("case.endorse", school, date(2020, 6, 1)) == []
