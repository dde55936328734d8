"""Pure: plain text to paragraphs, and a paragraph to runs in the faces its level asks for (GB/T 9704 §7.3.3).

First level 一、 in 黑体, second （一） in 楷体; third 1. and fourth （1） stay in the body face.
"""

import re
import unicodedata

from workflows.documents.composer import Run

_FIRST = re.compile(r"^[一二三四五六七八九十百]+、")
_SECOND = re.compile(r"^（[一二三四五六七八九十百]+）")
HEADING_MAX = 36
RUN_IN_MAX = 20
_CLOSING = "。；：，、！？…"


def plain(text: str) -> str:
    """`text` without control and zero-width characters, line ends as `\\n`; everything that prints stays as typed."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in unified if c == "\n" or _prints(c))


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of what somebody typed: one a line, blank lines and the indents people type dropped."""
    return tuple(line for line in (raw.strip() for raw in plain(text).split("\n")) if line)


def runs(paragraph: str) -> tuple[Run, ...]:
    """The paragraph as runs: its heading, if it opens with one, in that level's face, the rest in `body`.

    A heading is a line of its own without closing mark, or a short first sentence without a pause; a numbered full
    sentence is text.
    """
    face = "hei" if _FIRST.match(paragraph) else "kai" if _SECOND.match(paragraph) else "body"
    if face == "body":
        return (Run(paragraph),)
    end = paragraph.find("。") + 1
    if end == 0:
        is_heading = len(paragraph) <= HEADING_MAX and paragraph[-1] not in _CLOSING
        return (Run(paragraph, face),) if is_heading else (Run(paragraph),)
    heading, rest = paragraph[:end], paragraph[end:]
    if not rest or len(heading) > RUN_IN_MAX or any(mark in heading for mark in "，；："):
        return (Run(paragraph),)
    return (Run(heading, face), Run(rest))


def _prints(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} and char not in "\u200b\ufeff"
