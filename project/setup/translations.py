"""Is the English catalogue complete? Extracts every message from a copy of the tree and compares.

Exit 1 names messages that are missing, empty or marked fuzzy. Usage: translations.py
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHELVES = ("project", "workflows", "forms", "templates", "manage.py")
_CHUNK = re.compile(r'((?:^#.*\n)*)^msgid ((?:".*"\n)+)(?:msgid_plural (?:".*"\n)+)?((?:msgstr.*\n(?:".*"\n)*)+)', re.MULTILINE)


def entries(catalogue: Path) -> dict[str, tuple[str, bool]]:
    """Message → (translation, fuzzy) of a .po file."""
    found = {}
    for comments, source, target in _CHUNK.findall(catalogue.read_text(encoding="utf-8") if catalogue.exists() else ""):
        found[_text(source)] = (_text(target), "fuzzy" in comments)
    found.pop("", None)
    return found


def extracted() -> dict[str, tuple[str, bool]]:
    """What the sources ask for now."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for shelf in SHELVES:
            source = ROOT / shelf
            if source.is_dir():
                shutil.copytree(source, copy / shelf, ignore=shutil.ignore_patterns("*.mo", "__pycache__", "frontend"))
            else:
                shutil.copy(source, copy / shelf)
        command = [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location", "--no-obsolete"]
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "DINGBIAN_VAR": directory + "/var"})
        return entries(copy / "project" / "locale" / "en" / "LC_MESSAGES" / "django.po")


def main() -> int:
    """Compare what is asked for with what is translated."""
    have = entries(ROOT / "project" / "locale" / "en" / "LC_MESSAGES" / "django.po")
    wanted = extracted()
    bad = sorted(text for text in wanted if text not in have or not have[text][0] or have[text][1])
    if bad:
        print(f"{len(bad)} of {len(wanted)} messages lack their English; the first: {bad[:10]}")
        return 1
    print(f"English catalogue complete: {len(wanted)} messages.")
    return 0


def _text(lines: str) -> str:
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', lines))


if __name__ == "__main__":
    sys.exit(main())
