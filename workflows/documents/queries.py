"""The papers register: what has been issued, for whom, and where its file is. A reader sees the papers of the units given."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from workflows.documents import drawing, fonts, pages
from workflows.documents.models import Paper
from workflows.documents.payloads import Payload
from workflows.lib import blobs, canonical
from workflows.lib.refusals import Conflict, Missing

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the register, newest first; `before` continues it, None at the end."""

    papers: list[Paper]
    before: int | None


def register(
    *,
    unit_codes: set[str] | None,
    kind: str = "",
    year: int | None = None,
    unit: str = "",
    text: str = "",
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> Page:
    """Issued papers of `unit_codes` (None = every unit's), filtered by kind, year, unit code and words of number, title or recipient.

    Keyset pagination: `before` is the last page's `Page.before`. One SQL whatever the size of the register.
    """
    found = _visible(unit_codes).select_related("series")
    exact = {"kind": kind, "year": year, "unit_code": unit}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    for word in text.split():
        found = found.filter(Q(number__icontains=word) | Q(title__icontains=word) | Q(recipient__icontains=word))
    if before is not None:
        found = found.filter(pk__lt=before)
    papers = list(found.defer("payload").order_by("-pk")[: limit + 1])
    return Page(papers[:limit], papers[limit - 1].pk if len(papers) > limit else None)


def for_subject(subject: str) -> list[Paper]:
    """The papers issued in a case (`case/18`), oldest first; refusals and receipts included. The caller has checked the case."""
    return list(Paper.objects.filter(subject=subject).order_by("pk"))


def paper(pk: int, *, unit_codes: set[str] | None) -> Paper:
    """One paper; raises Missing when there is none or not for this reader."""
    found = _visible(unit_codes).select_related("series", "issued_by").filter(pk=pk).first()
    if found is None:
        raise Missing(_("没有这份文件，或者您无权查看。"), code="paper_missing")
    return found


def open_file(paper: Paper) -> BinaryIO:
    """The paper's PDF; raises Conflict while it is being drawn."""
    if not paper.is_rendered:
        raise Conflict(_("文件正在生成中，请稍后再打开。"), code="paper_unrendered")
    return blobs.open_blob(paper.file)


def years(*, unit_codes: set[str] | None) -> list[int]:
    """The years the register has papers of, newest first, for its filter."""
    return list(_visible(unit_codes).order_by("-year").values_list("year", flat=True).distinct())


def glyphs(payload: Payload) -> fonts.Report:
    """Which characters of a paper not yet issued its main font lacks: shown while it is drafted."""
    return fonts.report(pages.texts(payload.as_json()))


def faults(papers: Iterable[Paper] | None = None) -> Iterable[tuple[Paper, str]]:
    """Each drawn paper that does not hold, with the reason: `payload`, `file` (missing or altered), `drawing` (redrawn, it differs).

    A paper drawn with other fonts or templates than today's cannot be redrawn to the byte and is not called a fault for it.
    """
    today = drawing.fingerprint()
    for found in Paper.objects.order_by("pk").iterator(chunk_size=200) if papers is None else papers:
        payload = json.loads(found.payload)
        if canonical.digest(payload) != found.digest:
            yield found, "payload"
        elif found.is_rendered and not blobs.intact(found.file):
            yield found, "file"
        elif found.is_rendered and found.fonts == today and not _redraws(found, payload):
            yield found, "drawing"


def _visible(unit_codes: set[str] | None) -> QuerySet[Paper]:
    return Paper.objects.all() if unit_codes is None else Paper.objects.filter(unit_code__in=unit_codes)


def _redraws(paper: Paper, payload: dict[str, object]) -> bool:
    return drawing.sha256(drawing.draw(paper.kind, payload, demo=bool(payload["demo"]))) == paper.file
