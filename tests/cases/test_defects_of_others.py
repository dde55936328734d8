"""Defects read in the source of other approval products (OPERATIONS §2, §3); each test shows that this house does not have it."""

import json
from fractions import Fraction
from uuid import uuid4

import pytest

from tests.cases import invariants
from tests.cases.test_operations import colleague, opened
from tests.cases.test_panels import asked, closed_as, vote, waiting
from tests.cases.test_returns import edit
from tests.world import VOTE, World
from workflows.access import queries as access
from workflows.audit.models import Entry
from workflows.cases import panels, policy
from workflows.cases.models import Assignment, Case, Circulation, Opinion, Return
from workflows.cases.operations import acting, ending, exchanging, handing, helping_hands
from workflows.cases.operations.versions import newest, payload_of
from workflows.cases.queries.timeline import timeline
from workflows.cases.queries.visible import case_for
from workflows.cases.queries.work import done as handled
from workflows.cases.queries.work import waiting as on_the_desk
from workflows.cases.tasks import clock
from workflows.documents.models import Paper
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.notices.models import Notice
from workflows.outbox.models import Job

# Fields and permissions


def test_what_a_browser_sends_beside_the_form_changes_nothing_of_the_case(world: World) -> None:
    """Elsewhere every submitted variable is merged into the process."""
    case = world.run_to("section_review")
    before, facts = newest(case), Case.objects.filter(pk=case.pk).values("title", "route", "section_id", "deadline", "unit_id").get()
    forged = {**payload_of(before), "title": "改名", "lines": []}
    world.act(
        case, "section_review", "chief.psu", "pass", payload=forged, title="改名", route={}, deadline=None, number="BZ-0", lines=[]
    )  # fmt: skip
    after = newest(case)
    assert (after.pk, after.payload, after.digest) == (before.pk, before.payload, before.digest)
    assert Case.objects.filter(pk=case.pk).values("title", "route", "section_id", "deadline", "unit_id").get() == facts


def test_a_field_the_countersigner_may_only_read_is_not_written_by_his_opinion(world: World) -> None:
    case = world.run_to("countersign")
    digest = newest(case).digest
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance", payload={"finance": "改过的经费"})
    assert newest(case).digest == digest


def test_an_act_that_lacks_a_required_field_is_refused_on_the_server(world: World) -> None:
    """Elsewhere the check ran only when it was to be skipped."""
    case = world.run_to("evaluate")
    with pytest.raises(Refused) as refused:
        world.act(case, "evaluate", "officer.psu", "propose")
    assert refused.value.field == "report"


@pytest.mark.parametrize("stranger", ["deputy", "officer.psu", "chief.admin", "dongfanglu.clerk", "sysadmin", "secadmin"])
def test_no_stranger_takes_a_signer_off(world: World, stranger: str) -> None:
    """Elsewhere any user with the right to edit tasks deletes any signer by his number."""
    case = world.run_to("section_review")
    child = helping_hands.add_sign(
        case_id=case.pk, assignment_id=world.open(case, "section_review").pk, how="before", to=world.user("auditor"), request="请看。",
        actor=world.user("chief.psu"), now=world.now(),
    )  # fmt: skip
    with pytest.raises(Forbidden):
        helping_hands.remove_sign(case_id=case.pk, assignment_id=child.pk, reason="不需要。", actor=world.user(stranger), now=world.now())
    child.refresh_from_db()
    assert child.closed_at is None


@pytest.mark.parametrize("operation", sorted(policy.POLICY))
def test_every_operation_asks_the_table_and_a_person_without_any_relation_may_do_none(operation: str) -> None:
    """Elsewhere the jump after a rejection was not checked at all."""
    outsider = policy.Situation(frozenset(), policy.State.RUNNING, "countersign")
    answer = policy.verdict(operation, outsider)
    assert not answer.allowed
    assert answer.reason


def test_a_return_is_permission_checked_like_any_act(world: World) -> None:
    case = world.run_to("section_review")
    for stranger in ("chief.admin", "deputy", "dongfanglu.head", "steward"):
        with pytest.raises(Forbidden):
            world.act(case, "section_review", stranger, "return", "请补充。", target="evaluate")
    assert opened(case) == ["section_review"]


def test_who_has_to_decide_may_read_what_he_decides_on_and_may_read_it_afterwards(world: World) -> None:
    """他都没权限，他能审批个蛋: the handler sees the case, before and after he acted."""
    case, person = world.run_to("countersign"), world.user("finance.countersign")
    held = access.standings(person, world.now())
    assert case_for(person, case.pk, held, world.now()) == case
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    assert case_for(person, case.pk, held, world.now()) == case
    with pytest.raises(Missing):
        stranger = world.user("organization.countersign")
        case_for(stranger, case.pk, access.standings(stranger, world.now()), world.now())


