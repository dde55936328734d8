"""The difference between two versions of a request in words: field by field and material by material."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from forms import places
from forms.fields import chinese
from forms.staffing import InstitutionForm, LineForm
from workflows.cases import changes, visibility
from workflows.cases.changes import Change
from workflows.cases.models import Case, CaseVersion
from workflows.organization import queries as organization
from workflows.views import dossier, reference


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: where, before, after; `kind` protected | unlisted | listed says what it means for going straight."""

    place: str
    before: str
    after: str
    kind: str = ""


def rows(case: Case, found: Iterable[Change], day: date, *, obstacles: Iterable[Change] = ()) -> list[Row]:
    """The changes in words; `obstacles` are those that forbid going straight."""
    found, against = list(found), {change.path for change in obstacles}
    names = organization.names_on({v for change in found for v in (change.before, change.after) if _unit(change.path, v)}, day)
    materials = reference.materials(case.matter)
    return [
        Row(
            places.name(change.path, materials),
            _words(change.path, change.before, names),
            _words(change.path, change.after, names),
            ("protected" if change.field in changes.PROTECTED else "unlisted") if change.path in against else "",
        )
        for change in found
    ]


def between(case: Case, old: CaseVersion, new: CaseVersion, day: date, *, hidden: Collection[str]) -> list[Row]:
    """Everything that differs between two versions of the same case and is not hidden from the reader, files with their names."""
    before, after = (visibility.shown("payload", dossier.content(version), hidden) for version in (old, new))
    found = changes.between(before, after)
    made = rows(case, found, day)
    if old.side == new.side == "unit":
        made += files(case, old, new)
    return made


def files(case: Case, old: CaseVersion, new: CaseVersion) -> list[Row]:
    """Materials whose files differ, by the names of the files."""
    before, after = _named(old), _named(new)
    materials = reference.materials(case.matter)
    return [
        Row(places.name(f"material:{code}", materials), "、".join(name for name, _sha in before.get(code, [])), "、".join(
            name for name, _sha in after.get(code, [])))
        for code in sorted({*before, *after})
        if sorted(sha for _name, sha in before.get(code, [])) != sorted(sha for _name, sha in after.get(code, []))
    ]  # fmt: skip


def _named(version: CaseVersion) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for file in version.attachments.all():
        found.setdefault(file.material.code if file.material_id else "", []).append((file.name, file.sha256))
    return found


def _unit(path: str, value: Any) -> bool:
    return path.rpartition(".")[2] in {"unit", "giver", "sponsor"} and isinstance(value, int) and not isinstance(value, bool)


def _words(path: str, value: Any, names: Any) -> str:
    """A value as the form shows it; "" for nothing."""
    if value in (None, "", (), []):
        return ""
    if path.startswith("material:"):
        return _("%(n)s份文件") % {"n": len(value)} if isinstance(value, tuple) else str(value)
    if _unit(path, value):
        return names.get(value, str(value))
    leaf = path.rpartition(".")[2]
    form = LineForm if path.startswith("lines.") else InstitutionForm if path.startswith("institution.") else None
    if leaf == "conclusion":
        return {"yes": _("是"), "no": _("否")}.get(value, str(value))
    if leaf == "kind" and form is LineForm:
        return next((kind.name for kind in reference.kinds() if kind.code == value), str(value))
    choices = dict(getattr(form.base_fields.get(leaf), "choices", [])) if form else {}
    return str(choices.get(value) or _day(value))


def _day(value: Any) -> str:
    try:
        return chinese(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)
