"""Editing the authority table, limits and calendar: who may, what is never rewritten, what is written down."""

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import TestCase, TransactionTestCase

from tests.base import at_once
from workflows.access.models import User
from workflows.audit.models import Entry
from workflows.flows import sample
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.lib.spreadsheets import read_rows
from workflows.matters import operations, queries, sheets
from workflows.matters.models import AuthorityRule, CalendarDay, TimeLimit
from workflows.organization import operations as organization
from workflows.organization.basis import Basis
from workflows.organization.models import Unit

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
NEXT = date(2026, 12, 1)
NEW_ROW = {
    "number": 106, "matter": "R10", "name": "员额", "conditions": "natures = quota; quantity <= 10", "section": "office_psu",
    "bodies": ["office_meeting"], "consult": ["finance"], "signatory": "office", "basis": "条例第十四条",
}  # fmt: skip


class District(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)
        cls.steward = User.objects.get(username="steward")
        cls.clerk = User.objects.get(username="dongfanglu.clerk")

    def row(self, number: int = 104) -> Any:
        return AuthorityRule.objects.get(number=number, valid_to__isnull=True)


class Rows(District):
    def test_a_changed_row_is_closed_and_a_new_one_opened(self) -> None:
        old = self.row()
        new = operations.set_rule(rule=old, values={"consult": ["finance"]}, valid_from=NEXT, actor=self.steward, now=NOW)
        old.refresh_from_db()
        assert (old.valid_to, old.consult) == (NEXT, ["finance", "personnel"])
        assert (new.valid_from, new.valid_to, new.consult, new.bodies) == (NEXT, None, ["finance"], ["commission"])

    def test_who_changed_what_is_in_the_log(self) -> None:
        operations.set_rule(rule=self.row(), values={"name": "改名"}, valid_from=NEXT, actor=self.steward, now=NOW)
        entry = Entry.objects.filter(chain="authority").latest("n")
        assert (entry.verb, entry.actor) == ("matters.rule.changed", self.steward)
        assert "总量内事业编制调整" in entry.body
        assert "改名" in entry.body

    def test_a_new_row_is_added(self) -> None:
        row = operations.set_rule(rule=None, values=NEW_ROW, valid_from=NEXT, actor=self.steward, now=NOW)
        assert row.conditions == [["natures", "=", "quota"], ["quantity", "<=", 10]]

    def test_only_the_steward_may(self) -> None:
        with pytest.raises(Forbidden):
            operations.set_rule(rule=self.row(), values={"name": "改名"}, valid_from=NEXT, actor=self.clerk, now=NOW)
        with pytest.raises(Forbidden):
            operations.end_rule(rule=self.row(), on=NEXT, actor=self.clerk, now=NOW)
        with pytest.raises(Forbidden):
            operations.set_day(day=NEXT, working=False, name="", basis="通知", actor=self.clerk, now=NOW)
        with pytest.raises(Forbidden):
            operations.set_limit(limit=TimeLimit.objects.first(), days=3, basis="", actor=self.clerk, now=NOW)

    def test_the_past_is_never_rewritten(self) -> None:
        for day in (date(2026, 11, 19), date(2020, 1, 1)):
            with pytest.raises(Refused) as refusal:
                operations.set_rule(rule=self.row(), values={"name": "改名"}, valid_from=day, actor=self.steward, now=NOW)
            assert refusal.value.field == "valid_from"
        assert self.row().name == "总量内事业编制调整"

    def test_a_row_replaced_meanwhile_is_a_conflict(self) -> None:
        old = self.row()
        operations.set_rule(rule=old, values={"name": "甲"}, valid_from=NEXT, actor=self.steward, now=NOW)
        with pytest.raises(Conflict):
            operations.set_rule(rule=old, values={"name": "乙"}, valid_from=NEXT, actor=self.steward, now=NOW)

    def test_a_number_in_use_cannot_be_used_again(self) -> None:
        with pytest.raises(Refused) as refusal:
            operations.set_rule(rule=None, values={**NEW_ROW, "number": 104}, valid_from=NEXT, actor=self.steward, now=NOW)
        assert refusal.value.code == "number_taken"

    def test_nothing_changed_is_said_so(self) -> None:
        with pytest.raises(Refused) as refusal:
            operations.set_rule(rule=self.row(), values={}, valid_from=NEXT, actor=self.steward, now=NOW)
        assert refusal.value.code == "nothing_changed"

    def test_wrong_rows_name_their_field(self) -> None:
        wrong = {"bodies": [], "consult": ["ghost"], "conditions": "colour = red", "basis": " ", "number": 0, "matter": "R99"}
        for field, value in wrong.items():
            with pytest.raises(Refused) as refusal:
                operations.set_rule(rule=None, values={**NEW_ROW, field: value}, valid_from=NEXT, actor=self.steward, now=NOW)
            assert refusal.value.field == field

    def test_an_ended_row_no_longer_applies(self) -> None:
        operations.end_rule(rule=self.row(103), on=NEXT, actor=self.steward, now=NOW)
        assert 103 in [row.number for row in queries.rules_on(DAY)]
        assert 103 not in [row.number for row in queries.rules_on(NEXT)]
        assert 103 in [row.number for row in queries.rules_all()]


