"""Template filters and tags of every page: dates, figures and names as officials write them, icons, chips, marks."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workflows.views import deeds

register = template.Library()

JOINER = "\u2060"  # word joiner: a number never parts from its measure word
AGREEING = {"endorse", "countersign", "review", "deputy", "record", "sign", "confirm"}
MEASURES = "名人票件项个日次条号份处版轮人届类家所月年步岁页"
_DATE = re.compile(r"(?<!\d)(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:\s?\d{2}:\d{2})?|(?<!\d)\d{4}年(?:\d{1,2}月)?(?=\D|$)")
_COUNT = re.compile(rf"(\d)([{MEASURES}])")
_NUMBER = re.compile(r"[^\s，。；：、（）《》]{1,12}〔\d{4}〕\d+号|BZ-\d{4}-\d{5}")


def _piece(text: str) -> str:
    return _COUNT.sub(rf"\1{JOINER}\2", escape(text))


@register.filter
def prose(value: Any) -> SafeString:
    """Text with dates in `<time>`, document and case numbers unbroken, and figures tied to their measure word."""
    text = "" if value is None else str(value)
    if isinstance(value, SafeString):
        return value
    out: list[str] = []
    at = 0
    spans = sorted(
        [(m.start(), m.end(), "time") for m in _DATE.finditer(text)] + [(m.start(), m.end(), "nb") for m in _NUMBER.finditer(text)]
    )
    for begins, end, kind in spans:
        start = max(begins, at)  # a document number takes what stands before it; a date already taken stays a date
        if end <= start:
            continue
        out.append(_piece(text[at:start]))
        body = escape(text[start:end])
        out.append(f"<time>{body}</time>" if kind == "time" else f'<span class="nb">{body}</span>')
        at = end
    out.append(_piece(text[at:]))
    return mark_safe("".join(out))  # noqa: S308 - every piece above is escaped


@register.filter
def paragraphs(value: Any) -> SafeString:
    """Typed text as paragraphs, each through `prose`."""
    lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
    return mark_safe("".join(f"<p>{prose(line)}</p>" for line in lines))  # noqa: S308 - prose escapes


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _as_date(value: Any) -> date | datetime | None:
    if isinstance(value, str) and value:
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return value or None


@register.filter
def day(value: Any) -> SafeString:
    """2026年11月20日; takes a date, a moment or an ISO date; nothing for nothing."""
    found = _as_date(value)
    if not found:
        return SafeString("")
    at = _local(found)
    if _english():
        return format_html("<time>{} {}</time>", at.day, f"{at:%b %Y}")
    return format_html("<time>{}年{}月{}日</time>", at.year, at.month, at.day)


@register.filter
def month_day(value: Any) -> SafeString:
    """11月20日, with the year when it is not the current one."""
    found = _as_date(value)
    if not found:
        return SafeString("")
    at = _local(found)
    if at.year != timezone.localdate().year:
        return day(found)
    if _english():
        return format_html("<time>{} {}</time>", at.day, f"{at:%b}")
    return format_html("<time>{}月{}日</time>", at.month, at.day)


@register.filter
def moment(value: datetime | None) -> SafeString:
    """今日 09:10, 昨日 17:42, else 11月19日."""
    if not value:
        return SafeString("")
    at = timezone.localtime(value)
    today = timezone.localdate()
    if at.date() == today:
        return format_html("<time>{} {}</time>", _("今日"), f"{at:%H:%M}")
    if at.date() == today - timedelta(days=1):
        return format_html("<time>{} {}</time>", _("昨日"), f"{at:%H:%M}")
    return month_day(value)


@register.filter
def minute(value: datetime | None) -> SafeString:
    """2026年11月20日 09:10."""
    if not value:
        return SafeString("")
    at = timezone.localtime(value)
    if _english():
        return format_html("<time>{} {}</time>", at.day, f"{at:%b %Y %H:%M}")
    return format_html("<time>{}年{}月{}日 {}</time>", at.year, at.month, at.day, f"{at:%H:%M}")


@register.filter
def count(value: Any, measure: str) -> SafeString:
    """A figure tied to its measure word: `25|count:"名"`; English knows no measure words."""
    if _english():
        return format_html("{}", value)
    return format_html("{}{}{}", value, JOINER, measure)


@register.filter
def signed(value: int | None) -> str:
    """+25, −25 (U+2212), 0."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    return f"+{value}" if value > 0 else f"\u2212{-value}"


