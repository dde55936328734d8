"""What the operating system must bring: looked for first, installed through apt when we are root, otherwise named exactly.

Runs on the system's own Python before anything else exists, so it knows the standard library only.
Usage: system.py [demo|test]. Exit 0 when everything is there, 1 with the list of what is missing.
"""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """One thing the house stands on, the Debian packages that bring it, and how to see that it is there."""

    what: str
    packages: tuple[str, ...]
    present: Callable[[], bool]


def library(*names: str) -> Callable[[], bool]:
    """Whether the loader finds every shared library."""

    def present() -> bool:
        try:
            for name in names:
                ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def program(*names: str) -> Callable[[], bool]:
    """Whether one of the programs is on the path."""
    return lambda: any(shutil.which(name) for name in names)


def chinese_fonts() -> bool:
    """Whether a serif and a sans face for Chinese are installed."""
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False).stdout
    return "Serif" in listed and "Sans" in listed


def virtual_environments() -> bool:
    """Whether this Python can make a virtual environment with pip in it."""
    return importlib.util.find_spec("ensurepip") is not None


NEEDS = (
    Need("Python's venv module", ("python3-venv",), virtual_environments),
    Need("Pango (papers)", ("libpango-1.0-0", "libpangoft2-1.0-0"), library("libpango-1.0.so.0", "libpangoft2-1.0.so.0")),
    Need("HarfBuzz (papers)", ("libharfbuzz0b", "libharfbuzz-subset0"), library("libharfbuzz.so.0", "libharfbuzz-subset.so.0")),
    Need("fontconfig", ("fontconfig",), program("fc-list")),
    Need("Chinese fonts, serif and sans", ("fonts-noto-cjk",), chinese_fonts),
    Need("gettext (translations)", ("gettext",), program("msgfmt")),
)
NEEDS_OF_TESTS = (
    Need("Chromium (browser tests)", ("chromium",), program("chromium", "chromium-browser", "google-chrome")),
    Need("Poppler (tests of papers)", ("poppler-utils",), program("pdftotext")),
)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """The needs that are not met."""
    return [need for need in needs if not need.present()]


def install(needs: list[Need]) -> None:
    """Install through apt; raises CalledProcessError when apt fails."""
    packages = sorted({package for need in needs for package in need.packages})
    print(f"Installing with apt: {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=environment, check=True)


def main(purpose: str) -> int:
    """Meet the needs of `purpose` or say what is missing and stop before anything is done."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so
        print(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
        return 1
    needs = NEEDS + (NEEDS_OF_TESTS if purpose == "test" else ())
    lacking = missing(needs)
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        install(lacking)
        lacking = missing(needs)
    if not lacking:
        return 0
    packages = sorted({package for need in lacking for package in need.packages})
    print("Nothing has been done yet. Missing on this machine:")
    for need in lacking:
        print(f"  - {need.what}: {' '.join(need.packages)}")
    print(f"Install them, then run the same command again:\n  sudo apt-get install {' '.join(packages)}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "demo"))
