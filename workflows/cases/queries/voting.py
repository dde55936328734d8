"""A panel of one case as it stands: who is asked, who spoke, what follows. The rule itself is pure (`panels`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflows.cases import panels
from workflows.cases.models import Assignment, Case
from workflows.cases.panels import Panel, Tally


@dataclass(frozen=True, slots=True)
class PanelStanding:
    """The tally of a panel, the item whose turn it is where people speak one after the other, and whether others are still asked."""

    tally: Tally
    next_item: dict[str, Any] | None = None
    others_open: bool = False

    @property
    def closes(self) -> bool:
        """Whether the panel is over."""
        return self.tally.closes

    @property
    def rejected(self) -> bool:
        """Whether it turned the matter down."""
        return self.tally.result == "rejected"


def panel(case: Case) -> Panel:
    """The rule frozen on the route; opinions only, if none is named."""
    return Panel.of((case.route or {}).get("panel"))


def decides(case: Case, assignment: Assignment) -> bool:
    """Whether the assignment is a voice in a panel that votes; opinions are heard and decide nothing."""
    return assignment.node == "countersign" and panel(case).mode != "opinions"


def still_open(case: Case, assignment: Assignment) -> bool:
    """Whether somebody in the panel of this assignment still has to speak."""
    rows = Assignment.objects.filter(case=case, node=assignment.node, round_id=assignment.round_id, pass_no=assignment.pass_no)
    return rows.filter(closed_at__isnull=True).exists()


def standing(case: Case, *, node: str, items: Sequence[dict[str, Any]], assignment: Assignment) -> PanelStanding:
    """The panel of `node` in the round and pass of `assignment` (1 query).

    The electorate is who was asked: every branch opened, transferred ones once, and for a sequence those still to come.
    """
    rule = panel(case)
    rows = (
        Assignment.objects.filter(case=case, node=node, round_id=assignment.round_id, pass_no=assignment.pass_no)
        .exclude(via__in=["delegate", "before", "after"])
        .exclude(closed_as__in=["transferred", "withdrawn", "cancelled", "void_by_return"])
        .order_by("pk")
        .values_list("unit_id", "closed_as", "opinion__outcome")
    )
    votes = {str(unit): outcome for unit, closed, outcome in rows if closed == "done" and outcome}
    electorate = [str(unit) for unit, _closed, _outcome in rows]
    by_unit = {str(item["unit"]): item for item in items}
    if rule.mode == "sequence":
        electorate += [unit for unit in by_unit if unit not in electorate]
    named = Panel(rule.mode, rule.threshold, rule.strict, rule.quorum, _ids(case, rule), rule.wait_all)
    found = panels.tally(named, list(dict.fromkeys(electorate)), votes)
    if found.closes or rule.mode != "sequence":
        return PanelStanding(found, others_open=any(not closed for _unit, closed, _outcome in rows))
    still_open = {str(unit) for unit, closed, _outcome in rows if not closed}
    turn = [] if still_open else panels.next_electors(rule, electorate, votes)
    return PanelStanding(found, by_unit[turn[0]] if turn and turn[0] in by_unit else None)


def _ids(case: Case, rule: Panel) -> frozenset[str]:
    units = case.route["units"] if case.route else {}
    return frozenset(str(units[code]) for code in rule.veto if code in units)
