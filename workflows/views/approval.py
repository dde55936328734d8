"""Papers before they are papers: the text the officer starts from, and the 审批表 as it stands, for a wet signature."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings

from workflows.cases.models import Case
from workflows.cases.queries import timeline
from workflows.documents import drawing
from workflows.staffing import papers, payload
from workflows.views import dossier

PASSING = {"approve", "amended"}


def drafted(case: Case, raw: Mapping[str, Any], day: date) -> dict[str, str]:
    """Title and text of the reply, or of the refusal, written from what was decided."""
    held = timeline.deliberations(case)
    approved = bool(held) and held[-1].outcome in PASSING
    title, paragraphs = papers.draft_text(case, payload.parse(case.matter.code, raw), approved, day)
    return {"title": title, "paragraphs": "\n".join(paragraphs)}


def sheet(case: Case, *, day: date, now: datetime, hidden: Collection[str] = ()) -> bytes:
    """The 审批表 (D05) of a case at any step, as PDF: what was said so far is printed, what is still to be said is left to sign.

    `hidden` names what the person who prints may not see (`cases.visibility`).
    """
    versions = timeline.versions(case)
    asked = next((version for version in versions if version.side == "unit"), versions[0])
    blank = {name.removeprefix("payload."): "" for name in hidden if name.startswith("payload.")}
    request = payload.parse(case.matter.code, dossier.content(asked) | blank)
    proposed = payload.parse(case.matter.code, dossier.content(versions[0])) if versions[0].side == "office" else None
    form = papers.approval_form(case, request, day, proposed=proposed, printed_at=now)
    return drawing.draw("D05", form.as_json(), demo=settings.DEMO)
