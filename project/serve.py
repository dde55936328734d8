"""The whole house as one command in the foreground: web, worker and beat as children that live and die together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 15.0


class Supervisor:
    """Starts the children, waits, and stops them all as soon as one ends or a signal asks for it."""

    def __init__(self, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> None:
        self.commands = commands
        self.environment = environment
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def start(self, *names: str) -> None:
        """Start children in sessions of their own, so that Ctrl-C reaches us alone and we decide the order."""
        for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(asked, self._stop_asked)
        for name in names or self.commands:
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own commands, started before any thread
                self.commands[name],
                env=dict(self.environment),
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509
                stdin=subprocess.DEVNULL,
            )

    def wait_until(self, ready: Callable[[], bool]) -> bool:
        """Wait for the children to be ready; False when one ended or somebody asked us to stop meanwhile."""
        while not ready():
            if self.asked_to_stop or self.ended():
                return False
            time.sleep(0.05)
        return True

    def watch(self) -> int:
        """Wait; 0 when somebody asked us to stop, 1 when a child ended by itself. All children are gone afterwards."""
        try:
            while not self.asked_to_stop and not (ended := self.ended()):
                time.sleep(0.2)
        finally:
            self.stop()
        if self.asked_to_stop:
            return 0
        for name in ended:
            print(f"{name} ended with {self.children[name].returncode}; everything has been stopped.", file=sys.stderr)  # noqa: T201
        return 1

    def ended(self) -> list[str]:
        """Children that are no longer there."""
        return [name for name, child in self.children.items() if child.poll() is not None]

    def stop(self) -> None:
        """Ask every child to end, wait, then end whole process groups that would not."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            _kill_group(child.pid)
            child.wait()

    def _stop_asked(self, _number: int, _frame: FrameType | None) -> None:
        self.asked_to_stop = True


def _die_with_parent() -> None:
    """Ask the kernel to end this child when the supervisor is killed without a chance to stop it."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
