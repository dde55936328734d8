"""What a person types about themself: name and password at the door, a new password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from forms.fields import SkinForm


class SignInForm(SkinForm, AuthenticationForm):
    """Account and password. The refusal never says which of the two was wrong."""

    username = forms.CharField(
        label=_("账号"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    error_messages = {
        "invalid_login": _("账号或密码不正确。请检查大小写后重试；多次输错将暂时锁定该账号。"),
        "inactive": _("该账号已停用。请联系安全管理员。"),
    }


class PasswordForm(SkinForm):
    """The old password, and twice the new one."""

    old = forms.CharField(label=_("现密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    new = forms.CharField(label=_("新密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(label=_("再输一次"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """The password in force; raises ValidationError when it is not."""
        old = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("现密码不正确。"))
        return old

    def clean(self) -> dict[str, Any]:
        """Both entries of the new password are the same, and it is new."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        if data.get("new") and data.get("new") == data.get("old"):
            self.add_error("new", _("新密码不能与现密码相同。"))
        return data
