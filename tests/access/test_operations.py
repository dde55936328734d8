"""Accounts, offices and stand-ins: who may give them, what excludes what, and that every act is in the person's chain."""

from datetime import date, timedelta

import pytest

from tests.access.cast import SINCE, appointed, person
from tests.base import at_once
from tests.organization.district import FOUNDING, NOW, district
from workflows.access import operations, queries
from workflows.access.models import Appointment, StandIn, User
from workflows.audit import queries as audit
from workflows.audit.models import Entry
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.organization import operations as organization
from workflows.organization.models import Unit

TODAY = NOW.date()
DAY = timedelta(days=1)


def appoint(user: User, role: str, unit: Unit, actor: User | None = None, **more: object) -> Appointment:
    given = {"basis": "示任〔2026〕1号", "valid_from": SINCE} | more
    return operations.appoint(user=user, role=role, unit=unit, actor=actor, now=NOW, **given)


def give(principal: User, deputy: User, start: int = 0, end: int = 3, actor: User | None = None) -> StandIn:
    return operations.stand_in(
        principal=principal, deputy=deputy, reason="出差", valid_from=NOW + start * DAY, valid_to=NOW + end * DAY, actor=actor, now=NOW
    )


def verbs(user: User) -> list[str]:
    assert audit.first_broken(f"user/{user.pk}") is None
    return [entry.verb for entry in audit.trail(f"user/{user.pk}")]


@pytest.mark.django_db
class TestAccounts:
    """A person's account from the first day to the last."""

    def test_every_act_is_in_the_persons_chain(self) -> None:
        units = district()
        admin, _ = appointed("secadmin", "security_admin", units["office"])
        user = operations.create_user(username="clerk", name="王某", actor=admin, now=NOW)
        row = appoint(user, "clerk", units["education"], admin)
        operations.reset_password(user=user, actor=admin, now=NOW)
        operations.end_appointment(appointment=row, on=TODAY, basis="免〔2026〕2号", actor=admin, now=NOW)
        operations.deactivate(user=user, reason="退休", actor=admin, now=NOW)
        operations.reactivate(user=user, reason="返聘", actor=admin, now=NOW)
        assert verbs(user) == [
            "access.user.created",
            "access.appointment.made",
            "access.password.reset",
            "access.appointment.ended",
            "access.user.deactivated",
            "access.user.reactivated",
        ]
        assert "Dingbian" not in "".join(Entry.objects.values_list("body", flat=True)), "no password in the log"

    def test_an_account_name_is_given_once_for_ever(self) -> None:
        user = person("clerk")
        operations.deactivate(user=user, reason="退休", actor=None, now=NOW)
        with pytest.raises(Refused, match="已存在"):
            person("CLERK")

    def test_a_closed_account_loses_offices_and_stand_ins_and_gets_none_back(self) -> None:
        units = district()
        user, _ = appointed("head", "head", units["education"])
        stand_in = give(user, person("deputy"))
        operations.deactivate(user=user, reason="调离", actor=None, now=NOW)
        stand_in.refresh_from_db()
        assert stand_in.revoked_at == NOW and queries.standings(user, NOW) == []
        with pytest.raises(Refused, match="已停用"):
            appoint(user, "clerk", units["education"])
        with pytest.raises(Conflict):
            operations.deactivate(user=user, reason="调离", actor=None, now=NOW)
        operations.reactivate(user=user, reason="返回", actor=None, now=NOW)
        assert queries.standings(User.objects.get(pk=user.pk), NOW) == []

    def test_the_last_security_administrator_stays(self) -> None:
        units = district()
        admin, row = appointed("secadmin", "security_admin", units["office"])
        with pytest.raises(Refused, match="最后一位"):
            operations.deactivate(user=admin, reason="退休", actor=None, now=NOW)
        appointed("secadmin2", "security_admin", units["office"])
        operations.end_appointment(appointment=row, on=TODAY, basis="免", actor=None, now=NOW)


