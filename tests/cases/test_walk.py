"""Every path of the flow, walked through the operations a click goes through."""

import pytest
from viewflow.workflow.status import PROCESS

from tests.world import VOTE, World
from workflows.cases.models import Assignment, Case, Return, Round, Stage, State, Suspension
from workflows.cases.operations import drafts
from workflows.cases.operations.versions import newest, payload_of
from workflows.documents.models import Paper
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Refused


def balance(unit: str, kind: str, bucket: str) -> int:
    row = Account.objects.filter(unit__code=unit, kind__code=kind, bucket=bucket).first()
    return row.balance if row else 0


def codes(case: Case) -> list[str]:
    return list(Transfer.objects.filter(subject=case.subject).order_by("pk").values_list("code", flat=True))


@pytest.mark.parametrize(
    ("node", "stage"),
    [
        ("draft", Stage.PROPOSE),
        ("endorse", Stage.PROPOSE),
        ("accept", Stage.EVALUATE),
        ("evaluate", Stage.EVALUATE),
        ("countersign", Stage.EVALUATE),
        ("section_review", Stage.EVALUATE),
        ("deputy_review", Stage.EVALUATE),
        ("deliberate", Stage.DELIBERATE),
        ("draft_document", Stage.DECIDE),
        ("sign", Stage.DECIDE),
        ("implement", Stage.IMPLEMENT),
        ("confirm", Stage.IMPLEMENT),
    ],
)
def test_the_case_waits_at_each_node_in_its_stage(world: World, node: str, stage: Stage) -> None:
    case = world.run_to(node)
    assert (case.node, case.stage) == (node, stage)
    assert Assignment.objects.filter(case=case, node=node, closed_at__isnull=True).exists()


def test_the_whole_way_moves_25_posts_from_the_pool_to_the_centre(world: World) -> None:
    case = world.run_to("closed")
    assert case.state == State.CLOSED
    assert case.process.status == PROCESS.DONE
    assert balance("district", "PSU-F", "pool") == 95
    assert balance("district", "PSU-F", "held") == 0
    assert balance("dongfanglu_service", "PSU-F", "vacant") == 26
    assert codes(case) == ["reserve", "post"]
    assert list(Paper.objects.values_list("kind", "number")) == [("D09", "示编委〔2026〕1号")]
    assert not Assignment.objects.filter(case=case, closed_at__isnull=True).exists()


def test_posts_are_reserved_at_acceptance_and_not_before(world: World) -> None:
    case = world.run_to("accept")
    assert balance("district", "PSU-F", "pool") == 120
    world.step(case, "accept")
    assert (balance("district", "PSU-F", "pool"), balance("district", "PSU-F", "held")) == (95, 25)


def test_the_unit_head_sends_a_draft_back_and_it_comes_again_as_version_2(world: World) -> None:
    case = world.run_to("endorse")
    world.act(case, "endorse", "dongfanglu.head", "back", "测算依据不够具体。")
    assert (case.node, case.state) == ("draft", State.RETURNED)
    assert newest(case).n == 2
    world.step(case, "draft")
    assert [(row.n, row.mode) for row in Round.objects.filter(case=case).order_by("n")] == [(1, "first"), (2, "rerun")]
    assert case.number == "BZ-2026-00001"
    assert world.run_to("closed", case).state == State.CLOSED


def test_a_supplement_stops_the_clock_and_opens_no_round(world: World) -> None:
    case = world.run_to("accept")
    defects = [{"field": "measurement", "problem": "缺少同类街道比较"}]
    world.act(case, "accept", "general", "supplement", "请一次性补正。", defects=defects)
    assert (case.node, case.state) == ("supplement", State.SUPPLEMENT)
    assert Suspension.objects.get(case=case).defects == defects
    world.act(case, "supplement", "dongfanglu.clerk", "submit")
    assert Suspension.objects.get(case=case).ended_at is not None
    assert (case.node, Round.objects.filter(case=case).count(), newest(case).n) == ("accept", 1, 2)


def test_refusal_at_acceptance_issues_the_letter_and_ends_the_case(world: World) -> None:
    case = world.run_to("accept")
    world.act(case, "accept", "general", "refuse", reason="职责与现有机构重复", article="条例第十条")
    assert (case.state, case.node) == (State.REFUSED, "refused")
    assert list(Paper.objects.values_list("kind", "number")) == [("D02", "示编办受〔2026〕1号")]
    assert codes(case) == []


