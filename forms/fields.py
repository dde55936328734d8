"""Fields as officials write: days as 2026年3月2日, whole numbers, and forms that keep what was typed even when it is wrong."""

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LARGEST = 99_999
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_CLASSES = {
    "text": "form-control", "number": "form-control", "file": "form-control", "select": "form-select",
    "radio": "form-check-input", "checkbox": "form-check-input", None: "form-control",
}  # fmt: skip


def chinese(day: date) -> str:
    """2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


class DayField(forms.CharField):
    """A day typed as 2026年3月2日, 2026-3-2, 2026.3.2 or 2026/3/2; shown the first way; a `date` when clean."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "form-control w-date", "placeholder": _("年　月　日"), "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """:raises ValidationError: not a day of the calendar."""
        if isinstance(value, date) or not value:
            return value or None
        found = _DAY.match(unicodedata.normalize("NFKC", str(value)).replace(" ", "").strip())
        try:
            return date(*map(int, found.groups())) if found else self._refuse()
        except ValueError:
            return self._refuse()

    def prepare_value(self, value: Any) -> Any:
        """Dates and ISO dates in the official way; anything else as it was typed."""
        try:
            day = value if isinstance(value, date) else date.fromisoformat(str(value))
            return day.isoformat() if (get_language() or "").startswith("en") else chinese(day)
        except ValueError:
            return value

    def _refuse(self) -> None:
        raise ValidationError(_("日期请按“2026年3月2日”或“2026-3-2”填写。"), code="day")


class WholeField(forms.CharField):
    """A whole number in ASCII or full-width digits; nothing else is read as a number. An `int` when clean."""

    def __init__(self, *, low: int = 1, high: int = LARGEST, **kwargs: Any) -> None:
        self.low, self.high = low, high
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "form-control w-num", "inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """:raises ValidationError: a sign, a point, letters, or outside the bounds."""
        if isinstance(value, int) or value in (None, ""):
            return value if isinstance(value, int) else None
        text = unicodedata.normalize("NFKC", str(value)).strip()
        if not re.fullmatch(r"\d{1,9}", text) or not self.low <= int(text) <= self.high:
            raise ValidationError(_("请填写%(low)s至%(high)s之间的整数。"), code="whole", params={"low": self.low, "high": self.high})
        return int(text)


class SkinForm(forms.Form):
    """A form whose fields wear the skin's classes and point to their hint and error."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            dress(field)
            name_what_is_missing(field)
            if field.help_text:
                field.widget.attrs.setdefault("aria-describedby", f"{self.auto_id % self.add_prefix(name)}_hint")

    def full_clean(self) -> None:
        """Mark the fields that were refused, for eyes and for screen readers."""
        super().full_clean()
        for name in self.errors:
            self.invalid(name)

    def invalid(self, name: str) -> None:
        """Mark one field as refused."""
        if name in self.fields:
            attrs = self.fields[name].widget.attrs
            attrs["aria-invalid"] = "true"
            if "miss" not in attrs.get("class", ""):
                attrs["class"] = f"{attrs.get('class', '')} miss".strip()

    def summary(self) -> list[tuple[str | None, str]]:
        """(field id or None, sentence) for the error summary, in the order of the form."""
        return [
            (self[name].auto_id if name in self.fields else None, str(error))
            for name, errors in sorted(self.errors.items(), key=lambda item: self._place(item[0]))
            for error in errors
        ]

    def _place(self, name: str) -> int:
        names = list(self.fields)
        return names.index(name) if name in names else len(names)


class DraftForm(SkinForm):
    """A form that may be stored half-filled: nothing is demanded, nothing typed is dropped."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def typed(self) -> dict[str, Any]:
        """Field → its clean value in JSON terms, or the raw text where it is not clean yet."""
        self.is_valid()
        out: dict[str, Any] = {}
        for name, field in self.fields.items():
            raw = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            value = self.cleaned_data.get(name) if name not in self.errors else raw
            out[name] = value.isoformat() if isinstance(value, date) else ("" if value is None else value)
        return out


def name_what_is_missing(field: forms.Field) -> None:
    """Django's “this field is required” says nothing in a summary; a field's own words stay."""
    if field.label and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        choose = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
        sentence = _("请选择%(label)s。") if choose else _("请填写%(label)s。")
        field.error_messages["required"] = sentence % {"label": field.label}


def dress(field: forms.Field) -> None:
    """Give a field's widget the class of its type, keeping what the field asked for itself."""
    kind = getattr(field.widget, "input_type", None)
    field.widget.attrs.setdefault("class", _CLASSES.get(kind, "form-control"))


def long(rows: int = 4) -> forms.Textarea:
    """A text area of so many rows."""
    return forms.Textarea(attrs={"rows": rows})
