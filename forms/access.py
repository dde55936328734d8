"""What the security administrator types: accounts, appointments, stand-ins."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm
from workflows.access.models import User
from workflows.access.roles import ROLE_CHOICES
from workflows.lib import local
from workflows.organization.models import Unit


class OfficesForm(SkinForm):
    """The filter over appointments: a person or unit's words, a role, a day."""

    q = forms.CharField(label=_("姓名或单位"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部角色")), *ROLE_CHOICES])
    on = DayField(label=_("时点"), required=False)


class PeopleForm(SkinForm):
    """The filter over accounts."""

    q = forms.CharField(label=_("姓名或账号"), required=False, max_length=60)


class AppointForm(SkinForm):
    """Who holds which office from when, by which document."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("人员"), empty_label=_("请选择"))
    role = forms.ChoiceField(label=_("角色"), choices=[("", _("请选择")), *ROLE_CHOICES])
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("单位"), empty_label=_("请选择"))
    title = forms.CharField(label=_("职务"), max_length=60, required=False, help_text=_("如：副主任。显示在意见和文件上。"))
    basis = forms.CharField(label=_("任职依据"), max_length=120, help_text=_("任免文件文号，或授权书编号。"))
    valid_from = DayField(label=_("自"))
    valid_to = DayField(label=_("至"), required=False, help_text=_("自该日起不再任职。不填即为长期有效。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(is_active=True).order_by("name")
        self.fields["unit"].queryset = Unit.objects.filter(valid_to__isnull=True).order_by("sort", "id")
        self.fields["user"].label_from_instance = lambda user: f"{user.name}（{user.username}）"


class EndForm(SkinForm):
    """The day an office ends, and why."""

    on = DayField(label=_("免职日期"), help_text=_("自该日起不再有权办理。"))
    basis = forms.CharField(label=_("依据"), max_length=120)


class StandInForm(SkinForm):
    """Who acts in whose name, from the first day to the last, both included."""

    principal = forms.ModelChoiceField(User.objects.none(), label=_("被代理人"), empty_label=_("请选择"))
    deputy = forms.ModelChoiceField(User.objects.none(), label=_("代理人"), empty_label=_("请选择"))
    reason = forms.CharField(label=_("事由"), max_length=200, help_text=_("如：出差、学习、休假，以及批准人。"))
    first = DayField(label=_("自"))
    last = DayField(label=_("至"), help_text=_("含当日。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("name")
        for name in ("principal", "deputy"):
            self.fields[name].queryset = people
            self.fields[name].label_from_instance = lambda user: f"{user.name}（{user.username}）"

    def clean(self) -> dict[str, Any]:
        """Two people, and a period that does not end before it begins."""
        data = super().clean() or {}
        if data.get("principal") and data.get("principal") == data.get("deputy"):
            self.add_error("deputy", _("代理人与被代理人不能是同一人。"))
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", _("结束日期早于开始日期。"))
        return data

    def period(self) -> tuple[datetime, datetime]:
        """Half-open moments from the start of the first local day to the end of the last."""
        start = datetime.combine(self.cleaned_data["first"], time.min, tzinfo=local.ZONE)
        end = datetime.combine(self.cleaned_data["last"] + timedelta(days=1), time.min, tzinfo=local.ZONE)
        return start, end


class NewUserForm(SkinForm):
    """A new account: how it signs in and whose it is."""

    username = forms.CharField(
        label=_("账号"),
        max_length=150,
        validators=[RegexValidator(r"^[A-Za-z0-9._-]{3,}$", _("账号用三个以上的字母、数字、点、横线或下划线。"))],
        help_text=_("建议“单位.职责”，如 education.clerk。以后不能更改。"),
    )
    name = forms.CharField(label=_("姓名"), max_length=40)

    def clean_username(self) -> str:
        """A name nobody else signs in with."""
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("该账号已存在（含已停用的账号）。请换一个。"))
        return username


class ReasonForm(SkinForm):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=200)
