"""Pure: whether a zip container (xlsx, docx, ofd) is safe to open: not a bomb, not too large, no path out of itself."""

import io
import zipfile

from django.utils.translation import gettext as _

from workflows.lib.refusals import Refused

SIZE_MAX = 20 * 2**20
UNPACKED_MAX = 200 * 2**20
MEMBERS_MAX = 5_000
# Office files shrink to a tenth; a hundred to one over this much is no document.
RATIO_MAX = 100
RATIO_FROM = 5 * 2**20


def check(data: bytes) -> zipfile.ZipFile:
    """The opened container; raises Refused for what is no zip, larger than 20 MB, or unpacks to more than a document would."""
    if len(data) > SIZE_MAX:
        raise Refused(_("文件超过%(n)s MB，请压缩或者拆分后再上传。") % {"n": SIZE_MAX // 2**20}, code="too_large", field="file")
    try:
        container = zipfile.ZipFile(io.BytesIO(data))
        members = container.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused(_("文件已损坏，无法打开。请重新生成后再上传。"), code="damaged", field="file") from error
    unpacked = sum(member.file_size for member in members)
    bomb = unpacked > UNPACKED_MAX or (unpacked > RATIO_FROM and unpacked > RATIO_MAX * len(data))
    outside = any(member.filename.startswith(("/", "\\")) or ".." in member.filename.split("/") for member in members)
    if bomb or outside or len(members) > MEMBERS_MAX:
        raise Refused(_("文件内容异常（解压后过大或者结构可疑），已拒绝接收。"), code="suspicious_archive", field="file")
    return container


def text_of(container: zipfile.ZipFile, name: str, limit: int = 2**20) -> str:
    """At most `limit` bytes of one member as text; "" when it is not there or does not unpack."""
    try:
        with container.open(name) as member:
            return member.read(limit).decode("utf-8", errors="replace")
    except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError):
        return ""