# Votes


def test_a_transfer_is_no_vote_and_no_voter(world: World) -> None:
    """Three voters, two thirds, one transfer: elsewhere two of four; here two of three decide."""
    colleague(world, "finance2", "countersigner", "finance")
    case = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    for who, to in (("finance.countersign", "finance2"), ("finance2", "finance.countersign")):
        handing.transfer(
            case_id=case.pk, assignment_id=world.open(case, "countersign", "finance").pk, to=world.user(to), reason="出差。",
            actor=world.user(who), now=world.now(),
        )  # fmt: skip
    vote(world, case, "finance", "agree")
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["section_review"]


def test_a_delegates_or_signers_word_is_no_vote(world: World) -> None:
    colleague(world, "finance2", "countersigner", "finance")
    case = asked(world, mode="all")
    child = handing.delegate(
        case_id=case.pk, assignment_id=world.open(case, "countersign", "finance").pk, to=world.user("finance2"), request="请核对。",
        actor=world.user("finance.countersign"), now=world.now(),
    )  # fmt: skip
    world.speak(case, child, "finance2", "disagree", "经费不足。")
    assert waiting(case) == ["finance", "personnel"]
    own = Assignment.objects.get(case=case, unit__code="finance", via="")
    world.speak(case, own, "finance.countersign", "agree")
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["section_review"]


def test_votes_of_parallel_branches_and_of_other_cases_do_not_mix(world: World) -> None:
    """Elsewhere the sum ran over all active people of the instance."""
    first = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    second = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    vote(world, first, "finance", "agree")
    vote(world, second, "personnel", "agree")
    assert waiting(first) == ["personnel", "organization_dept"]
    assert waiting(second) == ["finance", "organization_dept"]


def test_votes_of_an_earlier_pass_are_shown_and_not_counted(world: World) -> None:
    case = asked(world, mode="all")
    vote(world, case, "finance", "agree")
    vote(world, case, "personnel", "disagree")
    world.step(case, "evaluate")
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["personnel"]
    said = [step.opinion.outcome for step in timeline(case)[0].steps if step.opinion and step.assignment.node == "countersign"]
    assert sorted(said) == ["agree", "agree", "disagree"]


@pytest.mark.parametrize("order", [("finance", "personnel"), ("personnel", "finance")])
def test_a_rejection_counts_whoever_votes_last(world: World, order: tuple[str, str]) -> None:
    """Elsewhere a rejection only left a note, and the last member's button decided for all."""
    case = asked(world, mode="all", wait_all=True)
    vote(world, case, order[0], "disagree")
    vote(world, case, order[1], "agree")
    assert waiting(case) == ["evaluate"]


def test_a_rejection_is_counted_not_obeyed_where_a_ballot_is_taken(world: World) -> None:
    """Elsewhere the first rejection ended everything: a veto for everybody under the name of a vote."""
    case = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    vote(world, case, "finance", "disagree")
    vote(world, case, "personnel", "agree")
    vote(world, case, "organization_dept", "agree")
    assert waiting(case) == ["section_review"]


def test_no_share_is_a_percentage() -> None:
    panel = panels.Panel.of({"mode": "ballot", "threshold": [2, 3], "strict": False})
    assert panel.threshold == Fraction(2, 3)
    votes = {f"e{n}": "agree" for n in range(66)}
    assert panels.tally(panel, [f"e{n}" for n in range(99)], votes).result == "approved"


def test_asking_somebody_locks_no_other_countersigner_out(world: World) -> None:
    """Elsewhere a consultation replaced the whole list of handlers."""
    case = world.run_to("countersign")
    exchanging.ask(
        case_id=case.pk, assignment_id=world.open(case, "countersign", "finance").pk, kind="question", unit=world.unit("office_psu"),
        role="officer", text="口径？", due=None, key=uuid4(), actor=world.user("finance.countersign"), now=world.now(),
    )  # fmt: skip
    world.act(case, "countersign", "personnel.countersign", "agree", unit="personnel")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    assert case.node == "section_review"


def test_ending_a_case_in_the_middle_of_a_countersign_fails_nowhere(world: World) -> None:
    """Elsewhere the list of handlers was changed while it was walked through."""
    case = world.run_to("countersign")
    ending.end(case_id=case.pk, how="terminate", reason="停止。", basis="批示", actor=world.user("steward"), now=world.now())
    assert opened(case) == []
    assert set(closed_as(case, "finance") + closed_as(case, "personnel")) == {"cancelled"}


