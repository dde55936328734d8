"""What a person types to find a paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import SkinForm
from workflows.documents.models import Kind


class RegisterForm(SkinForm):
    """The papers register's filter: words, a kind, a year."""

    q = forms.CharField(label=_("文号、标题或主送"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("文种"), required=False, choices=[("", _("全部文种")), *Kind.choices])
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", _("全部年度")), *((year, _("%(year)s年") % {"year": year}) for year in years)]
