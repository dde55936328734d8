"""The only writer of papers: numbered and frozen in the act's own transaction, drawn afterwards from the frozen payload alone."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from workflows.audit import operations as audit
from workflows.documents import drawing
from workflows.documents.models import Kind, Paper, Series
from workflows.documents.numbering import number
from workflows.documents.payloads import Payload
from workflows.lib import blobs, canonical
from workflows.lib.local import day_of
from workflows.lib.refusals import Missing, Refused
from workflows.outbox import operations as outbox

_SERIES_FILE = Path(__file__).parent / "reference" / "series.yaml"
# One statement, so that the row is made, locked and moved together; the lock holds until the issuing act commits or takes it all back.
_NEXT = """
INSERT INTO documents_counter (series_id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (series_id, year) DO UPDATE SET last = documents_counter.last + 1
RETURNING last
"""


def issue(
    *,
    kind: str,
    series_code: str,
    payload: Payload,
    subject: str,
    recipient: str,
    unit_code: str,
    title: str,
    chain: str | None = None,
    actor: Any,
    now: datetime,
) -> Paper:
    """This function will give a paper its number and date, freeze and hash what it says, and promise its drawing.

    Runs in the caller's transaction, which must hold the subject's row: the audit entry goes into the subject's chain under
    that lock. Another `chain` is locked here. No gap and no duplicate in a series and year: what rolls back takes its number back.

    :raises Refused: `paper_incomplete` when title, recipient or text is missing, `series_unknown`.
    """
    content = payload.as_json()
    _check_complete(kind, content, recipient, title)
    day = day_of(now)
    with transaction.atomic():
        series = _series(series_code)
        year, n = day.year, _next(series, day.year)
        text = number(series.mark, year, n)
        frozen = {**content, "kind": kind, "number": text, "date": day.isoformat(), "demo": bool(settings.DEMO)}
        paper = Paper.objects.create(
            kind=kind,
            series=series,
            year=year,
            n=n,
            number=text,
            title=title.replace("\n", ""),
            subject=subject,
            recipient=recipient,
            unit_code=unit_code,
            payload=canonical.text(frozen),
            digest=canonical.digest(frozen),
            issued_on=day,
            issued_at=now,
            issued_by=actor,
        )
        audit.record(
            chain=chain or subject,
            verb="documents.paper.issued",
            after={"paper": paper.pk, "kind": kind, "number": text, "title": paper.title, "recipient": recipient, "digest": paper.digest},
            unit=unit_code,
            chain_is_locked=chain in {None, subject},
            actor=actor,
            now=now,
        )
        outbox.put(key=f"render/{paper.pk}", task="documents.render", args={"paper_id": paper.pk}, now=now)
    return paper


def render(*, paper_id: int, key: str, now: datetime) -> Paper:
    """This function will draw an issued paper and keep the file, once however often it is asked.

    The file is stored under the hash of its bytes before the row says so: killed in between, the next run finds the same
    bytes and finishes. A payload that no longer has its digest is not drawn.

    :raises Refused: `paper_altered`. :raises drawing.NotDrawn: the page asked for something foreign. :raises Missing: no such paper.
    """
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None:
        raise Missing(_("没有这份文件。"), code="paper_missing")
    if paper.is_rendered:
        outbox.finish(key=key, now=now)
        return paper
    payload = json.loads(paper.payload)
    if canonical.digest(payload) != paper.digest:
        raise Refused(
            _("文件《%(title)s》的内容与签发时的摘要不一致，已停止生成，请立即报告审计管理员。") % {"title": paper.title},
            code="paper_altered",
        )
    blob = blobs.put(BytesIO(drawing.draw(paper.kind, payload, demo=payload["demo"])))
    with transaction.atomic():
        drawn = Paper.objects.filter(pk=paper_id, rendered_at__isnull=True).update(
            file=blob.sha256, fonts=drawing.fingerprint(), rendered_at=now
        )
        if drawn:
            audit.record(
                chain=f"paper/{paper_id}", verb="documents.paper.rendered", after={"number": paper.number, "file": blob.sha256},
                unit=paper.unit_code, actor=None, now=now,
            )  # fmt: skip
        outbox.finish(key=key, now=now)
    paper.refresh_from_db()
    return paper


def define_series(*, rows: Iterable[Mapping[str, str]], actor: Any = None, now: datetime) -> list[Series]:
    """This function will make or rename number series (`code, mark, issuer, profile`); numbers already given stay as they are."""
    found = []
    with transaction.atomic():
        for row in rows:
            values = {name: row[name] for name in ("mark", "issuer", "profile")}
            before = Series.objects.filter(code=row["code"]).values(*values).first()
            series, _made = Series.objects.update_or_create(code=row["code"], defaults=values)
            if before != values:
                audit.record(
                    chain="documents/series",
                    verb="documents.series.defined",
                    before=before,
                    after={"code": row["code"], **values},
                    actor=actor,
                    now=now,
                )
            found.append(series)
    return found


def load_series(*, actor: Any = None, now: datetime) -> list[Series]:
    """This function will define the series of `reference/series.yaml` for the district of the settings; safe to repeat."""
    rows = yaml.safe_load(_SERIES_FILE.read_text(encoding="utf-8"))
    named = [{**row, "issuer": row["issuer"].format(district=settings.DISTRICT_NAME)} for row in rows]
    return define_series(rows=named, actor=actor, now=now)


def _check_complete(kind: str, content: Mapping[str, Any], recipient: str, title: str) -> None:
    if not title.strip() or not recipient.strip():
        raise Refused(_("请填写文件标题和主送机关后再签发。"), code="paper_incomplete", field="title")
    if kind != Kind.FORM and not content.get("body"):
        raise Refused(_("文件正文为空，请起草正文后再签发。"), code="paper_incomplete", field="text")


def _series(code: str) -> Series:
    series = Series.objects.filter(code=code).first()
    if series is None:
        raise Refused(_("没有名为“%(code)s”的发文字号，请先由综合科维护字号。") % {"code": code}, code="series_unknown")
    return series


def _next(series: Series, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series.pk, year])
        return int(cursor.fetchone()[0])
