"""What an act is refused for, with the reason a person reads, and that nothing is half-written."""

from uuid import uuid4

import pytest

from tests.world import SESSION, VOTE, World
from workflows.access import operations as access
from workflows.audit.models import Entry
from workflows.cases.acts import PaperScan
from workflows.cases.models import Assignment, Case, DutyConflict, Opinion
from workflows.cases.operations import acting, drafts
from workflows.cases.operations.versions import newest
from workflows.establishment.models import Transfer
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.outbox.models import Job


def rows() -> tuple[int, ...]:
    """How much has been written so far, in every table an act writes to."""
    return tuple(model.objects.count() for model in (Opinion, Entry, Transfer, Job, Assignment))


@pytest.mark.parametrize("who", ["dongfanglu.clerk", "education.head", "general", "auditor", "sysadmin", "chair"])
def test_only_the_unit_head_endorses(world: World, who: str) -> None:
    case = world.run_to("endorse")
    before = rows()
    with pytest.raises(Forbidden) as refused:
        world.act(case, "endorse", who, "approve", **SESSION)
    assert refused.value.code == "wrong_office"
    assert "东方路街道" in refused.value.message
    assert rows() == before


def test_another_units_countersign_is_not_given_for_it(world: World) -> None:
    case = world.run_to("countersign")
    with pytest.raises(Forbidden):
        world.act(case, "countersign", "finance.countersign", "agree", unit="personnel")


def test_nobody_decides_on_what_he_proposed(world: World) -> None:
    clerk = world.user("dongfanglu.clerk")
    access.appoint(
        user=clerk,
        role="chief",
        unit=world.unit("office_psu"),
        basis="测试任职",
        valid_from=world.clock.date(),
        actor=None,
        now=world.now(),
    )
    case = world.run_to("section_review")
    before = rows()
    with pytest.raises(Forbidden) as refused:
        world.act(case, "section_review", "dongfanglu.clerk", "pass")
    assert refused.value.code == "duty_conflict"
    assert "周文" in refused.value.message
    assert rows() == before


def test_a_stand_in_counts_as_the_person_he_stands_for(world: World) -> None:
    """The chief stands in for the officer and evaluates; then his own review is barred."""
    now = world.now()
    access.stand_in(
        principal=world.user("officer.psu"), deputy=world.user("chief.psu"), reason="休假", valid_from=now,
        valid_to=now.replace(year=2027), actor=None, now=now,
    )  # fmt: skip
    case = world.run_to("evaluate")
    given = world.act(case, "evaluate", "chief.psu", "propose", report="代为论证。")
    assert given.in_name_of == world.user("officer.psu")
    world.step(case, "countersign")
    with pytest.raises(Forbidden) as refused:
        world.act(case, "section_review", "chief.psu", "pass")
    assert refused.value.code == "duty_conflict"


def test_a_lifted_policy_row_lets_a_small_office_go_on(world: World) -> None:
    deputy = world.user("deputy")
    access.appoint(
        user=deputy,
        role="signatory",
        unit=world.unit("commission"),
        basis="测试任职",
        valid_from=world.clock.date(),
        actor=None,
        now=world.now(),
    )
    case = world.run_to("sign")
    with pytest.raises(Forbidden):
        world.act(case, "sign", "deputy", "sign")
    DutyConflict.objects.filter(first="deputy", second="sign", liftable=True).update(lifted_reason="编办仅有领导2人")
    world.act(case, "sign", "deputy", "sign")
    assert case.node == "implement"


def test_a_task_of_another_case_in_the_address_is_not_found(world: World) -> None:
    first, second = world.run_to("endorse"), world.run_to("endorse", world.draft())
    foreign = world.open(second, "endorse")
    before = rows()
    with pytest.raises(Missing) as refused:
        acting.act(
            case_id=first.pk, assignment_id=foreign.pk, version_n=1, key=uuid4(), outcome="approve", data=SESSION,
            actor=world.user("dongfanglu.head"), now=world.now(),
        )  # fmt: skip
    assert refused.value.code == "foreign_task"
    assert rows() == before