# Returns and history


def test_a_return_deletes_nothing(world: World) -> None:
    """Elsewhere the siblings' tasks vanish from history, or the suffix is removed."""
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    before = {row.pk for row in Assignment.objects.filter(case=case)}
    tasks = {task.pk for task in case.process.task_set.all()}
    world.act(case, "countersign", "personnel.countersign", "return", "请补充。", unit="personnel")
    assert before <= {row.pk for row in Assignment.objects.filter(case=case)}
    assert tasks <= {task.pk for task in case.process.task_set.all()}
    assert closed_as(case, "finance") == ["done"]
    assert Opinion.objects.filter(assignment__case=case, assignment__unit__code="finance").exists()


def test_work_that_a_return_made_void_stays_readable_as_such(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "personnel.countersign", "return", "请补充。", unit="personnel", target="evaluate")
    assert closed_as(case, "finance") == ["void_by_return"]
    assert any(step.assignment.closed_as == "void_by_return" for steps in timeline(case) for step in steps.steps)


def test_a_return_to_a_step_of_several_people_gives_all_of_them_their_tasks_again(world: World) -> None:
    """Elsewhere a return to a multi-instance step produced no task at all."""
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "请重新会签。", target="evaluate")
    world.step(case, "evaluate")
    assert waiting(case) == ["finance", "personnel"]
    assert set(Assignment.objects.filter(case=case, node="countersign", closed_at__isnull=True).values_list("pass_no", flat=True)) == {2}


def test_from_inside_a_parallel_branch_a_case_can_be_returned(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "return", "请补充。", unit="finance", target="evaluate")
    assert opened(case) == ["evaluate"]
    assert world.run_to("closed", case).state == "closed"


def test_a_returned_step_never_passes_by_itself_even_for_the_same_person(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "请再看。", target="section_review")
    assert opened(case) == ["section_review"]
    assert Assignment.objects.filter(case=case, node="section_review", closed_as="done").count() == 1


def test_what_the_returned_unit_had_filled_in_is_all_still_there(world: World) -> None:
    """Elsewhere fields without edit rights were lost by a return."""
    case = world.run_to("section_review")
    asked_for = payload_of(newest(case))
    world.act(case, "section_review", "chief.psu", "return", "请补充。")
    draft = newest(case)
    assert (payload_of(draft), draft.frozen_at) == (asked_for, None)
    assert draft.attachments.count() == case.versions.get(n=1).attachments.count()


def test_a_return_names_its_defects_field_by_field(world: World) -> None:
    case = world.run_to("section_review")
    defects = [{"field": "finance", "problem": "缺少经费来源"}, {"field": "material:minutes", "problem": "未盖章"}]
    world.act(case, "section_review", "chief.psu", "return", "请补充。", defects=defects)
    assert Return.objects.get().defects == defects
    with pytest.raises(Refused) as refused:
        again = world.run_to("section_review", case)
        world.act(again, "section_review", "chief.psu", "return", "  ")
    assert refused.value.field == "text"


def test_approve_and_return_of_one_task_are_not_both_done(world: World) -> None:
    """With threads in `test_operation_races`; here two tabs one after the other."""
    case = world.run_to("section_review")
    task = world.open(case, "section_review")
    world.speak(case, task, "chief.psu", "pass")
    with pytest.raises(Conflict) as refused:
        world.speak(case, task, "chief.psu", "return", "请补充。")
    assert "李岩" in refused.value.message
    invariants.hold([case.pk])


# Records


def test_the_trail_shows_a_case_as_it_is_after_the_act(world: World) -> None:
    """Elsewhere the snapshot was taken before the fields were updated, and the trail showed the values of the step before."""
    case = world.run_to("evaluate")
    changed = {**payload_of(newest(case)), "lines": [{**payload_of(newest(case))["lines"][0], "quantity": 20}]}
    world.act(case, "evaluate", "officer.psu", "propose", report="核减5名。", payload=changed)
    told = Entry.objects.filter(chain=case.subject, verb="cases.evaluate.propose").latest("n")
    body = json.loads(told.body)
    after, before = body["after"], body["before"]
    assert (before["version"], after["version"], after["digest"]) == (1, 2, newest(case).digest)
    assert (before["node"], after["node"]) == ("evaluate", "countersign")
    opinion = Opinion.objects.get(assignment__case=case, assignment__node="evaluate")
    assert (opinion.version, opinion.digest) == (newest(case), newest(case).digest)


