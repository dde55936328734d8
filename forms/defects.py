"""What is wrong, place by place: rows of (field or material, what is wrong) that a return or a supplement lists."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.fields import DraftForm

PREFIX = "defect"
MOST = 40
SPARE = 1


class DefectForm(DraftForm):
    """One defect."""

    field = forms.ChoiceField(label=gettext_lazy("哪一处"))
    problem = forms.CharField(label=gettext_lazy("问题"), max_length=300)

    def __init__(self, *args: Any, places: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", gettext_lazy("整体")), *places]


class DefectRows:
    """The rows as a whole, fresh or over what was posted; a row nobody wrote in is none."""

    def __init__(self, data: QueryDict | None, places: Iterable[Any]) -> None:
        self.places = list(places)
        raw = data.get(f"{PREFIX}-TOTAL_FORMS", "") if data is not None else ""
        total = min(int(raw), MOST) if raw.isdigit() else 0
        bound = data if total else None
        self.forms = [DefectForm(bound, prefix=f"{PREFIX}-{n}", places=self.places) for n in range(total or SPARE)]
        self.blank = DefectForm(prefix=f"{PREFIX}-__prefix__", places=self.places)
        self.bound = bool(total)

    @property
    def total(self) -> int:
        """How many rows stand in the form."""
        return len(self.forms)

    def typed(self) -> list[dict[str, str]]:
        """`[{"field": "measurement", "problem": "…"}]`; without a place the field is empty."""
        rows = [form.typed() for form in self.forms] if self.bound else []
        return [{"field": row["field"], "problem": row["problem"].strip()} for row in rows if row["problem"].strip()]

    def errors(self) -> list[tuple[str | None, str]]:
        """A place without a word about it, or a place that is none."""
        found: list[tuple[str | None, str]] = []
        for form in self.forms if self.bound else []:
            row: Mapping[str, Any] = form.typed()
            if row["field"] and not str(row["problem"]).strip():
                form.add_error("problem", _("请写明这一处有什么问题。"))
                form.invalid("problem")
            found += form.summary()
        return found
