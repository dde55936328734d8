"""A small district for tests of cases and screens: the sample's own files, cut down to a few units, plus verbs to work a case.

State is built through operations only, so that what a test starts from is what a person could have made.
"""

import csv
import functools
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import yaml

from workflows.access.models import User
from workflows.cases.models import Assignment, Case, Opinion
from workflows.cases.operations import acting, drafts
from workflows.cases.operations.versions import newest
from workflows.flows import replay, sample
from workflows.lib.local import ZONE
from workflows.matters.models import Matter
from workflows.organization.models import Unit

UNITS = {
    "district", "superior", "commission", "standing_committee", "office", "office_general", "office_admin", "office_psu",
    "organization_dept", "finance", "personnel", "education", "industry", "culture", "market", "dongfanglu", "dongfanglu_service",
    "industry_service", "culture_centre", "school_01", "school_02", "key_projects", "nanhu", "nanhu_service", "development",
}  # fmt: skip
_TEMPORARY = tempfile.TemporaryDirectory(prefix="dingbian-district-")
MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=ZONE)

SESSION = {"session": "党组2026年第1次会议", "held_on": "2026-09-04"}
VOTE = {
    "session": "2026年第7次会议", "held_on": "2026-09-18", "entitled": 8, "present": 8, "absent": 0, "votes_for": 8, "votes_against": 0,
    "abstained": 0, "file": {"sha256": "0" * 64, "name": "纪要.pdf"},
}  # fmt: skip
# node → who acts, how, with what; `run_to` walks these in order.
WAY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "draft": ("dongfanglu.clerk", "submit", {}),
    "endorse": ("dongfanglu.head", "approve", SESSION),
    "accept": ("general", "accept", {}),
    "evaluate": ("officer.psu", "propose", {"report": "测算依据充分。"}),
    "countersign": ("", "agree", {}),
    "section_review": ("chief.psu", "pass", {}),
    "deputy_review": ("deputy", "pass", {}),
    "deliberate": ("secretary", "approve", VOTE),
    "draft_document": ("officer.psu", "draft", {"title": "关于调剂编制的批复", "paragraphs": ["同意调剂编制25名。", "此复。"]}),
    "sign": ("chair", "sign", {}),
    "implement": ("dongfanglu.clerk", "done", {}),
    "confirm": ("general", "confirm", {}),
}
# A second case of the same unit resembles the first; a person would explain each warning.
REASONS = {f"C{n:02d}": "已核对，情况属实。" for n in range(1, 34)}
COUNTERSIGNERS = {"finance": "finance.countersign", "personnel": "personnel.countersign", "organization_dept": "organization.countersign"}


@functools.cache
def small_folder() -> Path:
    """The sample's files with only the rows that concern `UNITS`."""
    folder = Path(_TEMPORARY.name)
    shutil.copytree(sample.FOLDER, folder, dirs_exist_ok=True)
    for name in ("units", "ledger", "history", "former"):
        _keep(folder / f"{name}.csv")
    people = [row for row in sample.document(folder / "people.yaml") if row["unit"] in UNITS]
    (folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    return folder


def _keep(path: Path) -> None:
    rows = sample.table(path)
    kept = [row for row in rows if row.get("unit", row.get("code")) in UNITS and _inside(row)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)


def _inside(row: Mapping[str, str]) -> bool:
    return all(not row.get(name) or row[name] in UNITS for name in ("parent", "sponsor", "host"))


class World:
    """The small district and the verbs of a case. `clock` moves on by a minute with every act."""

    def __init__(self) -> None:
        if not Unit.objects.exists():
            sample.load_sample(now=MONDAY, folder=small_folder())
        self.clock = MONDAY

    def now(self) -> datetime:
        """The next minute."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def user(self, username: str) -> User:
        """A demo account."""
        return User.objects.get(username=username)

    def unit(self, code: str) -> Unit:
        """A unit by its code."""
        return Unit.objects.get(code=code)

    def payload(self, script: str = "S01", **changes: Any) -> dict[str, Any]:
        """A complete payload of the scenario, with changes; units by code."""
        chosen = next(case for case in replay.scenario()["cases"] if case["id"] == script)
        return replay.resolved({**chosen["payload"], "reasons": REASONS, **changes})

    def draft(self, *, matter: str = "R10", unit: str = "dongfanglu", clerk: str = "dongfanglu.clerk", **changes: Any) -> Case:
        """A draft with everything filled in and all its materials."""
        script = {"R10": "S01", "R15": "S03", "R02": "S08a"}[matter]
        actor = self.user(clerk)
        case = drafts.start(matter=Matter.objects.get(code=matter), unit=self.unit(unit), actor=actor, now=self.now())
        drafts.save_draft(case_id=case.pk, payload=self.payload(script, **changes), saves=0, actor=actor, now=self.now())
        for material in case.matter.materials.filter(required=True):
            drafts.attach(
                case_id=case.pk, material_code=material.code, name=f"{material.name}.pdf", stream=replay.demo_file(material.name),
                actor=actor, now=self.now(),
            )  # fmt: skip
        case.refresh_from_db()
        return case

    def open(self, case: Case, node: str, unit: str | None = None) -> Assignment:
        """The open assignment at `node` (of one unit)."""
        rows = Assignment.objects.filter(case=case, node=node, closed_at__isnull=True)
        return rows.get(unit__code=unit) if unit else rows.earliest("pk")

    def act(
        self,
        case: Case,
        node: str,
        who: str,
        outcome: str,
        text: str = "",
        *,
        unit: str | None = None,
        key: UUID | None = None,
        **data: Any,
    ) -> Opinion:
        """One act, as the person."""
        opinion = acting.act(
            case_id=case.pk, assignment_id=self.open(case, node, unit).pk, version_n=newest(case).n, key=key or uuid4(), outcome=outcome,
            text=text, data=data, actor=self.user(who), now=self.now(),
        )  # fmt: skip
        case.refresh_from_db()
        return opinion

    def speak(self, case: Case, assignment: Assignment, who: str, outcome: str, text: str = "") -> Opinion:
        """An act on one given assignment: a delegate's or an added signer's."""
        opinion = acting.act(
            case_id=case.pk, assignment_id=assignment.pk, version_n=newest(case).n, key=uuid4(), outcome=outcome, text=text,
            actor=self.user(who), now=self.now(),
        )  # fmt: skip
        case.refresh_from_db()
        return opinion

    def step(self, case: Case, node: str) -> None:
        """Pass one node the usual way; a fan-out by everybody asked, evidence before completion."""
        who, outcome, data = WAY[node]
        if node == "countersign":
            for assignment in list(Assignment.objects.filter(case=case, node=node, closed_at__isnull=True).select_related("unit")):
                self.act(case, node, COUNTERSIGNERS[assignment.unit.code], outcome, unit=assignment.unit.code)
            return
        if node == "implement":
            self.evidence(case)
        self.act(case, node, who, outcome, **data)

    def evidence(self, case: Case, who: str = "dongfanglu.clerk") -> None:
        """Evidence for every implementation task."""
        now = self.now()
        for task in case.implementation_tasks.all():
            replay.implementation.give_evidence(
                case_id=case.pk, task_n=task.n, done_on=now.date(), evidence="已办理。", actor=self.user(who), now=now
            )  # fmt: skip

    def run_to(self, node: str, case: Case | None = None) -> Case:
        """A case that waits at `node`; `closed` runs it to the end."""
        case = case or self.draft()
        for passed in WAY:
            if passed == node:
                break
            if case.node == passed:
                self.step(case, passed)
        case.refresh_from_db()
        return case
