"""重走 or 直达: after a return the unit's new version runs through again, or goes straight to whoever returned it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflows.cases import changes
from workflows.cases.acts import Act
from workflows.cases.changes import Change
from workflows.cases.models import Assignment, Case, CaseVersion, Opinion, Return
from workflows.cases.operations import versions
from workflows.cases.queries import voting
from workflows.lib.refusals import Refused


@dataclass(frozen=True, slots=True)
class Comparison:
    """A resubmission against the version that was returned: what changed, and what forbids going straight."""

    returned: Return
    changes: list[Change]
    obstacles: list[Change]


def compare(case: Case, draft: CaseVersion) -> Comparison | None:
    """The draft against the unit's version that was handed back; None if the case was never handed back to the unit."""
    returned = Return.objects.filter(assignment__case=case, target="draft").select_related("assignment").order_by("-pk").first()
    if returned is None:
        return None
    # What the returning person saw, not the unit's latest submission: one that was withdrawn in between approves nothing.
    seen = Opinion.objects.values_list("version__n", flat=True).get(assignment=returned.assignment)
    asked = case.versions.filter(side="unit", n__lte=seen).order_by("-n").first()
    found = changes.between(versions.payload_of(asked), versions.payload_of(draft))
    found += changes.of_files(_files(asked), _files(draft))
    return Comparison(returned, found, changes.obstacles_to_direct(found, returned.defects))


def choose_direct(act: Act) -> bool:
    """Whether this resubmission goes straight; the unit asks for it (`data["mode"] = "direct"`), the difference allows it.

    :raises Refused: asked for, and a change forbids it; names the fields.
    """
    if act.data.get("mode") != "direct":
        return False
    found = compare(act.case, act.version)
    if found is None or found.returned.assignment.node in {"endorse", "accept"}:
        raise Refused(_("这次退回不能直达，请选择重新办理。"), code="not_direct", field="mode")
    if found.obstacles:
        named = "、".join(dict.fromkeys(change.field for change in found.obstacles))
        raise Refused(
            _("修改超出了退回所列的问题，或者涉及编制数、职数、名称、规格等内容（%(fields)s），须重新办理，不能直达。") % {"fields": named},
            code="not_direct",
            field="mode",
        )
    return True


def go_straight(act: Act) -> None:
    """This function will send an endorsed direct resubmission to the node that returned it, past everybody whose word stands."""
    if act.round.mode != "direct":
        return
    returned = Return.objects.filter(assignment__case=act.case, target="draft").select_related("assignment").order_by("-pk").first()
    node = returned.assignment.node
    act.jump = "consult" if node == "countersign" else node
    if node == "countersign":
        act.spoken = _spoken(act.case, returned.assignment)


def _spoken(case: Case, back: Assignment) -> frozenset[int]:
    """The units whose countersign in the returned pass still stands; in a voting panel everybody votes anew."""
    if voting.panel(case).mode != "opinions":
        return frozenset()
    done = Opinion.objects.filter(
        assignment__case=case, assignment__node="countersign", assignment__round_id=back.round_id, assignment__pass_no=back.pass_no,
        outcome__in=["agree", "disagree", "none"],
    )  # fmt: skip
    return frozenset(done.values_list("assignment__unit_id", flat=True))


def _files(version: CaseVersion) -> list[tuple[Any, str]]:
    return [(code or "", digest) for code, digest in version.attachments.values_list("material__code", "sha256")]
