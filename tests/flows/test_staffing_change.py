"""The drawing of the staffing change: sound as a graph, Chinese on every node, every act with a verb and a way on."""

import pytest
from viewflow.workflow import lock
from viewflow.workflow.chart import calc_layout_data

from workflows.cases.models import Duty, Stage
from workflows.flows.nodes import FanOut, Finish, Step
from workflows.flows.staffing_change import StaffingChangeFlowV1

FLOW = StaffingChangeFlowV1.instance
STEPS = [node for node in FLOW.nodes() if isinstance(node, Step)]

# node → duty, role, outcomes: the table of MODEL §4, copied by hand.
TABLE = {
    "draft": ("propose", "clerk", {"submit"}),
    "endorse": ("endorse", "head", {"approve", "back"}),
    "accept": ("examine", "general", {"accept", "supplement", "refuse"}),
    "supplement": ("propose", "clerk", {"submit"}),
    "evaluate": ("evaluate", "officer", {"propose", "return"}),
    "countersign": ("countersign", "countersigner", {"agree", "disagree", "none", "return"}),
    "section_review": ("review", "chief", {"pass", "return"}),
    "deputy_review": ("deputy", "deputy", {"pass", "return"}),
    "deliberate": ("record", "secretary", {"approve", "amended", "defer", "reject", "return"}),
    "draft_document": ("draft", "officer", {"draft"}),
    "sign": ("sign", "signatory", {"sign", "back"}),
    "implement": ("implement", "clerk", {"done"}),
    "confirm": ("confirm", "general", {"confirm", "back"}),
}


def test_the_human_steps_are_those_of_the_table() -> None:
    drawn = {node.name: (str(node.duty), node.role, set(node.outcomes)) for node in STEPS}
    assert drawn == TABLE


def test_the_flow_waits_for_its_lock() -> None:
    assert isinstance(StaffingChangeFlowV1.lock_impl, lock.SelectForUpdateLock)
    assert (StaffingChangeFlowV1.lock_impl.nowait, StaffingChangeFlowV1.lock_impl.attempts) == (False, 1)


@pytest.mark.parametrize("node", list(FLOW.nodes()), ids=lambda node: node.name)
def test_every_node_has_a_chinese_title(node: object) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in str(node.task_title))


def test_the_five_stages_come_in_order_along_the_way() -> None:
    order = list(Stage)
    way = [
        "draft",
        "endorse",
        "accept",
        "evaluate",
        "countersign",
        "section_review",
        "deputy_review",
        "deliberate",
        "draft_document",
        "sign",
        "implement",
        "confirm",
    ]
    stages = [order.index(FLOW.node(name).stage) for name in way]
    assert stages == sorted(stages)
    assert set(stages) == set(range(5))


def test_every_node_is_reached_and_every_step_leads_on() -> None:
    reached, pending = set(), [FLOW.node("open")]
    while pending:
        node = pending.pop()
        if node.name not in reached:
            reached.add(node.name)
            pending += [edge.dst for edge in node._outgoing()]
    assert {node.name for node in FLOW.nodes()} - reached == {"cancelled"}
    assert all(list(node._outgoing()) for node in FLOW.nodes() if not isinstance(node, Finish))


def test_returns_are_no_edges() -> None:
    forward = {(edge.src.name, edge.dst.name) for node in STEPS for edge in node._outgoing()}
    assert ("evaluate", "draft") not in forward
    assert FLOW.node("evaluate").targets["return"].name == "draft"


def test_every_duty_of_the_table_is_a_duty() -> None:
    assert {duty for duty, _role, _outcomes in TABLE.values()} <= set(Duty.values)


def test_an_empty_consultation_goes_straight_to_the_section() -> None:
    fan = FLOW.node("consult")
    assert isinstance(fan, FanOut)
    assert fan.if_none.name == "section_review"


def test_the_engine_can_lay_the_chart_out() -> None:
    grid = calc_layout_data(StaffingChangeFlowV1)
    assert len(list(grid.cells)) == len(list(FLOW.nodes()))
