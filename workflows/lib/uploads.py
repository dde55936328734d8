"""What may come in as an attachment: a few document types, of sound make, not classified. Stored once it has passed."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

import puremagic
from django.utils.translation import gettext as _
from pypdf import PdfReader

from workflows.lib import archives, blobs
from workflows.lib.refusals import Refused

SIZE_MAX = archives.SIZE_MAX
MIMES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
    "jpg": "image/jpeg",
    "png": "image/png",
}
# The member every container of the type has, and the ones its first page's words are in.
CONTAINERS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}
FIRST_PAGES = {
    "docx": re.compile(r"word/(header\d*|document)\.xml"),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet1)\.xml"),
    "ofd": re.compile(r"Doc_\d+/(Pages/Page_0|Tpls/Tpl_\d+)/Content\.xml"),
}
NAME_MAX = 150
_MARK = "绝密|机密|秘密"
_MARKED_NAME = re.compile(_MARK)
# A mark stands by itself, before the star, or after 密级; the word inside a sentence (保守国家秘密) marks nothing.
_MARKED_TEXT = re.compile(
    rf"(?:{_MARK})\s*[★☆]|密\s*级\s*[:：]?\s*(?:{_MARK})|^\s*(?:{_MARK})\s*(?:[0-9一二三四五六七八九十]+\s*年)?\s*$", re.MULTILINE
)
_TAGS = re.compile(r"<[^>]+>")
_PARAGRAPHS = re.compile(r"</(?:w:p|si|ofd:TextCode|row|t)>")


@dataclass(frozen=True, slots=True)
class Upload:
    """An attachment that passed: its clean name, its type by content, and where it is stored."""

    name: str
    mime: str
    sha256: str
    size: int


def check(name: str, stream: BinaryIO) -> Upload:
    """This function will store the file if it may come in.

    :raises Refused: type not allowed or not what the name says, empty, over 20 MB, a bomb, or marked as classified:
        this is a network for material that is not (《保守国家秘密法》).
    """
    name = clean(name)
    suffix = {"jpeg": "jpg"}.get(PurePosixPath(name).suffix.lower().lstrip("."), PurePosixPath(name).suffix.lower().lstrip("."))
    if suffix not in MIMES:
        raise _refused(_("不接收这种文件。可上传：PDF、Word（.docx）、Excel（.xlsx）、OFD、JPG、PNG。"), "type_not_allowed")
    if _MARKED_NAME.search(name):
        raise _classified()
    data = stream.read(SIZE_MAX + 1)
    if len(data) > SIZE_MAX:
        raise _refused(_("文件超过%(n)s MB，请压缩或者拆分后再上传。") % {"n": SIZE_MAX // 2**20}, "too_large")
    if not data:
        raise _refused(_("文件是空的。"), "empty")
    container = _container(data, suffix) if suffix in CONTAINERS else _sniffed(data, suffix)
    if _MARKED_TEXT.search(_first_page(data, suffix, container)):
        raise _classified()
    blob = blobs.put(io.BytesIO(data))
    return Upload(name, MIMES[suffix], blob.sha256, blob.size)


def clean(name: str) -> str:
    """The file's name without folders, control characters or odd forms, at most 150 characters, its suffix kept."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Direction marks can make `fdp.exe` look like `exe.pdf`.
    name = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"}).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    return f"{stem[: NAME_MAX - len(suffix) - 1]}{dot}{suffix}" if stem else name[:NAME_MAX]


def _sniffed(data: bytes, suffix: str) -> None:
    try:
        found = {match.extension.lstrip(".").lower() for match in puremagic.magic_string(data[:8192])}
    except (puremagic.PureError, ValueError):
        found = set()
    names = {"jpg": {"jpg", "jpeg", "jfif", "jpe"}}.get(suffix, {suffix})
    starts = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}[suffix]
    if not data.startswith(starts) or not found & names:
        raise _refused(_("文件内容与扩展名不符（不是有效的 %(type)s 文件）。") % {"type": suffix.upper()}, "content_mismatch")


def _container(data: bytes, suffix: str) -> zipfile.ZipFile:
    if not data.startswith(b"PK\x03\x04"):
        raise _refused(_("文件内容与扩展名不符（不是有效的 %(type)s 文件）。") % {"type": suffix.upper()}, "content_mismatch")
    container = archives.check(data)
    names = set(container.namelist())
    if CONTAINERS[suffix] not in names:
        raise _refused(_("文件内容与扩展名不符（不是有效的 %(type)s 文件）。") % {"type": suffix.upper()}, "content_mismatch")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise _refused(_("文件含有宏，请另存为不含宏的文件后再上传。"), "macros")
    return container


def _first_page(data: bytes, suffix: str, container: zipfile.ZipFile | None) -> str:
    if container is not None:
        members = sorted(name for name in container.namelist() if FIRST_PAGES[suffix].fullmatch(name))
        return "\n".join(_TAGS.sub("", _PARAGRAPHS.sub("\n", archives.text_of(container, name))) for name in members[:5])
    if suffix != "pdf":
        return ""
    try:
        return PdfReader(io.BytesIO(data)).pages[0].extract_text()
    except Exception:  # noqa: BLE001 - a file pypdf cannot read has no text to look at; the reviewer opens it himself
        return ""


def _classified() -> Refused:
    return _refused(_("文件标有密级。本系统运行于非涉密网络，不得上传涉密材料，请按保密规定通过机要渠道报送。"), "classified")


def _refused(message: str, code: str) -> Refused:
    return Refused(message, code=code, field="file")