@register.filter
def plain(value: int | None) -> str:
    """A figure with a true minus sign."""
    return "" if value is None else str(value).replace("-", "\u2212")


@register.filter
def digest(value: str | None) -> SafeString:
    """The first eight hexadecimal digits of a digest, in two groups, whole in the title."""
    if not value:
        return SafeString("")
    return format_html('<span class="hash" title="{}">{} {}</span>', value, value[:4], value[4:8])


@register.filter
def nb(value: Any) -> SafeString:
    """A number or name that must not break."""
    return format_html('<span class="nb">{}</span>', "" if value is None else value)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """`mapping[key]` or nothing."""
    try:
        return mapping.get(key)
    except AttributeError:
        return None


@register.filter
def short(unit: Any) -> str:
    """The name a unit is called by every day."""
    return unit.short_name or unit.name


@register.filter
def size(value: int | None) -> str:
    """Bytes as 812 KB or 3.4 MB."""
    if not value:
        return "0 KB"
    if value < 1024 * 1024:
        return f"{max(1, round(value / 1024))} KB"
    return f"{value / 1024 / 1024:.1f} MB"


@register.filter
def clock(value: datetime | None) -> str:
    """09:10 for today, 昨日, else 11月19日; plain text for narrow columns."""
    if not value:
        return ""
    at, today = timezone.localtime(value), timezone.localdate()
    if at.date() == today:
        return f"{at.hour:02d}:{at.minute:02d}"
    return _("昨日") if at.date() == today - timedelta(days=1) else f"{at.month}月{at.day}日"


@register.filter
def subject_url(subject: str) -> str:
    """`case/18` → the address of that case; nothing for subjects without a page."""
    kind, _sep, pk = str(subject or "").partition("/")
    names = {"case": "case", "paper": "paper"}
    return reverse(names[kind], args=[int(pk)]) if kind in names and pk.isdigit() else ""


@register.filter
def deed(entry: Any) -> str:
    """What a log entry says was done, in words."""
    return str(deeds.verb(entry.verb))


@register.filter
def problem(defect: Any) -> SafeString:
    """What is wrong, whether a defect is a sentence or names its field as well."""
    return prose(defect.get("problem", "") if isinstance(defect, dict) else defect)


@register.filter
def agreed(step: Any) -> bool:
    """Whether a step was somebody's agreement; handing a case on is none, however smooth."""
    return step.tone == "yes" and step.assignment.duty in AGREEING


@register.filter
def outcome(assignment: Any) -> str:
    """The word for the outcome an assignment was closed with."""
    known = assignment.task.flow_task.outcomes.get(assignment.opinion.outcome)
    return str(known.title) if known else assignment.opinion.outcome


@register.simple_tag
def icon(name: str) -> SafeString:
    """One symbol of the sprite, 16 px, for the eye only."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#{}"/></svg>', name)


_MARKS = {"ok": "check", "warn": "bang", "stop": "cross"}


@register.simple_tag
def mark(kind: str) -> SafeString:
    """✓ in a green round, ! in an amber round, ✕ in an ink square, with the word for a reader of the screen."""
    words = {"ok": _("通过"), "warn": _("须说明"), "stop": _("不通过")}
    return format_html(
        '<i class="mark mark--{}"><svg class="i" aria-hidden="true"><use href="#{}"/></svg><span class="visually-hidden">{}</span></i>',
        kind,
        _MARKS[kind],
        words[kind],
    )


@register.simple_tag
def chip(word: Any, kind: str = "") -> SafeString:
    """A state as a word on a tint; kinds late now full vacant over here, or none. Nothing for an empty word."""
    if not word:
        return SafeString("")
    classes = f"chip chip--{kind}" if kind else "chip"
    return format_html('<span class="{}">{}</span>', classes, conditional_escape(prose(word)))


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query string with some values changed; empty ones are dropped."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    params.pop("after", None) if "after" not in changes else None
    return params.urlencode()
