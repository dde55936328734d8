"""Routes, limits and the calendar as the sample district's own table gives them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import TestCase

from workflows.flows import sample
from workflows.lib.refusals import Missing, Refused
from workflows.matters import operations, queries
from workflows.matters.models import AuthorityRule, CalendarDay, TimeLimit
from workflows.organization.models import Unit

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
POOL_25 = {"source": "pool", "natures": ["psu"], "quantity": 25, "rank": "sub_section", "unit_kind": ["subordinate_psu"], "leader": False}


class Routes(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)

    def told(self, matter: str, **facts: Any) -> Any:
        plan = queries.plan(queries.matter(matter), {**POOL_25, **facts}, DAY)
        return plan.rule.number, [body.code for body in plan.bodies], [unit.code for unit in plan.consult], plan.signatory.code

    def test_25_posts_from_the_pool_go_to_the_commission_with_finance_and_personnel(self) -> None:
        assert self.told("R10") == (104, ["commission"], ["finance", "personnel"], "commission")

    def test_up_to_five_posts_are_the_office_meetings(self) -> None:
        assert self.told("R10", quantity=5) == (103, ["office_meeting"], ["finance", "personnel"], "office")

    def test_posts_issued_from_above_go_to_the_superior_after_the_commission(self) -> None:
        assert self.told("R10", source="issued") == (101, ["commission", "superior"], ["finance", "personnel"], "commission")

    def test_administrative_posts_are_not_put_to_the_personnel_office(self) -> None:
        assert self.told("R10", natures=["adm"], quantity=2) == (105, ["commission"], ["finance"], "commission")

    def test_a_sub_section_institution_is_the_commissions_and_a_section_one_the_superiors_too(self) -> None:
        assert self.told("R02") == (202, ["commission"], ["finance", "personnel", "organization_dept"], "commission")
        assert self.told("R02", rank="section_deputy")[:2] == (201, ["commission", "superior"])

    def test_82_school_leaders_go_to_the_commission_with_the_organization_department(self) -> None:
        facts = {"natures": ["leader"], "source": "issued", "quantity": 82, "unit_kind": ["school"], "leader": True}
        assert self.told("R15", **facts) == (302, ["commission"], ["organization_dept"], "commission")
        assert self.told("R15", **facts | {"rank": "section_chief"})[:2] == (301, ["commission", "superior"])

    def test_where_no_row_applies_each_rows_objection_is_given(self) -> None:
        with pytest.raises(Refused) as refusal:
            self.told("R10", natures=["adm", "psu"])
        assert refusal.value.code == "no_rule"
        assert len(refusal.value.findings) == 5
        assert "编制性质" in refusal.value.findings[0].message

    def test_a_row_naming_a_body_that_is_gone_is_refused_not_skipped(self) -> None:
        AuthorityRule.objects.filter(number=104).update(bodies=["commission", "ghost"])
        with pytest.raises(Refused, match="ghost"):
            self.told("R10")

    def test_the_frozen_route_names_every_unit_with_its_id_and_name(self) -> None:
        route = queries.plan(queries.matter("R10"), POOL_25, DAY).as_route()
        ids = dict(Unit.objects.values_list("code", "pk"))
        assert route["units"] == {code: ids[code] for code in ("office_psu", "finance", "personnel", "commission", "office")}
        assert route["bodies"] == ["commission"]
        assert route["section"] == "office_psu"
        assert route["names"]["finance"] == "区财政局"

    def test_a_plan_takes_three_questions(self) -> None:
        matter = queries.matter("R10")
        with self.assertNumQueries(3):
            queries.plan(matter, POOL_25, DAY).as_route()

    def test_the_table_of_an_earlier_day_decides_for_that_day(self) -> None:
        row = AuthorityRule.objects.get(number=104)
        operations.set_rule(
            rule=row, values={"bodies": ["commission", "standing_committee"]}, valid_from=date(2026, 12, 1), actor=None, now=NOW
        )
        matter = queries.matter("R10")
        assert [body.code for body in queries.plan(matter, POOL_25, DAY).bodies] == ["commission"]
        assert [body.code for body in queries.plan(matter, POOL_25, date(2026, 12, 1)).bodies] == ["commission", "standing_committee"]

    def test_an_unknown_matter_is_missing(self) -> None:
        with pytest.raises(Missing):
            queries.matter("R99")


class Clocks(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)

    def test_five_working_days_from_a_friday_end_on_the_next_friday(self) -> None:
        due = queries.due("accept", queries.matter("R10"), NOW)
        assert (due.day, due.provisional) == (date(2026, 11, 27), False)

    def test_the_moment_counts_by_the_local_day(self) -> None:
        late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # Saturday 00:30 in Shanghai
        assert queries.due("accept", queries.matter("R10"), late).day == date(2026, 11, 27)
        friday = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
        assert queries.due("accept", queries.matter("R10"), friday).day == date(2026, 11, 27)

    def test_a_step_without_a_limit_has_no_due_day(self) -> None:
        assert queries.due("draft", queries.matter("R10"), NOW) is None

    def test_a_matters_own_limit_goes_before_the_general_one(self) -> None:
        TimeLimit.objects.create(key="accept", matter=queries.matter("R02"), days=2)
        assert queries.limits_for(queries.matter("R02"))["accept"] == 2
        assert queries.limits_for(queries.matter("R10"))["accept"] == 5

    def test_a_day_the_office_declared_a_holiday_is_not_counted(self) -> None:
        CalendarDay.objects.create(day=date(2026, 11, 24), working=False, name="防汛")
        assert queries.due("accept", queries.matter("R10"), NOW).day == date(2026, 11, 30)

    def test_a_due_day_takes_at_most_two_questions(self) -> None:
        matter = queries.matter("R10")
        with self.assertNumQueries(2):
            queries.due("case", matter, NOW)

    def test_the_missing_table_of_next_year_is_announced_in_autumn(self) -> None:
        year = next(year for year in range(2026, 2040) if not queries.calendar().known(year))
        assert str(year) in queries.calendar_notice(date(year, 3, 1))
        assert str(year) in queries.calendar_notice(date(year - 1, 11, 20))
        assert queries.calendar_notice(date(year - 1, 6, 1)) == ""
