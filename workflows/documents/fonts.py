"""The fonts papers are set in: which file serves which face, how wide its characters are, which characters it lacks.

A customer's licensed fonts in `var/fonts/` take precedence over the system's Noto CJK; both stay in one fallback chain,
so that a rare character in a name comes from the next font instead of printing as an empty box.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTCollection, TTFont

from workflows.documents.composer import Measure

FACES = ("body", "kai", "hei", "title", "song")
GETA = "〓"

_SYSTEM_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local" / "share" / "fonts")
_SYSTEM = {
    "body": ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", 400),
    "kai": ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", 400),
    "hei": ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", 400),
    "title": ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC", 700),
    "song": ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", 400),
}
# What a customer's file serves is read from its own family name, in this order.
_OWN = (
    ("title", re.compile(r"小标宋|xiao ?biao ?song|fzxbs|biaosong", re.IGNORECASE)),
    ("body", re.compile(r"仿宋|fang ?song|fangsong|fandolfang|\bfs_gb", re.IGNORECASE)),
    ("kai", re.compile(r"楷|kai", re.IGNORECASE)),
    ("hei", re.compile(r"黑|hei\b|simhei|heiti|fandolhei", re.IGNORECASE)),
    ("song", re.compile(r"宋|song|simsun", re.IGNORECASE)),
)


class NoFonts(Exception):
    """A base font is not installed; the message names the file and Debian's package."""


@dataclass(frozen=True, slots=True)
class Font:
    """One font in one file. `family` is the name the style sheet calls it by; `is_own` marks a file of `var/fonts/`."""

    path: Path
    index: int
    family: str
    weight: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Characters that will not look as the main font would have them: from another font, or in none at all (printed 〓)."""

    substituted: str
    absent: str


def faces() -> dict[str, tuple[Font, ...]]:
    """Each face's fallback chain, first choice first. Raises `NoFonts` when a base font is missing."""
    return _faces(settings.VAR_DIR / "fonts", _stamp(settings.VAR_DIR / "fonts"))


def gauge() -> Measure:
    """A measure for the composer: advance width of one character (with its marks) in cells, from the first font of the face that has it."""
    tables = {face: [_advances(font) for font in chain] for face, chain in faces().items()}

    def measure(cluster: str, face: str) -> float:
        code = ord(cluster[0])
        return next((table[code] for table in tables[face] if code in table), 1.0)

    return measure


def report(texts: Iterable[str], face: str = "body") -> Report:
    """What of `texts` the face's main font lacks, each character once, in order of first use."""
    chain = [_advances(font) for font in faces()[face]]
    used = dict.fromkeys(char for text in texts for char in text if not char.isspace())
    lacking = [char for char in used if ord(char) not in chain[0]]
    absent = [char for char in lacking if not any(ord(char) in advances for advances in chain[1:])]
    return Report("".join(char for char in lacking if char not in absent), "".join(absent))


def printable(text: str, face: str = "body") -> str:
    """`text` with 〓 where no font has the character: a compositor's mark that something is owed, never an empty box."""
    absent = report([text], face).absent
    return text.translate({ord(char): GETA for char in absent}) if absent else text


def digests() -> dict[str, str]:
    """File name → SHA-256 of every font file papers are drawn with; stored with the paper."""
    return {
        path.name: _digest(path, path.stat().st_mtime_ns) for path in sorted({font.path for chain in faces().values() for font in chain})
    }


def stylesheet() -> tuple[str, dict[str, bytes]]:
    """The `@font-face` rules of the customer's fonts and the five face classes, with the only addresses it may ask for."""
    rules: list[str] = []
    files: dict[str, bytes] = {}
    for font in dict.fromkeys(font for chain in faces().values() for font in chain if font.is_own):
        address = f"font:{font.family}"
        files[address] = font.path.read_bytes()
        rules.append(f'@font-face {{ font-family: "{font.family}"; src: url("{address}") }}')
    for face, chain in faces().items():
        families = ", ".join(f'"{font.family}"' for font in chain)
        rules.append(f".{face} {{ font-family: {families}; font-weight: {chain[0].weight} }}")
    return "\n".join(rules), files


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the folder does."""
    if not folder.is_dir():
        return ()
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".ttf", ".otf", ".ttc"})
    return tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found)


@lru_cache(maxsize=4)
def _faces(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> dict[str, tuple[Font, ...]]:
    own: dict[str, Font] = {}
    for number, (name, _, _) in enumerate(stamp):
        face = _face_of(_names(folder / name))
        if face:
            own.setdefault(face, Font(folder / name, 0, f"own-{number}-{face}", 400, is_own=True))
    return {face: tuple(font for font in (own.get(face), _system(face)) if font) for face in FACES}


def _names(path: Path) -> str:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return " ".join(str(record) for record in font["name"].names if record.nameID in {1, 4, 6, 16})


def _face_of(names: str) -> str | None:
    return next((face for face, pattern in _OWN if pattern.search(names)), None)


@lru_cache(maxsize=8)
def _system(face: str) -> Font:
    name, family, weight = _SYSTEM[face]
    for folder in _SYSTEM_DIRS:
        for path in sorted(folder.rglob(name)) if folder.is_dir() else ():
            return Font(path, _index(path, family), family, weight, is_own=False)
    raise NoFonts(f"{name} is not installed: apt-get install fonts-noto-cjk")


def _index(path: Path, family: str) -> int:
    with TTCollection(path, lazy=True) as collection:
        return next(i for i, font in enumerate(collection.fonts) if font["name"].getDebugName(1) == family)


@lru_cache(maxsize=12)
def _advances(font: Font) -> dict[int, float]:
    """Code point → advance in cells, of every character the font has."""
    with TTFont(font.path, fontNumber=font.index, lazy=True) as opened:
        em = opened["head"].unitsPerEm
        metrics = opened["hmtx"].metrics
        return {code: metrics[glyph][0] / em for code, glyph in opened.getBestCmap().items()}


@lru_cache(maxsize=12)
def _digest(path: Path, changed_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
