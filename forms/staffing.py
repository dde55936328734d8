"""The sections of a staffing request, each as one form over a part of the version's payload."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forms.fields import DayField, DraftForm, WholeField, long
from workflows.organization.models import Funding, PsuClass, Rank

MAX_LINES = 200
YES_NO = [("yes", _("是")), ("no", _("否"))]
ARTICLE_16 = [
    ("leadership", _("是否有利于坚持和加强党的全面领导")),
    ("compliance", _("是否符合党中央有关规定和机构编制党内法规、国家法律法规以及相关政策规定")),
    ("needs", _("是否适应经济社会发展需要和财政保障能力，能否有效解决实际问题")),
    ("alternatives", _("是否科学合理，充分考虑了除调整机构编制外的其他解决办法")),
    ("risks", _("是否对可能带来的问题和遇到的困难进行客观分析，并做好应对准备")),
]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a line may name: units the applicant speaks for, units that may give, kinds of posts of the matter."""

    units: list[tuple[str, str]]
    givers: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    unborn: bool = False
    groups: dict[str, tuple[str, list[int]]] = field(default_factory=dict)


class BasisForm(DraftForm):
    """One policy or legal basis with its clause (C02)."""

    title = forms.CharField(label=_("依据"), max_length=200)
    clause = forms.CharField(label=_("条款"), max_length=120)


class BasicForm(DraftForm):
    """基本情况."""

    title = forms.CharField(
        label=_("事项名称"), max_length=200, help_text=_("按请示标题填写，例如：关于增加综合便民服务中心事业编制的请示。"), widget=long(2)
    )
    incoming_number = forms.CharField(label=_("来文字号"), max_length=60, help_text=_("请示的发文字号，例如：东办〔2026〕37号。"))
    incoming_date = DayField(label=_("来文日期"))
    contact = forms.CharField(label=_("联系人"), max_length=40)
    phone = forms.CharField(label=_("联系电话"), max_length=40)
    effective_date = DayField(label=_("希望实施日期"), help_text=_("可不填；不填的，自批复之日起执行。"))


class LineForm(DraftForm):
    """One line of the request: so many posts of a kind, from where to where."""

    unit = forms.ChoiceField(label=_("机构"))
    kind = forms.ChoiceField(label=_("编制类别"))
    direction = forms.ChoiceField(label=_("增减"), choices=[("up", _("核增")), ("down", _("核减"))], initial="up")
    quantity = WholeField(label=_("名数"))
    source = forms.ChoiceField(
        label=_("来源"), choices=[("pool", _("区周转池")), ("issued", _("上级下达总额")), ("unit", _("从其他机构调剂"))], initial="pool"
    )
    giver = forms.ChoiceField(label=_("调出机构"))

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = ("", _("新设机构")) if choices.unborn else ("", _("请选择"))
        self.fields["unit"].choices = [empty, *choices.units]
        self.fields["kind"].choices = [("", _("请选择")), *choices.kinds]
        self.fields["giver"].choices = [("", _("不适用")), *choices.givers]

    def typed(self) -> dict[str, Any]:
        """As the payload writes a line: units as ids."""
        out = super().typed()
        for name in ("unit", "giver"):
            out[name] = int(out[name]) if str(out[name]).isdigit() else None
        if out["source"] != "unit":
            out["giver"] = None
        return out

    def blank(self) -> bool:
        """A line nobody has touched."""
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in ("unit", "kind", "quantity"))


