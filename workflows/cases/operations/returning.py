"""退回 to any step the case has completed: which ones those are, and the one an act chose."""

import functools
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases import policy
from workflows.cases.acts import Outcome
from workflows.cases.models import Assignment, Case
from workflows.lib.refusals import Refused


def targets(case: Case, node: str, *, done: Collection[str] | None = None) -> list[str]:
    """The nodes the case may be sent back to from `node`: completed in this case, in any round, and before it on the way.

    In the order of the flow, the unit's draft first. A branch of a fan-out is no target: what lies before the fork is.
    `done`: the completed nodes, where the caller has read them already.
    """
    order = way(case.process.flow_class)
    if done is None:
        done = set(Assignment.objects.filter(case=case, closed_as="done").values_list("node", flat=True))
    before = order[: order.index(node)] if node in order else order
    return [name for name in before if name in done and name not in {"supplement", "countersign"}]


@functools.cache
def way(flow_class: Any) -> list[str]:
    """The human steps of a flow in the order in which a case first reaches them, forward edges only."""
    instance = flow_class.instance
    reached: dict[str, None] = {}
    ahead = [node for node in instance.nodes() if node.task_type == "START"]
    while ahead:
        node = ahead.pop(0)
        if node.name not in reached:
            reached[node.name] = None
            ahead += [edge.dst for edge in node._outgoing()]
    return [name for name in reached if hasattr(instance.node(name), "duty")]


def target(assignment: Assignment, outcome: Outcome, data: Mapping[str, Any]) -> str | None:
    """The node a back outcome leads to: the one chosen in `data["target"]`, else the drawing's own; None going forward.

    Only the reviewing steps choose; after the decision a return goes where the drawing says and nowhere before it.

    :raises Refused: the chosen node was never completed in this case, lies ahead, or this step does not choose.
    """
    if outcome.kind != "back":
        return None
    drawn = assignment.task.flow_task.targets[outcome.key].name
    chosen = data.get("target") or drawn
    free = assignment.node in policy.RETURNING
    if chosen != drawn and not (free and chosen in targets(assignment.case, assignment.node)):
        raise Refused(_("不能退回到这个环节：本办件没有办理过该环节。"), code="no_target", field="target")
    return chosen
