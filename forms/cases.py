"""What a person types on a case: the filters of the list, and for each step of the flow its opinion and its own fields."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from forms.defects import DefectRows
from forms.fields import DayField, SkinForm, WholeField, long
from forms.staffing import ARTICLE_16, YES_NO
from workflows.cases.models import Stage, State

ACCEPTED_FILES = ".pdf,.docx,.xlsx,.ofd,.jpg,.jpeg,.png"


class FilterForm(SkinForm):
    """The case list's filters; they survive navigation because they are the address."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部状态")), ("open", _("未办结")), *State.choices])
    stage = forms.ChoiceField(label=_("阶段"), required=False, choices=[("", _("全部阶段")), *Stage.choices])
    matter = forms.ChoiceField(label=_("事项"), required=False)
    unit = forms.ChoiceField(label=_("报送单位"), required=False)
    due = forms.ChoiceField(
        label=_("时限"),
        required=False,
        choices=[("", _("不限")), ("overdue", _("已超期")), ("today", _("今日到期")), ("week", _("五个工作日内到期"))],
    )
    mine = forms.BooleanField(label=_("我经办的"), required=False)

    def __init__(self, *args: Any, matters: list[tuple[str, str]], units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = [("", _("全部事项")), *matters]
        self.fields["unit"].choices = [("", _("全部单位")), *units]

    def chosen(self) -> dict[str, Any]:
        """The filters that are set; nonsense in the address is as if not set."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, False)}


class SearchForm(SkinForm):
    """Words, numbers, names a unit ever bore, pinyin initials."""

    q = forms.CharField(label=_("搜索"), required=False, max_length=80)


# Outcomes that say what is wrong, place by place.
RETURNS = frozenset({"return", "back", "supplement"})


class ActForm(SkinForm):
    """The part every step shares: which assignment, which version was shown, once only, the outcome and the opinion."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("办理结论"), widget=forms.RadioSelect, error_messages={"required": _("请选择办理结论。")})
    text = forms.CharField(label=_("意见"), required=False, max_length=4000, widget=long(4))

    def __init__(
        self,
        *args: Any,
        outcomes: list[tuple[str, str]],
        targets: Iterable[tuple[str, str]] = (),
        places: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes
        targets = list(targets)
        if len(targets) > 1:
            self.fields["target"] = forms.ChoiceField(
                label=_("退回到"), required=False, choices=targets, widget=forms.RadioSelect, initial=targets[0][0]
            )
        self.defects = DefectRows(self.data if self.is_bound else None, places)
        if len(outcomes) == 1:
            self.fields["outcome"].widget = forms.HiddenInput()
            self.fields["outcome"].initial = outcomes[0][0]

    def extra(self) -> dict[str, Any]:
        """What the step's own fields say, for the operation's `data`."""
        return {}

    def base(self) -> list[Any]:
        """The bound fields that are the step's own, in order."""
        shared = {"version", "key", "outcome", "text", "target"}
        return [self[name] for name in self.fields if name not in shared]

    def said(self) -> dict[str, Any]:
        """What the operation takes as `data`: the step's own entries, for a return its target and what is wrong."""
        out = self.extra()
        if self.cleaned_data["outcome"] in RETURNS:
            out |= _present(self.cleaned_data, "target") | {"defects": self.defects.typed()}
        return out

    def full_clean(self) -> None:
        """The rows of defects are part of the form when it returns or supplements."""
        super().full_clean()
        if self.is_bound and self.data.get("outcome") in RETURNS:
            for _target, sentence in self.defects.errors():
                self.add_error(None, sentence)

    @property
    def idempotency_key(self) -> UUID:
        """The key that makes a double click one act."""
        return self.cleaned_data["key"]


class EndorseForm(ActForm):
    """The unit's head: the leadership meeting that decided to submit."""

    session = forms.CharField(label=_("党组（党工委）会议"), required=False, max_length=80, help_text=_("会议名称和次数。"))
    held_on = DayField(label=_("会议日期"), required=False)

    def extra(self) -> dict[str, Any]:
        """Session and day."""
        return _present(self.cleaned_data, "session", "held_on")


class AcceptForm(ActForm):
    """受理审查: what is to be supplemented, or why the office refuses."""

    reason = forms.CharField(label=_("不予受理的理由"), required=False, max_length=1000, widget=long(3))
    article = forms.CharField(label=_("依据条款"), required=False, max_length=200)

    def extra(self) -> dict[str, Any]:
        """Reason and article of a refusal."""
        return _present(self.cleaned_data, "reason", "article")


class EvaluateForm(ActForm):
    """承办论证: the report, Article 16 item by item, and the office's own figures where they differ."""

    report = forms.CharField(
        label=_("论证情况"), required=False, max_length=8000, widget=long(6), help_text=_("现状、依据、比较、测算、风险。")
    )

    def __init__(self, *args: Any, lines: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = lines
        for key, question in ARTICLE_16:
            self.fields[f"a16_{key}"] = forms.ChoiceField(
                label=question, required=False, choices=YES_NO, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
            )
            self.fields[f"a16_{key}_text"] = forms.CharField(
                label=_("审核说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"})
            )
        add_amounts(self, lines)

    def extra(self) -> dict[str, Any]:
        """Report, five answers, and the office's figures."""
        clean = self.cleaned_data
        answers = {key: {"conclusion": clean[f"a16_{key}"], "text": clean[f"a16_{key}_text"]} for key, _question in ARTICLE_16}
        return {
            "report": clean["report"],
            "article16": answers,
            "amounts": amounts(clean, self.asked),
        }


class ReviewForm(ActForm):
    """A countersign, a review, an added signer's or a delegate's word: outcome and opinion."""


class DeliberateForm(ActForm):
    """审议记录: a record with exact counts, not a text box."""

    session = forms.CharField(label=_("会议或批复"), required=False, max_length=80)
    held_on = DayField(label=_("日期"), required=False)
    entitled = WholeField(label=_("应到"), required=False, low=0, high=999)
    present = WholeField(label=_("实到"), required=False, low=0, high=999)
    absent = WholeField(label=_("请假"), required=False, low=0, high=999)
    votes_for = WholeField(label=_("同意"), required=False, low=0, high=999)
    votes_against = WholeField(label=_("不同意"), required=False, low=0, high=999)
    abstained = WholeField(label=_("弃权"), required=False, low=0, high=999)
    file = forms.FileField(label=_("会议纪要或批复"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}))

    COUNTS = ("entitled", "present", "absent", "votes_for", "votes_against", "abstained")

    def __init__(self, *args: Any, lines: list[dict[str, Any]], external: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked, self.external = lines, external
        if external:
            for name in self.COUNTS:
                del self.fields[name]
        add_amounts(self, lines)

    def extra(self) -> dict[str, Any]:
        """Session, day, counts, and the body's own figures when it amends."""
        clean = self.cleaned_data
        counts = {name: clean.get(name) or 0 for name in self.COUNTS if name in self.fields}
        out = _present(clean, "session", "held_on") | counts
        if clean["outcome"] == "amended":
            out["amounts"] = amounts(clean, self.asked)
        return out


class DocumentForm(ActForm):
    """拟稿: the text of the reply or refusal, prepared from the version."""

    title = forms.CharField(label=_("标题"), max_length=200, required=False, widget=long(2))
    paragraphs = forms.CharField(
        label=_("正文"), required=False, max_length=8000, widget=long(14), help_text=_("一段一行；首行缩进由系统处理。")
    )

    def extra(self) -> dict[str, Any]:
        """Title and paragraphs."""
        return {"title": self.cleaned_data["title"], "paragraphs": _lines(self.cleaned_data["paragraphs"])}


class EvidenceForm(SkinForm):
    """One implementation task: when it was done and what proves it."""

    done_on = DayField(label=_("完成日期"), error_messages={"required": _("请填写完成日期。")})
    evidence = forms.CharField(
        label=_("完成情况"), max_length=1000, widget=long(2), error_messages={"required": _("请写明完成情况，例如文号、日期或经办结果。")}
    )
    file = forms.FileField(label=_("证明材料"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}))


class PaperForm(SkinForm):
    """An act taken on a signed sheet: who signed, and its scan."""

    signed_by = forms.CharField(label=_("签字人"), max_length=40, error_messages={"required": _("请填写签字人姓名。")})
    scan = forms.FileField(
        label=_("签字件扫描件"),
        error_messages={"required": _("请上传签字件扫描件。")},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )


class UploadForm(SkinForm):
    """One file for one material, or for none."""

    material = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("选择文件"),
        error_messages={"required": _("请选择要上传的文件。")},
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )


FORMS: dict[str, type[ActForm]] = {
    "endorse": EndorseForm,
    "accept": AcceptForm,
    "evaluate": EvaluateForm,
    "countersign": ReviewForm,
    "section_review": ReviewForm,
    "deputy_review": ReviewForm,
    "deliberate": DeliberateForm,
    "draft_document": DocumentForm,
    "sign": ReviewForm,
    "implement": ReviewForm,
    "confirm": ReviewForm,
}


def add_amounts(form: ActForm, lines: list[dict[str, Any]]) -> None:
    """One figure per line of the version, filled with what the version says."""
    for n, line in enumerate(lines):
        field = WholeField(label=str(n + 1), required=False, low=0)
        field.initial = line.get("quantity")
        form.fields[f"amount_{n}"] = field


def amounts(clean: dict[str, Any], lines: list[dict[str, Any]]) -> list[int]:
    """The figures, the version's own where nothing was typed."""
    typed = [clean.get(f"amount_{n}") for n in range(len(lines))]
    return [line["quantity"] if n is None else n for n, line in zip(typed, lines, strict=True)]


def _present(clean: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: _iso(clean.get(name)) for name in names if clean.get(name)}


def _iso(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
