"""Pure: what an act must bring, and what may be recorded from paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases.acts import Outcome
from workflows.lib.findings import Finding

# Leaders who never log in are normal: their acts, and no others, may be recorded from a signed sheet (MODEL §1).
RECORDABLE_FROM_PAPER = frozenset({"endorse", "countersign", "review", "deputy", "sign"})

NEEDS = {
    "session": ("请填写会议名称或会次。", "条例动议章：动议应当由党组（党委）领导班子集体讨论决定"),
    "held_on": ("请填写会议日期。", "条例动议章：动议应当由党组（党委）领导班子集体讨论决定"),
    "report": ("请填写论证情况。", "条例第十三条"),
    "reason": ("请填写理由。", "条例第十四条"),
    "article": ("请写明依据的条款。", "行政机关不予受理应当说明理由和依据"),
    "title": ("请填写文件标题。", "GB/T 9704—2012 第7.3.1条"),
    "paragraphs": ("请填写文件正文。", "GB/T 9704—2012 第7.3.3条"),
    "defects": ("请列出需要补正的内容，至少一项。", "一次性告知全部补正内容"),
}


def complete_enough(outcome: Outcome, text: str, data: Mapping[str, Any]) -> list[Finding]:
    """What the act still lacks, one finding per field."""
    missing = [_lack(name) for name in outcome.needs if not _filled(data.get(name))]
    if (outcome.worded or outcome.kind == "back") and not text.strip():
        missing.append(Finding("FORM", "block", _("请填写意见，说明理由。"), field="text"))
    return missing


def dated_sensibly(value: Any, today: date) -> list[Finding]:
    """A meeting lies in the past and is a date."""
    try:
        held = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        return [Finding("FORM", "block", _("日期格式不正确，请按“2026-11-20”填写。"), field="held_on")]
    if held > today:
        return [Finding("FORM", "block", _("会议日期不能晚于今天。"), field="held_on")]
    return []


def _lack(name: str) -> Finding:
    message, article = NEEDS.get(name, ("请填写此项。", ""))
    return Finding("FORM", "block", _(message), article=article, field=name)


def _filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)
