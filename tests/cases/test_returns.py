"""退回 to any completed step, 重走 and 直达, and what becomes of the reservation (OPERATIONS §1.8, §1.9)."""

import pytest

from tests.world import World
from workflows.cases.models import Assignment, Case, Return, Round
from workflows.cases.operations import drafts, returning
from workflows.cases.operations.versions import newest, payload_of
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Refused

DEFECT = [{"field": "measurement", "problem": "测算口径不清"}]


def edit(world: World, case: Case, **changes: object) -> None:
    version = newest(case)
    payload = {**payload_of(version), **changes}
    drafts.save_draft(case_id=case.pk, payload=payload, saves=version.saves, actor=world.user("dongfanglu.clerk"), now=world.now())


def codes(case: Case) -> list[str]:
    return list(Transfer.objects.filter(subject=case.subject).order_by("pk").values_list("code", flat=True))


def test_the_targets_are_the_completed_steps_before_this_one(world: World) -> None:
    case = world.run_to("deputy_review")
    assert returning.targets(case, "deputy_review") == ["draft", "endorse", "accept", "evaluate", "section_review"]
    assert returning.targets(case, "evaluate") == ["draft", "endorse", "accept"]


def test_an_inner_return_goes_to_whoever_did_it_and_keeps_the_reservation(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "请补充比较数据。", target="evaluate", defects=DEFECT)
    assert case.node == "evaluate"
    assert codes(case) == ["reserve"]
    again = world.open(case, "evaluate")
    assert (again.assignee, again.pass_no) == (world.user("officer.psu"), 2)
    assert Return.objects.get().target == "evaluate"
    world.run_to("closed", case)
    assert codes(case) == ["reserve", "post"]


def test_a_return_to_before_acceptance_gives_the_posts_back(world: World) -> None:
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "受理依据有误。", target="accept")
    assert case.node == "accept"
    assert codes(case) == ["reserve", "void"]
    world.run_to("closed", case)
    assert codes(case) == ["reserve", "void", "reserve", "post"]


@pytest.mark.parametrize("target", ["sign", "countersign", "nowhere", "deputy_review", "confirm"])
def test_a_step_the_case_never_passed_is_no_target(world: World, target: str) -> None:
    case = world.run_to("section_review")
    with pytest.raises(Refused) as refused:
        world.act(case, "section_review", "chief.psu", "return", "请补充。", target=target)
    assert (refused.value.code, refused.value.field) == ("no_target", "target")


def test_a_returned_step_never_passes_by_itself(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "请重新审核。", target="section_review")
    assert [row.node for row in Assignment.objects.filter(case=case, closed_at__isnull=True)] == ["section_review"]


def test_a_clerical_correction_within_the_listed_defects_goes_straight(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "测算口径不清。", defects=DEFECT)
    edit(world, case, measurement="口径已写明：日均办件96件，人均2.3件，需42名。")
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    assert Round.objects.get(case=case, n=2).mode == "direct"
    assert codes(case) == ["reserve", "void"]
    world.step(case, "endorse")
    assert case.node == "deputy_review"
    assert codes(case) == ["reserve", "void", "reserve"]
    assert world.open(case, "deputy_review").assignee is None or world.open(case, "deputy_review").assignee == world.user("deputy")
    world.run_to("closed", case)
    assert codes(case)[-1] == "post"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"finance": "每年新增500万元。"}, "finance"),
        ({"measurement": "改了", "title": "关于调剂26名事业编制的请示"}, "title"),
    ],
)
def test_a_change_outside_the_defects_forces_the_case_to_run_through_again(world: World, changes: dict[str, object], named: str) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "测算口径不清。", defects=DEFECT)
    edit(world, case, **changes)
    with pytest.raises(Refused) as refused:
        world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    assert refused.value.code == "not_direct"
    assert named in refused.value.message
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="rerun")
    world.step(case, "endorse")
    assert case.node == "accept"


def test_changed_posts_never_go_straight_even_if_listed(world: World) -> None:
    case = world.run_to("deputy_review")
    world.act(case, "deputy_review", "deputy", "return", "数额请核减。", defects=[{"field": "lines", "problem": "核减"}])
    lines = payload_of(newest(case))["lines"]
    edit(world, case, lines=[{**lines[0], "quantity": 20}])
    with pytest.raises(Refused) as refused:
        world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    assert refused.value.code == "not_direct"


def test_going_straight_is_refused_when_the_giver_no_longer_has_the_posts(world: World) -> None:
    line = {
        "unit": world.unit("dongfanglu_service").pk,
        "kind": "PSU-F",
        "quantity": 70,
        "source": "pool",
        "giver": None,
        "direction": "up",
    }
    first = world.run_to("deputy_review", world.draft(lines=[line]))
    world.act(first, "deputy_review", "deputy", "return", "测算口径不清。", defects=DEFECT)
    edit(world, first, measurement="口径已写明。")
    world.act(first, "draft", "dongfanglu.clerk", "submit", mode="direct")
    other = world.run_to("evaluate", world.draft(lines=[line]))
    with pytest.raises(Refused) as refused:
        world.step(first, "endorse")
    assert refused.value.code == "not_direct"
    assert other.node == "evaluate"
    assert Account.objects.get(unit__code="district", kind__code="PSU-F", bucket="held").balance == 70


def test_straight_to_the_countersign_asks_only_those_who_had_not_spoken(world: World) -> None:
    case = world.run_to("countersign")
    world.act(case, "countersign", "finance.countersign", "agree", unit="finance")
    world.act(case, "countersign", "personnel.countersign", "return", "岗位测算不清。", unit="personnel", defects=DEFECT)
    assert case.node == "draft"
    edit(world, case, measurement="岗位测算已补充。")
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    world.step(case, "endorse")
    waiting = Assignment.objects.filter(case=case, node="countersign", closed_at__isnull=True)
    assert [row.unit.code for row in waiting] == ["personnel"]
    world.run_to("closed", case)
    assert case.state == "closed"
