"""The staffing change from proposal to implementation (MODEL §4). A drawing: what happens is in the rooms below."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import act, flow, lock

from workflows.cases import seats
from workflows.cases.acts import Act
from workflows.cases.models import Duty, Stage, State
from workflows.cases.operations import deliberations, implementation, submitting
from workflows.flows.models import StaffingChange
from workflows.flows.nodes import FanOut, Finish, Gather, Step, System
from workflows.staffing import effects

EVALUATE, DELIBERATE, DECIDE, IMPLEMENT = Stage.EVALUATE, Stage.DELIBERATE, Stage.DECIDE, Stage.IMPLEMENT


def consulted_units(act: Act) -> list[dict[str, Any]]:
    """One branch per unit on the frozen route; after a direct resubmission only those that have not spoken yet."""
    asked = [act.case.route["units"][code] for code in act.case.route["consult"]]
    return [{"unit": unit} for unit in asked if unit not in act.spoken]


class StaffingChangeFlowV1(flow.Flow):
    """机构编制事项办理

    From the unit's proposal through evaluation, deliberation and decision to implementation.
    """

    process_class = StaffingChange
    lock_impl = lock.SelectForUpdateLock(nowait=False, attempts=1)

    open = flow.StartHandle(this.begin).Annotation(title=_("开始")).Next(this.draft)

    draft = (
        Step(duty=Duty.PROPOSE, stage=Stage.PROPOSE, role="clerk", at=seats.applicant)
        .Annotation(title=_("填写申请"))
        .On("submit", _("报送单位审核"), this.endorse, effects.check_submission, submitting.submit, tone="yes")
    )
    endorse = (
        Step(duty=Duty.ENDORSE, stage=Stage.PROPOSE, role="head", at=seats.applicant)
        .Annotation(title=_("单位审核"))
        .On("approve", _("同意报送"), this.accept, submitting.endorse, effects.reserve_direct, tone="yes", needs=("session", "held_on"))
        .Back("back", _("退回修改"), this.draft, submitting.hand_back)
    )
    accept = (
        Step(duty=Duty.EXAMINE, stage=EVALUATE, role="general", at=seats.office)
        .Annotation(title=_("受理审查"))
        .On("accept", _("受理"), this.evaluate, effects.accept, tone="yes")
        .On("supplement", _("一次性补正"), this.supplement, submitting.ask_supplement, tone="back", worded=True, needs=("defects",))
        .On("refuse", _("不予受理"), this.refusal, tone="no", needs=("reason", "article"))
    )
    supplement = (
        Step(duty=Duty.PROPOSE, stage=EVALUATE, role="clerk", at=seats.applicant)
        .Annotation(title=_("补正材料"))
        .On("submit", _("补正后报送"), this.accept, effects.check_submission, submitting.supplement, tone="yes")
    )
    evaluate = (
        Step(duty=Duty.EVALUATE, stage=EVALUATE, role="officer", at=seats.section)
        .Annotation(title=_("承办论证"))
        .On("propose", _("提出拟办意见"), this.consult, effects.evaluate, tone="yes", needs=("report",))
        .Back("return", _("退回"), this.draft, submitting.hand_back, effects.release)
    )
    consult = FanOut(consulted_units, if_none=this.section_review).Annotation(title=_("会签")).Next(this.countersign)
    countersign = (
        Step(duty=Duty.COUNTERSIGN, stage=EVALUATE, role="countersigner", at=seats.consulted)
        .Annotation(title=_("部门会签"))
        .On("agree", _("同意"), this.joined, tone="yes")
        .On("disagree", _("不同意"), this.joined, tone="no", worded=True)
        .On("none", _("无意见"), this.joined)
        .Back("return", _("有意见，退回"), this.draft, submitting.hand_back, effects.release)
    )
    joined = Gather(branches=this.consult, rejected=this.evaluate).Annotation(title=_("会签汇总")).Next(this.section_review)
    section_review = (
        Step(duty=Duty.REVIEW, stage=EVALUATE, role="chief", at=seats.section)
        .Annotation(title=_("科室审核"))
        .On("pass", _("审核通过"), this.deputy_review, tone="yes")
        .Back("return", _("退回"), this.draft, submitting.hand_back, effects.release)
    )
    deputy_review = (
        Step(duty=Duty.DEPUTY, stage=EVALUATE, role="deputy", at=seats.office)
        .Annotation(title=_("分管领导审核"))
        .On("pass", _("同意提请审议"), this.deliberate, tone="yes")
        .Back("return", _("退回"), this.draft, submitting.hand_back, effects.release)
    )

    deliberate = (
        Step(duty=Duty.RECORD, stage=DELIBERATE, role="secretary", at=seats.office)
        .Annotation(title=_("集体审议"))
        .On("approve", _("通过"), this.decided, deliberations.record, tone="yes", needs=("session", "held_on"))
        .On("amended", _("修改后通过"), this.decided, effects.amend, deliberations.record, tone="yes", needs=("session", "held_on"))
        .On("defer", _("暂缓"), this.decided, deliberations.record, worded=True, needs=("session", "held_on"))
        .On("reject", _("不予通过"), this.decided, deliberations.record, tone="no", worded=True, needs=("session", "held_on"))
        .Back("return", _("退回"), this.evaluate, submitting.hand_back, effects.release)
    )
    decided = (
        flow.Switch()
        .Annotation(title=_("审议结果"))
        .Case(this.deliberate, act.process.deferred)
        .Case(this.deliberate, act.process.more_bodies)
        .Default(this.draft_document)
    )

    draft_document = (
        Step(duty=Duty.DRAFT, stage=DECIDE, role="officer", at=seats.section)
        .Annotation(title=_("拟稿核稿"))
        .On("draft", _("送签"), this.sign, effects.check_document, tone="yes", needs=("title", "paragraphs"))
    )
    sign = (
        Step(duty=Duty.SIGN, stage=DECIDE, role="signatory", at=seats.signatory)
        .Annotation(title=_("签发"))
        .On("sign", _("签发"), this.issue, tone="yes")
        .Back("back", _("退回重拟"), this.draft_document)
    )
    issue = System(effects.issue).Annotation(title=_("编号印发、入账")).Next(this.issued)
    issued = flow.Switch().Annotation(title=_("是否批准")).Case(this.implement, act.process.approved).Default(this.refused)

    implement = (
        Step(duty=Duty.IMPLEMENT, stage=IMPLEMENT, role="clerk", at=seats.applicant)
        .Annotation(title=_("组织实施"))
        .On("done", _("报告实施完毕"), this.confirm, implementation.all_evidenced, tone="yes")
    )
    confirm = (
        Step(duty=Duty.CONFIRM, stage=IMPLEMENT, role="general", at=seats.office)
        .Annotation(title=_("办结确认"))
        .On("confirm", _("确认办结"), this.closed, tone="yes")
        .Back("back", _("退回补充"), this.implement)
    )

    refusal = System(effects.refuse_acceptance).Annotation(title=_("告知不予受理")).Next(this.refused)
    closed = Finish(State.CLOSED).Annotation(title=_("办结"))
    refused = Finish(State.REFUSED).Annotation(title=_("不予同意"))
    cancelled = Finish(State.CANCELLED).Annotation(title=_("撤销"))

    def begin(self, activation: Any, opening: Any) -> Any:
        """Let the caller write its case before the first task opens."""
        return opening(activation)
