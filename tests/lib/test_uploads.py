"""What may come in: by type, make, size and marking."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from workflows.lib import blobs, uploads
from workflows.lib.refusals import Refused


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.BLOB_DIR = tmp_path / "blobs"
    return settings.BLOB_DIR


def pdf(text: str = "minutes") -> bytes:
    """One page with Latin text; the marks under test are put in as UTF-16 with an identity map."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    to_unicode = DecodedStreamObject()
    to_unicode.set_data(
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end"
    )
    descendant = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/CIDFontType2"),
        NameObject("/BaseFont"): NameObject("/X"),
    })  # fmt: skip
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type0"), NameObject("/BaseFont"): NameObject("/X"),
        NameObject("/Encoding"): NameObject("/Identity-H"), NameObject("/ToUnicode"): writer._add_object(to_unicode),
    })  # fmt: skip
    font[NameObject("/DescendantFonts")] = writer._add_object(descendant)
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): writer._add_object(font)})})
    content = DecodedStreamObject()
    content.set_data(f"BT /F 12 Tf 50 800 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def container(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name, text)
    return out.getvalue()


def docx(text: str = "会议纪要", **more: str) -> bytes:
    return container(**{"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:p><w:t>{text}</w:t></w:p>", **more})


def ofd(text: str = "会议纪要") -> bytes:
    return container(**{"OFD.xml": "<ofd:OFD/>", "Doc_0/Pages/Page_0/Content.xml": f"<ofd:TextCode>{text}</ofd:TextCode>"})


def xlsx(text: str = "会议纪要") -> bytes:
    book = Workbook()
    book.active["A1"] = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def image(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def check(name: str, data: bytes) -> uploads.Upload:
    return uploads.check(name, io.BytesIO(data))


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("纪要.pdf", pdf(), "application/pdf"),
        ("纪要.PDF", pdf(), "application/pdf"),
        ("请示.docx", docx(), uploads.MIMES["docx"]),
        ("测算.xlsx", xlsx(), uploads.MIMES["xlsx"]),
        ("批复.ofd", ofd(), uploads.MIMES["ofd"]),
        ("扫描.jpg", image("JPEG"), "image/jpeg"),
        ("扫描.jpeg", image("JPEG"), "image/jpeg"),
        ("扫描.png", image("PNG"), "image/png"),
    ],
)
def test_a_sound_file_is_stored(name: str, data: bytes, mime: str) -> None:
    upload = check(name, data)
    assert (upload.name, upload.mime, upload.size) == (name, mime, len(data))
    assert blobs.intact(upload.sha256)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("程序.exe", b"MZ\x90", "type_not_allowed"),
        ("页面.html", b"<script>", "type_not_allowed"),
        ("图.svg", b"<svg/>", "type_not_allowed"),
        ("无后缀", pdf(), "type_not_allowed"),
        ("旧.doc", b"\xd0\xcf\x11\xe0", "type_not_allowed"),
        ("空.pdf", b"", "empty"),
        ("假.pdf", b"MZ\x90 executable", "content_mismatch"),
        ("假.pdf", docx(), "content_mismatch"),
        ("假.png", image("JPEG"), "content_mismatch"),
        ("假.docx", xlsx(), "content_mismatch"),
        ("假.docx", pdf(), "content_mismatch"),
        ("坏.docx", b"PK\x03\x04 broken", "damaged"),
        ("宏.docx", docx(**{"word/vbaProject.bin": "x"}), "macros"),
        ("弹.docx", docx(**{"word/media/a": "\0" * 30 * 2**20}), "suspicious_archive"),
        ("径.docx", docx(**{"../../etc/x": "x"}), "suspicious_archive"),
        ("大.pdf", pdf() + b"\0" * uploads.SIZE_MAX, "too_large"),
        ("机密-方案.pdf", pdf(), "classified"),
        ("绝密.docx", docx(), "classified"),
        ("方案.pdf", pdf("机密★1年"), "classified"),
        ("方案.docx", docx("秘密 ★ 十年"), "classified"),
        ("方案.docx", docx("密级：秘密"), "classified"),
        ("方案.docx", docx("正文", **{"word/header1.xml": "<w:p><w:t>绝密</w:t></w:p>"}), "classified"),
        ("方案.ofd", ofd("秘密★"), "classified"),
        ("方案.xlsx", xlsx("机密★"), "classified"),
    ],
)
def test_everything_else_is_refused_and_not_stored(name: str, data: bytes, code: str, store: Path) -> None:
    with pytest.raises(Refused) as refusal:
        check(name, data)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert not store.exists()


@pytest.mark.parametrize("text", ["保守国家秘密是公民的义务。", "本件不涉及国家秘密", "工作秘密管理办法"])
def test_the_word_in_a_sentence_marks_nothing(text: str) -> None:
    assert check("制度.docx", docx(text)).sha256
    assert check("制度.pdf", pdf(text)).sha256


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/纪要.pdf", "纪要.pdf"),
        ("C:\\Users\\a\\纪要.pdf", "纪要.pdf"),
        ("纪\u202e要\x00.pdf", "纪要.pdf"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
        (" .pdf. ", "pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert uploads.clean(given) == kept
