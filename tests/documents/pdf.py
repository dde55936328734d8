"""What the tests ask of a drawn PDF, by tools that did not draw it (poppler, pypdf)."""

import re
import subprocess
from io import BytesIO

from pypdf import PdfReader

MM = 72 / 25.4


def text_of(pdf: bytes) -> str:
    """The PDF's text line by line as it stands on the page."""
    return _extracted(pdf, "-layout")


def cells_of(pdf: bytes) -> str:
    """The PDF's text in the order it was set: a table cell by cell."""
    return _extracted(pdf, "-raw")


def solid(text: str) -> str:
    """`text` without blanks and page numbers."""
    return re.sub(r"\s+|—\s*\d+\s*—", "", text)


def pages_of(pdf: bytes) -> int:
    """How many pages."""
    return len(PdfReader(BytesIO(pdf)).pages)


def attachments_of(pdf: bytes) -> list[str]:
    """Names of embedded files."""
    return list(PdfReader(BytesIO(pdf)).attachments)


def right_edges(pdf: bytes) -> list[float]:
    """Where each text line ends, in millimetres from the page's left edge."""
    return [float(edge) / MM for edge in re.findall(r'<line [^>]*xMax="([\d.]+)"', _extracted(pdf, "-bbox-layout"))]


def _extracted(pdf: bytes, mode: str) -> str:
    return subprocess.run(["pdftotext", mode, "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