class Endings(District):
    def test_a_unit_the_table_names_cannot_end_before_the_row_does(self) -> None:
        personnel = Unit.objects.get(code="personnel")
        told = "".join(each.message for each in queries.named_in_the_table(personnel.pk, NEXT))
        assert "第104行" in told
        with pytest.raises(Refused, match="审批权限表"):
            organization.end(unit=personnel, basis=Basis("示编委〔2026〕9号"), on=NEXT, actor=None, now=NOW)
        for number in (101, 103, 104, 201, 202):
            operations.end_rule(rule=self.row(number), on=NEXT, actor=self.steward, now=NOW)
        assert queries.named_in_the_table(personnel.pk, NEXT) == []

    def test_the_seat_of_a_body_cannot_end(self) -> None:
        commission = Unit.objects.get(code="standing_committee")
        assert [each.message for each in queries.named_in_the_table(commission.pk, DAY)] == ["“区委常委会会议”设在该机构。"]


class Sheets(District):
    def rows(self, day: Any = DAY) -> Any:
        return read_rows(io.BytesIO(queries.rules_sheet(day)))

    def test_what_goes_out_comes_back_unchanged(self) -> None:
        reports = queries.check_rows(self.rows(), NEXT)
        assert len(reports) == 10
        assert {report.change for report in reports} == {"same"}

    def test_a_changed_sheet_is_tried_first_and_then_loaded(self) -> None:
        rows = self.rows()
        rows[4].cells[2] = "改过的名称"
        assert [report.change for report in queries.check_rows(rows, NEXT)].count("changed") == 1
        assert self.row().name == "总量内事业编制调整"
        operations.load_rules(rows=rows, valid_from=NEXT, actor=self.steward, now=NOW)
        assert self.row().name == "改过的名称"
        assert AuthorityRule.objects.filter(valid_to=NEXT).count() == 1

    def test_every_wrong_row_is_reported_and_nothing_is_loaded(self) -> None:
        rows = self.rows()
        rows[1].cells[0] = "甲"
        rows[2].cells[5] = "不存在的会议"
        rows[3].cells[3] = "quantity"
        rows[4].cells[2] = "这一行没错"
        reports = queries.check_rows(rows, NEXT)
        assert [report.line for report in reports if not report.ok] == [2, 3, 4]
        with pytest.raises(Refused, match="第2行"):
            operations.load_rules(rows=rows, valid_from=NEXT, actor=self.steward, now=NOW)
        assert self.row().name == "总量内事业编制调整"

    def test_the_same_number_twice_is_refused(self) -> None:
        rows = self.rows()
        rows[2].cells[0] = rows[1].cells[0]
        assert [report.ok for report in queries.check_rows(rows, NEXT)][:2] == [True, False]

    def test_an_empty_sheet_is_refused(self) -> None:
        with pytest.raises(Refused):
            operations.load_rules(rows=self.rows()[:1], valid_from=NEXT, actor=self.steward, now=NOW)

    def test_a_name_borne_twice_is_written_as_a_code(self) -> None:
        names = sheets.Names({}, {}, {"office_general": "综合科", "market_general": "综合科", "finance": "区财政局"})
        rule = queries.as_rule(AuthorityRule.objects.select_related("matter", "section", "signatory").first())
        told = sheets.cells(
            rule.__class__(number=1, name="x", matter="R", section="office_general", consult=("finance",), signatory="finance"),
            sheets.Names({"R": "事项"}, {}, names.units),
        )
        assert told[4] == "office_general"
        assert told[6] == "区财政局"


