"""The case page and its acts: what each person sees, does, and is told when it is not his to do."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.views.conftest import Enter, counted
from tests.world import COUNTERSIGNERS, WAY, World
from workflows.audit.models import Reading
from workflows.cases.models import Assignment, Case
from workflows.cases.operations.versions import newest
from workflows.flows import replay

ACTORS = {node: who for node, (who, _outcome, _data) in WAY.items() if who} | {"countersign": "finance.countersign"}
SAID = {
    "endorse": {"outcome": "approve", "session": "党工委2026年第6次会议", "held_on": "2026年2月25日"},
    "accept": {"outcome": "accept"},
    "evaluate": {"outcome": "propose", "report": "测算依据充分，建议同意。", "amount_0": "25"},
    "section_review": {"outcome": "pass"},
    "deputy_review": {"outcome": "pass"},
    "draft_document": {"outcome": "draft"},
    "sign": {"outcome": "sign"},
    "confirm": {"outcome": "confirm"},
}


def form_of(case: Case, row: Assignment, **values: Any) -> dict[str, Any]:
    return {"version": newest(case).n, "key": str(uuid4()), "text": "", **values}


def post(client: Client, case: Case, row: Assignment, **values: Any) -> Any:
    return client.post(f"/cases/{case.pk}/act/{row.pk}/", form_of(case, row, **values))


@pytest.mark.parametrize("node", [node for node in WAY if node not in ("draft",)])
def test_whoever_holds_the_step_is_asked_and_everybody_else_is_told_who_holds_it(enter: Enter, world: World, node: str) -> None:
    case = world.run_to(node)
    asked = enter(ACTORS[node]).get(f"/cases/{case.pk}/")
    told = enter("auditor").get(f"/cases/{case.pk}/")
    assert asked.status_code == told.status_code == 200
    assert f"/cases/{case.pk}/act/" in asked.content.decode()
    assert f"/cases/{case.pk}/act/" not in told.content.decode()
    assert "现在由谁办理" in told.content.decode()
    assert "须由" in told.content.decode()


@pytest.mark.parametrize("node", list(WAY))
@pytest.mark.parametrize(
    "part", ["figures/", "checks/", "process/opinions/", "process/flow/", "process/papers/", "process/records/", "print/"]
)
def test_every_part_of_the_page_opens_at_every_step(enter: Enter, world: World, node: str, part: str) -> None:
    case = world.run_to(node)
    assert enter("dongfanglu.clerk").get(f"/cases/{case.pk}/{part}").status_code == 200


@pytest.mark.parametrize("node", list(SAID))
def test_each_step_is_done_by_its_own_form(enter: Enter, world: World, node: str) -> None:
    case = world.run_to(node)
    client, row = enter(ACTORS[node]), world.open(case, node)
    client.get(f"/cases/{case.pk}/")
    values = dict(SAID[node])
    if node == "draft_document":
        title, paragraphs = re.findall(r"<output[^>]*>(.*?)</output>", client.get(f"/cases/{case.pk}/wording/").content.decode(), re.S)
        values |= {"title": title, "paragraphs": paragraphs}
        assert "25名" in values["paragraphs"].replace("\u2060", "")
    answer = post(client, case, row, **values)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    row.refresh_from_db()
    assert row.closed_as == "done"
    assert row.opened_at is not None


def test_the_deliberation_is_recorded_with_its_counts_and_its_file(enter: Enter, world: World) -> None:
    case = world.run_to("deliberate")
    counts = {"entitled": 8, "present": 7, "absent": 1, "votes_for": 6, "votes_against": 0, "abstained": 1}
    file = SimpleUploadedFile("会议纪要.pdf", replay.demo_file("会议纪要").read())
    values = {"outcome": "approve", "session": "2026年第3次会议", "held_on": "2026-3-20", "file": file, "amount_0": "25"} | counts
    answer = post(enter("secretary"), case, world.open(case, "deliberate"), **values)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    record = case.deliberations.get()
    assert (record.entitled, record.present, record.votes_for) == (8, 7, 6)
    assert enter("secretary").get(f"/cases/{case.pk}/files/{record.file}/").status_code == 200


def test_counts_that_do_not_add_up_come_back_with_everything_typed(enter: Enter, world: World) -> None:
    case = world.run_to("deliberate")
    counts = {"entitled": 8, "present": 8, "absent": 3, "votes_for": 8, "votes_against": 0, "abstained": 0}
    file = SimpleUploadedFile("会议纪要.pdf", replay.demo_file("会议纪要").read())
    values = {"outcome": "approve", "session": "2026年第3次会议", "held_on": "2026-3-20", "file": file, "amount_0": "25", "text": "原话"}
    answer = post(enter("secretary"), case, world.open(case, "deliberate"), **(values | counts))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert "2026年第3次会议" in page
    assert "原话" in page
    assert not case.deliberations.exists()


def test_the_unit_reports_what_it_implemented_and_then_that_all_is_done(enter: Enter, world: World) -> None:
    case = world.run_to("implement")
    client = enter("dongfanglu.clerk")
    for task in case.implementation_tasks.all():
        typed = {f"t{task.n}-done_on": "2026年9月18日", f"t{task.n}-evidence": "已办理。"}
        assert client.post(f"/cases/{case.pk}/evidence/{task.n}/", typed).status_code == 302
    assert post(client, case, world.open(case, "implement"), outcome="done").status_code == 302


def test_a_double_click_is_one_act_and_gets_the_same_answer(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    client, row = enter("general"), world.open(case, "accept")
    typed = form_of(case, row, outcome="accept")
    first = client.post(f"/cases/{case.pk}/act/{row.pk}/", typed)
    second = client.post(f"/cases/{case.pk}/act/{row.pk}/", typed)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Assignment.objects.filter(case=case, node="evaluate").count() == 1


def test_the_second_of_two_people_is_told_who_did_what_and_when(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    client, row = enter("general"), world.open(case, "accept")
    post(client, case, row, outcome="accept")
    late = post(client, case, row, outcome="refuse", reason="不符合条件", article="条例第十四条")
    page = late.content.decode()
    assert late.status_code == 409
    assert world.user("general").name in page
    assert "受理" in page
    assert f'href="/cases/{case.pk}/"' in page


def test_a_stale_tab_is_refused_with_the_newer_version(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    row = world.open(case, "section_review")
    answer = enter("chief.psu").post(f"/cases/{case.pk}/act/{row.pk}/", form_of(case, row, outcome="pass") | {"version": 99})
    assert answer.status_code == 409


def test_the_task_of_another_case_in_the_address_is_not_found(enter: Enter, world: World) -> None:
    mine, other = world.run_to("accept"), world.run_to("accept")
    row = world.open(other, "accept")
    assert post(enter("general"), mine, row, outcome="accept").status_code == 404


def test_the_wrong_role_is_forbidden_and_another_unit_finds_nothing(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    row = world.open(case, "accept")
    assert post(enter("officer.psu"), case, row, outcome="accept").status_code == 403
    assert post(enter("industry.clerk"), case, row, outcome="accept").status_code == 404
    assert enter("industry.clerk").get(f"/cases/{case.pk}/").status_code == 404
    assert enter("sysadmin").get(f"/cases/{case.pk}/").status_code == 404


def test_nonsense_in_the_form_is_refused_and_changes_nothing(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    client, row = enter("general"), world.open(case, "accept")
    for typed in ({}, {"outcome": "approve_everything"}, {"outcome": "accept", "key": "x", "version": "y"}):
        answer = client.post(f"/cases/{case.pk}/act/{row.pk}/", form_of(case, row) | typed)
        assert answer.status_code == 422
    row.refresh_from_db()
    assert row.closed_at is None


def test_a_leader_who_never_logs_in_signs_on_paper_and_the_office_records_it_with_its_scan(enter: Enter, world: World) -> None:
    case = world.run_to("sign")
    row = world.open(case, "sign")
    client = enter("secretary")
    address = f"/cases/{case.pk}/record/{row.pk}/"
    assert address in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.get(address).status_code == 200
    without = client.post(address, form_of(case, row, outcome="sign", signed_by="杨重"))
    assert without.status_code == 422
    scan = SimpleUploadedFile("审批表.pdf", replay.demo_file("审批表").read())
    answer = client.post(address, form_of(case, row, outcome="sign", signed_by="杨重", scan=scan))
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    row.refresh_from_db()
    assert row.opinion.signed_by == "杨重"
    assert "在纸质件上签署" in client.get(f"/cases/{case.pk}/").content.decode()


def test_nobody_but_the_office_records_from_paper(enter: Enter, world: World) -> None:
    case = world.run_to("sign")
    row = world.open(case, "sign")
    assert enter("officer.psu").get(f"/cases/{case.pk}/record/{row.pk}/").status_code == 403


def test_the_office_version_changes_the_figures_and_says_so(enter: Enter, world: World) -> None:
    case = world.run_to("evaluate")
    row = world.open(case, "evaluate")
    answer = post(enter("officer.psu"), case, row, outcome="propose", report="建议压减。", amount_0="20")
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert newest(case).side == "office"
    assert "拟核定事项" in enter("officer.psu").get(f"/cases/{case.pk}/").content.decode()


def test_a_return_says_beforehand_whose_opinions_it_voids(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    page = enter("chief.psu").get(f"/cases/{case.pk}/").content.decode()
    assert "部门会签的意见作废，重新办理。" in page
    defects = {
        "defect-TOTAL_FORMS": "2",
        "defect-0-field": "lines",
        "defect-0-problem": "名数",
        "defect-1-field": "",
        "defect-1-problem": "岗位",
    }
    row = world.open(case, "section_review")
    assert post(enter("chief.psu"), case, row, outcome="return", target="draft", text="数额请重新测算。", **defects).status_code == 302
    page = enter("dongfanglu.clerk").get(f"/cases/{case.pk}/edit/content/").content.decode()
    assert "数额请重新测算。" in page
    assert "岗位" in page


def test_reading_is_noted_and_nothing_else_is_written_by_looking(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    enter("auditor").get(f"/cases/{case.pk}/")
    assert Reading.objects.filter(subject=f"case/{case.pk}", what="open", user__username="auditor").count() == 1
    assert world.open(case, "accept").opened_at is None


@pytest.mark.parametrize("node", [node for node in WAY if node != "draft"])
@pytest.mark.parametrize("reader", ["holder", "auditor", "dongfanglu.clerk"])
def test_the_case_page_takes_at_most_ten_queries_at_every_step(enter: Enter, world: World, node: str, reader: str) -> None:
    case = world.run_to(node)
    client = enter(ACTORS[node] if reader == "holder" else reader)
    client.get("/")
    client.get(f"/cases/{case.pk}/")
    with counted() as one:
        client.get(f"/cases/{case.pk}/")
    assert len(one) <= 10, "\n".join(query["sql"][:120] for query in one)


def test_the_approval_form_is_a_pdf_at_any_step(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    answer = enter("chief.psu").get(f"/cases/{case.pk}/form.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_every_countersigner_sees_his_own_task(enter: Enter, world: World) -> None:
    case = world.run_to("countersign")
    for row in Assignment.objects.filter(case=case, node="countersign").select_related("unit"):
        page = enter(COUNTERSIGNERS[row.unit.code]).get(f"/cases/{case.pk}/").content.decode()
        assert f"/act/{row.pk}/" in page
