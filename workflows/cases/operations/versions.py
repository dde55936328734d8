"""Versions of a case: the unit's draft, its freezing, and the office's own proposal."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflows.access.models import User
from workflows.cases.models import Attachment, Case, CaseVersion
from workflows.lib import canonical


def payload_of(version: CaseVersion) -> dict[str, Any]:
    """The version's payload as a dictionary."""
    return json.loads(version.payload)


def newest(case: Case) -> CaseVersion:
    """The version with the highest number: what an act binds to."""
    return case.versions.order_by("-n").first()


def digest_of(payload: Mapping[str, Any], attachments: list[str]) -> str:
    """SHA-256 over canonical JSON of the payload and the sorted digests of its attachments."""
    return canonical.digest({"payload": payload, "attachments": sorted(attachments)})


def freeze(version: CaseVersion, *, now: datetime) -> CaseVersion:
    """This function will fix a version for good; the database refuses any later change to it or its attachments."""
    files = list(version.attachments.values_list("sha256", flat=True))
    version.digest = digest_of(payload_of(version), files)
    version.frozen_at = now
    version.save(update_fields=["digest", "frozen_at"])
    return version


def draft(case: Case, *, n: int, payload: Mapping[str, Any], actor: User, now: datetime) -> CaseVersion:
    """This function will open a version of the unit's that may still be edited."""
    return CaseVersion.objects.create(
        case=case, n=n, side="unit", payload=canonical.text(payload), author=actor, created_at=now, saved_at=now
    )  # fmt: skip


def reopen(case: Case, *, actor: User, now: datetime) -> CaseVersion:
    """This function will give the unit an editable copy of its last version, attachments included, as the newest one."""
    asked = case.versions.filter(side="unit").order_by("-n").first()
    last = newest(case)
    version = draft(case, n=last.n + 1, payload=payload_of(asked), actor=actor, now=now)
    Attachment.objects.bulk_create(
        Attachment(
            version=version, material_id=old.material_id, name=old.name, sha256=old.sha256, size=old.size, mime=old.mime,
            added_by_id=old.added_by_id, added_at=old.added_at,
        )
        for old in asked.attachments.all()
    )  # fmt: skip
    return version


def propose(case: Case, *, base: CaseVersion, payload: Mapping[str, Any], actor: User, now: datetime) -> CaseVersion:
    """This function will add the office's version (拟核定), frozen at once; unchanged content stays the version it was."""
    if canonical.text(payload) == base.payload:
        return base
    return CaseVersion.objects.create(
        case=case, n=base.n + 1, side="office", payload=canonical.text(payload), digest=digest_of(payload, []),
        author=actor, created_at=now, saved_at=now, frozen_at=now,
    )  # fmt: skip
