"""Replays cases written down as data through the operations that people's clicks go through, under their own accounts."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from celery import current_app
from django.conf import settings

from workflows.access.models import User
from workflows.audit import queries as audit
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import acting, drafts, implementation
from workflows.cases.operations.versions import newest
from workflows.documents.models import Paper
from workflows.establishment.models import Account
from workflows.flows import sample
from workflows.lib import uploads
from workflows.lib.local import ZONE, minute_of
from workflows.lib.refusals import Refused
from workflows.matters.models import Matter
from workflows.organization.models import Unit
from workflows.outbox.models import Job

SCENARIO = Path(settings.BASE_DIR) / "project" / "sample" / "scenario.yaml"

# A smallest honest PDF; what follows the end mark makes each file's digest its own.
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 58>>stream\nBT /F 18 Tf 72 740 Td (DEMO DATA - not a real file) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(slots=True)
class Replayed:
    """What really happened to one case, in the words of its expectations."""

    id: str
    case: Case
    before: dict[tuple[str, str, str], int]
    refused: list[dict[str, Any]] = field(default_factory=list)


def scenario(path: Path = SCENARIO) -> dict[str, Any]:
    """The data file: `cases` with expectations, and `running` ones that stop on the way."""
    return sample.document(path)


def play(script: Mapping[str, Any]) -> Replayed:
    """This function will carry one case of the data file as far as its steps go."""
    before = balances(script)
    clerk = User.objects.get(username=script["by"] if "by" in script else script["steps"][0]["as"])
    unit = Unit.objects.get(code=script["unit"])
    payload = resolved(script["payload"])
    first = moment(script["opened"])
    case = drafts.start(matter=Matter.objects.get(code=script["matter"]), unit=unit, actor=clerk, now=first)
    drafts.save_draft(case_id=case.pk, payload=payload, saves=0, actor=clerk, now=first)
    for code, name in script["materials"].items():
        drafts.attach(case_id=case.pk, material_code=code, name=name, stream=demo_file(f"{script['id']} {name}"), actor=clerk, now=first)
    done = Replayed(script["id"], case, before)
    for n, step in enumerate(script["steps"]):
        take(done, n, step, payload)
    case.refresh_from_db()
    return done


def take(done: Replayed, n: int, step: Mapping[str, Any], payload: dict[str, Any]) -> None:
    """This function will take one step; one marked `refused` must be refused, and leaves everything as it was."""
    actor, now = User.objects.get(username=step["as"]), moment(step["at"])
    try:
        if step["node"] == "evidence":
            _evidence(done.case, step, actor, now)
        else:
            _act(done, n, step, payload, actor, now)
    except Refused as refusal:
        if "refused" not in step:
            raise
        done.refused.append({"step": step["refused"], "code": refusal.code})


def _act(done: Replayed, n: int, step: Mapping[str, Any], payload: dict[str, Any], actor: User, now: datetime) -> Opinion:
    case = done.case
    if "change" in step and step["node"] in {"draft", "supplement"}:
        payload.update(resolved(step["change"]))
        version = newest(case)
        drafts.save_draft(case_id=case.pk, payload=payload, saves=version.saves, actor=actor, now=now)
    data = dict(step.get("data", {}))
    if "change" in step and step["node"] in {"evaluate", "deliberate"}:
        data["payload"] = {**payload, **resolved(step["change"])}
    if "file" in data:
        upload = uploads.check(data["file"], demo_file(f"{done.id} {data['file']}"))
        data["file"] = {"sha256": upload.sha256, "name": upload.name}
    return acting.act(
        case_id=case.pk, assignment_id=_assignment(case, step).pk, version_n=newest(case).n,
        key=uuid5(NAMESPACE_URL, f"dingbian:{done.id}:{n}"), outcome=step["outcome"], text=step.get("text", ""), data=data,
        actor=actor, now=now,
    )  # fmt: skip


def _evidence(case: Case, step: Mapping[str, Any], actor: User, now: datetime) -> None:
    """Evidence for every implementation task of the case, in the words of the step."""
    for task in case.implementation_tasks.all():
        implementation.give_evidence(
            case_id=case.pk, task_n=task.n, done_on=now.astimezone(ZONE).date(), evidence=step["text"], actor=actor, now=now
        )  # fmt: skip


def _assignment(case: Case, step: Mapping[str, Any]) -> Assignment:
    """The open assignment of the node (of one unit, where a fan-out opened several); a closed one if none is open."""
    rows = Assignment.objects.filter(case=case, node=step["node"])
    if "at_unit" in step:
        rows = rows.filter(unit__code=step["at_unit"])
    return rows.filter(closed_at__isnull=True).first() or rows.order_by("-pk").first()


def work_off() -> int:
    """Run every promised job here and now with the worker's own code; returns how many there were."""
    jobs = list(Job.objects.filter(done_at__isnull=True).order_by("pk"))
    for job in jobs:
        current_app.tasks[job.task](key=job.key, **job.args)
    return len(jobs)


