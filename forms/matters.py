"""What the steward types: rows of the authority table, facts to try it with, days of the calendar, time limits."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, SkinForm, WholeField, dress
from workflows.establishment.models import Nature
from workflows.matters import authority, voting
from workflows.matters.models import AuthorityRule, Matter
from workflows.organization.terms import Kind, Rank

MAX_BYTES = 5 * 1024 * 1024
CONDITION_ROWS = 5
BODY_ROWS = 4

SOURCES = [("pool", _("周转池")), ("issued", _("上级下达")), ("unit", _("其他单位")), ("none", _("不涉及"))]
OPERATORS = {
    "=": _("等于"),
    "!=": _("不等于"),
    "<": _("低于、少于"),
    "<=": _("不高于、不多于"),
    ">": _("高于、多于"),
    ">=": _("不低于、不少于"),
    "in": _("属于"),
}
CODES: dict[str, list[str]] = {
    "rank": Rank.values,
    "unit_kind": Kind.values,
    "natures": Nature.values,
    "source": [code for code, _name in SOURCES],
}


def facts() -> list[tuple[str, str]]:
    """The facts a condition may read; the matter has a column of its own."""
    return [(fact, name) for fact, name in authority.fact_labels().items() if fact != "matter"]


def read_value(fact: str, operator: str, text: str) -> Any:
    """The value of one condition as the table stores it; raises ValueError naming what is not understood.

    Several values for `in` are separated by a comma of either width or by 、. Words are taken by code or by their name.
    """
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    values = [_one(fact, part) for part in parts]
    if not values:
        raise ValueError(text)
    return values if operator == "in" else values[0]


def _one(fact: str, text: str) -> Any:
    if fact == "quantity":
        return int(text)
    if fact == "leader":
        words = {authority.value_label(fact, choice): choice for choice in (True, False)}
        if text in words:
            return words[text]
        raise ValueError(text)
    for code in CODES[fact]:
        if text in {code, authority.value_label(fact, code)}:
            return code
    raise ValueError(text)


class ConditionForm(SkinForm):
    """One condition; an empty row is none."""

    fact = forms.ChoiceField(required=False)
    operator = forms.ChoiceField(required=False, choices=[("", "—"), *OPERATORS.items()])
    value = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fact"].choices = [("", "—"), *facts()]

    def clean(self) -> dict[str, Any]:
        """All three or none, and a value of the fact's own vocabulary."""
        data = super().clean() or {}
        given = [bool(data.get(name)) for name in ("fact", "operator", "value")]
        if any(given) and not all(given):
            raise forms.ValidationError(_("一行条件要同时填事实、比较和值，或者全部留空。"))
        if all(given):
            try:
                data["row"] = [data["fact"], data["operator"], read_value(data["fact"], data["operator"], data["value"])]
            except ValueError:
                raise forms.ValidationError(
                    _("“%(value)s”不是“%(fact)s”的取值。") % {"value": data["value"], "fact": dict(facts())[data["fact"]]}
                ) from None
        return data


ConditionFormSet = forms.formset_factory(ConditionForm, extra=0)


def conditions_of(rule: AuthorityRule | None) -> list[dict[str, str]]:
    """The condition rows of `rule` as initial data, padded with empty rows."""
    rows = [
        {"fact": fact, "operator": op, "value": authority.value_label(fact, value)} for fact, op, value in (rule.conditions if rule else [])
    ]
    return rows + [{} for _row in range(max(0, CONDITION_ROWS - len(rows)))]


