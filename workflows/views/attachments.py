"""Files of a case: uploaded to a draft, taken off it, and read by whoever may see the case."""

from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forms.cases import UploadForm
from workflows.audit import operations as audit_log
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
    case = case_for(request.user, pk, request.held, request.now)
    found = files.of_case(case, sha256)
    audit_log.read(subject=case.subject, what="file", user=request.user, address=request.META.get("REMOTE_ADDR"), now=request.now)
    answer = FileResponse(blobs.open_blob(sha256), content_type=found.mime)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