@pytest.mark.django_db
class TestOffices:
    """Appointments by a document, for a period."""

    def test_only_the_security_administrator_appoints_and_never_himself(self) -> None:
        units = district()
        admin, _ = appointed("secadmin", "security_admin", units["office"])
        clerk, _ = appointed("clerk", "clerk", units["education"])
        other = person("other")
        with pytest.raises(Forbidden):
            appoint(other, "head", units["education"], clerk)
        with pytest.raises(Forbidden):
            appoint(admin, "security_admin", units["education"], admin)
        with pytest.raises(Forbidden):
            operations.create_user(username="x", name="x", actor=clerk, now=NOW)
        appoint(other, "head", units["education"], admin)

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"role": "king"}, "没有"),
            ({"basis": " "}, "依据"),
            ({"valid_to": SINCE}, "结束日期"),
            ({"valid_from": date(2000, 1, 1)}, "尚未设立"),
        ],
    )
    def test_a_wrong_appointment_is_refused_and_leaves_nothing(self, wrong: dict, error: str) -> None:
        units = district()
        user = person("clerk")
        given = {"role": "clerk", "basis": "甲", "valid_from": SINCE} | wrong
        with pytest.raises((Refused, Missing), match=error):
            operations.appoint(user=user, unit=units["education"], actor=None, now=NOW, **given)
        assert not Appointment.objects.exists() and verbs(user) == ["access.user.created"]

    def test_the_same_office_twice_at_once_is_a_conflict_and_one_after_the_other_is_not(self) -> None:
        units = district()
        user = person("clerk")
        appoint(user, "clerk", units["education"], valid_to=TODAY)
        with pytest.raises(Conflict):
            appoint(user, "clerk", units["education"], valid_from=TODAY - DAY)
        appoint(user, "clerk", units["education"], valid_from=TODAY)
        assert len(queries.history(user)) == 2

    @pytest.mark.parametrize(
        ("held", "wanted"),
        [("system_admin", "audit_admin"), ("security_admin", "auditor"), ("auditor", "audit_admin"), ("clerk", "system_admin")],
    )
    def test_the_three_administrators_exclude_everything_else(self, held: str, wanted: str) -> None:
        units = district()
        user, _ = appointed("mixed", held, units["office"])
        with pytest.raises(Refused, match="互不兼任") as refusal:
            appoint(user, wanted, units["office"], valid_from=TODAY)
        assert refusal.value.code == "A01"

    def test_an_office_ends_once_and_at_once(self) -> None:
        units = district()
        user, row = appointed("clerk", "clerk", units["education"])
        operations.end_appointment(appointment=row, on=TODAY, basis="免", actor=None, now=NOW)
        assert queries.standings(user, NOW) == []
        with pytest.raises(Conflict):
            operations.end_appointment(appointment=row, on=TODAY, basis="免", actor=None, now=NOW)

    def test_a_unit_with_somebody_in_office_does_not_end(self) -> None:
        units = district()
        _, row = appointed("school.clerk", "clerk", units["school_01"])
        with pytest.raises(Refused, match="仍有人在该机构任职"):
            organization.end(unit=units["school_01"], basis=FOUNDING, on=TODAY, actor=None, now=NOW)
        operations.end_appointment(appointment=row, on=TODAY, basis="免", actor=None, now=NOW)
        organization.end(unit=units["school_01"], basis=FOUNDING, on=TODAY, actor=None, now=NOW)

    def test_units_without_a_clerk_are_listed(self) -> None:
        units = district()
        assert {unit.code for unit in queries.without_clerk(TODAY)} == {
            "office",
            "education",
            "school_01",
            "dongfanglu",
            "dongfanglu_service",
        }
        appointed("education.clerk", "clerk", units["education"])
        appointed("centre.clerk", "clerk", units["dongfanglu_service"])
        assert {unit.code for unit in queries.without_clerk(TODAY)} == {"office", "dongfanglu"}