class LimitsAndDays(District):
    def test_a_limit_is_changed_and_written_down(self) -> None:
        limit = TimeLimit.objects.get(key="countersign")
        operations.set_limit(limit=limit, days=7, basis="示编办〔2026〕8号", actor=self.steward, now=NOW)
        assert queries.limits_for(queries.matter("R10"))["countersign"] == 7
        assert Entry.objects.filter(chain="limits", verb="matters.limit.changed").count() == 1

    def test_a_limit_is_a_number_of_days(self) -> None:
        for days in (0, -1, 366, True, 2.5, "5"):
            with pytest.raises(Refused):
                operations.set_limit(limit=TimeLimit.objects.first(), days=days, basis="", actor=self.steward, now=NOW)

    def test_a_day_is_set_changed_and_given_back_to_the_state_calendar(self) -> None:
        day = date(2026, 12, 7)
        for working in (False, True):
            operations.set_day(day=day, working=working, name="测试", basis="通知", actor=self.steward, now=NOW)
            assert queries.calendar().is_working(day) is working
        operations.remove_day(day=day, actor=self.steward, now=NOW)
        assert not CalendarDay.objects.filter(day=day).exists()
        assert Entry.objects.filter(chain="calendar", actor=self.steward).count() == 3
        with pytest.raises(Missing):
            operations.remove_day(day=day, actor=self.steward, now=NOW)

    def test_a_day_needs_its_document(self) -> None:
        with pytest.raises(Refused):
            operations.set_day(day=NEXT, working=False, name="放假", basis=" ", actor=self.steward, now=NOW)


class TwoStewards(TransactionTestCase):
    def test_only_one_of_two_changes_made_at_once_stands(self) -> None:
        sample.load_sample(now=NOW)
        row = AuthorityRule.objects.get(number=104)

        def change(name: str) -> Any:
            return lambda: operations.set_rule(rule=row, values={"name": name}, valid_from=NEXT, actor=None, now=NOW)

        results = at_once([change("甲"), change("乙")])
        assert sorted(type(result).__name__ for result in results) == ["AuthorityRule", "Conflict"]
        assert AuthorityRule.objects.filter(number=104, valid_to__isnull=True).count() == 1

    def test_a_new_number_is_given_to_one_of_two_only(self) -> None:
        sample.load_sample(now=NOW)

        def add(name: str, valid_from: date) -> Any:
            return lambda: operations.set_rule(rule=None, values={**NEW_ROW, "name": name}, valid_from=valid_from, actor=None, now=NOW)

        results = at_once([add("甲", NEXT), add("乙", date(2026, 12, 2))])
        assert [type(result).__name__ for result in results].count("AuthorityRule") == 1
        assert all(isinstance(result, AuthorityRule | Refused) for result in results)
        assert AuthorityRule.objects.filter(number=106).count() == 1
