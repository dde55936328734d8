"""What a person types about the ledger: a day, filters on units and movements, a file to load."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm
from workflows.establishment.models import Code

MAX_BYTES = 5 * 1024 * 1024


class TotalsForm(SkinForm):
    """The district's totals: a day."""

    on = DayField(label=_("时点"), required=False)


class UnitsForm(SkinForm):
    """The ledger unit by unit: words of a name, one kind, a state, a day."""

    q = forms.CharField(label=_("单位"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部状态")), ("over", _("超编")), ("full", _("满编")), ("vacant", _("空编"))]
    )
    on = DayField(label=_("时点"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("全部编制")), ("leaders", _("全部领导职数")), *kinds]


class MovementForm(SkinForm):
    """The movements' filter."""

    unit = forms.CharField(label=_("单位"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("类别"), required=False)
    code = forms.ChoiceField(label=_("变动"), required=False, choices=[("", _("全部变动")), *Code.choices])
    since = DayField(label=_("自"), required=False)
    until = DayField(label=_("至"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("全部类别")), *kinds]


class LoadForm(SkinForm):
    """An Excel file of opening rows or of earlier approvals, the document it rests on, and the day."""

    what = forms.ChoiceField(
        label=_("载入什么"),
        widget=forms.RadioSelect,
        initial="opening",
        choices=[
            ("opening", _("期初数：每个单位每类编制的核定、实有、锁定")),
            ("history", _("历史批复：过去的文号、日期、变动，用来说明现在的数")),
        ],
    )
    file = forms.FileField(
        label=_("Excel 文件"),
        validators=[FileExtensionValidator(["xlsx"], message=_("只接受 .xlsx 文件。"))],
        help_text=_("先试算，逐行报告；全部通过后再确认载入。有一行不通过，整份文件都不载入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("数据所依据的文件，例如：2026年度机构编制统计年报。"))
    effective_date = DayField(label=_("期初日期"), help_text=_("期初数从这一天起算；载入历史批复时填今天。"))

    def clean_file(self) -> Any:
        """The upload, if it is not too large."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，请拆分后载入。"))
        return upload


class ConfirmLoadForm(SkinForm):
    """The dry run that is being confirmed: the digest of the very file that was tried."""

    what = forms.ChoiceField(choices=[("opening", ""), ("history", "")], widget=forms.HiddenInput)
    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    basis = forms.CharField(max_length=200, widget=forms.HiddenInput)
    effective_date = DayField(widget=forms.HiddenInput)
