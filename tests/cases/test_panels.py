"""Several people on one node: the rule itself against every way the voting can go on, and panels end to end (OPERATIONS §1.1–3)."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.cases.test_operations import colleague
from tests.world import COUNTERSIGNERS, World
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import handing, helping_hands, withdrawing
from workflows.cases.panels import MODES, Panel, next_electors, tally
from workflows.lib.refusals import Conflict

VOTES = ("agree", "disagree", "none")
ELECTORS = ["a", "b", "c", "d"]


@st.composite
def votings(draw: st.DrawFn, modes: tuple[str, ...] = MODES) -> tuple[Panel, list[str], dict[str, str]]:
    """A panel, its electorate, and some of the votes; `mode` fixes the mode."""
    electorate = ELECTORS[: draw(st.integers(1, 4))]
    whole = draw(st.integers(1, 4))
    panel = Panel(
        mode=draw(st.sampled_from(modes)),
        threshold=Fraction(draw(st.integers(1, whole)), whole),
        strict=draw(st.booleans()),
        quorum=Fraction(draw(st.integers(0, 4)), 4),
        veto=frozenset(draw(st.sets(st.sampled_from(ELECTORS), max_size=2))),
        wait_all=draw(st.booleans()),
    )
    spoken = draw(st.lists(st.sampled_from(electorate), unique=True))
    return panel, electorate, {elector: draw(st.sampled_from(VOTES)) for elector in spoken}


def final_results(panel: Panel, electorate: list[str], votes: dict[str, str]) -> set[str]:
    """What can still come out: every completion of the votes, counted when everybody has spoken."""
    waiting = [elector for elector in electorate if elector not in votes]
    completions = itertools.product(VOTES, repeat=len(waiting))
    return {tally(panel, electorate, {**votes, **dict(zip(waiting, last, strict=True))}).result for last in completions}


@given(votings())
def test_a_panel_decides_early_only_what_no_outstanding_vote_can_change(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    panel, electorate, votes = voting
    assume(panel.mode != "any")
    found = tally(panel, electorate, votes)
    possible = final_results(panel, electorate, votes)
    if found.result != "pending":
        assert possible == {found.result}
    elif panel.mode != "opinions" and not panel.wait_all and len(votes) >= panel.quorum * len(electorate):
        # Short of the quorum nothing is decided yet, even where every full count would come out the same.
        assert len(possible) > 1, "certain, and yet the others are still asked"


@given(votings())
def test_who_has_to_be_heard_is_heard(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    panel, electorate, votes = voting
    if panel.wait_all or panel.mode == "opinions":
        assert tally(panel, electorate, votes).closes is (len(votes) == len(electorate))
    else:
        assert tally(panel, electorate, votes).closes is (tally(panel, electorate, votes).result != "pending")


@given(votings())
def test_when_all_have_spoken_the_panel_is_over(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    panel, electorate, votes = voting
    full = {elector: votes.get(elector, "none") for elector in electorate}
    found = tally(panel, electorate, full)
    assert found.closes
    assert found.result in {"approved", "rejected"}
    assert sum(found.counts.values()) == len(electorate)
    assert next_electors(panel, electorate, full) == []


@given(votings(("any",)))
def test_the_first_voice_decides_where_one_is_enough(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    """或签: a veto holder who has not spoken is the one exception; an abstention decides nothing."""
    panel, electorate, votes = voting
    found = tally(panel, electorate, votes)
    if found.result == "approved":
        assert "agree" in votes.values()
        assert not any(votes.get(elector) == "disagree" for elector in panel.veto if elector in electorate)
        assert all(elector in votes for elector in panel.veto if elector in electorate)


@given(votings(), st.sampled_from(ELECTORS))
def test_a_veto_is_never_outvoted(voting: tuple[Panel, list[str], dict[str, str]], holder: str) -> None:
    panel, electorate, votes = voting
    assume(panel.mode != "opinions" and holder in electorate)
    armed = Panel(panel.mode, panel.threshold, panel.strict, panel.quorum, frozenset({holder}), panel.wait_all)
    assert "approved" not in final_results(armed, electorate, {**votes, holder: "disagree"})


@given(votings())
def test_a_voice_from_outside_the_electorate_counts_for_nothing(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    panel, electorate, votes = voting
    assert tally(panel, electorate, {**votes, "stranger": "agree", "other": "disagree"}) == tally(panel, electorate, votes)


@given(votings())
def test_one_after_the_other_means_one_at_a_time(voting: tuple[Panel, list[str], dict[str, str]]) -> None:
    panel, electorate, votes = voting
    waiting = [elector for elector in electorate if elector not in votes]
    assert next_electors(panel, electorate, votes) == (waiting[:1] if panel.mode == "sequence" else waiting)


@pytest.mark.parametrize(
    ("threshold", "strict", "agrees", "result"),
    [
        ([2, 3], False, 2, "approved"),  # 2/3 of 3 is 2 exactly; 66.67 % in floats would miss it
        ([2, 3], True, 2, "rejected"),
        ([1, 3], False, 1, "approved"),
        ([1, 3], True, 1, "rejected"),
        ([1, 1], False, 3, "approved"),
        ([1, 2], True, 2, "approved"),
    ],
)
def test_shares_are_exact_fractions_of_the_electorate(threshold: list[int], strict: bool, agrees: int, result: str) -> None:
    panel = Panel.of({"mode": "ballot", "threshold": threshold, "strict": strict})
    votes = {elector: "agree" if n < agrees else "disagree" for n, elector in enumerate("abc")}
    assert tally(panel, list("abc"), votes).result == result


def test_without_a_quorum_enough_voices_decide_nothing_yet() -> None:
    panel = Panel.of({"mode": "ballot", "threshold": [1, 3], "strict": False, "quorum": [2, 3]})
    assert tally(panel, list("abc"), {"a": "agree"}).result == "pending"
    assert tally(panel, list("abc"), {"a": "agree", "b": "none"}).result == "approved"


def test_an_unknown_mode_is_an_error_not_a_guess() -> None:
    with pytest.raises(ValueError, match="lottery"):
        Panel.of({"mode": "lottery"})


# End to end: the rule frozen on a route, two or three units asked.


def asked(world: World, *, consult: tuple[str, ...] = ("finance", "personnel"), **panel: object) -> Case:
    """A case whose countersign has just opened under this panel."""
    case = world.run_to("evaluate")
    units = {**case.route["units"], **{code: world.unit(code).pk for code in consult}}
    case.route = {**case.route, "consult": list(consult), "units": units, "panel": panel}
    case.save(update_fields=["route"])
    world.step(case, "evaluate")
    return case


def vote(world: World, case: Case, unit: str, outcome: str) -> None:
    world.act(case, "countersign", COUNTERSIGNERS[unit], outcome, "理由。", unit=unit)


def waiting(case: Case) -> list[str]:
    rows = Assignment.objects.filter(case=case, closed_at__isnull=True).exclude(via__in=["delegate", "before", "after"])
    return [row.unit.code if row.node == "countersign" else row.node for row in rows.select_related("unit").order_by("pk")]


def closed_as(case: Case, unit: str) -> list[str]:
    return list(
        Assignment.objects.filter(case=case, node="countersign", unit__code=unit).order_by("pk").values_list("closed_as", flat=True)
    )


def test_where_opinions_are_heard_a_disagreement_is_an_opinion(world: World) -> None:
    case = asked(world, mode="opinions")
    vote(world, case, "finance", "disagree")
    assert waiting(case) == ["personnel"]
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["section_review"]


@pytest.mark.parametrize(("outcome", "node"), [("agree", "section_review"), ("disagree", "evaluate")])
def test_where_one_is_enough_the_first_decides_and_the_other_is_released(world: World, outcome: str, node: str) -> None:
    case = asked(world, mode="any")
    late = world.open(case, "countersign", "personnel")
    vote(world, case, "finance", outcome)
    assert waiting(case) == [node]
    assert closed_as(case, "personnel") == ["cancelled"]
    with pytest.raises(Conflict):
        world.speak(case, late, "personnel.countersign", "agree")


def test_where_all_must_agree_one_objection_sends_it_back_and_the_next_pass_counts_anew(world: World) -> None:
    case = asked(world, mode="all")
    vote(world, case, "finance", "agree")
    vote(world, case, "personnel", "disagree")
    assert waiting(case) == ["evaluate"]
    world.step(case, "evaluate")
    assert waiting(case) == ["finance", "personnel"]
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["finance"]
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["section_review"]


def test_where_all_are_waited_for_an_objection_does_not_release_the_others(world: World) -> None:
    case = asked(world, mode="all", wait_all=True)
    vote(world, case, "finance", "disagree")
    assert waiting(case) == ["personnel"]
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["evaluate"]


def test_two_of_three_decide_a_ballot_and_the_third_is_released(world: World) -> None:
    case = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["personnel", "organization_dept"]
    vote(world, case, "organization_dept", "agree")
    assert waiting(case) == ["section_review"]
    assert closed_as(case, "personnel") == ["cancelled"]


def test_two_of_three_still_decide_after_one_of_the_three_handed_his_task_on(world: World) -> None:
    """Products that count history rows make it two of four there, and the third voter alone decides (OPERATIONS §2)."""
    other = colleague(world, "finance2", "countersigner", "finance")
    case = asked(world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[2, 3], strict=False)
    handing.transfer(
        case_id=case.pk, assignment_id=world.open(case, "countersign", "finance").pk, to=other, reason="出差。",
        actor=world.user("finance.countersign"), now=world.now(),
    )  # fmt: skip
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["organization_dept", "finance"]
    world.act(case, "countersign", "finance2", "agree", unit="finance")
    assert waiting(case) == ["section_review"]
    assert closed_as(case, "organization_dept") == ["cancelled"]


def test_a_veto_rejects_against_the_majority_and_is_waited_for(world: World) -> None:
    case = asked(
        world, consult=("finance", "personnel", "organization_dept"), mode="ballot", threshold=[1, 2], veto=["organization_dept"]
    )  # fmt: skip
    vote(world, case, "finance", "agree")
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["organization_dept"]
    vote(world, case, "organization_dept", "disagree")
    assert waiting(case) == ["evaluate"]


def test_one_after_the_other_opens_one_task_at_a_time_and_an_objection_ends_it(world: World) -> None:
    case = asked(world, consult=("finance", "personnel", "organization_dept"), mode="sequence")
    assert waiting(case) == ["finance"]
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["personnel"]
    vote(world, case, "personnel", "disagree")
    assert waiting(case) == ["evaluate"]
    assert closed_as(case, "organization_dept") == []
    world.step(case, "evaluate")
    for unit in ("finance", "personnel", "organization_dept"):
        assert waiting(case) == [unit]
        vote(world, case, unit, "agree")
    assert waiting(case) == ["section_review"]


def test_a_voice_in_a_sequence_is_taken_back_while_the_next_has_not_looked(world: World) -> None:
    case = asked(world, mode="sequence")
    vote(world, case, "finance", "agree")
    done = Assignment.objects.get(case=case, node="countersign", closed_as="done")
    withdrawing.withdraw(case_id=case.pk, assignment_id=done.pk, reason="有误。", actor=world.user("finance.countersign"), now=world.now())
    assert waiting(case) == ["finance"]
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["personnel"]


def test_a_unit_added_out_of_turn_does_not_open_the_one_whose_turn_it_is_twice(world: World) -> None:
    case = asked(world, mode="sequence")
    helping_hands.add_branch(
        case_id=case.pk, assignment_id=world.open(case, "countersign").pk, unit=world.unit("organization_dept"), reason="涉及职数。",
        actor=world.user("steward"), now=world.now(),
    )  # fmt: skip
    vote(world, case, "organization_dept", "agree")
    assert waiting(case) == ["finance"]
    vote(world, case, "finance", "agree")
    assert waiting(case) == ["personnel"]
    vote(world, case, "personnel", "agree")
    assert waiting(case) == ["section_review"]


def test_the_voice_that_decided_a_panel_is_not_taken_back(world: World) -> None:
    case = asked(world, mode="any")
    vote(world, case, "finance", "agree")
    done = Assignment.objects.get(case=case, node="countersign", closed_as="done")
    with pytest.raises(Conflict) as refused:
        withdrawing.withdraw(
            case_id=case.pk, assignment_id=done.pk, reason="有误。", actor=world.user("finance.countersign"), now=world.now()
        )
    assert refused.value.code == "policy_decided"


def test_after_a_direct_resubmission_a_ballot_is_taken_anew_by_everybody(world: World) -> None:
    case = asked(world, mode="all")
    vote(world, case, "finance", "agree")
    world.act(case, "countersign", "personnel.countersign", "return", "请说明。", unit="personnel", defects=[{"field": "measurement"}])
    world.act(case, "draft", "dongfanglu.clerk", "submit", mode="direct")
    world.step(case, "endorse")
    assert waiting(case) == ["finance", "personnel"]
