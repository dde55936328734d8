"""A panel in words: the rule by which several people decide, and how far it has come. Pure over the timeline."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from workflows.cases import beside
from workflows.cases.models import Case
from workflows.cases.panels import Panel
from workflows.cases.queries import voting
from workflows.cases.queries.timeline import Step

GONE = frozenset({"transferred", "withdrawn", "cancelled", "void_by_return"})


def words(case: Case, steps: Sequence[Step]) -> str:
    """`会签1/2` where everybody is only heard, else the rule and the count: `过半数同意即通过，已同意2/3`."""
    rule = voting.panel(case)
    asked = [step for step in steps if step.assignment.via not in beside.HELPERS and step.assignment.closed_as not in GONE]
    size = max(
        len({step.assignment.unit_id for step in asked}), len(case.route["consult"]) if rule.mode == "sequence" and case.route else 0
    )
    said = {step.assignment.unit_id: step.opinion.outcome for step in asked if step.opinion}
    if rule.mode == "opinions":
        return _("会签%(done)s/%(all)s") % {"done": len(said), "all": size}
    agreed = sum(1 for outcome in said.values() if outcome == "agree")
    against = sum(1 for outcome in said.values() if outcome == "disagree")
    counted = _("已同意%(a)s/%(n)s") % {"a": agreed, "n": size}
    if against:
        counted = _("%(counted)s，不同意%(b)s") % {"counted": counted, "b": against}
    vetoing = [(case.route or {}).get("names", {}).get(code, code) for code in sorted(rule.veto)]
    veto = _("，%(who)s不同意即否决") % {"who": "、".join(vetoing)} if vetoing else ""
    return _("%(rule)s%(veto)s，%(counted)s") % {"rule": rule_words(rule), "veto": veto, "counted": counted}


def rule_words(rule: Panel) -> str:
    """The rule alone."""
    if rule.mode == "all":
        return _("全部同意方为通过")
    if rule.mode == "any":
        return _("任一单位的意见即为结论")
    if rule.mode == "sequence":
        return _("依次办理，全部同意方为通过")
    share = f"{rule.threshold.numerator}/{rule.threshold.denominator}"
    if rule.strict:
        return _("过半数同意即通过") if share == "1/2" else _("超过%(share)s同意即通过") % {"share": share}
    return _("不少于%(share)s同意即通过") % {"share": share}
