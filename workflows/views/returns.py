"""退回: where a case may go back to, and for each place a sentence of what becomes void and who has to do it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from workflows.cases import beside, policy
from workflows.cases.models import Assignment, Case
from workflows.cases.operations import returning
from workflows.cases.queries.timeline import RoundSteps, Step

# Steps whose words are opinions on the content: a return makes them void and they are given again.
OPINIONS = ("evaluate", "countersign", "section_review", "deputy_review")


@dataclass(frozen=True, slots=True)
class Target:
    """One step to go back to: its name, who gets it again, and what follows."""

    node: str
    title: str
    sentence: str


def targets(case: Case, assignment: Assignment, rounds: Sequence[RoundSteps]) -> list[Target]:
    """The steps `assignment` may return the case to, the drawing's own first; none where it returns nothing."""
    if assignment.via in beside.HELPERS or assignment.closed_at is not None:
        return []
    step = assignment.task.flow_task
    drawn = next((step.targets[key].name for key, outcome in step.outcomes.items() if outcome.kind == "back"), "")
    if not drawn:
        return []
    steps = [one for each in rounds for one in each.steps]
    done = {one.assignment.node for one in steps if one.assignment.closed_as == "done"}
    names = returning.targets(case, assignment.node, done=done) if assignment.node in policy.RETURNING else []
    order = returning.way(case.process.flow_class)
    return [_target(name, assignment, steps, order) for name in dict.fromkeys([drawn, *names])]


def _target(node: str, assignment: Assignment, steps: Sequence[Step], order: Sequence[str]) -> Target:
    last = next((one for one in steps if one.assignment.node == node and one.assignment.closed_as == "done"), None)
    task = assignment.task.flow_task.flow_class.instance.node(node)
    title = str(task.task_title)
    who = last.assignment.closed_by.name if last and last.assignment.closed_by else ""
    return Target(node, _("%(step)s（%(who)s）") % {"step": title, "who": who} if who else title, _sentence(node, assignment, steps, order))


def _sentence(node: str, assignment: Assignment, steps: Sequence[Step], order: Sequence[str]) -> str:
    """What becomes void, by unit, and what has to be gone through again."""
    between = order[order.index(node) + 1 : order.index(assignment.node)] if node in order else []
    standing = [one for one in steps if _stands(one, assignment, between)]
    voided = list(dict.fromkeys(f"{one.assignment.unit.short_name or one.assignment.unit.name}{one.title}" for one in reversed(standing)))
    if assignment.node == "endorse":
        return _("由本单位经办人修改后再送您审核。")
    parts = [_("%(what)s的意见作废，重新办理。") % {"what": "、".join(voided)}] if voided else []
    if node == "draft":
        parts.append(
            _("由申请单位修改后重新报送，编制预留同时释放。")
            if assignment.case_id and _accepted(steps)
            else _("由申请单位修改后重新报送。")
        )
    elif not voided:
        parts.append(_("由其重新办理后再送下一步。"))
    return "".join(parts)


def _accepted(steps: Sequence[Step]) -> bool:
    return any(one.assignment.node == "accept" and one.opinion and one.opinion.outcome == "accept" for one in steps)


def _stands(one: Step, assignment: Assignment, between: Sequence[str]) -> bool:
    """An opinion of this round that the return would make void, or a task beside it that would be cancelled."""
    row = one.assignment
    if row.pk == assignment.pk or row.via in beside.HELPERS or row.round_id != assignment.round_id:
        return False
    return row.node in OPINIONS and (row.node in between or row.node == assignment.node) and row.closed_as in ("", "done")


def holds_up(row: Assignment) -> bool:
    """Whether the holder of the task has to wait for this one: a delegate or a signer before him who has not spoken."""
    return row.closed_at is None and row.via in {"delegate", "before"}
