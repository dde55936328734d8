"""Carrying a decision out: its tasks, their evidence, and when the unit may report that all is done."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from workflows.access import queries as access
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.acts import Act
from workflows.cases.models import Case, ImplementationTask
from workflows.cases.operations import loading
from workflows.lib import local
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused


def oblige(case: Case, titles: Iterable[tuple[str, date | None]]) -> None:
    """This function will write down what the decision obliges the unit to do; called in the sign transaction."""
    ImplementationTask.objects.bulk_create(
        ImplementationTask(case=case, n=n, title=title, due=due) for n, (title, due) in enumerate(titles, start=1)
    )  # fmt: skip


@transaction.atomic
def give_evidence(
    *, case_id: int, task_n: int, done_on: date, evidence: str, file: dict[str, Any] | None = None, actor: User, now: datetime
) -> ImplementationTask:  # fmt: skip
    """This function will record that one implementation task is done, when, and what proves it.

    :raises Refused: no evidence in words, or a date ahead of today.
    :raises Conflict: the case is not being implemented any more.
    """
    case = loading.lock(case_id)
    standing = access.may(actor, "case.implement", case.unit, now)
    if standing is None:
        raise Forbidden(_("只有%(unit)s的经办人可以填报实施情况。") % {"unit": case.unit.name}, code="not_clerk")
    if case.node != "implement":
        raise Conflict(_("这个办件目前不在组织实施环节，不能填报实施情况。"), code="not_implementing")
    if not evidence.strip():
        raise Refused(_("请写明完成情况，例如文号、日期或经办结果。"), code="no_evidence", field="evidence")
    if done_on > local.day_of(now):
        raise Refused(_("完成日期不能晚于今天。"), code="future", field="done_on")
    task = case.implementation_tasks.filter(n=task_n).first()
    if task is None:
        raise Missing(_("没有这项实施任务。"), code="no_task")
    before = {"done_on": task.done_on and task.done_on.isoformat(), "evidence": task.evidence, "file": task.file}
    task.done_on, task.evidence, task.done_by = done_on, evidence.strip(), actor
    if file:
        task.file, task.file_name = file["sha256"], file["name"]
    task.save(update_fields=["done_on", "evidence", "done_by", "file", "file_name"])
    audit.record(
        chain=case.subject, verb="cases.implementation.evidenced", unit=case.unit.code, before=before,
        after={"task": task.title, "done_on": done_on.isoformat(), "evidence": task.evidence, "file": task.file},
        in_name_of=standing.principal, chain_is_locked=True, actor=actor, now=now,
    )  # fmt: skip
    return task


def all_evidenced(act: Act) -> None:
    """This function will refuse to report completion while a task has no evidence.

    :raises Refused: names the tasks that are open.
    """
    open_tasks = list(act.case.implementation_tasks.filter(done_on__isnull=True).values_list("title", flat=True))
    if open_tasks:
        raise Refused(_("还有实施任务未填报：%(tasks)s。") % {"tasks": "、".join(open_tasks)}, code="tasks_open")
