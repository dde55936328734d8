"""Pure: who may do what to a case, when, and why not — one table read by screens, API, commands and operations alike.

An operation is allowed when every column holds: the person stands to the case in one of the relations, the case is in one of
the states and at one of the nodes, and no obstacle applies. The first column that fails gives the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from workflows.cases.terms import State

# How a person stands to a case at this moment. Several may hold.
HANDLER, SUBMITTER, STEWARD, OFFICE, LEADER, READER = "handler", "submitter", "steward", "office", "leader", "reader"
# Who gave the opinion on a closed task; who asked a helper to stand beside one.
ACTOR, ADDER = "actor", "adder"

RELATIONS: Mapping[str, str] = {
    HANDLER: gettext_noop("当前办理人"),
    SUBMITTER: gettext_noop("申请单位经办人"),
    STEWARD: gettext_noop("流程管理人员"),
    OFFICE: gettext_noop("区委编办工作人员"),
    LEADER: gettext_noop("分管领导或者签发人"),
    READER: gettext_noop("有权查看本办件的人员"),
    ACTOR: gettext_noop("作出该办理的本人"),
    ADDER: gettext_noop("提出加签或者委派的本人"),
}

UNDER_REVIEW = ("endorse", "accept", "supplement", "evaluate", "countersign", "section_review", "deputy_review")
RETURNING = ("evaluate", "countersign", "section_review", "deputy_review", "deliberate")
REVERSIBLE = ("draft", "supplement", "endorse", "evaluate", "countersign", "section_review", "deputy_review", "draft_document")
PERSONAL = ("endorse", "accept", "evaluate", "countersign", "section_review", "deputy_review", "draft_document", "implement", "confirm")
ASKING = ("accept", "evaluate", "section_review", "deputy_review")
ADDING = ("evaluate", "countersign", "section_review", "deputy_review")

ACTIVE = frozenset({State.RUNNING, State.SUPPLEMENT, State.RETURNED})
RUNNING = frozenset({State.RUNNING})
STANDING = ACTIVE | {State.SUSPENDED}
EVER = frozenset(State) - {State.DRAFT}

# What may stand in the way beside person, state and node; the words say what to do instead.
OBSTACLES: Mapping[str, str] = {
    "issued": gettext_noop("文件已经印发，不能再退回或者撤回。需要更正的，请另行申报。"),
    "deliberated": gettext_noop("事项已提请集体审议，申请单位不能再撤销，请与区委编办联系。"),
    "acted": gettext_noop("后续环节已经有人办理，不能撤回。"),
    "opened": gettext_noop("后续环节的办理人已经打开任务，不能撤回，请与其联系退回。"),
    "waiting": gettext_noop("已请他人先行办理，须等其办完。"),
    "reminded": gettext_noop("今天已经催办过，请明天再催。"),
    "returned": gettext_noop("退回不能撤回，请与收到退回的办理人联系。"),
    "decided": gettext_noop("多人表决已有结果，不能再撤回。"),
    "helper": gettext_noop("受委派、加签的人员须本人提出意见，不能再委派或者加签。"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the relations, states and nodes that allow the operation, and the obstacles that forbid it. No nodes = any."""

    title: str
    who: tuple[str, ...]
    states: frozenset[State]
    nodes: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


POLICY: Mapping[str, Rule] = {
    "act": Rule(gettext_noop("办理"), (HANDLER,), ACTIVE | {State.DRAFT}, unless=("waiting",)),
    "return": Rule(gettext_noop("退回"), (HANDLER,), RUNNING, RETURNING, ("issued", "waiting")),
    "withdraw": Rule(gettext_noop("撤回"), (ACTOR,), ACTIVE, REVERSIBLE, ("issued", "returned", "acted", "decided", "opened")),
    "cancel": Rule(gettext_noop("撤销"), (SUBMITTER,), ACTIVE, ("draft", *UNDER_REVIEW), ("deliberated", "issued")),
    "terminate": Rule(gettext_noop("终止"), (STEWARD,), STANDING, unless=("issued",)),
    "void": Rule(gettext_noop("作废"), (STEWARD,), STANDING, unless=("issued",)),
    "suspend": Rule(gettext_noop("挂起"), (STEWARD,), RUNNING),
    "resume": Rule(gettext_noop("恢复"), (STEWARD,), frozenset({State.SUSPENDED})),
    "transfer": Rule(gettext_noop("转办"), (HANDLER, STEWARD), RUNNING, PERSONAL, ("waiting",)),
    "delegate": Rule(gettext_noop("委派"), (HANDLER,), RUNNING, PERSONAL, ("helper", "waiting")),
    "add_before": Rule(gettext_noop("前加签"), (HANDLER,), RUNNING, ADDING, ("helper", "waiting")),
    "add_after": Rule(gettext_noop("后加签"), (HANDLER,), RUNNING, ADDING, ("helper", "waiting")),
    "add_parallel": Rule(gettext_noop("并加签"), (HANDLER, STEWARD), RUNNING, ("countersign",), ("helper",)),
    "remove_sign": Rule(gettext_noop("减签"), (ADDER, STEWARD), RUNNING, PERSONAL),
    "consult": Rule(gettext_noop("征求意见"), (HANDLER,), RUNNING, ASKING),
    "question": Rule(gettext_noop("询问承办人"), (HANDLER,), RUNNING, ("countersign",)),
    "remind": Rule(gettext_noop("催办"), (SUBMITTER, OFFICE, STEWARD), ACTIVE, unless=("reminded",)),
    "supervise": Rule(gettext_noop("督办"), (LEADER, STEWARD), ACTIVE),
    "copy": Rule(gettext_noop("抄送"), (HANDLER, OFFICE, STEWARD), EVER),
    "circulate": Rule(gettext_noop("传阅"), (HANDLER, OFFICE, STEWARD), EVER),
    "comment": Rule(gettext_noop("备注"), (READER, HANDLER, OFFICE), EVER),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """One person before one case: how he stands to it, where it is, and what stands in the way."""

    relations: frozenset[str]
    state: State
    node: str
    obstacles: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the operation is allowed; if not, why, in words that say who or what would change that."""

    allowed: bool
    reason: str = ""
    code: str = ""


def verdict(operation: str, situation: Situation) -> Verdict:
    """The table's answer for one operation; raises KeyError for an operation the house does not have."""
    rule = POLICY[operation]
    if not situation.relations & set(rule.who):
        who = _("或者").join(_(RELATIONS[relation]) for relation in rule.who)
        return Verdict(False, _("“%(title)s”须由%(who)s办理。") % {"title": _(rule.title), "who": who}, "policy_person")
    if situation.state not in rule.states:
        return Verdict(
            False, _("办件%(state)s，不能“%(title)s”。") % {"state": situation.state.label, "title": _(rule.title)}, "policy_state"
        )
    if rule.nodes and situation.node not in rule.nodes:
        return Verdict(False, _("办件所处的环节不能“%(title)s”。") % {"title": _(rule.title)}, "policy_node")
    for obstacle in rule.unless:
        if obstacle in situation.obstacles:
            return Verdict(False, _(OBSTACLES[obstacle]), f"policy_{obstacle}")
    return Verdict(True)


def offers(situation: Situation) -> dict[str, Verdict]:
    """The table's answer for every operation: the buttons a person sees, and the reason for each he does not."""
    return {operation: verdict(operation, situation) for operation in POLICY}