@pytest.mark.parametrize(
    ("node", "who", "unit"),
    [
        ("evaluate", "officer.psu", None),
        ("countersign", "finance.countersign", "finance"),
        ("section_review", "chief.psu", None),
        ("deputy_review", "deputy", None),
    ],
)
def test_a_return_to_the_unit_voids_the_reservation_and_every_open_task(world: World, node: str, who: str, unit: str | None) -> None:
    case = world.run_to(node)
    world.act(case, node, who, "return", "25名须落实到岗位。", unit=unit, defects=[{"field": "lines", "problem": "未落实到岗位"}])
    assert (case.node, case.state) == ("draft", State.RETURNED)
    assert balance("district", "PSU-F", "pool") == 120
    assert codes(case) == ["reserve", "void"]
    still_open = Assignment.objects.filter(case=case, closed_at__isnull=True)
    assert [row.node for row in still_open] == ["draft"]
    assert Return.objects.get().target == "draft"
    if node == "countersign":
        other = Assignment.objects.get(case=case, node="countersign", unit__code="personnel")
        assert other.closed_as == "void_by_return"


def test_after_a_return_the_case_runs_again_and_reserves_again(world: World) -> None:
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "请补充测算。")
    world.run_to("closed", case)
    assert codes(case) == ["reserve", "void", "reserve", "post"]
    assert balance("district", "PSU-F", "pool") == 95
    passes = Assignment.objects.filter(case=case, node="countersign").values_list("round__n", "pass_no")
    assert sorted(passes) == [(1, 1), (1, 1), (2, 1), (2, 1)]


def test_the_office_proposes_fewer_posts_and_the_reservation_follows(world: World) -> None:
    case = world.run_to("evaluate")
    asked = payload_of(newest(case))
    proposed = {**asked, "lines": [{**asked["lines"][0], "quantity": 15}]}
    world.act(case, "evaluate", "officer.psu", "propose", report="按15名核定。", payload=proposed)
    assert codes(case) == ["reserve", "void", "reserve"]
    assert (balance("district", "PSU-F", "pool"), balance("district", "PSU-F", "held")) == (105, 15)
    assert (newest(case).n, newest(case).side) == (2, "office")


def test_a_deferred_matter_comes_before_the_same_body_again(world: World) -> None:
    case = world.run_to("deliberate")
    world.act(case, "deliberate", "secretary", "defer", "待财政测算后再议。", **VOTE)
    assert case.node == "deliberate"
    assert world.open(case, "deliberate").pass_no == 2
    assert world.run_to("closed", case).state == State.CLOSED


def test_a_rejection_ends_in_a_letter_and_gives_the_posts_back(world: World) -> None:
    case = world.run_to("deliberate")
    world.act(case, "deliberate", "secretary", "reject", "总量紧张，暂不同意。", **{**VOTE, "votes_for": 1, "votes_against": 7})
    world.act(case, "draft_document", "officer.psu", "draft", title="关于申请调剂编制的答复", paragraphs=["经研究，暂不同意。", "此复。"])
    world.step(case, "sign")
    assert case.state == State.REFUSED
    assert list(Paper.objects.values_list("kind", flat=True)) == ["D12"]
    assert codes(case) == ["reserve", "void"]
    assert balance("district", "PSU-F", "pool") == 120


def test_the_body_amends_the_number_and_that_is_the_decision(world: World) -> None:
    case = world.run_to("deliberate")
    asked = payload_of(newest(case))
    amended = {**asked, "lines": [{**asked["lines"][0], "quantity": 20}]}
    world.act(case, "deliberate", "secretary", "amended", "核减5名。", payload=amended, **VOTE)
    world.act(case, "draft_document", "officer.psu", "draft", title="关于调剂编制的批复", paragraphs=["同意调剂编制20名。", "此复。"])
    world.run_to("closed", case)
    assert codes(case) == ["reserve", "void", "reserve", "post"]
    assert balance("dongfanglu_service", "PSU-F", "vacant") == 21


