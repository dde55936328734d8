"""The auditor's pages: the trail across all chains, one chain with its proof, the export, and the reading log."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forms.audit import ReadingForm, TrailForm
from workflows.audit import chain as sealing
from workflows.audit import queries
from workflows.audit.models import Entry
from workflows.lib import local, spreadsheets
from workflows.lib.refusals import Missing, Refused
from workflows.views import chains, deeds, pager, reading
from workflows.views.doors import door, held

PAGE = 50
CHAIN_PAGE = 200
EXPORT_ROWS = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a person reads it."""

    entry: Entry
    who: str
    in_name_of: str
    role: str
    deed: str
    subject: chains.Subject
    differences: list[deeds.Difference]
    reason: str
    basis: str


@door("audit.view")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Every act of everybody, newest first, narrowed by who, what, unit, number, period and words."""
    form, filters = _filters(request)
    entries = queries.search(**filters, limit=PAGE + 1) if filters is not None else []
    shown = entries[:PAGE]
    context = {
        "form": form, "lines": _lines(shown), "sealed": sum(_sealed(entry) for entry in shown), "nav": "audit",
        "page": pager.links(request, shown[-1].pk if len(entries) > PAGE else None),
        "may_export": held(request, "audit.export"), "trail": [(_("审计"), "")],
    }  # fmt: skip
    return render(request, "audit/trail.html", context)


@door("audit.view")
@require_safe
def chain(request: HttpRequest, chain: str) -> HttpResponse:
    """One subject from its first entry to its last, page by page from the newest, and whether every link holds."""
    newest = queries.search(chains=[chain], limit=1)
    if not newest:
        raise Missing(_("没有这条记录链。"), code="no_chain")
    found = queries.search(chains=[chain], before=pager.before(request), limit=CHAIN_PAGE + 1)
    lines = _lines(found[:CHAIN_PAGE][::-1])
    seen = [(row, reading.word(row.what)) for row in queries.readings(subject=chain, limit=10)]
    reading.note(request, f"audit/{chain}", "view")
    subject = chains.subjects([chain])[chain]
    context = {
        "chain": chain, "subject": subject, "lines": lines, "broken": queries.first_broken(chain), "last": newest[0],
        "count": newest[0].n + 1, "readings": seen, "nav": "audit",
        "page": pager.links(request, lines[0].entry.pk if len(found) > CHAIN_PAGE else None),
        "trail": [(_("审计"), reverse("audit")), (subject.name, "")],
    }  # fmt: skip
    return render(request, "audit/chain.html", context)


@door("audit.export")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The filtered trail as CSV or Excel; cells that a spreadsheet would calculate are made plain text. The export is itself logged."""
    form, filters = _filters(request)
    if filters is None:
        raise Refused("".join(sentence for _field, sentence in form.summary()), code="filters")
    entries = queries.search(**filters, limit=EXPORT_ROWS + 1)
    if len(entries) > EXPORT_ROWS:
        raise Refused(_("超过%(most)s条，请缩小期间或范围后分次导出。") % {"most": EXPORT_ROWS}, code="too_many")
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    reading.note(request, "audit", "export")
    name = f"audit-{request.day:%Y%m%d}.{kind}"
    header, rows = _header(), _rows(_lines(entries))
    if kind == "xlsx":
        response = HttpResponse(spreadsheets.write_rows(header, rows), content_type=XLSX)
    else:
        response = HttpResponse(_csv(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@door("reading.view")
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Who opened, printed or exported what, newest first."""
    form = ReadingForm(request.GET)
    data = form.cleaned_data if form.is_valid() else None
    rows = []
    if data is not None:
        since, until = _period(data)
        rows = queries.readings(
            who=data["who"],
            what=data["what"],
            subject=data["subject"],
            since=since,
            until=until,
            before=pager.before(request),
            limit=PAGE + 1,
        )
    shown = rows[:PAGE]
    subjects = chains.subjects(row.subject for row in shown)
    context = {
        "form": form, "rows": [(row, reading.word(row.what), subjects[row.subject]) for row in shown], "nav": "audit",
        "page": pager.links(request, shown[-1].pk if len(rows) > PAGE else None), "trail": [(_("阅读记录"), "")],
    }  # fmt: skip
    return render(request, "audit/readings.html", context)


def _filters(request: HttpRequest) -> tuple[TrailForm, dict[str, Any] | None]:
    """The form, and the query's arguments; None when the form is in error."""
    form = TrailForm(request.GET, verbs=deeds.verbs())
    if not form.is_valid():
        return form, None
    data = form.cleaned_data
    since, until = _period(data)
    named = chains.numbered(data["number"]) if data["number"] else None
    return form, {
        "who": data["who"], "verb": data["verb"], "unit": data["unit"], "chains": named, "text": data["q"],
        "since": since, "until": until, "before": pager.before(request),
    }  # fmt: skip


def _period(data: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Local days as half-open moments."""
    return _start(data["since"]), _start(data["until"] + timedelta(days=1) if data["until"] else None)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=local.ZONE) if day else None


def _sealed(entry: Entry) -> bool:
    """Whether the stored digest is the digest of the stored words."""
    return sealing.seal(entry.prev, entry.body) == entry.hash


def _lines(entries: list[Entry]) -> list[Line]:
    subjects = chains.subjects(entry.chain for entry in entries)
    ids: set[int] = set()
    codes: set[str] = set()
    for entry in entries:
        mentioned = deeds.mentioned(entry.body)
        ids |= mentioned[0]
        codes |= mentioned[1]
    names = chains.names(ids, codes)
    return [_line(entry, subjects[entry.chain], names) for entry in entries]


def _line(entry: Entry, subject: chains.Subject, names: deeds.Names) -> Line:
    told = deeds.told(entry.body)
    return Line(
        entry,
        told.actor or _("系统"),
        told.in_name_of,
        told.role,
        deeds.verb(entry.verb),
        subject,
        deeds.differences(entry.body, names),
        told.reason,
        told.basis,
    )


def _header() -> list[str]:
    return [
        _("时间"),
        _("何人"),
        _("以何人名义"),
        _("何事"),
        _("对象"),
        _("单位"),
        _("变化"),
        _("理由"),
        _("依据"),
        _("链"),
        _("序"),
        _("摘要"),
    ]


def _rows(lines: Iterable[Line]) -> Iterator[list[Any]]:
    for line in lines:
        entry = line.entry
        changes = "；".join(f"{each.label}：{each.before or _('无')} → {each.after or _('无')}" for each in line.differences)
        yield [
            local.minute_of(entry.at), line.who, line.in_name_of, line.deed, line.subject.name, entry.unit_code, changes,
            line.reason, line.basis, entry.chain, entry.n, entry.hash,
        ]  # fmt: skip


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    """CSV with a byte order mark, so that spreadsheets read the Chinese; every cell made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([spreadsheets.harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + buffer.getvalue()
