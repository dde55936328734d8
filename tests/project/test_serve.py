"""Web, worker and beat live and die together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = """
import sys
from project.serve import Supervisor
sleep = [sys.executable, "-c", "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(float(sys.argv[2]))"]
supervisor = Supervisor({{"web": [*sleep, "{one}", "{life}"], "worker": [*sleep, "{two}", "600"]}}, {{}})
supervisor.start()
sys.exit(supervisor.watch())
"""


def supervised(tmp_path: Path, life: float) -> tuple[subprocess.Popen[str], list[int]]:
    """A supervisor with two sleeping children, and their process ids once both run."""
    files = [tmp_path / "one", tmp_path / "two"]
    script = SCRIPT.format(one=files[0], two=files[1], life=life)
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 20
    while not all(path.exists() and path.read_text() for path in files):
        assert time.monotonic() < deadline, "the children did not start"
        time.sleep(0.05)
    return parent, [int(path.read_text()) for path in files]


def gone(pid: int) -> bool:
    """Whether the process ends within some seconds (a zombie has ended)."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_them_all_and_is_a_good_end(tmp_path: Path, asked: signal.Signals) -> None:
    parent, children = supervised(tmp_path, life=600)
    os.kill(parent.pid, asked)
    assert parent.wait(timeout=20) == 0
    assert all(gone(child) for child in children)


def test_one_that_dies_takes_the_others_along_and_is_named(tmp_path: Path) -> None:
    parent, children = supervised(tmp_path, life=0.5)
    _, errors = parent.communicate(timeout=20)
    assert parent.returncode == 1
    assert "web ended with 0" in errors
    assert all(gone(child) for child in children)


def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    parent, children = supervised(tmp_path, life=600)
    parent.kill()
    parent.wait(timeout=20)
    assert all(gone(child) for child in children)