def test_a_double_click_gets_the_first_answer_again(world: World) -> None:
    case = world.run_to("section_review")
    assignment, key = world.open(case, "section_review"), uuid4()
    answers = [
        acting.act(
            case_id=case.pk, assignment_id=assignment.pk, version_n=newest(case).n, key=key, outcome="pass",
            actor=world.user("chief.psu"), now=world.now(),
        )
        for _ in range(3)
    ]  # fmt: skip
    assert len({answer.pk for answer in answers}) == 1
    assert Assignment.objects.filter(case=case, node="deputy_review").count() == 1


def test_a_stale_tab_is_told_who_did_what_and_when(world: World) -> None:
    case = world.run_to("section_review")
    assignment = world.open(case, "section_review")
    world.act(case, "section_review", "chief.psu", "pass")
    with pytest.raises(Conflict) as refused:
        acting.act(
            case_id=case.pk, assignment_id=assignment.pk, version_n=newest(case).n, key=uuid4(), outcome="return", text="请补充。",
            actor=world.user("chief.psu"), now=world.now(),
        )  # fmt: skip
    assert refused.value.status == 409
    assert "李岩" in refused.value.message
    assert "审核通过" in refused.value.message


def test_an_older_version_cannot_be_decided_on(world: World) -> None:
    case = world.run_to("section_review")
    with pytest.raises(Conflict) as refused:
        acting.act(
            case_id=case.pk, assignment_id=world.open(case, "section_review").pk, version_n=7, key=uuid4(), outcome="pass",
            actor=world.user("chief.psu"), now=world.now(),
        )  # fmt: skip
    assert refused.value.code == "stale_version"


@pytest.mark.parametrize(
    ("node", "who", "outcome", "field"),
    [
        ("endorse", "dongfanglu.head", "back", "text"),
        ("endorse", "dongfanglu.head", "approve", "session"),
        ("accept", "general", "refuse", "reason"),
        ("accept", "general", "supplement", "defects"),
        ("evaluate", "officer.psu", "propose", "report"),
        ("evaluate", "officer.psu", "return", "text"),
        ("draft_document", "officer.psu", "draft", "title"),
        ("sign", "chair", "back", "text"),
        ("sign", "chair", "maybe", "outcome"),
    ],
)
def test_what_an_outcome_needs_is_named_at_its_field(world: World, node: str, who: str, outcome: str, field: str) -> None:
    case = world.run_to(node)
    with pytest.raises(Refused) as refused:
        world.act(case, node, who, outcome)
    named = {finding.field for finding in refused.value.findings} | {refused.value.field}
    assert field in named


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"present": 7}, "entitled"),
        ({"votes_for": 9}, "present"),
        ({"votes_for": "many"}, "votes_for"),
        ({"votes_for": -1}, "votes_for"),
        ({"entitled": 12, "present": 7, "absent": 5, "votes_for": 7}, "present"),
        ({"votes_for": 4, "votes_against": 4}, "votes_for"),
        ({"held_on": "2026-12-01"}, "held_on"),
        ({"held_on": "昨天"}, "held_on"),
        ({"file": {}}, "file"),
    ],
)
def test_a_deliberation_that_does_not_add_up_is_refused(world: World, changed: dict[str, object], field: str) -> None:
    case = world.run_to("deliberate")
    before = rows()
    with pytest.raises(Refused) as refused:
        world.act(case, "deliberate", "secretary", "approve", **{**VOTE, **changed})
    assert refused.value.findings
    assert field in {finding.field for finding in refused.value.findings}
    assert rows() == before


def test_a_vote_that_carried_is_not_recorded_as_rejected(world: World) -> None:
    case = world.run_to("deliberate")
    with pytest.raises(Refused):
        world.act(case, "deliberate", "secretary", "reject", "不同意。", **VOTE)


def test_a_leaders_signature_on_paper_is_recorded_by_a_named_officer(world: World) -> None:
    case = world.run_to("sign")
    scan = PaperScan("杨重", "a" * 64, "签批单.pdf")
    opinion = acting.act(
        case_id=case.pk, assignment_id=world.open(case, "sign").pk, version_n=newest(case).n, key=uuid4(), outcome="sign", paper=scan,
        actor=world.user("secretary"), now=world.now(),
    )  # fmt: skip
    assert (opinion.signed_by, opinion.recorded_from_paper) == ("杨重", "a" * 64)
    entry = Entry.objects.filter(verb="cases.sign.sign").get()
    assert '"signed_by":"杨重"' in entry.body


