"""django-viewflow by itself: the same chain of five human steps, with nothing of ours around it."""

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process, Task

from project.bench.measure import timed
from workflows.access.models import User

LOCK = lock.SelectForUpdateLock(nowait=False, attempts=1)


class BareFlow(flow.Flow):
    """Start, five people, end."""

    process_class = Process
    lock_impl = LOCK

    start = flow.StartHandle(this.begin).Next(this.one)
    one = flow.View(None).Next(this.two)
    two = flow.View(None).Next(this.three)
    three = flow.View(None).Next(this.four)
    four = flow.View(None).Next(this.five)
    five = flow.View(None).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, **_data: Any) -> Process:
        """Open a process."""
        return activation.process


class Bare:
    """Drives the bare flow as a program would, and as viewflow's own pages do."""

    def __init__(self, actor: User) -> None:
        self.actor = actor

    def one_transaction(self) -> list[float]:
        """Lock, take, decide in one transaction per step: the least viewflow can do; seconds per step."""
        process = BareFlow.start.run()
        return [timed(lambda: self._whole(process.pk)) for _ in range(5)]

    def two_requests(self) -> list[float]:
        """Assign in one request, execute in the next, the task read again in each: viewflow's own screens."""
        process = BareFlow.start.run()
        return [timed(lambda: (self._assign(process.pk), self._execute(process.pk))) for _ in range(5)]

    def _whole(self, process: int) -> None:
        with _open(process).activation() as activation:
            activation.assign(self.actor)
            activation.start(None)
            activation.execute()

    def _assign(self, process: int) -> None:
        with _open(process).activation() as activation:
            activation.assign(self.actor)

    def _execute(self, process: int) -> None:
        with _open(process).activation() as activation:
            activation.start(None)
            activation.execute()


def _open(process: int) -> Task:
    return Task._default_manager.get(process_id=process, finished__isnull=True)