def test_an_amendment_without_a_change_is_refused(world: World) -> None:
    case = world.run_to("deliberate")
    with pytest.raises(Refused) as refused:
        world.act(case, "deliberate", "secretary", "amended", **VOTE)
    assert refused.value.code == "nothing_amended"


def test_a_route_with_two_bodies_asks_the_superior_after_the_commission(world: World) -> None:
    source = {
        "unit": world.unit("dongfanglu_service").pk,
        "kind": "PSU-F",
        "quantity": 2,
        "source": "issued",
        "giver": None,
        "direction": "up",
    }
    case = world.run_to("deliberate", world.draft(lines=[source]))
    assert case.route["bodies"] == ["commission", "superior"]
    world.step(case, "deliberate")
    assert (case.node, case.body_index) == ("deliberate", 1)
    world.act(
        case, "deliberate", "secretary", "approve", session="市编委〔2026〕88号", held_on="2026-09-07", file=VOTE["file"]
    )  # fmt: skip
    assert case.node == "draft_document"


def test_the_signatory_sends_the_text_back_to_be_drafted_again(world: World) -> None:
    case = world.run_to("sign")
    world.act(case, "sign", "chair", "back", "标题请写全称。")
    assert case.node == "draft_document"
    assert world.run_to("closed", case).state == State.CLOSED
    assert Paper.objects.count() == 1


def test_the_text_must_state_the_decided_number(world: World) -> None:
    case = world.run_to("draft_document")
    with pytest.raises(Refused) as refused:
        world.act(case, "draft_document", "officer.psu", "draft", title="关于调剂编制的批复", paragraphs=["同意调剂编制52名。"])
    assert (refused.value.code, refused.value.field) == ("numbers", "paragraphs")


def test_the_office_asks_for_more_evidence_of_implementation(world: World) -> None:
    case = world.run_to("confirm")
    world.act(case, "confirm", "general", "back", "请补充岗位设置备案情况。")
    assert case.node == "implement"
    assert world.run_to("closed", case).state == State.CLOSED


def test_a_new_institution_is_born_in_the_sign_transaction(world: World) -> None:
    case = world.draft(matter="R02", unit="industry", clerk="industry.clerk")
    world.act(case, "draft", "industry.clerk", "submit")
    world.act(case, "endorse", "industry.head", "approve", session="党组会", held_on="2026-09-04")
    world.run_to("draft_document", case)
    assert balance("industry_service", "PSU-F", "held") == 8
    world.act(
        case, "draft_document", "officer.psu", "draft", title="关于设立区中小企业发展促进中心的批复",
        paragraphs=["核定编制8名，主任1名、副主任1名。"],
    )  # fmt: skip
    world.step(case, "sign")
    born = world.unit(f"unit-{case.pk}")
    assert born.name == "区中小企业发展促进中心"
    assert born.versions.get().basis_number == "示编委〔2026〕1号"
    assert balance(born.code, "PSU-F", "vacant") == 8
    assert balance("industry_service", "PSU-F", "vacant") == 3


def test_a_draft_that_was_never_submitted_can_be_thrown_away(world: World) -> None:
    case = world.draft()
    drafts.discard_draft(case_id=case.pk, actor=world.user("dongfanglu.clerk"), now=world.now())
    case.refresh_from_db()
    assert (case.state, case.process.status) == (State.CANCELLED, PROCESS.CANCELED)
    assert Case.objects.count() == 1


def test_a_submitted_case_cannot_be_thrown_away(world: World) -> None:
    case = world.run_to("endorse")
    world.act(case, "endorse", "dongfanglu.head", "back", "请修改。")
    with pytest.raises(Refused) as refused:
        drafts.discard_draft(case_id=case.pk, actor=world.user("dongfanglu.clerk"), now=world.now())
    assert refused.value.code == "already_submitted"


def test_an_earlier_case_is_copied_as_a_draft(world: World) -> None:
    first = world.run_to("closed")
    copy = drafts.start(
        matter=first.matter, unit=first.unit, actor=world.user("dongfanglu.clerk"), now=world.now(), copy_of=first
    )  # fmt: skip
    assert payload_of(newest(copy))["title"] == first.title
    assert (copy.copied_from_id, copy.number, copy.node) == (first.pk, None, "draft")
