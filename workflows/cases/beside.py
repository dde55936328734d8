"""Pure: what people may say who stand beside a task's own handler: delegates and added signers."""

from django.utils.translation import gettext_lazy as _

from workflows.cases.acts import Outcome

HELPERS = frozenset({"delegate", "before", "after"})
OUTCOMES = {
    "agree": Outcome("agree", _("同意"), tone="yes"),
    "disagree": Outcome("disagree", _("不同意"), tone="no", worded=True),
    "advise": Outcome("advise", _("提出意见"), worded=True),
}
