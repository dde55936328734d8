"""Pure: a paragraph set into lines of a fixed number of cells, so that every full line ends flush (GB/T 9704 §5.2.3).

One cell is one Chinese character. WeasyPrint cannot justify Chinese, so each line carries its own letter-spacing.
Line-start and line-end prohibitions (避头尾, GB/T 15834 §5) are kept by pushing a closing mark in, at most one cell,
or the character before it out. Latin words and numbers stay whole.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

NO_START = frozenset("，。、；：？！”’）〕》〉】」』…—–％‰℃·～,.;:?!%)]}")
NO_END = frozenset("“‘（〔《〈【「『([{")
WORD_WIDTH_MAX = 8.0
SQUEEZE_MAX = 1.0
SQUEEZE_TOKENS_MIN = 8
_EPSILON = 1e-6
_MARKS = "\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TOKEN = re.compile(rf"[A-Za-z0-9.,%:/@_+&#=~-]+|—{{2,}}|…{{2,}}|.[{_MARKS}]*", re.DOTALL)

Measure = Callable[[str, str], float]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive text in one face (`body`, `hei`, `kai`, `title`)."""

    text: str
    face: str = "body"


@dataclass(frozen=True, slots=True)
class Line:
    """One set line. `indent`, `width` (natural) and `spacing` (added after every character but the last) in cells."""

    runs: tuple[Run, ...]
    indent: float
    width: float
    spacing: float

    @property
    def text(self) -> str:
        """What the line says, trailing blanks included."""
        return "".join(run.text for run in self.runs)

    @property
    def right(self) -> float:
        """Where the ink ends, in cells from the left margin."""
        return self.indent + self.width + self.spacing * max(0, _clusters(self.text.rstrip()) - 1)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    face: str
    width: float


def compose(runs: Iterable[Run], measure: Measure, *, width: float = 28.0, first_indent: float = 2.0, indent: float = 0.0) -> list[Line]:
    """The runs as lines of `width` cells; the first begins at `first_indent`, the others at `indent`.

    `measure(cluster, face)` gives an advance width in cells. The lines' texts joined are the runs' texts joined.
    """
    tokens = _tokens(runs, measure, width - max(first_indent, indent))
    lines: list[Line] = []
    start = 0
    while start < len(tokens):
        left = indent if lines else first_indent
        end = _line_end(tokens, start, width - left)
        lines.append(_line(tokens[start:end], left, width, is_last=end == len(tokens)))
        start = end
    return lines


def _tokens(runs: Iterable[Run], measure: Measure, room: float) -> list[_Token]:
    found: list[_Token] = []
    for run in runs:
        for text in _TOKEN.findall(run.text):
            clusters = _split(text)
            whole = sum(measure(cluster, run.face) for cluster in clusters)
            if whole > min(WORD_WIDTH_MAX, room):
                found.extend(_Token(cluster, run.face, measure(cluster, run.face)) for cluster in clusters)
            else:
                found.append(_Token(text, run.face, whole))
    return found


def _line_end(tokens: Sequence[_Token], start: int, room: float) -> int:
    """The index after the last token of the line that begins at `start` and has `room` cells."""
    used, end = 0.0, start
    while end < len(tokens) and used + tokens[end].width <= room + _EPSILON:
        used += tokens[end].width
        end += 1
    if end == len(tokens):
        return end
    end = max(end, start + 1)
    squeezed = _squeezed(tokens, start, end, room - used)
    return _with_blanks(tokens, squeezed if squeezed is not None else _pushed(tokens, start, end))


def _squeezed(tokens: Sequence[_Token], start: int, end: int, spare: float) -> int | None:
    """The end of the line if the closing marks that overflow it fit by squeezing; None if they do not or there are none."""
    last = end
    while last < len(tokens) and tokens[last].text[0] in NO_START:
        spare -= tokens[last].width
        last += 1
    if last == end or spare < -SQUEEZE_MAX - _EPSILON or last - start < SQUEEZE_TOKENS_MIN:
        return None
    return last if last == len(tokens) or _breaks(tokens, last) else None


def _pushed(tokens: Sequence[_Token], start: int, end: int) -> int:
    """The nearest lawful break at or before `end`; `end` itself when the line holds none."""
    lawful = end
    while lawful > start and not _breaks(tokens, lawful):
        lawful -= 1
    return lawful if lawful > start else end


def _breaks(tokens: Sequence[_Token], at: int) -> bool:
    """Whether a line may end before token `at`, blanks on either side looked through."""
    after, before = at, at - 1
    while after < len(tokens) - 1 and tokens[after].text.isspace():
        after += 1
    while before > 0 and tokens[before].text.isspace():
        before -= 1
    return tokens[after].text[0] not in NO_START and tokens[before].text[-1] not in NO_END


def _with_blanks(tokens: Sequence[_Token], end: int) -> int:
    while end < len(tokens) and tokens[end].text.isspace():
        end += 1
    return end


def _line(tokens: Sequence[_Token], left: float, width: float, *, is_last: bool) -> Line:
    inked = list(tokens)
    while inked and inked[-1].text.isspace():
        inked.pop()
    natural = sum(token.width for token in inked)
    gaps = sum(_clusters(token.text) for token in inked) - 1
    slack = width - left - natural
    flush = gaps > 0 and (not is_last or slack < -_EPSILON)
    return Line(_merged(tokens), left, natural, slack / gaps if flush else 0.0)


def _merged(tokens: Sequence[_Token]) -> tuple[Run, ...]:
    merged: list[Run] = []
    for token in tokens:
        if merged and merged[-1].face == token.face:
            merged[-1] = Run(merged[-1].text + token.text, token.face)
        else:
            merged.append(Run(token.text, token.face))
    return tuple(merged)


def _split(text: str) -> list[str]:
    """Characters, each with the combining marks and variation selectors that follow it."""
    return re.findall(rf".[{_MARKS}]*", text, re.DOTALL)


def _clusters(text: str) -> int:
    return sum(1 for char in text if not unicodedata.combining(char) and not _is_selector(char))


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u20d0" <= char <= "\u20ff"