class BulkForm(DraftForm):
    """The same line for every institution of a kind: 41 schools are not typed one by one."""

    group = forms.ChoiceField(label=_("哪些机构"))
    kind = forms.ChoiceField(label=_("编制类别"))
    quantity = WholeField(label=_("每个机构名数"), initial=1)
    source = forms.ChoiceField(label=_("来源"), choices=[("issued", _("上级下达总额")), ("pool", _("区周转池"))], initial="issued")

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.fields["group"].choices = [(code, f"{label}（{len(units)}个）") for code, (label, units) in choices.groups.items()]
        self.fields["kind"].choices = choices.kinds

    def lines(self, present: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The new lines; an institution that has a line of this kind already gets no second one."""
        if not self.is_valid() or not self.cleaned_data["quantity"]:
            return []
        clean, there = self.cleaned_data, {(line.get("unit"), line.get("kind")) for line in present}
        common = {"kind": clean["kind"], "quantity": clean["quantity"], "source": clean["source"], "giver": None, "direction": "up"}
        units = self.choices.groups.get(clean["group"], ("", []))[1]
        return [{"unit": unit, **common} for unit in units if (unit, clean["kind"]) not in there]


class InstitutionForm(DraftForm):
    """The institution to be born (R02)."""

    name = forms.CharField(label=_("机构名称"), max_length=120, help_text=_("区划、主体词、业务三部分，不带规格。"))
    short_name = forms.CharField(label=_("简称"), max_length=60)
    sponsor = forms.ChoiceField(label=_("举办单位"))
    kind = forms.ChoiceField(
        label=_("机构类别"), choices=[("subordinate_psu", _("部门所属事业单位")), ("direct_psu", _("直属事业单位")), ("school", _("学校"))]
    )
    rank = forms.ChoiceField(label=_("规格"), choices=Rank.choices, initial="sub_section")
    psu_class = forms.ChoiceField(label=_("事业单位类别"), choices=PsuClass.choices)
    funding = forms.ChoiceField(label=_("经费形式"), choices=Funding.choices)
    purpose = forms.CharField(label=_("宗旨"), max_length=1000, widget=long(2))
    functions = forms.CharField(
        label=_("主要职责"), max_length=4000, widget=long(5), help_text=_("逐条写明；系统会与现有机构职责比对，提示相近的。")
    )
    divisions = forms.CharField(label=_("内设机构"), max_length=1000, widget=long(2), help_text=_("没有的不填。"))
    valid_from = DayField(label=_("设立日期"), help_text=_("可不填；不填的，自批复之日起设立。"))

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sponsor"].choices = [("", _("请选择")), *choices.units]

    def typed(self) -> dict[str, Any]:
        """As the payload writes it: the sponsor as an id, an open day as none."""
        out = super().typed()
        out["sponsor"] = int(out["sponsor"]) if str(out["sponsor"]).isdigit() else None
        out["valid_from"] = out["valid_from"] or None
        return out


class MeasurementForm(DraftForm):
    """测算依据 (C12)."""

    measurement = forms.CharField(
        label=_("测算依据"), max_length=4000, widget=long(4), help_text=_("写清标准、工作量或同类单位对比，三者至少一项。")
    )
    peers = forms.CharField(label=_("同类单位对比"), max_length=2000, widget=long(3), help_text=_("名称、服务对象或工作量、现有编制。"))


class ReasonsForm(DraftForm):
    """必要性、合理性、可行性 and what else was considered."""

    necessity = forms.CharField(label=_("必要性"), max_length=4000, widget=long(4), help_text=_("现在的问题是什么，不调整会怎样。"))
    rationality = forms.CharField(label=_("合理性"), max_length=4000, widget=long(4), help_text=_("为什么是这个数、这个规格。"))
    feasibility = forms.CharField(label=_("可行性"), max_length=4000, widget=long(3), help_text=_("人员、场所、经费是否具备。"))
    alternatives = forms.CharField(
        label=_("其他解决办法"), max_length=4000, widget=long(3), help_text=_("内部挖潜、调剂、购买服务等是否考虑过，为什么不够。")
    )
    risks = forms.CharField(label=_("风险与应对"), max_length=4000, widget=long(3))
    finance = forms.CharField(label=_("财政影响"), max_length=2000, widget=long(2), help_text=_("每年需要的经费和来源。"))


class DiscussionForm(DraftForm):
    """集体讨论 of the unit's own leadership; its minutes are a material."""

    date = DayField(label=_("会议日期"))
    session = forms.CharField(label=_("会议名称"), max_length=80, help_text=_("例如：街道党工委2026年第31次会议。"))
    summary = forms.CharField(label=_("讨论情况"), max_length=2000, widget=long(3))


class Article16Form(DraftForm):
    """One of the five statements of Article 16."""

    conclusion = forms.ChoiceField(label=_("结论"), choices=YES_NO, widget=forms.RadioSelect)
    text = forms.CharField(label=_("说明"), max_length=2000, widget=long(3))


class WarningReasonForm(DraftForm):
    """The written reason a warning demands before submission."""

    reason = forms.CharField(label=_("说明理由"), max_length=500, widget=long(2))


class Section:
    """One page of the task list: its forms over the payload, bound to what was typed or to what is stored."""

    code = ""
    title: Any = ""

    def __init__(self, payload: Mapping[str, Any], choices: Choices, data: QueryDict | None = None) -> None:
        self.payload, self.choices, self.data = payload, choices, data
        self.forms: dict[str, DraftForm] = {}
        self.build()

    def build(self) -> None:
        """Make the section's forms."""

    def part(self, name: str, form: Callable[..., DraftForm], stored: Any, **kwargs: Any) -> DraftForm:
        """One form under a prefix of its own, unless `name` is empty."""
        initial = {key: value for key, value in dict(stored or {}).items() if value is not None}
        made = form(self.data, prefix=name or None, initial=initial, **kwargs)
        self.forms[name] = made
        return made

    def rows(self, name: str, form: Callable[..., DraftForm], stored: Iterable[Any], spare: int, **kwargs: Any) -> list[DraftForm]:
        """A list of forms; at least one row, untouched rows are dropped when read."""
        stored = list(stored or [])
        count = len(stored) + spare if self.data is None else _total(self.data, name)
        made = []
        for n in range(min(count, MAX_LINES)):
            initial = stored[n] if n < len(stored) else {}
            made.append(self.part(f"{name}-{n}", form, initial, **kwargs))
        return made

    def is_valid(self) -> bool:
        """Whether everything typed could be read."""
        return not [form for form in self.forms.values() if not form.is_valid()]

    def errors(self) -> list[tuple[str | None, str]]:
        """For the error summary."""
        return [line for form in self.forms.values() for line in form.summary()]

    def typed(self) -> dict[str, Any]:
        """The part of the payload this section holds."""
        raise NotImplementedError

    def show(self, field: str, message: str) -> str | None:
        """Put a refusal of a rule at its field (`lines.0.quantity`, `title`); the field's id, if it is here."""
        names = field.split(".")
        prefix, name = "-".join(names[:-1]), names[-1]
        form = self.forms.get(prefix)
        if form is None or name not in form.fields:
            return None
        form.add_error(name, message)
        form.invalid(name)
        return form[name].auto_id


class BasicSection(Section):
    """基本情况."""

    code, title = "basic", _("基本情况")

    def build(self) -> None:
        """The request's own data and the bases it rests on."""
        self.basic = self.part("", BasicForm, self.payload)
        self.bases = self.rows("basis", BasisForm, self.payload.get("basis", []), spare=0 if self.payload.get("basis") else 1)
        self.blank_basis = BasisForm(prefix="basis-__prefix__")

    def typed(self) -> dict[str, Any]:
        """Basic data; bases without any text are dropped."""
        out = self.basic.typed()
        out["effective_date"] = out["effective_date"] or None
        rows = [row.typed() for row in self.bases]
        return out | {"basis": [row for row in rows if row["title"] or row["clause"]]}


class ContentSection(Section):
    """事项内容: the lines, for a new institution also what it is to be."""

    code, title = "content", _("事项内容")

    def build(self) -> None:
        """Institution first, then lines, then how the figure was reached."""
        self.institution = None
        if self.choices.unborn:
            self.institution = self.part("institution", InstitutionForm, self.payload.get("institution"), choices=self.choices)
        stored = self.payload.get("lines") or []
        self.lines = self.rows("lines", LineForm, stored, spare=0 if stored else 1, choices=self.choices)
        self.blank_line = LineForm(prefix="lines-__prefix__", choices=self.choices)
        self.measure = self.part("", MeasurementForm, self.payload)
        self.bulk = BulkForm(self.data, prefix="bulk", choices=self.choices) if self.choices.groups else None

    def typed(self) -> dict[str, Any]:
        """Untouched lines are dropped."""
        out: dict[str, Any] = self.measure.typed() | {"lines": [line.typed() for line in self.lines if not line.blank()]}
        if self.institution is not None:
            out["institution"] = self.institution.typed()
        return out


class ReasonsSection(Section):
    """必要性、合理性、可行性."""

    code, title = "reasons", _("必要性、合理性、可行性")

    def build(self) -> None:
        """One form."""
        self.reasons_form = self.part("", ReasonsForm, self.payload)

    def typed(self) -> dict[str, Any]:
        """As typed."""
        return self.reasons_form.typed()


class DiscussionSection(Section):
    """集体讨论与第十六条."""

    code, title = "discussion", _("集体讨论与第十六条")

    def build(self) -> None:
        """The session, then the five statements."""
        self.discussion = self.part("discussion", DiscussionForm, self.payload.get("discussion"))
        stored = self.payload.get("article16") or {}
        self.statements = [(question, self.part(f"article16-{key}", Article16Form, stored.get(key))) for key, question in ARTICLE_16]

    def typed(self) -> dict[str, Any]:
        """The session and the five answers by key."""
        keys = [key for key, _question in ARTICLE_16]
        answers = {key: form.typed() for key, (_question, form) in zip(keys, self.statements, strict=True)}
        return {"discussion": self.discussion.typed(), "article16": answers}


SECTIONS: dict[str, type[Section]] = {each.code: each for each in (BasicSection, ContentSection, ReasonsSection, DiscussionSection)}


def _total(data: QueryDict, name: str) -> int:
    raw = str(data.get(f"{name}-TOTAL_FORMS", "0"))
    return min(int(raw), MAX_LINES) if raw.isdigit() else 0
