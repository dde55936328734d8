"""What reading, panels and random walks found in our own operations; each one once, by name, so that it stays mended."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.cases import invariants
from tests.cases.test_operations import colleague, opened, withdraw
from tests.cases.test_panels import asked, vote
from tests.cases.test_returns import DEFECT, codes, edit
from tests.world import VOTE, World
from workflows.access import operations as access
from workflows.cases.models import Assignment, Case, Consultation, Suspension
from workflows.cases.operations import acting, drafts, ending, exchanging, handing, helping_hands, pausing, returning, withdrawing
from workflows.cases.operations.versions import newest, payload_of
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.outbox.models import Job


def sign_beside(world: World, case: Case, node: str, who: str, to: str, how: str) -> Assignment:
    return helping_hands.add_sign(
        case_id=case.pk, assignment_id=world.open(case, node).pk, how=how, to=world.user(to), request="请看。", actor=world.user(who),
        now=world.now(),
    )  # fmt: skip


def take_off(world: World, case: Case, added: Assignment, who: str) -> Assignment:
    return helping_hands.remove_sign(case_id=case.pk, assignment_id=added.pk, reason="不需要。", actor=world.user(who), now=world.now())


def hand(world: World, case: Case, task: Assignment, who: str, to: str) -> Assignment:
    return handing.transfer(
        case_id=case.pk, assignment_id=task.pk, to=world.user(to), reason="出差。", actor=world.user(who), now=world.now()
    )  # fmt: skip


def add_unit(world: World, case: Case, task: Assignment, unit: str = "organization_dept") -> Assignment:
    return helping_hands.add_branch(
        case_id=case.pk, assignment_id=task.pk, unit=world.unit(unit), reason="涉及。", actor=world.user("steward"), now=world.now()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("node", "who", "outcome", "target", "drawn"),
    [("confirm", "general", "back", "draft", "implement"), ("sign", "chair", "back", "evaluate", "draft_document")],
)
def test_after_the_decision_a_return_goes_only_where_the_drawing_says(
    world: World, node: str, who: str, outcome: str, target: str, drawn: str
) -> None:
    case = world.run_to(node)
    assert target in returning.targets(case, node)
    with pytest.raises(Refused) as refused:
        world.act(case, node, who, outcome, "请补充。", target=target)
    assert refused.value.code == "no_target"
    world.act(case, node, who, outcome, "请补充。")
    assert case.node == drawn
    invariants.hold([case.pk])


def test_a_return_is_not_taken_back_because_it_closed_other_peoples_work(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "return", "请补充。", unit="finance", target="evaluate")
    with pytest.raises(Conflict) as refused:
        withdraw(world, case, "countersign", "finance.countersign")
    assert refused.value.code == "policy_returned"


def test_a_countersign_is_not_taken_back_after_another_unit_returned_the_case(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    world.act(case, "countersign", "personnel.countersign", "return", "请补充。", unit="personnel")
    done = Assignment.objects.get(case=case, node="countersign", unit__code="finance")
    with pytest.raises(Conflict) as refused:
        withdrawing.withdraw(
            case_id=case.pk, assignment_id=done.pk, reason="有误。", actor=world.user("finance.countersign"), now=world.now()
        )
    assert refused.value.code == "policy_acted"
    assert opened(case) == ["draft"]


def test_taking_back_one_countersign_leaves_units_added_or_handed_on_since_alone(world: World) -> None:
    colleague(world, "personnel2", "countersigner", "personnel")
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    add_unit(world, case, world.open(case, "countersign", "personnel"))
    hand(world, case, world.open(case, "countersign", "personnel"), "personnel.countersign", "personnel2")
    withdraw(world, case, "countersign", "finance.countersign")
    waiting = Assignment.objects.filter(case=case, closed_at__isnull=True).values_list("unit__code", flat=True)
    assert sorted(waiting) == ["finance", "organization_dept", "personnel"]
    invariants.hold([case.pk])


def test_who_handed_a_task_on_cannot_take_back_what_the_other_did_with_it(world: World) -> None:
    colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    hand(world, case, world.open(case, "section_review"), "chief.psu", "chief2")
    world.act(case, "section_review", "chief2", "pass")
    with pytest.raises(Forbidden):
        withdraw(world, case, "section_review", "chief.psu")


def test_who_has_left_the_office_takes_nothing_back(world: World) -> None:
    case = world.run_to("deputy_review")
    chief = world.user("chief.psu")
    access.end_appointment(appointment=chief.appointments.get(), on=world.clock.date(), basis="调离", actor=None, now=world.now())
    with pytest.raises(Forbidden):
        withdraw(world, case, "section_review", "chief.psu")


def test_taking_back_a_direct_endorsement_gives_the_posts_back(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "口径不清。", defects=DEFECT)
    edit(world, case, measurement="口径已写明。")
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    world.step(case, "endorse")
    withdraw(world, case, "endorse", "dongfanglu.head")
    assert codes(case) == ["reserve", "void", "reserve", "void"]
    world.step(case, "endorse")
    assert (case.node, codes(case)[-1]) == ("deputy_review", "reserve")
    invariants.hold([case.pk])


def test_a_withdrawn_submission_is_no_way_around_the_rule_for_going_straight(world: World) -> None:
    """Submit changed posts the long way, take it back, submit the unchanged copy straight: compared with what was returned."""
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "口径不清。", defects=DEFECT)
    edit(world, case, lines=[{**payload_of(newest(case))["lines"][0], "quantity": 30}])
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="rerun")
    withdraw(world, case, "draft", "dongfanglu.clerk")
    with pytest.raises(Refused) as refused:
        world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    assert refused.value.code == "not_direct"


def test_taking_back_a_supplement_stops_the_clock_again(world: World) -> None:
    case = world.run_to("accept")
    world.act(case, "accept", "general", "supplement", "请补正。", defects=[{"field": "finance", "problem": "缺"}])
    world.act(case, "supplement", "dongfanglu.clerk", "submit")
    withdraw(world, case, "supplement", "dongfanglu.clerk")
    assert case.state == "supplement"
    assert Suspension.objects.filter(case=case, ended_at__isnull=True).count() == 1


def test_a_handler_who_takes_his_act_back_releases_those_who_were_to_sign_after_him(world: World) -> None:
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "after")
    world.act(case, "section_review", "chief.psu", "pass")
    withdraw(world, case, "section_review", "chief.psu")
    invariants.hold([case.pk])
    with pytest.raises(Conflict):
        world.speak(case, child, "chief.admin", "agree")
    world.act(case, "section_review", "chief.psu", "pass")
    assert case.node == "deputy_review"


def test_the_last_signer_after_taken_off_lets_the_case_go_on(world: World) -> None:
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "after")
    world.act(case, "section_review", "chief.psu", "pass")
    take_off(world, case, child, "steward")
    case.refresh_from_db()
    assert opened(case) == ["deputy_review"]
    invariants.hold([case.pk])


def test_a_signer_taken_off_before_the_handler_acted_completes_nothing(world: World) -> None:
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "after")
    take_off(world, case, child, "chief.psu")
    assert opened(case) == ["section_review"]


def test_a_task_handed_on_takes_its_signers_along(world: World) -> None:
    """Otherwise the successor goes past an objection, or the case past a signer."""
    colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "before")
    world.speak(case, child, "chief.admin", "disagree", "结构不合理。")
    hand(world, case, world.open(case, "section_review"), "chief.psu", "chief2")
    with pytest.raises(Refused) as refused:
        world.act(case, "section_review", "chief2", "pass")
    assert refused.value.code == "objected"


def test_a_signer_after_still_signs_for_whom_the_task_was_handed_to(world: World) -> None:
    colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "after")
    mine = hand(world, case, world.open(case, "section_review"), "chief.psu", "chief2")
    world.speak(case, mine, "chief2", "pass")
    assert case.node == "section_review"
    world.speak(case, child, "chief.admin", "agree")
    assert case.node == "deputy_review"


def test_a_signers_own_task_handed_on_stays_a_signers_task(world: World) -> None:
    colleague(world, "admin2", "chief", "office_admin")
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "before")
    new = hand(world, case, child, "chief.admin", "admin2")
    new.refresh_from_db()
    assert (new.via, new.parent_id, new.added_by) == ("before", child.parent_id, world.user("chief.psu"))
    invariants.hold([case.pk])
    world.speak(case, new, "admin2", "agree")
    world.act(case, "section_review", "chief.psu", "pass")
    assert case.node == "deputy_review"


def test_a_signer_asks_nobody_to_sign_in_his_stead(world: World) -> None:
    case = world.run_to("section_review")
    child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "after")
    with pytest.raises(Conflict) as refused:
        helping_hands.add_sign(
            case_id=case.pk, assignment_id=child.pk, how="after", to=world.user("auditor"), request="请看。",
            actor=world.user("chief.admin"), now=world.now(),
        )  # fmt: skip
    assert refused.value.code == "policy_helper"


def test_a_delegate_who_never_answers_is_recalled(world: World) -> None:
    colleague(world, "officer2", "officer", "office_psu")
    case = world.run_to("evaluate")
    child = handing.delegate(
        case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, to=world.user("officer2"), request="请核对。",
        actor=world.user("officer.psu"), now=world.now(),
    )  # fmt: skip
    take_off(world, case, child, "officer.psu")
    world.step(case, "evaluate")
    assert case.node == "countersign"


def test_an_objecting_signer_who_is_asked_again_may_change_his_mind(world: World) -> None:
    case = world.run_to("section_review")
    for word in ("disagree", "agree"):
        child = sign_beside(world, case, "section_review", "chief.psu", "chief.admin", "before")
        world.speak(case, child, "chief.admin", word, "意见。")
    world.act(case, "section_review", "chief.psu", "pass")
    assert case.node == "deputy_review"


def test_nobody_decides_on_a_task_he_was_asked_to_sign_after(world: World) -> None:
    colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    sign_beside(world, case, "section_review", "chief.psu", "chief2", "after")
    with pytest.raises(Refused) as refused:
        world.act(case, "section_review", "chief2", "pass")
    assert refused.value.code == "twice"
    with pytest.raises(Refused) as refused:
        hand(world, case, world.open(case, "section_review"), "chief.psu", "chief2")
    assert refused.value.code == "twice"


def test_a_countersign_given_back_by_its_signer_stays_a_branch_of_its_panel(world: World) -> None:
    """In a pass of its own it would close the panel over the heads of the units still asked."""
    case = world.run_to("countersign")
    child = helping_hands.add_sign(
        case_id=case.pk, assignment_id=world.open(case, "countersign", "finance").pk, how="after", to=world.user("auditor"),
        request="请看。", actor=world.user("finance.countersign"), now=world.now(),
    )  # fmt: skip
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    world.speak(case, child, "auditor", "disagree", "口径不对。")
    assert opened(case) == ["countersign", "countersign"]
    world.act(case, "countersign", "finance.countersign", "disagree", "重新核对。", unit="finance")
    assert opened(case) == ["countersign"]
    world.act(case, "countersign", "personnel.countersign", "agree", unit="personnel")
    assert opened(case) == ["section_review"]
    invariants.hold([case.pk])


def test_no_unit_is_added_to_a_countersign_that_is_over(world: World) -> None:
    case = world.run_to("section_review")
    done = Assignment.objects.filter(case=case, node="countersign").first()
    with pytest.raises(Conflict) as refused:
        add_unit(world, case, done)
    assert refused.value.code == "panel_over"
    assert opened(case) == ["section_review"]


def test_an_added_unit_hears_of_it(world: World) -> None:
    case = world.run_to("countersign")
    branch = add_unit(world, case, world.open(case, "countersign"))
    assert Job.objects.filter(key=f"handed/{branch.pk}").count() == 1


def test_everything_is_handed_over_though_a_case_is_returned_or_suspended(world: World) -> None:
    colleague(world, "clerk2", "clerk", "dongfanglu")
    steward, leaving, to = world.user("steward"), world.user("dongfanglu.clerk"), world.user("clerk2")
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "请补充。")
    assert world.open(case, "draft").assignee == leaving
    moved = handing.hand_over(leaving=leaving, to=to, reason="调离。", actor=steward, now=world.now())
    assert [row.assignee for row in moved] == [to]
    with pytest.raises(Forbidden):
        handing.hand_over(leaving=to, to=leaving, reason="调离。", actor=leaving, now=world.now())
    other = world.run_to("section_review", world.draft())
    colleague(world, "chief2", "chief", "office_psu")
    hand(world, other, world.open(other, "section_review"), "steward", "chief2")
    pausing.suspend(case_id=other.pk, reason="待批复。", actor=steward, now=world.now())
    handing.hand_over(leaving=world.user("chief2"), to=world.user("chief.psu"), reason="调离。", actor=steward, now=world.now())
    assert world.open(other, "section_review").assignee == world.user("chief.psu")


def test_a_form_key_is_good_for_one_answer_to_one_task(world: World) -> None:
    case, key = world.run_to("section_review"), uuid4()
    world.act(case, "section_review", "chief.psu", "pass", key=key)
    with pytest.raises(Conflict) as refused:
        world.act(case, "deputy_review", "deputy", "pass", key=key)
    assert refused.value.code == "key_used"


def test_a_key_of_another_person_or_case_opens_nothing(world: World) -> None:
    case, key = world.run_to("section_review"), uuid4()
    exchanging.comment(case_id=case.pk, text="请注意。", key=key, actor=world.user("deputy"), now=world.now())
    with pytest.raises(Conflict) as refused:
        exchanging.comment(case_id=case.pk, text="？", key=key, actor=world.user("education.clerk"), now=world.now())
    assert refused.value.code == "key_used"


def test_a_case_that_has_ended_is_not_typed_into(world: World) -> None:
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "请补充。")
    ending.end(case_id=case.pk, how="cancel", reason="调整。", actor=world.user("dongfanglu.clerk"), now=world.now())
    with pytest.raises(Conflict):
        edit(world, case, measurement="再改。")
    draft = world.draft()
    drafts.discard_draft(case_id=draft.pk, actor=world.user("dongfanglu.clerk"), now=world.now())
    with pytest.raises(Conflict):
        drafts.discard_draft(case_id=draft.pk, actor=world.user("dongfanglu.clerk"), now=world.now())


def test_a_return_makes_open_questions_void(world: World) -> None:
    case = world.run_to("evaluate")
    question = exchanging.ask(
        case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, kind="consult", unit=world.unit("organization_dept"),
        role="countersigner", text="有无意见？", due=world.clock.date() + timedelta(days=3), key=uuid4(), actor=world.user("officer.psu"),
        now=world.now(),
    )  # fmt: skip
    world.act(case, "evaluate", "officer.psu", "return", "请补充。")
    assert Consultation.objects.get(pk=question.pk).closed_as == "void"


def test_a_case_evaluated_anew_comes_before_every_body_anew(world: World) -> None:
    """It was approved by the first body in other words; and a shorter route would otherwise have no such body at all."""
    case = world.run_to("deliberate")
    case.route = {**case.route, "bodies": ["office_meeting", "commission"]}
    case.save(update_fields=["route"])
    world.act(case, "deliberate", "secretary", "approve", **VOTE)
    world.act(case, "deliberate", "secretary", "return", "请重新论证。", target="draft")
    assert case.body_index == 1
    world.run_to("evaluate", case)
    assert case.body_index == 0
    world.run_to("closed", case)
    assert case.state == "closed"


def test_a_handler_outside_the_office_circulates_his_case(world: World) -> None:
    case = world.run_to("countersign")
    sent = exchanging.send(
        case_id=case.pk, kind="circulate", readers=[world.user("education.head")], actor=world.user("finance.countersign"), now=world.now()
    )  # fmt: skip
    assert len(sent) == 1
    with pytest.raises(Forbidden):
        exchanging.send(
            case_id=case.pk, kind="circulate", readers=[world.user("general")], actor=world.user("education.clerk"), now=world.now()
        )  # fmt: skip


def test_the_next_in_a_sequence_votes_in_the_same_pass(world: World) -> None:
    case = asked(world, mode="sequence")
    vote(world, case, "finance", "agree")
    assert world.open(case, "countersign").pass_no == 1
    vote(world, case, "personnel", "agree")
    assert case.node == "section_review"


def test_a_person_without_any_office_is_refused_in_words(world: World) -> None:
    case = world.run_to("section_review")
    nobody = access.create_user(username="nobody", name="无岗位", must_change_password=False, actor=None, now=world.now())
    with pytest.raises((Forbidden, Missing)):
        exchanging.comment(case_id=case.pk, text="？", key=uuid4(), actor=nobody, now=world.now())
    with pytest.raises(Forbidden):
        acting.act(
            case_id=case.pk, assignment_id=world.open(case, "section_review").pk, version_n=1, key=uuid4(), outcome="pass", actor=nobody,
            now=world.now(),
        )  # fmt: skip


def test_a_return_goes_to_whoever_decided_and_not_to_his_delegate(world: World) -> None:
    colleague(world, "officer2", "officer", "office_psu")
    case = world.run_to("evaluate")
    child = handing.delegate(
        case_id=case.pk, assignment_id=world.open(case, "evaluate").pk, to=world.user("officer2"), request="请核对。",
        actor=world.user("officer.psu"), now=world.now(),
    )  # fmt: skip
    world.speak(case, child, "officer2", "advise", "无误。")
    world.run_to("deputy_review", case)
    world.act(case, "deputy_review", "deputy", "return", "请补充。", target="evaluate")
    assert world.open(case, "evaluate").assignee == world.user("officer.psu")