def test_forty_handlers_of_one_step_are_forty_handlers(world: World) -> None:
    """Elsewhere the handlers are one text of 255 characters, and whoever is cut off may not act."""
    for n in range(10, 50):
        colleague(world, f"countersigner.with.a.long.name.{n}", "countersigner", "finance")
    case = world.run_to("countersign")
    task = world.open(case, "countersign", "finance")
    people = access.holders("countersigner", world.unit("finance"), world.now())
    assert len(people) == 41
    last = people[-1] if people[-1].username.startswith("countersigner") else people[-2]
    assert on_the_desk(last, access.standings(last, world.now())).filter(pk=task.pk).exists()
    world.act(case, "countersign", last.username, "agree", unit="finance")
    assert Opinion.objects.filter(assignment=task, actor=last).exists()


def test_a_copy_goes_once_to_each_reader_and_a_circulation_survives_returns(world: World) -> None:
    case, chief = world.run_to("section_review"), world.user("chief.psu")
    readers = [world.user("education.head"), world.user("education.head"), world.user("auditor")]
    for kind in ("copy", "circulate"):
        exchanging.send(case_id=case.pk, kind=kind, readers=readers, actor=chief, now=world.now())
        exchanging.send(case_id=case.pk, kind=kind, readers=readers, actor=chief, now=world.now())
    world.act(case, "section_review", "chief.psu", "return", "请补充。")
    assert Circulation.objects.filter(case=case, cancelled_at__isnull=True).count() == 4
    first = Circulation.objects.get(case=case, kind="circulate", reader=readers[0])
    exchanging.read(circulation_id=first.pk, remark="已阅。", actor=readers[0], now=world.now())
    assert Circulation.objects.get(pk=first.pk).remark == "已阅。"


def test_a_message_that_cannot_be_sent_undoes_no_act(world: World) -> None:
    """Elsewhere a failing text message rolled the start back, or left a process without its form."""
    case = world.run_to("section_review")
    notices = Notice.objects.count()
    world.act(case, "section_review", "chief.psu", "pass")
    assert case.node == "deputy_review"
    assert Notice.objects.count() == notices
    assert Job.objects.filter(task="cases.notify", done_at__isnull=True).exists()


def test_no_clock_approves_anything(world: World) -> None:
    case = world.run_to("section_review")
    before = Opinion.objects.count()
    Assignment.objects.filter(case=case, closed_at__isnull=True).update(due="2026-01-01")
    clock()
    assert (Opinion.objects.count(), opened(case)) == (before, ["section_review"])


def test_a_step_nobody_can_perform_waits_and_is_not_passed(world: World) -> None:
    case = world.run_to("section_review")
    appointments = world.user("deputy").appointments.all()
    appointments.update(valid_to=world.clock.date())
    world.act(case, "section_review", "chief.psu", "pass")
    assert opened(case) == ["deputy_review"]
    assert access.holders("deputy", world.unit("office"), world.now()) == []


def test_a_rejected_matter_issues_a_refusal_and_no_reply(world: World) -> None:
    case = world.run_to("deliberate")
    world.act(case, "deliberate", "secretary", "reject", "条件不成熟。", **{**VOTE, "votes_for": 0, "votes_against": 8})
    world.act(case, "draft_document", "officer.psu", "draft", title="关于调剂编制的复函", paragraphs=["暂不同意。"])
    world.act(case, "sign", "chair", "sign")
    assert list(Paper.objects.values_list("kind", flat=True)) == ["D12"]
    assert case.state == "refused"


def test_what_a_person_did_stays_on_his_list_after_a_transfer_and_a_return(world: World) -> None:
    colleague(world, "chief2", "chief", "office_psu")
    case = world.run_to("section_review")
    handing.transfer(
        case_id=case.pk, assignment_id=world.open(case, "section_review").pk, to=world.user("chief2"), reason="出差。",
        actor=world.user("chief.psu"), now=world.now(),
    )  # fmt: skip
    world.act(case, "section_review", "chief2", "return", "请补充。")
    assert [row.case_id for row in handled(world.user("chief.psu")).rows] == [case.pk]
    with pytest.raises(Conflict):
        edit(world, world.run_to("section_review", case), measurement="改。")


def test_one_person_with_several_tabs_answers_once(world: World) -> None:
    case, key = world.run_to("section_review"), uuid4()
    task, version, chief = world.open(case, "section_review"), newest(case).n, world.user("chief.psu")
    given = {
        acting.act(
            case_id=case.pk, assignment_id=task.pk, version_n=version, key=key, outcome="pass", actor=chief, now=world.now()
        ).pk
        for _ in range(3)
    }  # fmt: skip
    assert len(given) == 1
