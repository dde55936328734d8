"""Set-up names what is missing before it does anything, and repeats nothing."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings


def script(name: str) -> ModuleType:
    """A set-up script, loaded from its file: it runs before there is a package."""
    spec = importlib.util.spec_from_file_location(f"setup_{name}", settings.BASE_DIR / "project" / "setup" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_without_root_it_names_exactly_what_is_missing_and_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    system = script("system")
    lacking = system.Need("Pango (papers)", ("libpango-1.0-0",), lambda: False)
    monkeypatch.setattr(system, "NEEDS", (lacking,))
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system, "install", lambda needs: pytest.fail("it must not install without root"))
    assert system.main("demo") == 1
    said = capsys.readouterr().out
    assert "Nothing has been done yet" in said
    assert "sudo apt-get install libpango-1.0-0" in said


def test_as_root_it_installs_and_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    system = script("system")
    installed: list[str] = []
    lacking = system.Need("Chromium", ("chromium",), lambda: bool(installed))
    monkeypatch.setattr(system, "NEEDS", (lacking,))
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system, "install", lambda needs: installed.extend(p for need in needs for p in need.packages))
    assert system.main("demo") == 0
    assert installed == ["chromium"]


def test_a_step_is_done_once_until_its_source_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install = script("install")
    source, proof, done = tmp_path / "requirements.txt", tmp_path / "made", []
    source.write_text("a==1")

    def step() -> None:
        done.append(source.read_text())
        proof.touch()

    monkeypatch.setattr(install, "VAR", tmp_path)
    monkeypatch.setattr(install, "STEPS", (install.Step("packages", step, [source], [proof]),))
    for _ in range(2):
        assert install.main() == 0
    source.write_text("a==2")
    install.main()
    proof.unlink()
    install.main()
    assert done == ["a==1", "a==2", "a==2"]


def test_the_lock_file_names_versions_and_no_addresses() -> None:
    lock = json.loads((settings.BASE_DIR / "project" / "frontend" / "package-lock.json").read_text())
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert packages
    assert all("version" in entry and "integrity" in entry and "resolved" not in entry for entry in packages)


def test_requirements_are_pinned_exactly() -> None:
    lines = [line.split("#")[0].strip() for line in (settings.BASE_DIR / "requirements.txt").read_text().splitlines()]
    assert all("==" in line for line in lines if line)
