"""What a person types about institutions: what to look for, on which day, and a change with the document it rests on."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm
from workflows.organization.models import Funding, Kind, PsuClass, Rank, UnitVersion


class RegisterForm(SkinForm):
    """The register's filter: words, old names or pinyin initials; a kind; a day."""

    q = forms.CharField(label=_("查找"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("机构类别"), required=False, choices=[("", _("全部类别")), *Kind.choices])
    on = DayField(label=_("时点"), required=False)


class AsOfForm(SkinForm):
    """A day to look at the world as of."""

    on = DayField(label=_("时点"), required=False)

    def day(self, default: date) -> date:
        """The day asked for, or `default` when none or nonsense was given."""
        return (self.cleaned_data.get("on") if self.is_valid() else None) or default


class ChangeForm(SkinForm):
    """New values for a unit's attributes from a day on, with the document that sets them. An empty field stays as it is."""

    name = forms.CharField(label=_("名称"), max_length=120)
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    rank = forms.ChoiceField(label=_("规格"), choices=Rank.choices)
    psu_class = forms.ChoiceField(label=_("事业单位类别"), required=False, choices=[("", _("不适用")), *PsuClass.choices])
    funding = forms.ChoiceField(label=_("经费形式"), required=False, choices=[("", _("不适用")), *Funding.choices])
    credit_code = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    legal_representative = forms.CharField(label=_("法定代表人"), max_length=40, required=False)
    address = forms.CharField(label=_("住所"), max_length=200, required=False)
    functions = forms.CharField(label=_("主要职责"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    basis_number = forms.CharField(label=_("依据文号"), max_length=80, help_text=_("例如：示编委〔2026〕3号。每一项变更都要有文件依据。"))
    basis_title = forms.CharField(label=_("文件名称"), max_length=200, required=False)
    basis_date = DayField(label=_("成文日期"), required=False)
    valid_from = DayField(label=_("生效日期"))

    ATTRIBUTES = ("name", "short_name", "rank", "psu_class", "funding", "credit_code", "legal_representative", "address", "functions")

    @property
    def attributes(self) -> list[forms.BoundField]:
        """The fields that describe the institution."""
        return [self[name] for name in self.ATTRIBUTES]

    @property
    def document(self) -> list[forms.BoundField]:
        """The fields that name the document and the day."""
        return [field for field in self if field.name not in self.ATTRIBUTES]

    @classmethod
    def of(cls, version: UnitVersion, day: date) -> "ChangeForm":
        """An unbound form showing the attributes of `version`."""
        return cls(initial={name: getattr(version, name) for name in cls.ATTRIBUTES} | {"valid_from": day})

    def changes(self, version: UnitVersion) -> dict[str, Any]:
        """Only the attributes that differ from `version`."""
        return {name: self.cleaned_data[name] for name in self.ATTRIBUTES if self.cleaned_data[name] != getattr(version, name)}
