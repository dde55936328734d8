"""The sample district: what SCENARIO and the contract between the rooms promise about it."""

import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from workflows.access import queries as access
from workflows.access.models import Appointment, User
from workflows.access.roles import ROLES
from workflows.cases.models import DutyConflict, Phrase
from workflows.documents.models import Series
from workflows.establishment import queries as ledger
from workflows.flows import sample
from workflows.matters.models import AuthorityRule, Body, Matter, TimeLimit
from workflows.organization import queries as organization
from workflows.organization.models import Unit

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
NAMED_IN_THE_REPORTS = [
    "office", "organization_dept", "finance", "personnel", "justice", "education", "health", "market", "audit_bureau", "urban",
    "civil_affairs",
    "public_security", "culture", "agriculture", "mobilization", "disease_control", "supervision_commission", "city_operation",
    "grain_reserve", "park", "dongfanglu", "dongfanglu_service", "industry", "superior", "commission", "standing_committee",
]  # fmt: skip
ACCOUNTS = [
    "dongfanglu.clerk", "dongfanglu.head", "education.clerk", "education.head", "industry.clerk", "industry.head", "culture.clerk",
    "culture.head", "general", "steward", "officer.psu", "chief.psu", "officer.admin", "chief.admin", "deputy", "secretary", "director",
    "chair", "finance.countersign", "organization.countersign", "personnel.countersign", "auditor", "sysadmin", "secadmin", "auditadmin",
]  # fmt: skip


class SampleDistrict(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.counts = sample.load_sample(now=NOW)
        cls.ids = dict(Unit.objects.values_list("code", "pk"))

    def test_there_are_82_institutions_and_41_schools(self) -> None:
        kinds = list(Unit.objects.values_list("kind", flat=True))
        assert kinds.count("school") == 41
        assert len([kind for kind in kinds if kind not in {"school", "district", "committee", "division"}]) == 82

    def test_streets_and_towns_are_eight(self) -> None:
        assert Unit.objects.filter(kind__in=["subdistrict", "township"]).count() == 8

    def test_institutions_of_the_reports_are_there_and_those_to_be_founded_are_not(self) -> None:
        assert set(NAMED_IN_THE_REPORTS) <= set(self.ids)
        names = set(Unit.objects.values_list("name", flat=True))
        assert not names & {"区中小企业发展促进中心", "区公共图书馆", "区文物局", "区微网实格社会治理中心"}

    def test_the_service_centre_and_the_pool_stand_as_the_worked_example_says(self) -> None:
        centre = ledger.figures([self.ids["dongfanglu_service"]])[self.ids["dongfanglu_service"], "PSU-F"]
        assert (centre.approved, centre.filled, centre.vacant) == (18, 17, 1)
        assert ledger.pool("PSU-F") == 120

    def test_one_unit_is_over_one_is_full_and_many_have_vacancies(self) -> None:
        figures = ledger.figures(None)
        assert figures[self.ids["key_projects"], "PSU-F"].over == 3
        assert figures[self.ids["audit_bureau"], "ADM"].vacancy == 0
        assert figures[self.ids["audit_bureau"], "ADM"].over == 0
        assert len([key for key, each in figures.items() if each.vacancy > 0]) > 20

    def test_schools_have_posts_but_no_party_leaders_yet(self) -> None:
        figures = ledger.figures([self.ids[f"school_{n:02d}"] for n in range(1, 42)])
        assert {kind for _unit, kind in figures} == {"EDU"}
        assert min(each.approved for each in figures.values()) >= 38

    def test_every_kind_sums_to_zero_and_no_total_is_exceeded(self) -> None:
        assert ledger.reconcile() == []
        assert min(use.room for use in ledger.ceilings(DAY)) >= 0

    def test_why_market_has_45_posts_can_be_explained(self) -> None:
        steps = ledger.approvals([self.ids["market"]])
        assert [(row.number, row.change, row.after) for row in steps if row.kind.code == "ADM"] == [
            ("示编委〔2019〕3号", 41, 41),
            ("示编委〔2021〕7号", 3, 44),
            ("示编委〔2024〕12号", 1, 45),
        ]
        assert ledger.figures([self.ids["market"]])[self.ids["market"], "ADM"].approved == 45

    def test_former_names_are_found(self) -> None:
        assert [unit.code for unit in organization.find("市场质监局", DAY)] == ["market"]
        assert organization.name_on(self.ids["shangzhuang"], date(2021, 5, 1)) == "尚庄乡人民政府"

    def test_every_account_of_the_demo_can_sign_in_and_holds_one_office(self) -> None:
        assert set(ACCOUNTS) <= set(User.objects.values_list("username", flat=True))
        clerk = User.objects.get(username="dongfanglu.clerk")
        assert clerk.check_password("Dingbian-2026")
        assert not clerk.must_change_password
        assert {len(access.standings(user, NOW)) for user in User.objects.all()} == {1}

    def test_every_role_is_held_by_somebody(self) -> None:
        assert set(Appointment.objects.values_list("role", flat=True)) == set(ROLES)

    def test_the_street_clerk_may_propose_for_the_service_centre_but_not_for_education(self) -> None:
        clerk = User.objects.get(username="dongfanglu.clerk")
        assert access.may(clerk, "case.propose", self.ids["dongfanglu_service"], NOW) is not None
        assert access.may(clerk, "case.propose", self.ids["education"], NOW) is None

    def test_reference_data_is_complete(self) -> None:
        assert list(Matter.objects.values_list("code", flat=True)) == ["R10", "R02", "R15"]
        assert set(TimeLimit.objects.values_list("key", flat=True)) >= {"accept", "supplement", "countersign", "case"}
        assert DutyConflict.objects.count() == 13
        assert set(DutyConflict.objects.filter(liftable=True).values_list("first", "second")) == {("review", "sign"), ("deputy", "sign")}
        assert Phrase.objects.filter(duty="countersign").exists()
        assert Series.objects.filter(code="reply").exists()
        assert set(Body.objects.values_list("code", flat=True)) == {"office_meeting", "commission", "standing_committee", "superior"}

    def test_every_unit_and_body_of_the_authority_table_exists(self) -> None:
        bodies = set(Body.objects.values_list("code", flat=True))
        for rule in AuthorityRule.objects.all():
            assert set(rule.bodies) <= bodies
            assert set(rule.consult) <= set(self.ids)

    def test_reference_data_loaded_again_changes_nothing(self) -> None:
        before = (Matter.objects.count(), TimeLimit.objects.count(), DutyConflict.objects.count(), Phrase.objects.count())
        again = sample.load_reference(now=NOW)
        assert before == (Matter.objects.count(), TimeLimit.objects.count(), DutyConflict.objects.count(), Phrase.objects.count())
        new = {name: count for name, count in again.items() if name != "matters"}
        assert set(new) == {"kinds", "limits", "conflicts", "phrases", "bodies", "rules"}
        assert set(new.values()) == {0}

    def test_a_district_is_founded_once(self) -> None:
        with pytest.raises(CommandError, match="已有机构数据"):
            call_command("load_sample")


class EmptyHouse(TestCase):
    def test_reference_data_alone_founds_no_institution_and_waits_with_the_authority_table(self) -> None:
        call_command("load_reference", stdout=io.StringIO())
        assert Matter.objects.count() == 3
        assert not Unit.objects.exists()
        assert not AuthorityRule.objects.exists()
        assert not User.objects.exists()