def test_paper_is_not_accepted_from_just_anybody_nor_for_every_step(world: World) -> None:
    case = world.run_to("sign")
    scan = PaperScan("杨重", "a" * 64, "签批单.pdf")

    def record(who: str) -> None:
        acting.act(
            case_id=case.pk, assignment_id=world.open(case, case.node).pk, version_n=newest(case).n, key=uuid4(), outcome="sign",
            paper=scan, actor=world.user(who), now=world.now(),
        )  # fmt: skip

    with pytest.raises(Forbidden) as refused:
        record("dongfanglu.clerk")
    assert refused.value.code == "not_recorder"
    world.step(case, "sign")
    with pytest.raises(Forbidden) as refused:
        record("secretary")
    assert refused.value.code == "not_recordable"


def test_more_posts_than_the_pool_holds_are_not_even_submitted(world: World) -> None:
    line = {
        "unit": world.unit("dongfanglu_service").pk,
        "kind": "PSU-F",
        "quantity": 121,
        "source": "pool",
        "giver": None,
        "direction": "up",
    }
    case = world.draft(lines=[line])
    with pytest.raises(Refused) as refused:
        world.act(case, "draft", "dongfanglu.clerk", "submit")
    assert any(finding.code == "C05" for finding in refused.value.findings)


def test_two_cases_on_the_last_posts_the_second_acceptance_says_what_is_left(world: World) -> None:
    line = {
        "unit": world.unit("dongfanglu_service").pk,
        "kind": "PSU-F",
        "quantity": 70,
        "source": "pool",
        "giver": None,
        "direction": "up",
    }
    first = world.run_to("accept", world.draft(lines=[line]))
    second = world.run_to("accept", world.draft(lines=[line]))
    world.step(first, "accept")
    with pytest.raises(Refused) as refused:
        world.step(second, "accept")
    assert refused.value.code == "insufficient"
    assert "50" in refused.value.message
    second.refresh_from_db()
    assert (second.node, second.route) == ("accept", None)


@pytest.mark.parametrize("quantity", [-3, 0, 2.5, "25名", 10**9, True])
def test_a_quantity_is_a_whole_positive_number(world: World, quantity: object) -> None:
    line = {
        "unit": world.unit("dongfanglu_service").pk,
        "kind": "PSU-F",
        "quantity": quantity,
        "source": "pool",
        "giver": None,
        "direction": "up",
    }
    case = world.draft(lines=[line])
    with pytest.raises(Refused):
        world.act(case, "draft", "dongfanglu.clerk", "submit")
    assert case.number is None


def test_a_clerk_opens_no_case_for_another_unit(world: World) -> None:
    with pytest.raises(Forbidden) as refused:
        world.draft(unit="education")
    assert refused.value.code == "not_clerk"
    assert not Case.objects.exists()


def test_a_colleagues_later_save_is_not_overwritten(world: World) -> None:
    case = world.draft()
    with pytest.raises(Conflict) as refused:
        drafts.save_draft(case_id=case.pk, payload={"title": "旧"}, saves=0, actor=world.user("dongfanglu.clerk"), now=world.now())
    assert refused.value.code == "stale_draft"


def test_a_submitted_version_is_not_edited_any_more(world: World) -> None:
    case = world.run_to("endorse")
    with pytest.raises(Conflict) as refused:
        drafts.save_draft(case_id=case.pk, payload={"title": "新"}, saves=1, actor=world.user("dongfanglu.clerk"), now=world.now())
    assert refused.value.code == "frozen"


def test_a_strangers_draft_is_not_there(world: World) -> None:
    case = world.draft()
    with pytest.raises(Missing):
        drafts.save_draft(case_id=case.pk, payload={}, saves=1, actor=world.user("education.clerk"), now=world.now())


def test_a_missing_discussion_record_blocks_submission(world: World) -> None:
    case = world.draft()
    version = newest(case)
    version.attachments.filter(material__code="minutes").delete()
    with pytest.raises(Refused) as refused:
        world.act(case, "draft", "dongfanglu.clerk", "submit")
    assert any(finding.code == "C31" for finding in refused.value.findings)
