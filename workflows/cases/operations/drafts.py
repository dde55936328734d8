"""Before the first submission: opening a case, saving as typed, attaching files, throwing a draft away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Process
from viewflow.workflow.status import PROCESS

from workflows.access import queries as access
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.cases.acts import Act
from workflows.cases.models import Attachment, Case, CaseVersion, Round, State
from workflows.cases.operations import assignments, loading, versions
from workflows.lib import canonical, local, uploads
from workflows.lib.refusals import Conflict, Forbidden, Missing, Refused
from workflows.lib.validity import covers
from workflows.matters.models import Material, Matter
from workflows.organization.models import Unit

TITLE_LENGTH = 200
MAX_PAYLOAD = 200_000


@transaction.atomic
def start(
    *, matter: Matter, unit: Unit, actor: User, now: datetime, payload: Mapping[str, Any] | None = None, copy_of: Case | None = None
) -> Case:
    """This function will open a case of `matter` for `unit` as a draft, empty or with an earlier case's content.

    :raises Forbidden: the actor may not propose for this unit.
    :raises Refused: the unit is not in force today, or the matter is switched off.
    """
    day = local.day_of(now)
    standing = access.may(actor, "case.propose", unit, now)
    if standing is None:
        raise Forbidden(_("您不是%(unit)s的经办人，不能为其申报。") % {"unit": unit.name}, code="not_clerk")
    if not covers(day, unit.valid_from, unit.valid_to):
        raise Refused(_("%(unit)s已不在有效期内，不能申报。请核对机构名称。") % {"unit": unit.name}, code="unit_ended")
    if not matter.active:
        raise Refused(_("“%(matter)s”目前不受理。") % {"matter": matter.name}, code="matter_inactive")
    content = dict(payload or (versions.payload_of(versions.newest(copy_of)) if copy_of else {}))
    flow = import_string(matter.flow)
    made: list[Case] = []

    def opening(activation: Activation) -> Process:
        activation.process.save()
        case = Case.objects.create(
            process=activation.process, matter=matter, unit=unit, title=_title(content, matter), created_by=actor,
            created_at=now, copied_from=copy_of,
        )  # fmt: skip
        version = versions.draft(case, n=1, payload=content, actor=actor, now=now)
        round_ = Round.objects.create(case=case, n=1, mode="first", version=version, started_at=now)
        activation.process.act = Act(
            case=case, assignment=None, node="open", outcome="open", version=version, round=round_, text="", data={},
            actor=actor, standing=standing, now=now, day=day,
        )  # fmt: skip
        made.append(case)
        return activation.process

    flow.open.run(opening=opening)
    case = made[0]
    case.save(update_fields=["node", "stage", "state"])
    audit.record(
        chain=case.subject, verb="cases.case.opened", unit=unit.code, actor=actor, now=now, in_name_of=standing.principal,
        after={"matter": matter.code, "title": case.title, "copied_from": copy_of.pk if copy_of else None},
        chain_is_locked=True,
    )  # fmt: skip
    return case


@transaction.atomic
def save_draft(*, case_id: int, payload: Mapping[str, Any], saves: int, actor: User, now: datetime) -> CaseVersion:
    """This function will store what the clerk has typed so far. `saves` is the count the form was shown.

    :raises Conflict: somebody else of the unit saved in between; nothing is overwritten.
    """
    case, version = _editable(case_id, actor, now)
    if version.saves != saves:
        raise Conflict(
            _("%(name)s 在 %(time)s 保存过这份草稿。请刷新后再修改，您刚才填写的内容仍保留在本页。")
            % {"name": version.author.name, "time": local.minute_of(version.saved_at)},
            code="stale_draft",
        )
    text = canonical.text(payload)
    if len(text) > MAX_PAYLOAD:
        raise Refused(_("填写内容过长，请把详细材料作为附件上传。"), code="too_long")
    version.payload, version.saves, version.author, version.saved_at = text, saves + 1, actor, now
    version.save(update_fields=["payload", "saves", "author", "saved_at"])
    case.title = _title(payload, case.matter)
    case.save(update_fields=["title"])
    return version


@transaction.atomic
def attach(*, case_id: int, material_code: str | None, name: str, stream: BinaryIO, actor: User, now: datetime) -> Attachment:
    """This function will add a checked file to the draft; the bytes are stored once under their digest.

    :raises Refused: wrong type, too large, marked as classified (`uploads.check`).
    """
    upload = uploads.check(name, stream)
    case, version = _editable(case_id, actor, now)
    material = None
    if material_code:
        material = Material.objects.filter(matter=case.matter, code=material_code).first()
        if material is None:
            raise Refused(_("这项事项没有“%(code)s”这种材料。") % {"code": material_code}, code="unknown_material")
    attachment = Attachment.objects.create(
        version=version, material=material, name=upload.name, sha256=upload.sha256, size=upload.size, mime=upload.mime,
        added_by=actor, added_at=now,
    )  # fmt: skip
    audit.record(
        chain=case.subject, verb="cases.attachment.added", unit=case.unit.code, actor=actor, now=now, chain_is_locked=True,
        after={"name": upload.name, "sha256": upload.sha256, "size": upload.size, "version": version.n},
    )  # fmt: skip
    return attachment


@transaction.atomic
def detach(*, case_id: int, attachment_id: int, actor: User, now: datetime) -> None:
    """This function will take a file off the draft; the stored bytes and the log keep it."""
    case, version = _editable(case_id, actor, now)
    attachment = version.attachments.filter(pk=attachment_id).first()
    if attachment is None:
        raise Missing(_("这份附件不在当前草稿中。"), code="no_attachment")
    audit.record(
        chain=case.subject, verb="cases.attachment.removed", unit=case.unit.code, actor=actor, now=now, chain_is_locked=True,
        before={"name": attachment.name, "sha256": attachment.sha256, "version": version.n},
    )  # fmt: skip
    attachment.delete()


@transaction.atomic
def discard_draft(*, case_id: int, actor: User, now: datetime) -> None:
    """This function will give up a draft that was never submitted; the row stays, its process is cancelled.

    :raises Refused: the case has a number already.
    """
    case, _version = _editable(case_id, actor, now)
    if case.number is not None:
        raise Refused(_("已经报送过的办件不能删除。"), code="already_submitted")
    assignments.void_open(case, closed_as="cancelled", now=now)
    Process.objects.filter(pk=case.process_id).update(status=PROCESS.CANCELED, finished=now)
    assignments.settle(case, node="cancelled", stage=case.stage, state=State.CANCELLED)
    case.closed_at = now
    case.save(update_fields=["node", "stage", "state", "closed_at"])
    audit.record(
        chain=case.subject, verb="cases.case.discarded", unit=case.unit.code, actor=actor, now=now, chain_is_locked=True,
        before={"title": case.title},
    )  # fmt: skip


def _editable(case_id: int, actor: User, now: datetime) -> tuple[Case, CaseVersion]:
    """The locked case and its open draft version, if the actor is a clerk of its unit."""
    case = loading.lock(case_id)
    if access.may(actor, "case.propose", case.unit, now) is None:
        raise Missing(_("没有找到这个办件。"), code="no_case")
    if case.closed_at is not None:
        raise Conflict(_("这个办件%(state)s，内容不能再改。") % {"state": case.get_state_display()}, code="ended")
    version = case.versions.select_related("author").order_by("-n").first()
    if version.frozen_at is not None:
        raise Conflict(_("这个办件已经报送，内容不能再改。"), code="frozen")
    return case, version


def _title(payload: Mapping[str, Any], matter: Matter) -> str:
    """The title as typed; until there is one, the matter's name. Data of the office: Chinese, whatever the screens speak."""
    title = str(payload.get("title") or "").strip()
    return (title or f"{matter.name}（未填标题）")[:TITLE_LENGTH]
