"""Every operation beside the acts through its own form: the right person, the wrong one, stale, doubled."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.cases.test_operations import colleague
from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.cases.models import Assignment, Case, Circulation, Consultation, Reminder, Supervision
from workflows.cases.terms import State


def do(client: Client, case: Case, operation: str, **values: Any) -> Any:
    """The form of an operation, opened and sent as a browser would: what it says beside what is typed."""
    opened = client.get(f"/cases/{case.pk}/do/{operation}/")
    if opened.status_code != 200:
        return opened
    form = opened.context["form"]
    hidden = {field.name: field.value() for field in form.hidden() if field.value() is not None}
    return client.post(f"/cases/{case.pk}/do/{operation}/", {**hidden, **values})


def others(client: Client, case: Case) -> Any:
    return client.get(f"/cases/{case.pk}/others/").context


def titles(client: Client, case: Case) -> set[str]:
    return {link.title for link in others(client, case)["links"]}


def test_the_row_shows_what_the_policy_table_allows_and_says_why_not_the_rest(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    assert titles(enter("chief.psu"), case) == {"转办", "委派", "加签", "征求意见", "催办", "督办", "传阅", "抄送", "备注"}
    assert titles(enter("dongfanglu.clerk"), case) == {"撤销", "催办", "备注"}
    assert titles(enter("steward"), case) == {"转办", "催办", "督办", "传阅", "抄送", "备注", "挂起", "终止", "作废"}
    assert titles(enter("auditor"), case) == {"备注"}
    refused = {one.title: one.reason for one in others(enter("auditor"), case)["refusals"]}
    assert refused["转办"] == "“转办”须由当前办理人或者流程管理人员办理。"


@pytest.mark.parametrize("who", ["chief.psu", "dongfanglu.clerk", "steward"])
def test_the_row_takes_at_most_ten_queries(enter: Enter, world: World, who: str) -> None:
    case = world.run_to("section_review")
    client = enter(who)
    client.get(f"/cases/{case.pk}/others/")
    with counted() as queries:
        client.get(f"/cases/{case.pk}/others/")
    assert len(queries) <= 10, "\n".join(query["sql"][:120] for query in queries)


def test_a_handler_transfers_his_task_to_a_colleague(enter: Enter, world: World) -> None:
    other = colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    client, row = enter("chief.psu"), world.open(case, "section_review")
    assert do(client, case, "transfer", to=other.pk, reason="").status_code == 422
    assert do(client, case, "transfer", to=other.pk, reason="出差。").status_code == 302
    row.refresh_from_db()
    assert row.closed_as == "transferred"
    late = client.post(f"/cases/{case.pk}/do/transfer/", {"key": uuid4(), "task": row.pk, "to": other.pk, "reason": "再转。"})
    assert late.status_code in (409, 422)
    assert f"/act/{world.open(case, 'section_review').pk}/" in enter("chief2").get(f"/cases/{case.pk}/").content.decode()


def test_the_steward_transfers_somebody_elses_task(enter: Enter, world: World) -> None:
    other = colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    row = world.open(case, "section_review")
    assert do(enter("steward"), case, "transfer", task=row.pk, to=other.pk, reason="原办理人休假。").status_code == 302
    assert world.open(case, "section_review").assignee == other


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        ("transfer", "dongfanglu.clerk"),
        ("delegate", "auditor"),
        ("add", "dongfanglu.clerk"),
        ("consult", "general"),
        ("question", "chief.psu"),
        ("withdraw", "general"),
        ("cancel", "chief.psu"),
        ("supervise", "dongfanglu.clerk"),
        ("circulate", "dongfanglu.clerk"),
        ("suspend", "chief.psu"),
        ("terminate", "deputy"),
        ("void", "dongfanglu.head"),
        ("remind", "auditor"),
    ],
)
def test_the_wrong_person_is_told_who_may_and_nothing_happens(enter: Enter, world: World, operation: str, wrong: str) -> None:
    case = world.run_to("section_review")
    client, before = enter(wrong), Assignment.objects.count()
    opened = client.get(f"/cases/{case.pk}/do/{operation}/")
    assert opened.status_code in (403, 409), operation
    typed = {"key": uuid4(), "task": world.open(case, "section_review").pk, "reason": "x", "text": "x", "basis": "x", "due": "2026-12-1"}
    assert client.post(f"/cases/{case.pk}/do/{operation}/", typed).status_code in (403, 409)
    case.refresh_from_db()
    assert (case.node, case.state, Assignment.objects.count()) == ("section_review", State.RUNNING, before)


def test_a_stranger_finds_no_operation_and_an_unknown_one_is_not_found(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    assert enter("industry.clerk").get(f"/cases/{case.pk}/do/comment/").status_code == 404
    assert enter("chief.psu").get(f"/cases/{case.pk}/do/approve/").status_code == 404


def test_a_delegate_is_asked_for_his_word_and_the_owner_waits_for_it(enter: Enter, world: World) -> None:
    other = colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    owner, helper = enter("chief.psu"), enter("chief2")
    assert do(owner, case, "delegate", to=other.pk, reason="请先核对测算口径。").status_code == 302
    waiting = owner.get(f"/cases/{case.pk}/").content.decode()
    assert "等他人先行办理" in waiting
    assert "/act/" not in waiting
    child = Assignment.objects.get(case=case, via="delegate")
    asked = helper.get(f"/cases/{case.pk}/").content.decode()
    assert f"/act/{child.pk}/" in asked
    assert "请先核对测算口径。" in asked
    form = {"version": 1, "key": uuid4(), "outcome": "advise", "text": "口径无误。"}
    assert enter("deputy").post(f"/cases/{case.pk}/act/{child.pk}/", form).status_code == 403
    assert helper.post(f"/cases/{case.pk}/act/{child.pk}/", form).status_code == 302
    page = owner.get(f"/cases/{case.pk}/").content.decode()
    assert "/act/" in page
    assert "口径无误。" in page
    assert "提出意见" in page


def test_a_signer_added_before_is_asked_and_may_be_taken_off_again(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("chief.psu")
    officer = world.user("officer.admin")
    assert do(client, case, "add", how="before", reason="请核对。").status_code == 422
    assert do(client, case, "add", how="before", to=officer.pk, reason="请核对。").status_code == 302
    child = Assignment.objects.get(case=case, via="before")
    assert "减签" in titles(client, case)
    assert "请核对。" in enter("officer.admin").get(f"/cases/{case.pk}/").content.decode()
    assert do(client, case, "remove", task=child.pk, reason="不再需要。").status_code == 302
    child.refresh_from_db()
    assert child.closed_as == "cancelled"


def test_the_steward_enlarges_a_panel_by_a_unit(enter: Enter, world: World) -> None:
    case = world.run_to("countersign")
    unit = world.unit("organization_dept")
    assert do(enter("steward"), case, "add", how="parallel", unit=unit.pk, reason="涉及干部职数。").status_code == 302
    assert Assignment.objects.filter(case=case, node="countersign", unit=unit, closed_at__isnull=True).exists()


def test_an_own_act_is_withdrawn_until_somebody_has_opened_the_next(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("chief.psu")
    world.act(case, "section_review", "chief.psu", "pass")
    assert "撤回" in titles(client, case)
    assert do(client, case, "withdraw", reason="意见未写全。").status_code == 302
    assert world.open(case, "section_review").assignee == world.user("chief.psu")
    world.act(case, "section_review", "chief.psu", "pass")
    enter("deputy").get(f"/cases/{case.pk}/")
    refused = client.get(f"/cases/{case.pk}/do/withdraw/")
    assert refused.status_code == 409
    assert "已经打开任务" in refused.content.decode()


@pytest.mark.parametrize(
    ("how", "who", "state"),
    [("cancel", "dongfanglu.clerk", State.CANCELLED), ("terminate", "steward", State.TERMINATED), ("void", "steward", State.VOIDED)],
)
def test_a_case_is_ended_with_reason_and_authority_and_only_once(enter: Enter, world: World, how: str, who: str, state: State) -> None:
    case = world.run_to("section_review")
    client = enter(who)
    assert do(client, case, how, reason="", basis="").status_code == 422
    typed = {"key": uuid4(), "reason": "政策调整。", "basis": "主任办公会"}
    assert client.post(f"/cases/{case.pk}/do/{how}/", typed).status_code == 302
    case.refresh_from_db()
    assert case.state == state
    assert client.post(f"/cases/{case.pk}/do/{how}/", typed).status_code == 409


def test_a_suspended_case_takes_no_act_until_the_steward_resumes_it(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    assert do(enter("steward"), case, "suspend", reason="等待上级批复。").status_code == 302
    page = enter("chief.psu").get(f"/cases/{case.pk}/").content.decode()
    assert "停止计时中" in page
    form = {"version": 1, "key": uuid4(), "outcome": "pass", "text": ""}
    row = world.open(case, "section_review")
    assert enter("chief.psu").post(f"/cases/{case.pk}/act/{row.pk}/", form).status_code == 409
    assert do(enter("steward"), case, "resume").status_code == 302
    assert enter("chief.psu").post(f"/cases/{case.pk}/act/{row.pk}/", form).status_code == 302


def test_a_reminder_goes_once_a_day_and_stands_in_the_log(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("dongfanglu.clerk")
    assert do(client, case, "remind", text="请尽快。").status_code == 302
    assert client.post(f"/cases/{case.pk}/do/remind/", {"key": uuid4(), "text": ""}).status_code == 409
    assert Reminder.objects.filter(case=case).count() == 1
    assert "催办“科室审核”" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_supervision_is_reported_on_by_its_handler(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    leader, handler, row = enter("deputy"), enter("chief.psu"), world.open(case, "section_review")
    assert do(leader, case, "supervise", task=row.pk, text="本周内办结。", due="2000-1-1").status_code == 422
    assert do(leader, case, "supervise", task=row.pk, text="本周内办结。", due="2030-1-4").status_code == 302
    order = Supervision.objects.get(case=case)
    assert "本周内办结。" in handler.get("/?tab=asked").content.decode()
    assert enter("dongfanglu.clerk").post(f"/supervisions/{order.pk}/", {"text": "已办。"}).status_code == 403
    assert handler.post(f"/supervisions/{order.pk}/", {"text": ""}).status_code == 422
    assert handler.post(f"/supervisions/{order.pk}/", {"text": "明日办完。"}).status_code == 302
    assert handler.post(f"/supervisions/{order.pk}/", {"text": "明日办完。"}).status_code == 409
    page = leader.get(f"/cases/{case.pk}/").content.decode()
    assert "明日办完。" in page
    assert "已反馈" in page


def test_another_unit_is_asked_sees_the_case_and_answers_once(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client, asked = enter("chief.psu"), enter("organization.countersign")
    unit = world.unit("organization_dept")
    assert asked.get(f"/cases/{case.pk}/").status_code == 404
    opened = client.get(f"/cases/{case.pk}/do/consult/")
    hidden = {field.name: field.value() for field in opened.context["form"].hidden()}
    typed = {**hidden, "unit": unit.pk, "text": "是否涉及领导职数？", "due": "2030年1月4日"}
    assert [client.post(f"/cases/{case.pk}/do/consult/", typed).status_code for _ in range(2)] == [302, 302]
    row = Consultation.objects.get(case=case)
    assert "是否涉及领导职数？" in asked.get("/?tab=asked").content.decode()
    assert asked.get(f"/cases/{case.pk}/").status_code == 200
    assert enter("dongfanglu.clerk").get(f"/consultations/{row.pk}/").status_code == 404
    assert enter("finance.countersign").post(f"/consultations/{row.pk}/", {"text": "代答。"}).status_code == 403
    assert asked.post(f"/consultations/{row.pk}/", {"text": ""}).status_code == 422
    assert asked.post(f"/consultations/{row.pk}/", {"text": "不涉及。"}).status_code == 302
    assert asked.post(f"/consultations/{row.pk}/", {"text": "再答。"}).status_code == 409
    assert "不涉及。" in client.get(f"/cases/{case.pk}/").content.decode()


def test_silence_is_noted_only_after_the_day_and_only_by_the_asker(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("chief.psu")
    do(client, case, "consult", unit=world.unit("organization_dept").pk, text="有无意见？", due="2030-1-4")
    row = Consultation.objects.get(case=case)
    assert client.post(f"/consultations/{row.pk}/silence/").status_code == 409
    Consultation.objects.update(due="2026-10-01")
    assert enter("organization.countersign").post(f"/consultations/{row.pk}/silence/").status_code == 403
    assert "记录逾期未复" in client.get(f"/consultations/{row.pk}/").content.decode()
    assert client.post(f"/consultations/{row.pk}/silence/").status_code == 302
    assert "逾期未复，不视为同意" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_countersigner_asks_the_evaluator_while_the_others_go_on(enter: Enter, world: World) -> None:
    case = world.run_to("countersign")
    assert do(enter("finance.countersign"), case, "question", text="经费口径？").status_code == 302
    row = Consultation.objects.get(case=case, kind="question")
    assert enter("officer.psu").post(f"/consultations/{row.pk}/", {"text": "按人均15万元测算。"}).status_code == 302
    assert Assignment.objects.filter(case=case, node="countersign", closed_at__isnull=True).count() >= 2


def test_a_circulation_is_read_once_with_a_remark_and_survives_a_return(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    reader = world.user("industry.head")
    sender, client = enter("chief.psu"), enter("industry.head")
    assert do(sender, case, "circulate", note="请阅。").status_code == 422
    assert do(sender, case, "circulate", readers=[reader.pk], note="请阅。").status_code == 302
    assert do(sender, case, "circulate", readers=[reader.pk], note="请阅。").status_code == 302
    sent = Circulation.objects.get(case=case)
    world.act(case, "section_review", "chief.psu", "return", "请修改。", defects=[{"field": "measurement", "problem": "口径"}])
    desk = client.get("/?tab=read").content.decode()
    assert "请阅。" in desk
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert enter("industry.clerk").post(f"/circulations/{sent.pk}/read/", {}).status_code == 404
    assert [client.post(f"/circulations/{sent.pk}/read/", {"remark": "知悉。"}).status_code for _ in range(2)] == [302, 302]
    assert "知悉。" in sender.get(f"/cases/{case.pk}/").content.decode()
    assert sender.post(f"/circulations/{sent.pk}/recall/").status_code == 409


def test_an_unread_circulation_is_recalled_by_its_sender_alone(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    do(enter("chief.psu"), case, "circulate", readers=[world.user("industry.head").pk])
    sent = Circulation.objects.get(case=case)
    assert enter("deputy").post(f"/circulations/{sent.pk}/recall/").status_code == 403
    assert enter("chief.psu").post(f"/circulations/{sent.pk}/recall/").status_code == 302
    assert enter("industry.head").get(f"/cases/{case.pk}/").status_code == 404


def test_a_comment_stands_in_the_log_once(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("auditor")
    typed = {"key": uuid4(), "text": "请留意测算口径。"}
    assert [client.post(f"/cases/{case.pk}/do/comment/", typed).status_code for _ in range(2)] == [302, 302]
    assert client.get(f"/cases/{case.pk}/").content.decode().count("请留意测算口径。") == 1
