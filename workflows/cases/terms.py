"""Pure: the five stages, the states of a case and the duties at its nodes, each with its Chinese word."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stage(TextChoices):
    """The five stages of an establishment matter (条例 chapters 3–6)."""

    PROPOSE = "propose", _("动议")
    EVALUATE = "evaluate", _("论证")
    DELIBERATE = "deliberate", _("审议")
    DECIDE = "decide", _("决定")
    IMPLEMENT = "implement", _("组织实施")


class State(TextChoices):
    """Where a case stands as a whole."""

    DRAFT = "draft", _("草稿")
    RUNNING = "running", _("办理中")
    SUPPLEMENT = "supplement", _("待补正")
    RETURNED = "returned", _("已退回")
    SUSPENDED = "suspended", _("已挂起")
    CLOSED = "closed", _("已办结")
    REFUSED = "refused", _("不予同意")
    CANCELLED = "cancelled", _("已撤销")
    TERMINATED = "terminated", _("已终止")
    VOIDED = "voided", _("已作废")


OPEN = frozenset({State.DRAFT, State.RUNNING, State.SUPPLEMENT, State.RETURNED, State.SUSPENDED})


class Duty(TextChoices):
    """What a person does to a case at a node; pairs in `DutyConflict` exclude one another (MODEL §1)."""

    PROPOSE = "propose", _("申报")
    ENDORSE = "endorse", _("单位审核")
    EXAMINE = "examine", _("受理")
    EVALUATE = "evaluate", _("论证")
    COUNTERSIGN = "countersign", _("会签")
    REVIEW = "review", _("科室审核")
    DEPUTY = "deputy", _("分管审核")
    RECORD = "record", _("审议记录")
    DRAFT = "draft", _("拟稿")
    SIGN = "sign", _("签发")
    IMPLEMENT = "implement", _("组织实施")
    CONFIRM = "confirm", _("办结确认")
