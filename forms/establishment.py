"""What a person types about the ledger: a day, a filter on movements, a file to load."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm
from workflows.establishment.models import Code, Kind

MAX_BYTES = 5 * 1024 * 1024


class LedgerForm(SkinForm):
    """The ledger's filter: words of a unit's name, one kind, a day."""

    q = forms.CharField(label=_("单位"), required=False, max_length=60)
    kind = forms.CharField(label=_("编制类别"), required=False, max_length=24)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("over", _("超编")), ("full", _("满编")), ("vacant", _("空编"))],
    )
    on = DayField(label=_("时点"), required=False)


class MovementForm(SkinForm):
    """The movements' filter."""

    unit = forms.SlugField(label=_("单位"), required=False, max_length=64)
    kind = forms.ModelChoiceField(Kind.objects.all(), label=_("编制类别"), required=False, to_field_name="code", empty_label=_("全部类别"))
    code = forms.ChoiceField(label=_("变动"), required=False, choices=[("", _("全部变动")), *Code.choices])
    before = forms.IntegerField(required=False, min_value=1)


class LoadForm(SkinForm):
    """An Excel file of opening rows, and the document they rest on."""

    file = forms.FileField(
        label=_("Excel 文件"),
        validators=[FileExtensionValidator(["xlsx"], message=_("只接受 .xlsx 文件。"))],
        help_text=_("先试算，逐行报告；全部通过后再确认载入。有一行不通过，整份文件都不载入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("期初数据所依据的文件，例如：2026年度机构编制统计年报。"))

    def clean_file(self) -> Any:
        """The upload, if it is not too large."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，请拆分后载入。"))
        return upload


class ConfirmLoadForm(SkinForm):
    """The dry run that is being confirmed."""

    token = forms.CharField(widget=forms.HiddenInput)
