"""What an auditor types: filters over the trail and over the reading log."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm
from workflows.access.models import User


class PeriodForm(SkinForm):
    """A person and a period."""

    who = forms.ModelChoiceField(User.objects.order_by("name"), label=_("何人"), required=False, empty_label=_("任何人"))
    since = DayField(label=_("自"), required=False)
    until = DayField(label=_("至"), required=False)

    def clean(self) -> dict[str, Any]:
        """A period that does not end before it begins."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("结束日期早于开始日期。"))
        return data


class TrailForm(PeriodForm):
    """The trail's filter."""

    verb = forms.ChoiceField(label=_("何事"), required=False)
    unit = forms.SlugField(label=_("单位"), required=False, max_length=64)
    number = forms.CharField(label=_("编号或文号"), required=False, max_length=80)
    q = forms.CharField(label=_("内容含"), required=False, max_length=60)

    def __init__(self, *args: Any, verbs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", _("任何事")), *verbs]


class ReadingForm(PeriodForm):
    """The reading log's filter."""

    what = forms.ChoiceField(
        label=_("方式"),
        required=False,
        choices=[("", _("任何方式")), ("view", _("查看")), ("print", _("打印")), ("download", _("下载")), ("export", _("导出"))],
    )
    subject = forms.CharField(label=_("对象"), required=False, max_length=80)