def outcome(done: Replayed, script: Mapping[str, Any]) -> dict[str, Any]:
    """What happened, in exactly the shape of the expectations in the data file."""
    case = Case.objects.select_related("matter", "unit").get(pk=done.case.pk)
    after = balances(script)
    return {
        "number": case.number,
        "state": str(case.state),
        "route": _route(case),
        "stages": list(_stages(case)),
        "papers": [{"kind": paper.kind, "number": paper.number} for paper in papers(case)],
        "ledger": [
            {"unit": unit, "kind": kind, "bucket": bucket, "before": done.before[unit, kind, bucket], "after": after[unit, kind, bucket]}
            for unit, kind, bucket in after
        ],
        "refused": done.refused,
        "verified": audit.first_broken(case.subject) is None,
    }


def papers(case: Case) -> list[Paper]:
    """The papers issued on a case, in order of issue."""
    return list(Paper.objects.filter(subject=case.subject).order_by("pk"))


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Pure: every place where what happened is not what was written down beforehand."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from differences(expected.get(key), found.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path}: expected {len(expected)} entries, found {len(found)}"
        for n, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{path}[{n}]")
    elif expected != found:
        yield f"{path}: expected {expected!r}, found {found!r}"


def balances(script: Mapping[str, Any]) -> dict[tuple[str, str, str], int]:
    """The live balances of the accounts the expectations name; 0 for one not opened yet."""
    found = {}
    for row in script.get("expect", {}).get("ledger", []):
        name = (row["unit"], row["kind"], row["bucket"])
        code = _unit_code(row["unit"])
        found[name] = (
            Account.objects.filter(unit__code=code, kind__code=name[1], bucket=name[2]).values_list("balance", flat=True).first() or 0
        )  # fmt: skip
    return found


def resolved(value: Any) -> Any:
    """The data file names units by code and dates as dates; a payload carries ids and ISO text. `all_schools` expands."""
    if isinstance(value, Mapping):
        if "all_schools" in value:
            schools = Unit.objects.filter(kind="school").order_by("sort", "id").values_list("pk", flat=True)
            return [dict(resolved(line), unit=pk) for pk in schools for line in value["all_schools"]]
        return {key: _unit_id(item) if key in {"unit", "giver", "sponsor"} else resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def moment(text: str) -> datetime:
    """`2026-09-07 09:12` in local time."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def demo_file(name: str) -> io.BytesIO:
    """A file that says it is demo data; the same name gives the same bytes."""
    return io.BytesIO(_PDF + f"% {name}\n".encode())


def _route(case: Case) -> dict[str, Any] | None:
    if case.route is None:
        return None
    return {key: case.route[key] for key in ("rule", "section", "bodies", "consult", "signatory")}


def _stages(case: Case) -> Iterator[list[str]]:
    """Who passed which node when, and how; in the order of the opinions."""
    rows = Opinion.objects.filter(assignment__case=case).select_related("assignment__unit", "actor").order_by("pk")
    for opinion in rows:
        yield [opinion.assignment.node, opinion.actor.username, minute_of(opinion.at), opinion.outcome]


def _unit_id(code: Any) -> int | None:
    return Unit.objects.values_list("pk", flat=True).get(code=code) if isinstance(code, str) else code


def _unit_code(name: str) -> str:
    """`new:S08a` names the institution that the case gave birth to: the one with its title's number in the data file."""
    if not name.startswith("name:"):
        return name
    return Unit.objects.filter(name=name.removeprefix("name:")).values_list("code", flat=True).first() or ""