@pytest.mark.django_db
class TestStandIns:
    """代理授权: dated, one at a time, no circle and no chain."""

    def test_both_chains_tell_it(self) -> None:
        head, deputy = person("head"), person("deputy")
        row = give(head, deputy, actor=head)
        operations.revoke_stand_in(stand_in=row, actor=head, now=NOW + DAY)
        for user in (head, deputy):
            assert verbs(user)[1:] == ["access.stand_in.given", "access.stand_in.revoked"]
        with pytest.raises(Conflict):
            operations.revoke_stand_in(stand_in=row, actor=head, now=NOW + DAY)

    def test_no_circle_no_chain_no_second_deputy(self) -> None:
        a, b, c = person("a"), person("b"), person("c")
        give(a, b)
        for principal, deputy, code in ((b, a, "A03"), (b, c, "A05"), (c, a, "A04"), (a, c, "A02")):
            with pytest.raises(Refused) as refusal:
                give(principal, deputy)
            assert refusal.value.code == code
        give(b, c, start=3, end=5)
        give(a, c, start=5, end=6)

    def test_periods_lie_ahead_and_people_are_active_and_two(self) -> None:
        a, b = person("a"), person("b")
        for principal, deputy, start, end, error in ((a, a, 0, 1, "同一人"), (a, b, 2, 1, "今后"), (a, b, -3, -1, "今后")):
            with pytest.raises(Refused, match=error):
                give(principal, deputy, start, end)
        operations.deactivate(user=b, reason="退休", actor=None, now=NOW)
        with pytest.raises(Refused, match="停用"):
            give(a, b)

    def test_administrators_neither_give_nor_take(self) -> None:
        units = district()
        admin, _ = appointed("sysadmin", "system_admin", units["office"])
        other = person("other")
        for pair in ((admin, other), (other, admin)):
            with pytest.raises(Refused, match="管理员"):
                give(*pair)
        deputy = person("deputy")
        give(other, deputy)
        with pytest.raises(Refused, match="代理关系"):
            appoint(deputy, "audit_admin", units["office"], valid_from=TODAY)

    def test_given_by_the_principal_or_the_security_administrator_only(self) -> None:
        units = district()
        admin, _ = appointed("secadmin", "security_admin", units["office"])
        a, b = person("a"), person("b")
        with pytest.raises(Forbidden):
            give(a, b, actor=b)
        row = give(a, b, actor=admin)
        with pytest.raises(Forbidden):
            operations.revoke_stand_in(stand_in=row, actor=b, now=NOW)
        operations.revoke_stand_in(stand_in=row, actor=admin, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_hands_cannot_make_one_person_two_administrators() -> None:
    units = district()
    user = person("mixed")
    acts = [lambda role=role: appoint(user, role, units["office"]) for role in ("system_admin", "security_admin", "audit_admin", "clerk")]
    results = at_once(acts)
    assert len([result for result in results if isinstance(result, Appointment)]) == 1, results
    assert all(isinstance(result, Appointment | Refused) for result in results), results
    assert Appointment.objects.filter(user=user).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_hands_cannot_make_a_circle_of_stand_ins() -> None:
    a, b = person("a"), person("b")
    results = at_once([lambda: give(a, b), lambda: give(b, a)])
    assert len([result for result in results if isinstance(result, StandIn)]) == 1, results
    assert StandIn.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_stand_in_for_one_another_close_at_once_without_deadlock() -> None:
    for n in range(3):
        a, b = person(f"a{n}"), person(f"b{n}")
        row = give(*((a, b) if n % 2 else (b, a)))
        results = at_once(
            [
                lambda a=a: operations.deactivate(user=a, reason="退休", actor=None, now=NOW),
                lambda b=b: operations.deactivate(user=b, reason="退休", actor=None, now=NOW),
                lambda row=row: operations.revoke_stand_in(stand_in=row, actor=None, now=NOW),
            ]
        )
        assert all(isinstance(result, User | StandIn | Conflict) for result in results), results
        assert not User.objects.filter(pk__in=[a.pk, b.pk], is_active=True).exists()
        assert StandIn.objects.get(pk=row.pk).revoked_at == NOW
        assert [verbs(user).count("access.stand_in.revoked") for user in (a, b)] == [1, 1]


@pytest.mark.django_db
def test_sessions_and_lock_outs_are_in_the_persons_chain() -> None:
    user = person("clerk")
    operations.signed_in(user=user, address="10.1.1.1", now=NOW)
    operations.signed_out(user=user, now=NOW)
    assert operations.locked_out(username="clerk", address="10.1.1.1", now=NOW)
    assert not operations.locked_out(username="clerk", address="10.1.1.1", now=NOW + timedelta(minutes=10))
    assert operations.locked_out(username="clerk", address="10.1.1.1", now=NOW + timedelta(minutes=31))
    assert not operations.locked_out(username="nobody", address="10.1.1.1", now=NOW)
    assert verbs(user)[1:] == ["access.session.opened", "access.session.closed", "access.user.locked", "access.user.locked"]
