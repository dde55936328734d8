"""Files of a case: uploaded to a draft, taken off it, and read by whoever may see the case."""

from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forms.cases import UploadForm
from workflows.audit import operations as audit_log
from workflows.cases.models import Case
from workflows.cases.operations import drafts
from workflows.cases.queries import files
from workflows.cases.queries.visible import case_for
from workflows.lib import blobs
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused


@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """One file for one material; what is not taken says why, on the same page."""
    case_for(request.user, pk, request.held, request.now)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, form.summary()[0][1])
        return redirect("case-materials", pk=pk)
    file = form.cleaned_data["file"]
    try:
        drafts.attach(
            case_id=pk,
            material_code=form.cleaned_data["material"] or None,
            name=file.name,
            stream=file,
            actor=request.user,
            now=request.now,
        )
    except (Conflict, Forbidden, Missing):
        raise
    except Refused as refused:
        messages.error(request, _("《%(name)s》没有上传：%(why)s") % {"name": file.name, "why": refused.message})
    return redirect("case-materials", pk=pk)


@require_POST
def remove(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """Take a file off the draft."""
    drafts.detach(case_id=pk, attachment_id=attachment, actor=request.user, now=request.now)
    return redirect("case-materials", pk=pk)


@require_GET
def download(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A file of the case by its digest, always as a download, noted in the reading log."""
    case, found = _file(request, pk, sha256)
    audit_log.read(subject=case.subject, what="file", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    answer = FileResponse(blobs.open_blob(sha256), content_type=found.mime)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


# What a browser shows by itself without running anything: PDF in its own viewer, images. Nothing else is ever served inline.
SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png"})
# The viewer of PDFs does not work inside a sandbox; an image needs none of what a sandbox forbids.
LOOK_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@require_GET
def look(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A PDF or an image of the case, shown by the browser in a page of its own; anything else is downloaded."""
    case, found = _file(request, pk, sha256)
    if found.mime not in SHOWN:
        return redirect("case-file", pk=pk, sha256=sha256)
    audit_log.read(subject=case.subject, what="view", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    answer = FileResponse(blobs.open_blob(sha256), content_type=found.mime)
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name)}"
    answer["Content-Security-Policy"] = LOOK_POLICY if found.mime == "application/pdf" else f"{LOOK_POLICY}; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _file(request: HttpRequest, pk: int, sha256: str) -> tuple[Case, files.File]:
    """The case and its file, for whoever may see the case."""
    case = case_for(request.user, pk, request.held, request.now)
    return case, files.of_case(case, sha256)
