"""Every file that belongs to a case, by its digest: attachments, minutes, scans of signed sheets, evidence."""

import mimetypes
from dataclasses import dataclass

from django.utils.translation import gettext as _

from workflows.cases.models import Attachment, Case, Consultation, Deliberation, ImplementationTask, Opinion
from workflows.lib.refusals import Missing


@dataclass(frozen=True, slots=True)
class File:
    """What a download needs to know about a stored file."""

    name: str
    mime: str


def of_case(case: Case, sha256: str) -> File:
    """The file with this digest, if the case holds it anywhere.

    :raises Missing: the digest belongs to no file of this case.
    """
    attached = Attachment.objects.filter(version__case=case, sha256=sha256).values_list("name", "mime").first()
    if attached:
        return File(*attached)
    minutes = Deliberation.objects.filter(case=case, file=sha256).values_list("file_name", flat=True).first()
    evidence = ImplementationTask.objects.filter(case=case, file=sha256).values_list("file_name", flat=True).first()
    scan = Opinion.objects.filter(assignment__case=case, recorded_from_paper=sha256).values_list("signed_by", flat=True).first()
    answer = Consultation.objects.filter(case=case, file=sha256).values_list("file_name", flat=True).first()
    name = minutes or evidence or answer or (scan and _("%(name)s签署件") % {"name": scan})
    if not name:
        raise Missing(_("这个办件没有这份文件。"), code="no_file")
    return File(name, mimetypes.guess_type(name)[0] or "application/octet-stream")
