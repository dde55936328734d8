"""退回 and what follows at the unit: the defects at their places, the difference, 重走 or 直达; handing over; panels in words."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.cases.test_operations import colleague
from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.cases.models import Assignment, Case, Return
from workflows.cases.operations import drafts, handing
from workflows.cases.operations.versions import newest, payload_of

WRONG = {
    "defect-TOTAL_FORMS": "3", "defect-0-field": "measurement", "defect-0-problem": "未写明服务人口口径",
    "defect-1-field": "material:minutes", "defect-1-problem": "纪要缺签字页", "defect-2-field": "", "defect-2-problem": "",
}  # fmt: skip


def send_back(enter: Enter, world: World, **values: Any) -> tuple[Case, Any]:
    case = world.run_to("deputy_review")
    row = world.open(case, "deputy_review")
    form = {
        "version": newest(case).n,
        "key": str(uuid4()),
        "outcome": "return",
        "text": "测算口径不清。",
        "target": "draft",
        **WRONG,
        **values,
    }
    answer = enter("deputy").post(f"/cases/{case.pk}/act/{row.pk}/", form)
    case.refresh_from_db()
    return case, answer


def resubmit(client: Client, case: Case, mode: str) -> Any:
    page = client.get(f"/cases/{case.pk}/edit/check/").context
    form = {
        "version": page["version"].n,
        "saves": page["version"].saves,
        "key": str(page["key"]),
        "assignment": page["assignment"].pk,
        "mode": mode,
    }
    reasons = {f"reason_C{n:02d}-reason": "已核对，情况属实。" for n in range(1, 34)}
    return client.post(f"/cases/{case.pk}/edit/check/", form | reasons)


def change(world: World, case: Case, **values: Any) -> None:
    version = newest(case)
    drafts.save_draft(
        case_id=case.pk, payload=payload_of(version) | values, saves=version.saves, actor=world.user("dongfanglu.clerk"), now=world.now()
    )  # fmt: skip


def test_every_completed_step_is_offered_with_what_a_return_there_makes_void(enter: Enter, world: World) -> None:
    case = world.run_to("deputy_review")
    panel = enter("deputy").get(f"/cases/{case.pk}/").context["panel"]
    assert [target.node for target in panel.targets] == ["draft", "endorse", "accept", "evaluate", "section_review"]
    said = {target.node: target.sentence for target in panel.targets}
    assert "编制预留同时释放" in said["draft"]
    assert "部门会签" in said["evaluate"]
    assert "部门会签" not in said["section_review"]


def test_a_return_to_an_inner_step_gives_it_to_the_one_who_did_it(enter: Enter, world: World) -> None:
    case, answer = send_back(enter, world, target="evaluate")
    assert answer.status_code == 302
    assert (case.node, world.open(case, "evaluate").assignee) == ("evaluate", world.user("officer.psu"))


def test_a_target_that_was_not_offered_and_a_place_that_is_none_are_refused(enter: Enter, world: World) -> None:
    for wrong in ({"target": "sign"}, {"defect-0-field": "nothing"}, {"defect-0-problem": ""}, {"text": ""}):
        case, answer = send_back(enter, world, **wrong)
        assert answer.status_code == 422, wrong
        assert case.node == "deputy_review"
        assert "纪要缺签字页" in answer.content.decode()


def test_the_unit_finds_each_defect_at_its_place(enter: Enter, world: World) -> None:
    case, answer = send_back(enter, world)
    assert answer.status_code == 302
    assert Return.objects.get(assignment__case=case).defects == [
        {"field": "measurement", "problem": "未写明服务人口口径"}, {"field": "material:minutes", "problem": "纪要缺签字页"},
    ]  # fmt: skip
    client = enter("dongfanglu.clerk")
    section = client.get(f"/cases/{case.pk}/edit/content/").content.decode()
    assert section.count("未写明服务人口口径") == 2  # in the summary and at the field
    assert client.get(f"/cases/{case.pk}/edit/basic/").content.decode().count("未写明服务人口口径") == 1
    assert client.get(f"/cases/{case.pk}/edit/materials/").content.decode().count("纪要缺签字页") == 2
    assert "测算依据：未写明服务人口口径" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_change_within_the_listed_defects_goes_straight_back_to_whoever_returned_it(enter: Enter, world: World) -> None:
    case, _answer = send_back(enter, world)
    change(world, case, measurement="按服务人口3.2万人测算。")
    client = enter("dongfanglu.clerk")
    again = client.get(f"/cases/{case.pk}/edit/check/").context["again"]
    assert (again.why_not, [row.place for row in again.rows], again.chosen) == ("", ["测算依据"], "direct")
    assert resubmit(client, case, "direct").status_code == 302
    case.refresh_from_db()
    world.act(case, "endorse", "dongfanglu.head", "approve", session="党组2026年第2次会议", held_on="2026-09-20")
    assert case.node == "deputy_review"
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/versions/" in page
    assert "按服务人口3.2万人测算。" in client.get(f"/cases/{case.pk}/versions/{newest(case).n}/").content.decode()


def test_a_change_of_posts_forces_the_long_way_and_says_why(enter: Enter, world: World) -> None:
    case, _answer = send_back(enter, world)
    lines = payload_of(newest(case))["lines"]
    change(world, case, lines=[lines[0] | {"quantity": lines[0]["quantity"] - 1}, *lines[1:]])
    client = enter("dongfanglu.clerk")
    page = client.get(f"/cases/{case.pk}/edit/check/")
    assert "编制变动" in page.context["again"].why_not
    assert 'value="direct" disabled' in page.content.decode()
    forged = resubmit(client, case, "direct")
    assert forged.status_code == 422
    assert "不能直达" in forged.content.decode()
    assert resubmit(client, case, "rerun").status_code == 302


def test_the_check_page_of_a_return_costs_the_same_with_many_changes(enter: Enter, world: World) -> None:
    case, _answer = send_back(enter, world)
    client = enter("dongfanglu.clerk")
    client.get(f"/cases/{case.pk}/edit/check/")
    with counted() as few:
        client.get(f"/cases/{case.pk}/edit/check/")
    change(world, case, measurement="甲", necessity="乙", finance="丙", risks="丁")
    with counted() as many:
        client.get(f"/cases/{case.pk}/edit/check/")
    assert len(many) <= len(few) + 1


@pytest.mark.parametrize(
    ("panel", "words"),
    [
        ({}, "会签1/2"),
        ({"mode": "ballot", "threshold": [1, 2], "strict": True}, "过半数同意即通过，已同意1/2"),
        ({"mode": "ballot", "threshold": [2, 3], "strict": False, "wait_all": True}, "不少于2/3同意即通过，已同意1/2"),
        ({"mode": "all", "veto": ["finance"]}, "全部同意方为通过，区财政局不同意即否决，已同意1/2"),
    ],
)
def test_the_progress_of_a_panel_is_said_in_words(enter: Enter, world: World, panel: dict[str, Any], words: str) -> None:
    case = world.run_to("countersign")
    case.route = {**case.route, "panel": panel}
    case.save(update_fields=["route"])
    unit = Assignment.objects.filter(case=case, node="countersign", unit__code="personnel").get().unit.code
    world.act(case, "countersign", "personnel.countersign", "agree", unit=unit)
    assert words in enter("auditor").get(f"/cases/{case.pk}/").content.decode().replace("\u2060", "")


def test_everything_of_a_departing_person_goes_over_on_one_page(enter: Enter, world: World) -> None:
    other = colleague(world, "officer2", "officer", "office_psu")
    case, steward, leaving = world.run_to("evaluate"), world.user("steward"), world.user("officer.psu")
    handing.transfer(
        case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, to=leaving, reason="分办。", actor=steward, now=world.now()
    )  # fmt: skip
    client = enter("steward")
    assert case.number in client.get(f"/hand-over/?leaving={leaving.pk}").content.decode()
    typed = {"leaving": leaving.pk, "to": world.user("deputy").pk, "reason": "调离。"}
    refused = client.post("/hand-over/", typed)
    assert refused.status_code == 422
    assert "不能接办" in refused.content.decode()
    assert enter("chief.psu").post("/hand-over/", typed).status_code == 403
    assert client.post("/hand-over/", typed | {"to": other.pk}).status_code == 302
    assert world.open(case, "evaluate").assignee == other
