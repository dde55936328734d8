"""One's own phrases and the words of a batch."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import SkinForm, long


class PhraseForm(SkinForm):
    """One more phrase for a duty."""

    duty = forms.ChoiceField(label=_("用于"), error_messages={"required": _("请选择用于哪个环节。")})
    text = forms.CharField(label=_("常用语"), max_length=120, error_messages={"required": _("请填写常用语。")})

    def __init__(self, *args: Any, duties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["duty"].choices = duties


class BatchForm(SkinForm):
    """The opinion that goes with every item of a batch."""

    text = forms.CharField(label=_("意见"), required=False, max_length=2000, widget=long(3), help_text=_("记在每一件上；可不填。"))