class RuleForm(SkinForm):
    """One row of the authority table, in force from a day. Every choice is a code."""

    matter = forms.ChoiceField(label=_("事项"))
    number = WholeField(label=_("序号"), high=9999, help_text=_("从小到大依次比对，第一条全部符合的适用。"))
    name = forms.CharField(label=_("名称"), max_length=120)
    section = forms.ChoiceField(label=_("承办科室"))
    signatory = forms.ChoiceField(label=_("签发"))
    consult = forms.MultipleChoiceField(label=_("会签单位"), required=False, widget=forms.CheckboxSelectMultiple)
    mode = forms.ChoiceField(
        label=_("会签方式"), required=False, choices=lambda: list(voting.modes().items()), initial=voting.OPINIONS,
        help_text=_("听取意见的会签不决定办件去向；其余各种方式不通过时退回承办人。"),
    )  # fmt: skip
    share = forms.CharField(label=_("同意比例"), max_length=12, required=False, help_text=_("只用于票签：“2/3”为达到，“>1/2”为超过。"))
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("条、款、项，或授权文件的文号。"))
    valid_from = DayField(label=_("自何日起适用"), help_text=_("原来的一行到这一天为止；已受理的办件仍按受理时的路径办理。"))

    def __init__(self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("matter", "section", "signatory"):
            self.fields[name].choices = [("", _("请选择")), *choices[name]]
        self.fields["consult"].choices = choices["consult"]
        for n in range(1, BODY_ROWS + 1):
            name = _("审议决定机构（第%(n)s步）") % {"n": n}
            self.fields[f"body_{n}"] = forms.ChoiceField(label=name, choices=[("", "—"), *choices["bodies"]], required=False)
            dress(self.fields[f"body_{n}"])

    @property
    def steps(self) -> list[forms.BoundField]:
        """The deciding bodies in their order."""
        return [self[f"body_{n}"] for n in range(1, BODY_ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """At least one deciding body, none twice; the panel in its stored form."""
        data = super().clean() or {}
        bodies = [data[f"body_{n}"] for n in range(1, BODY_ROWS + 1) if data.get(f"body_{n}")]
        if not bodies:
            self.add_error("body_1", _("至少要有一个审议决定机构。"))
        if len(set(bodies)) != len(bodies):
            self.add_error("body_1", _("同一机构不能出现两次。"))
        data["bodies"] = bodies
        try:
            data["panel"] = voting.panel(data.get("mode") or voting.OPINIONS, data.get("share") or "")
        except ValueError as error:
            self.add_error("share", str(error))
        return data


class TryForm(SkinForm):
    """Facts of an imagined case."""

    matter = forms.ModelChoiceField(Matter.objects.filter(active=True), label=_("事项"), to_field_name="code", empty_label=None)
    rank = forms.ChoiceField(label=_("机构规格"), choices=Rank.choices, initial=Rank.SECTION_CHIEF)
    unit_kind = forms.ChoiceField(label=_("机构类别"), choices=Kind.choices, initial=Kind.SUBORDINATE_PSU)
    quantity = WholeField(label=_("核增总数"), low=0, high=9999, initial=0)
    natures = forms.MultipleChoiceField(
        label=_("编制性质"), choices=Nature.choices, required=False, widget=forms.CheckboxSelectMultiple, initial=[Nature.PSU]
    )
    source = forms.ChoiceField(label=_("编制来源"), choices=SOURCES, initial="pool")
    leader = forms.BooleanField(label=_("涉及领导职数"), required=False)
    on = DayField(label=_("时点"), required=False)

    def facts(self) -> dict[str, Any]:
        """The facts as the authority table reads them."""
        data = self.cleaned_data
        return {
            "matter": data["matter"].code,
            "rank": data["rank"],
            "unit_kind": data["unit_kind"],
            "quantity": data["quantity"],
            "natures": sorted(data["natures"]),
            "source": data["source"],
            "leader": data["leader"],
        }


class TableForm(SkinForm):
    """The authority table as an Excel file, in force from a day."""

    file = forms.FileField(
        label=_("Excel 文件"),
        validators=[FileExtensionValidator(["xlsx"], message=_("只接受 .xlsx 文件。"))],
        help_text=_("先导出现行表，在其中修改后再载入。先逐行检查，有一行不通过，整份都不载入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    valid_from = DayField(label=_("自何日起适用"))

    def clean_file(self) -> Any:
        """The upload, if it is not too large."""
        upload = self.cleaned_data["file"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("文件超过 5 MB，请拆分后载入。"))
        return upload


class DayForm(SkinForm):
    """One day on which the office departs from the calendar it was shipped with."""

    day = DayField(label=_("日期"))
    working = forms.TypedChoiceField(label=_("当日"), choices=[("0", _("放假")), ("1", _("上班"))], coerce=lambda text: text == "1")
    name = forms.CharField(label=_("名称"), max_length=40, required=False, help_text=_("如：春节、国庆节调休。"))
    basis = forms.CharField(label=_("依据"), max_length=120, help_text=_("如：国办发明电〔2026〕×号。"))


class YearForm(SkinForm):
    """A year of the calendar."""

    year = forms.IntegerField(required=False, min_value=2000, max_value=2100)

    def year_or(self, day: date) -> int:
        """The year asked for, or the year of `day`."""
        return (self.cleaned_data.get("year") if self.is_valid() else None) or day.year


class LimitForm(SkinForm):
    """A time limit in working days, and the rule it rests on."""

    days = WholeField(label=_("工作日"), high=365)
    basis = forms.CharField(label=_("依据"), max_length=200, required=False)


class ConfirmTableForm(SkinForm):
    """The dry run that is being confirmed: the digest of the very file that was tried."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    valid_from = DayField(widget=forms.HiddenInput)


class EndRuleForm(SkinForm):
    """The first day on which a row no longer applies."""

    on = DayField(label=_("自何日起不再适用"))
