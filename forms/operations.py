"""What a person types for an operation beside the flow: who, why, until when. One form per operation."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.cases import ACCEPTED_FILES
from forms.fields import DayField, SkinForm, long

Choices = Iterable[tuple[Any, Any]]


class OperationForm(SkinForm):
    """The part all share: the task it concerns, and the key that makes a double click one operation."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    task = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def hidden(self) -> list[Any]:
        """The hidden fields."""
        return [field for field in self if field.is_hidden]


class ReasonForm(OperationForm):
    """Only why."""

    reason = forms.CharField(label=_("理由"), max_length=500, widget=long(3), error_messages={"required": _("请写明理由。")})


class EndForm(ReasonForm):
    """Why, and on whose authority."""

    basis = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("批准的领导、文号或者条款。"), error_messages={"required": _("请写明依据。")}
    )


class WordForm(OperationForm):
    """A word that may be left out."""

    text = forms.CharField(label=_("说明"), max_length=200, required=False, help_text=_("可不填。"))


class TextForm(OperationForm):
    """A remark."""

    text = forms.CharField(label=_("内容"), max_length=2000, widget=long(4), error_messages={"required": _("请填写内容。")})


class PersonForm(OperationForm):
    """To whom, and why."""

    to = forms.TypedChoiceField(label=_("交给"), coerce=int, widget=forms.RadioSelect, error_messages={"required": _("请选择人员。")})
    reason = forms.CharField(label=_("事由"), max_length=500, widget=long(3), error_messages={"required": _("请写明事由。")})

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = list(people)


class TaskPersonForm(PersonForm):
    """The steward's transfer: which task, to whom, why."""

    task = forms.TypedChoiceField(label=_("哪项任务"), coerce=int, widget=forms.RadioSelect, error_messages={"required": _("请选择任务。")})
    field_order = ("key", "task", "to", "reason")

    def __init__(self, *args: Any, tasks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_task(self, tasks)


class AddForm(OperationForm):
    """加签: before, after or beside; a person, or for a panel a unit."""

    how = forms.ChoiceField(label=_("怎样加签"), widget=forms.RadioSelect, error_messages={"required": _("请选择怎样加签。")})
    to = forms.TypedChoiceField(label=_("请谁加签"), coerce=int, required=False, empty_value=None)
    unit = forms.TypedChoiceField(label=_("增加会签单位"), coerce=int, required=False, empty_value=None)
    reason = forms.CharField(label=_("事由"), max_length=500, widget=long(3), error_messages={"required": _("请写明加签的事由。")})

    def __init__(self, *args: Any, hows: Choices, people: Choices, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hows = list(hows)
        self.fields["how"].choices = hows
        self.fields["how"].initial = hows[0][0] if hows else None
        self.fields["to"].choices = [("", _("请选择")), *people]
        self.fields["unit"].choices = [("", _("请选择")), *units]
        self.when = {"to": "before after", "unit": "parallel"}

    def clean(self) -> dict[str, Any]:
        """The one that the way of adding needs."""
        clean = super().clean()
        wanted = "unit" if clean.get("how") == "parallel" else "to"
        if clean.get("how") and not clean.get(wanted):
            self.add_error(wanted, _("请选择。"))
        return clean


class RemoveForm(OperationForm):
    """减签: whom, and why."""

    task = forms.TypedChoiceField(label=_("减去谁"), coerce=int, widget=forms.RadioSelect, error_messages={"required": _("请选择人员。")})
    reason = forms.CharField(label=_("理由"), max_length=500, widget=long(3), error_messages={"required": _("请写明理由。")})

    def __init__(self, *args: Any, tasks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_task(self, tasks)


class AskForm(OperationForm):
    """征求意见: which unit, what, until when."""

    unit = forms.TypedChoiceField(label=_("征求单位"), coerce=int, error_messages={"required": _("请选择单位。")})
    text = forms.CharField(label=_("征求的内容"), max_length=2000, widget=long(4), error_messages={"required": _("请写明征求意见的内容。")})
    due = DayField(label=_("答复期限"), required=False, help_text=_("过期未答复的，由您记录“逾期未复”，不视为同意。"))

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", _("请选择")), *units]


class QuestionForm(OperationForm):
    """询问承办人: what, until when."""

    text = forms.CharField(label=_("想问什么"), max_length=2000, widget=long(4), error_messages={"required": _("请写明要问的内容。")})
    due = DayField(label=_("希望答复的日期"), required=False)


class SuperviseForm(OperationForm):
    """督办: which task, what is demanded, by when to report."""

    task = forms.TypedChoiceField(
        label=_("督办哪一环节"), coerce=int, widget=forms.RadioSelect, error_messages={"required": _("请选择环节。")}
    )
    text = forms.CharField(label=_("督办要求"), max_length=1000, widget=long(3), error_messages={"required": _("请写明督办要求。")})
    due = DayField(label=_("反馈期限"), error_messages={"required": _("请填写反馈期限。")})

    def __init__(self, *args: Any, tasks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_task(self, tasks)


class SendForm(OperationForm):
    """传阅、抄送: to whom, with which word."""

    readers = forms.TypedMultipleChoiceField(
        label=_("阅读人"), coerce=int, widget=forms.CheckboxSelectMultiple, error_messages={"required": _("请至少选择一名阅读人。")}
    )
    note = forms.CharField(label=_("附言"), max_length=200, required=False, help_text=_("可不填。"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].choices = list(people)


class AnswerForm(SkinForm):
    """The answer to a question."""

    text = forms.CharField(
        label=_("答复意见"), max_length=4000, widget=long(5), help_text=_("没有意见的，请写“无意见”。"),
        error_messages={"required": _("请填写答复意见；没有意见的，请写“无意见”。")},
    )  # fmt: skip
    file = forms.FileField(label=_("附件"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}))


class ReadForm(SkinForm):
    """已阅, with a remark if there is one."""

    remark = forms.CharField(label=_("意见"), max_length=1000, required=False, widget=long(2), help_text=_("可不填。"))


class ReportForm(SkinForm):
    """The report to a supervision."""

    text = forms.CharField(label=_("反馈内容"), max_length=2000, widget=long(4), error_messages={"required": _("请填写反馈内容。")})


class HandOverForm(SkinForm):
    """Everything of a departing person to a successor."""

    leaving = forms.TypedChoiceField(label=_("离岗人员"), coerce=int, error_messages={"required": _("请选择离岗人员。")})
    to = forms.TypedChoiceField(label=_("接办人员"), coerce=int, error_messages={"required": _("请选择接办人员。")})
    reason = forms.CharField(label=_("事由"), max_length=500, widget=long(2), error_messages={"required": _("请写明事由。")})

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leaving", "to"):
            self.fields[name].choices = [("", _("请选择")), *people]


def choose_task(form: OperationForm, tasks: Choices) -> None:
    """The tasks to choose from; a single one is chosen already."""
    tasks = list(tasks)
    form.fields["task"].choices = tasks
    form.initial["task"] = tasks[0][0] if len(tasks) == 1 else None
