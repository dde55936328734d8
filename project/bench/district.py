"""The sample district with cases in it: some played for real, the rest copied row by row."""

import copy
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from workflows.cases.models import Assignment, Case, CaseVersion, Round
from workflows.cases.operations import acting
from workflows.flows import replay, sample

# More than the office may decide by itself, few enough for the pool to last.
QUANTITY = 6
Taken = Callable[[str, str, Callable[[], Any]], Any]


def found() -> None:
    """Load the sample district."""
    sample.load_sample(now=timezone.now())


def script(name: str) -> dict[str, Any]:
    """S01 under another name, asking for few posts, without its refused attempts: the pool must last."""
    original = next(case for case in replay.scenario()["cases"] if case["id"] == "S01")
    made = json.loads(json.dumps(original, ensure_ascii=False, default=str).replace("25名", f"{QUANTITY}名").replace("37号", f"{name}号"))
    made["id"] = name
    made["payload"]["lines"][0]["quantity"] = QUANTITY
    made["steps"] = [step for step in made["steps"] if "refused" not in step]
    # The second case of a kind is warned of as a likely duplicate; every warning gets its written reason.
    made["payload"]["reasons"] = {f"C{n:02d}": "性能测量用例，非重复申报。" for n in range(1, 40)}
    made["expect"] = {}
    return made


def played(name: str, *, until: str | None = None) -> Case:
    """A case worked for real up to, not including, the node `until`; to its end without one."""
    made = script(name)
    if until:
        made["steps"] = made["steps"][: next(n for n, step in enumerate(made["steps"]) if step["node"] == until)]
    return replay.play(made).case


def watched(name: str, taken: Taken) -> Case:
    """A case worked to its end, every act handed to `taken(node, outcome, act)` instead of being called."""
    real = acting.act

    def act(**given: Any) -> Any:
        node = Assignment.objects.values_list("node", flat=True).get(pk=given["assignment_id"])
        return taken(node, given["outcome"], lambda: real(**given))

    acting.act = act
    try:
        return played(name)
    finally:
        acting.act = real


@transaction.atomic
def copies(case: Case, count: int) -> None:
    """`count` more cases standing exactly where `case` stands: process, task, version, round and work-list row copied."""
    task, version, turn = case.process.task_set.last(), case.versions.last(), case.rounds.last()
    row = Assignment.objects.get(case=case, closed_at__isnull=True)
    processes = type(case.process).objects.bulk_create([_twin(case.process) for _ in range(count)])
    tasks = type(task).objects.bulk_create([_twin(task, process=process) for process in processes])
    first = Case.objects.count()
    cases = Case.objects.bulk_create(
        [_twin(case, process=process, number=f"BZ-2025-{first + n:05d}") for n, process in enumerate(processes)]
    )
    versions = CaseVersion.objects.bulk_create([_twin(version, case=made) for made in cases])
    rounds = Round.objects.bulk_create([_twin(turn, case=made, version=one) for made, one in zip(cases, versions, strict=True)])
    Assignment.objects.bulk_create(
        [_twin(row, case=made, task=one, round=two) for made, one, two in zip(cases, tasks, rounds, strict=True)]
    )


def _twin(original: Any, **changed: Any) -> Any:
    twin = copy.copy(original)
    twin.pk = twin.id = None
    twin._state = copy.copy(original._state)
    twin._state.adding = True
    twin._state.fields_cache = {}
    for name, value in changed.items():
        setattr(twin, name, value)
    return twin
