"""What the staffing room reads of real cases: facts, drafts, the approval form, in the sample district with the scenario's cases."""

import json
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from workflows.cases.models import Case
from workflows.flows import replay, sample
from workflows.matters import queries as matters
from workflows.organization.models import Unit
from workflows.staffing import checks, papers, payload, queries
from workflows.staffing.payload import Request

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
DAY = date(2026, 9, 7)
LATER = date(2026, 11, 20)


def script(name: str) -> dict[str, Any]:
    return next(each for each in replay.scenario()["cases"] if each["id"] == name)


def until(name: str, node: str) -> dict[str, Any]:
    """The script of a case, cut before its first step at `node`."""
    whole = script(name)
    cut = [step["node"] for step in whole["steps"]].index(node)
    return {**whole, "steps": whole["steps"][:cut]}


def asked(case: Case) -> Request:
    return payload.parse(case.matter.code, json.loads(case.versions.order_by("-n").first().payload))


def facts_of(case: Case, day: date = LATER) -> Any:
    return queries.facts(case=case, matter=case.matter, unit=case.unit, request=asked(case), materials={"minutes"}, day=day)


class BeforeTheCase(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)
        cls.ids = dict(Unit.objects.values_list("code", "pk"))

    def facts(self, name: str, day: date = DAY, **changes: Any) -> tuple[Request, Any]:
        whole = script(name)
        matter, unit = matters.matter(whole["matter"]), Unit.objects.get(code=whole["unit"])
        request = payload.parse(matter.code, {**replay.resolved(whole["payload"]), **changes})
        materials = set(whole["materials"])
        return request, queries.facts(case=None, matter=matter, unit=unit, request=request, materials=materials, day=day)

    def test_the_street_reaches_its_service_centre_and_sees_its_figures(self) -> None:
        _request, facts = self.facts("S01")
        centre = self.ids["dongfanglu_service"]
        assert centre in facts.reach
        assert self.ids["education"] not in facts.reach
        assert (facts.figures_of(centre, "PSU-F").approved, facts.pool["PSU-F"]) == (18, 120)
        assert facts.route.bodies == ("commission",)
        assert facts.route.said(facts.route.consult) == ["区财政局", "区人社局"]
        assert facts.applicant.name == "东方路街道办事处"

    def test_the_scenarios_requests_pass_their_checks(self) -> None:
        for name in ("S01", "S08a", "S08b"):
            request, facts = self.facts(name, day=date.fromisoformat(script(name)["opened"][:10]))
            assert [finding for finding in checks.run(request, facts) if finding.level == "block"] == [], name

    def test_facts_take_seven_questions_and_no_more_for_82_lines(self) -> None:
        for name in ("S01", "S03", "S08a"):
            with CaptureQueriesContext(connection) as asked_for:
                request, _facts = self.facts(name)
                whole = len(asked_for)
                counted = CaptureQueriesContext(connection)
            matter, unit = matters.matter(request.matter), Unit.objects.get(code=script(name)["unit"])
            with counted:
                queries.facts(case=None, matter=matter, unit=unit, request=request, materials=(), day=DAY)
            assert len(counted) == 7, name
            assert whole > 7

    def test_a_total_is_looked_up_only_where_posts_are_issued(self) -> None:
        line = {"unit": self.ids["dongfanglu_service"], "kind": "PSU-F", "quantity": 60, "source": "issued", "direction": "up"}
        request, facts = self.facts("S01", lines=[line])
        assert facts.rooms == {"PSU-F": 57}
        assert [each.level for each in checks.run(request, facts) if each.code == "C05"] == ["block"]

    def test_a_unit_outside_its_validity_is_seen(self) -> None:
        request, facts = self.facts("S01", day=date(2019, 1, 1))
        assert [each.level for each in checks.run(request, facts) if each.code == "F05"] == ["block"]
        assert not facts.applicant.in_force

    def test_no_row_of_the_table_is_a_block_not_a_crash(self) -> None:
        lines = [
            {"unit": self.ids["dongfanglu_service"], "kind": "PSU-F", "quantity": 1, "source": "pool", "direction": "up"},
            {"unit": self.ids["dongfanglu"], "kind": "ADM", "quantity": 1, "source": "pool", "direction": "up"},
        ]
        request, facts = self.facts("S01", lines=lines)
        blocked = {each.code for each in checks.run(request, facts) if each.level == "block"}
        assert {"C01", "C07"} <= blocked

    def test_a_name_that_exists_cannot_be_founded_again(self) -> None:
        born = {**replay.resolved(script("S08b")["payload"])["institution"], "name": "区文化馆"}
        _request, facts = self.facts("S08b", institution=born)
        assert facts.same_name == "区文化馆"

    def test_an_institution_that_does_the_same_is_recognised_by_its_functions(self) -> None:
        functions = Unit.objects.get(code="culture_centre").versions.get().functions
        born = {**replay.resolved(script("S08b")["payload"])["institution"], "functions": functions}
        _request, facts = self.facts("S08b", institution=born)
        assert ("functions", "区文化馆") in [(each.what, each.title) for each in facts.alike]


