"""Every operation beside the acts: withdrawn, handed on, added, ended, paused, asked, circulated, hurried (OPERATIONS §1)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.world import World
from workflows.access import operations as access
from workflows.access.models import User
from workflows.audit.models import Entry
from workflows.cases.models import Assignment, Case, Circulation, Opinion, Suspension
from workflows.cases.operations import ending, exchanging, handing, helping_hands, pausing, reminding, withdrawing
from workflows.cases.terms import State
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.notices.models import Notice


def colleague(world: World, username: str, role: str, unit: str) -> User:
    """One more holder of an office."""
    user = access.create_user(username=username, name=f"同事{username[-1]}", must_change_password=False, actor=None, now=world.now())
    access.appoint(
        user=user, role=role, unit=world.unit(unit), basis="测试任职", valid_from=world.clock.date(), actor=None, now=world.now()
    )
    return user


def opened(case: Case) -> list[str]:
    return sorted(Assignment.objects.filter(case=case, closed_at__isnull=True).values_list("node", flat=True))


def withdraw(world: World, case: Case, node: str, who: str) -> Assignment:
    done = Assignment.objects.filter(case=case, node=node, closed_as="done").latest("pk")
    again = withdrawing.withdraw(case_id=case.pk, assignment_id=done.pk, reason="填写有误。", actor=world.user(who), now=world.now())
    case.refresh_from_db()
    return again


@pytest.mark.parametrize(
    ("node", "who"),
    [
        ("draft", "dongfanglu.clerk"),
        ("endorse", "dongfanglu.head"),
        ("section_review", "chief.psu"),
        ("deputy_review", "deputy"),
        ("draft_document", "officer.psu"),
    ],
)
def test_an_act_is_taken_back_while_nobody_built_on_it(world: World, node: str, who: str) -> None:
    case = world.run_to(node)
    world.step(case, node)
    again = withdraw(world, case, node, who)
    assert (case.node, again.assignee) == (node, world.user(who))
    assert opened(case) == [node]
    assert Opinion.objects.filter(assignment__case=case, assignment__node=node).count() == 1
    assert world.run_to("closed", case).state == State.CLOSED


def test_a_countersign_is_taken_back_while_the_others_are_still_at_it(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    withdraw(world, case, "countersign", "finance.countersign")
    assert opened(case) == ["countersign", "countersign"]
    world.run_to("closed", case)
    assert case.state == State.CLOSED


def test_what_somebody_opened_or_acted_on_is_not_taken_back(world: World) -> None:
    case = world.run_to("deputy_review")
    Assignment.objects.filter(case=case, node="deputy_review").update(opened_at=world.now())
    with pytest.raises(Conflict) as refused:
        withdraw(world, case, "section_review", "chief.psu")
    assert refused.value.code == "policy_opened"
    world.step(case, "deputy_review")
    with pytest.raises(Conflict) as refused:
        withdraw(world, case, "section_review", "chief.psu")
    assert refused.value.code == "policy_acted"


def test_only_ones_own_act_is_taken_back_and_never_a_signature(world: World) -> None:
    case = world.run_to("deputy_review")
    with pytest.raises(Forbidden):
        withdraw(world, case, "section_review", "deputy")
    world.run_to("implement", case)
    with pytest.raises(Conflict) as refused:
        withdraw(world, case, "sign", "chair")
    assert refused.value.code in {"policy_node", "policy_issued"}


def test_a_task_is_handed_to_a_colleague_and_is_his(world: World) -> None:
    other = colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    mine = world.open(case, "section_review")
    new = handing.transfer(
        case_id=case.pk, assignment_id=mine.pk, to=other, reason="出差。", actor=world.user("chief.psu"), now=world.now()
    )  # fmt: skip
    mine.refresh_from_db()
    assert (mine.closed_as, new.parent, new.assignee, new.via) == ("transferred", mine, other, "transfer")
    world.act(case, "section_review", "chief2", "pass")
    assert case.node == "deputy_review"


def test_a_task_is_not_handed_to_somebody_without_the_office_or_with_a_conflict(world: World) -> None:
    case = world.run_to("section_review")
    mine = world.open(case, "section_review")

    def hand(to: str) -> None:
        handing.transfer(
            case_id=case.pk, assignment_id=mine.pk, to=world.user(to), reason="出差。", actor=world.user("chief.psu"), now=world.now()
        )  # fmt: skip

    with pytest.raises(Refused) as refused:
        hand("deputy")
    assert refused.value.code == "wrong_office"
    access.appoint(
        user=world.user("officer.psu"), role="chief", unit=world.unit("office_psu"), basis="兼任", valid_from=world.clock.date(),
        actor=None, now=world.now(),
    )  # fmt: skip
    with pytest.raises(Forbidden) as refused:
        hand("officer.psu")
    assert refused.value.code == "duty_conflict"
    assert opened(case) == ["section_review"]


def test_everything_of_a_departing_person_is_handed_over_in_one_act(world: World) -> None:
    other = colleague(world, "officer2", "officer", "office_psu")
    cases = [world.run_to("evaluate", world.draft()) for _ in range(2)]
    steward, leaving = world.user("steward"), world.user("officer.psu")
    for case in cases:
        handing.transfer(
            case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, to=leaving, reason="分办。", actor=steward, now=world.now()
        )  # fmt: skip
    moved = handing.hand_over(leaving=leaving, to=other, reason="调离。", actor=steward, now=world.now())
    assert [row.assignee for row in moved] == [other, other]
    assert not Assignment.objects.filter(assignee=leaving, closed_at__isnull=True).exists()


def test_a_delegate_advises_and_the_owner_still_decides(world: World) -> None:
    other = colleague(world, "officer2", "officer", "office_psu")
    case = world.run_to("evaluate")
    own = world.open(case, "evaluate")
    child = handing.delegate(
        case_id=case.pk, assignment_id=own.pk, to=other, request="请核对测算。", actor=world.user("officer.psu"), now=world.now()
    )  # fmt: skip
    with pytest.raises(Conflict) as refused:
        world.act(case, "evaluate", "officer.psu", "propose", report="充分。")
    assert refused.value.code == "policy_waiting"
    world.speak(case, child, "officer2", "advise", "测算无误。")
    assert (case.node, opened(case)) == ("evaluate", ["evaluate"])
    world.act(case, "evaluate", "officer.psu", "propose", report="充分。")
    assert case.node == "countersign"


def test_a_signer_added_before_who_objects_bars_the_way_forward(world: World) -> None:
    case = world.run_to("section_review")
    own, chief = world.open(case, "section_review"), world.user("chief.psu")
    child = helping_hands.add_sign(
        case_id=case.pk, assignment_id=own.pk, how="before", to=world.user("chief.admin"), request="涉及行政编制。", actor=chief,
        now=world.now(),
    )  # fmt: skip
    world.speak(case, child, "chief.admin", "disagree", "结构不合理。")
    with pytest.raises(Refused) as refused:
        world.act(case, "section_review", "chief.psu", "pass")
    assert refused.value.code == "objected"
    world.act(case, "section_review", "chief.psu", "return", "请按加签意见修改。", target="evaluate")
    assert case.node == "evaluate"


@pytest.mark.parametrize(("voice", "node"), [("agree", "deputy_review"), ("disagree", "section_review")])
def test_a_signer_added_after_holds_the_engine_until_he_spoke(world: World, voice: str, node: str) -> None:
    case = world.run_to("section_review")
    own, chief = world.open(case, "section_review"), world.user("chief.psu")
    child = helping_hands.add_sign(
        case_id=case.pk, assignment_id=own.pk, how="after", to=world.user("chief.admin"), request="请复核。", actor=chief, now=world.now()
    )  # fmt: skip
    world.act(case, "section_review", "chief.psu", "pass")
    assert (case.node, opened(case)) == ("section_review", ["section_review"])
    world.speak(case, child, "chief.admin", voice, "意见。")
    assert (case.node, opened(case)) == (node, [node])
    assert world.run_to("closed", case).state == State.CLOSED


def test_nobody_signs_twice_nor_on_both_sides(world: World) -> None:
    case = world.run_to("section_review")
    own = world.open(case, "section_review")

    def add(how: str, who: str) -> Assignment:
        return helping_hands.add_sign(
            case_id=case.pk, assignment_id=own.pk, how=how, to=world.user(who), request="请看。", actor=world.user("chief.psu"),
            now=world.now(),
        )  # fmt: skip

    child = add("before", "chief.admin")
    with pytest.raises(Refused):
        add("before", "chief.admin")
    with pytest.raises(Conflict):
        add("after", "auditor")
    with pytest.raises(Forbidden):
        helping_hands.remove_sign(case_id=case.pk, assignment_id=child.pk, reason="不需要。", actor=world.user("deputy"), now=world.now())
    helping_hands.remove_sign(case_id=case.pk, assignment_id=child.pk, reason="不需要。", actor=world.user("chief.psu"), now=world.now())
    world.act(case, "section_review", "chief.psu", "pass")
    assert case.node == "deputy_review"


def test_a_unit_added_to_the_countersign_is_waited_for_and_the_last_is_not_removed(world: World) -> None:
    case = world.run_to("countersign")
    own = world.open(case, "countersign", "finance")
    added = helping_hands.add_branch(
        case_id=case.pk, assignment_id=own.pk, unit=world.unit("organization_dept"), reason="涉及领导职数。",
        actor=world.user("steward"), now=world.now(),
    )  # fmt: skip
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    world.act(case, "countersign", "personnel.countersign", "agree", unit="personnel")
    assert case.node == "countersign"
    with pytest.raises(Conflict) as refused:
        helping_hands.remove_sign(case_id=case.pk, assignment_id=added.pk, reason="不需要。", actor=world.user("steward"), now=world.now())
    assert refused.value.code == "last_signer"
    world.act(case, "countersign", "organization.countersign", "agree", unit="organization_dept")
    assert case.node == "section_review"


@pytest.mark.parametrize("node", ["endorse", "accept", "supplement", "evaluate", "countersign", "deputy_review"])
def test_the_unit_cancels_before_deliberation_and_the_posts_go_back(world: World, node: str) -> None:
    case = world.run_to("accept" if node == "supplement" else node)
    if node == "supplement":
        world.act(case, "accept", "general", "supplement", "请补正。", defects=[{"field": "x", "problem": "y"}])
    ending.end(case_id=case.pk, how="cancel", reason="方案调整。", actor=world.user("dongfanglu.clerk"), now=world.now())
    case.refresh_from_db()
    assert (case.state, opened(case)) == (State.CANCELLED, [])
    assert Account.objects.get(unit__code="district", kind__code="PSU-F", bucket="pool").balance == 120
    with pytest.raises(Conflict):
        ending.end(case_id=case.pk, how="cancel", reason="再次。", actor=world.user("dongfanglu.clerk"), now=world.now())


def test_once_put_to_deliberation_only_the_steward_ends_it_with_authority(world: World) -> None:
    case = world.run_to("deliberate")
    with pytest.raises(Conflict):
        ending.end(case_id=case.pk, how="cancel", reason="方案调整。", actor=world.user("dongfanglu.clerk"), now=world.now())
    with pytest.raises(Forbidden):
        ending.end(case_id=case.pk, how="terminate", reason="撤议。", basis="x", actor=world.user("dongfanglu.clerk"), now=world.now())
    with pytest.raises(Refused) as refused:
        ending.end(case_id=case.pk, how="terminate", reason="撤议。", actor=world.user("steward"), now=world.now())
    assert refused.value.field == "basis"
    ending.end(case_id=case.pk, how="terminate", reason="撤议。", basis="编办主任批示", actor=world.user("steward"), now=world.now())
    case.refresh_from_db()
    assert case.state == State.TERMINATED
    assert list(Transfer.objects.filter(subject=case.subject).values_list("code", flat=True)) == ["reserve", "void"]


def test_an_issued_case_is_not_ended_and_a_voided_one_keeps_its_number(world: World) -> None:
    done = world.run_to("implement")
    with pytest.raises(Conflict) as refused:
        ending.end(case_id=done.pk, how="void", reason="错误。", basis="批示", actor=world.user("steward"), now=world.now())
    assert refused.value.code == "policy_issued"
    case = world.run_to("evaluate", world.draft())
    ending.end(case_id=case.pk, how="void", reason="重复登记。", basis="批示", actor=world.user("steward"), now=world.now())
    case.refresh_from_db()
    assert (case.state, case.number) == (State.VOIDED, "BZ-2026-00002")


def test_a_suspended_case_stands_still_and_its_deadline_moves(world: World) -> None:
    case = world.run_to("section_review")
    deadline, due = case.deadline, world.open(case, "section_review").due
    pausing.suspend(case_id=case.pk, reason="等待上级批复。", actor=world.user("steward"), now=world.now())
    with pytest.raises(Conflict) as refused:
        world.act(case, "section_review", "chief.psu", "pass")
    assert refused.value.code == "policy_state"
    world.clock += timedelta(days=7)
    pausing.resume(case_id=case.pk, actor=world.user("steward"), now=world.now())
    case.refresh_from_db()
    assert (case.state, Suspension.objects.get().ended_at is not None) == (State.RUNNING, True)
    assert case.deadline > deadline
    assert world.open(case, "section_review").due > due
    world.act(case, "section_review", "chief.psu", "pass")


def test_a_question_to_the_officer_leaves_the_other_countersigns_running(world: World) -> None:
    case = world.run_to("countersign")
    own = world.open(case, "countersign", "finance")
    asked = exchanging.ask(
        case_id=case.pk, assignment_id=own.pk, kind="question", unit=world.unit("office_psu"), role="officer", text="经费口径？", due=None,
        key=uuid4(), actor=world.user("finance.countersign"), now=world.now(),
    )  # fmt: skip
    world.act(case, "countersign", "personnel.countersign", "agree", unit="personnel")
    with pytest.raises(Forbidden):
        exchanging.answer(consultation_id=asked.pk, text="代答", actor=world.user("deputy"), now=world.now())
    exchanging.answer(consultation_id=asked.pk, text="按年度预算口径。", actor=world.user("officer.psu"), now=world.now())
    with pytest.raises(Conflict):
        exchanging.answer(consultation_id=asked.pk, text="再答。", actor=world.user("officer.psu"), now=world.now())
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    assert case.node == "section_review"


def test_silence_is_noted_after_the_deadline_and_never_before(world: World) -> None:
    case = world.run_to("evaluate")
    officer = world.user("officer.psu")
    asked = exchanging.ask(
        case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, kind="consult", unit=world.unit("organization_dept"),
        role="countersigner", text="有无意见？", due=world.clock.date(), key=uuid4(), actor=officer, now=world.now(),
    )  # fmt: skip
    with pytest.raises(Conflict) as refused:
        exchanging.note_silence(consultation_id=asked.pk, actor=officer, now=world.now())
    assert refused.value.code == "not_due"
    world.clock += timedelta(days=1)
    assert exchanging.note_silence(consultation_id=asked.pk, actor=officer, now=world.now()).closed_as == "silent"


def test_a_circulation_survives_a_return_and_is_read_once(world: World) -> None:
    case = world.run_to("section_review")
    reader, chief = world.user("education.head"), world.user("chief.psu")
    sent = exchanging.send(case_id=case.pk, kind="circulate", readers=[reader, reader], note="请阅", actor=chief, now=world.now())
    assert len(sent) == 1
    assert exchanging.send(case_id=case.pk, kind="circulate", readers=[reader], actor=chief, now=world.now()) == []
    world.act(case, "section_review", "chief.psu", "return", "请补充。")
    with pytest.raises(Missing):
        exchanging.read(circulation_id=sent[0].pk, actor=chief, now=world.now())
    first = exchanging.read(circulation_id=sent[0].pk, remark="已阅。", actor=reader, now=world.now())
    again = exchanging.read(circulation_id=sent[0].pk, remark="又一次", actor=reader, now=world.now())
    assert (first.read_at, again.remark) == (again.read_at, "已阅。")
    with pytest.raises(Conflict):
        exchanging.recall(circulation_id=sent[0].pk, actor=chief, now=world.now())
    assert Circulation.objects.count() == 1


def test_a_remark_is_made_once_and_only_by_somebody_who_sees_the_case(world: World) -> None:
    case, key = world.run_to("section_review"), uuid4()
    for _ in range(2):
        exchanging.comment(case_id=case.pk, text="请注意时限。", key=key, actor=world.user("deputy"), now=world.now())
    assert case.comments.count() == 1
    with pytest.raises(Missing):
        exchanging.comment(case_id=case.pk, text="？", key=uuid4(), actor=world.user("education.clerk"), now=world.now())


def test_a_reminder_goes_out_once_a_day_and_escalates(world: World, run_jobs: object) -> None:
    case = world.run_to("section_review")
    clerk = world.user("dongfanglu.clerk")
    reminding.remind(case_id=case.pk, actor=clerk, now=world.now())
    with pytest.raises(Conflict) as refused:
        reminding.remind(case_id=case.pk, actor=clerk, now=world.now())
    assert refused.value.code == "policy_reminded"
    for _ in range(2):
        world.clock += timedelta(days=1)
        reminding.remind(case_id=case.pk, actor=clerk, now=world.now())
    run_jobs()
    assert Notice.objects.filter(user=world.user("deputy"), text__contains="催办第3次").count() == 1
    assert Notice.objects.filter(user=world.user("chief.psu"), text__contains="催办").count() == 3


def test_a_supervision_wants_its_report(world: World) -> None:
    case = world.run_to("section_review")
    order = reminding.supervise(
        case_id=case.pk, assignment_id=world.open(case, "section_review").pk, text="本周内办结。", due=date(2026, 9, 25), key=uuid4(),
        actor=world.user("deputy"), now=world.now(),
    )  # fmt: skip
    with pytest.raises(Forbidden):
        reminding.report_back(supervision_id=order.pk, text="已办。", actor=world.user("dongfanglu.clerk"), now=world.now())
    reminding.report_back(supervision_id=order.pk, text="明日审核完毕。", actor=world.user("chief.psu"), now=world.now())
    with pytest.raises(Conflict):
        reminding.report_back(supervision_id=order.pk, text="再报。", actor=world.user("chief.psu"), now=world.now())
    assert Entry.objects.filter(verb="cases.supervision.reported").count() == 1


def test_the_clock_reminds_once_and_never_decides(world: World, run_jobs: object) -> None:
    case = world.run_to("section_review")
    assignment = world.open(case, "section_review")
    late = world.now() + timedelta(days=30)
    assert reminding.remind_by_clock(assignment=assignment, kind="escalate", actor=None, now=late) is True
    assert reminding.remind_by_clock(assignment=assignment, kind="escalate", actor=None, now=late) is False
    run_jobs()
    assert Notice.objects.filter(text__contains="已超期").count() == 2
    case.refresh_from_db()
    assert case.node == "section_review"