class OnTheWay(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)
        cls.case = replay.play(until("S01", "sign")).case

    def test_what_the_case_holds_counts_as_not_yet_taken(self) -> None:
        facts = facts_of(self.case)
        assert facts.pool["PSU-F"] == 120
        findings = [each for each in checks.run(asked(self.case), facts) if each.code == "C05"]
        assert [each.level for each in findings] == ["pass"]

    def test_the_answers_of_the_consulted_are_read(self) -> None:
        facts = facts_of(self.case)
        assert {(each.code, each.answer) for each in facts.consulted} == {("finance", "agree"), ("personnel", "agree")}

    def test_the_frozen_route_is_the_one_that_counts(self) -> None:
        case = self.case
        case.route = {**case.route, "name": "冻结的路线"}
        assert facts_of(case).route.name == "冻结的路线"

    def test_the_draft_quotes_the_request_and_states_the_decided_numbers(self) -> None:
        title, paragraphs = papers.draft_text(self.case, asked(self.case), True, LATER)
        assert title == "中共示例区委机构编制委员会关于从周转池调剂25名事业编制的批复"
        assert paragraphs[0].startswith("你街道《关于从周转池调剂25名事业编制的请示》（东街〔2026〕37号）收悉。")
        assert "2026年第7次" in paragraphs[0]
        assert "调整后，东方路街道综合便民服务中心核定事业编制（全额）43名。" in paragraphs[2]
        assert papers.numbers_missing("".join(paragraphs), asked(self.case)) == []

    def test_the_draft_of_a_refusal_comes_from_the_office(self) -> None:
        title, paragraphs = papers.draft_text(self.case, asked(self.case), False, LATER)
        assert title == "中共示例区委机构编制委员会办公室关于从周转池调剂25名事业编制的复函"
        assert "暂不同意" in paragraphs[0]

    def test_papers_stay_chinese_on_an_english_screen(self) -> None:
        with translation.override("en"):
            _title, paragraphs = papers.draft_text(self.case, asked(self.case), True, LATER)
            form = papers.approval_form(self.case, asked(self.case), LATER)
        text = "".join([*paragraphs, *(box.outcome for box in form.boxes), form.stage])
        assert not any("a" <= char <= "z" for char in text)

    def test_the_form_has_a_filled_box_for_each_opinion_and_an_empty_decision(self) -> None:
        form = papers.approval_form(self.case, asked(self.case), LATER)
        assert [box.section for box in form.boxes] == [
            "申请单位意见", "受理意见", "承办科室意见", "会签意见", "会签意见", "科室审核意见", "分管领导意见",
        ]  # fmt: skip
        assert all(box.name for box in form.boxes)
        assert (form.decision, form.paper_number) == (None, "")
        assert [(vote.body, vote.present, vote.votes_for) for vote in form.votes] == [("区委编委会议", 7, 7)]
        row = form.measures[0]
        assert (row.approved, row.filled, row.asked, row.change) == ("18", "17", "43", "+25")


class AtTheDoor(TestCase):
    def test_boxes_of_steps_to_come_are_empty(self) -> None:
        sample.load_sample(now=NOW)
        case = replay.play(until("S01", "evaluate")).case
        form = papers.approval_form(case, asked(case), LATER)
        assert [bool(box.name) for box in form.boxes] == [True, True, False, False, False, False, False]
        assert [box.office for box in form.boxes if box.section == "会签意见"] == ["区财政局", "区人力资源和社会保障局"]
        assert [vote.session for vote in form.votes] == [""]


class Decided(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        sample.load_sample(now=NOW)
        cls.case = replay.play(script("S08a")).case

    def test_a_closed_cases_form_shows_the_ledger_as_it_was_before_it(self) -> None:
        form = papers.approval_form(self.case, asked(self.case), LATER)
        rows = {row.item: (row.approved, row.asked, row.proposed, row.change) for row in form.measures}
        assert rows["机构"] == ("—", "区中小企业发展促进中心", "区中小企业发展促进中心", "新设")
        assert rows["区工业经济中心　事业编制（全额）"] == ("24", "16", "16", "−8")
        assert rows["区中小企业发展促进中心　事业编制（全额）"] == ("0", "8", "8", "+8")
        assert form.decision is not None
        assert form.paper_number == "示编委〔2026〕1号"

    def test_a_second_centre_of_the_same_kind_is_found_alike(self) -> None:
        whole = script("S08c")
        request = payload.parse("R02", replay.resolved(whole["payload"]))
        unit = Unit.objects.get(code=whole["unit"])
        facts = queries.facts(case=None, matter=self.case.matter, unit=unit, request=request, materials=(), day=LATER)
        assert {"name", "case"} <= {each.what for each in facts.alike}
        assert "区中小企业发展促进中心" in [each.title for each in facts.alike]

    def test_the_decision_obliges_the_unit_to_register(self) -> None:
        assert "办理事业单位法人设立登记" in [task.title for task in self.case.implementation_tasks.all()]
