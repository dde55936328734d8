"""What was found wrong, brought to the very places of the form: which field, in which section, in which words."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from forms import places
from forms.staffing import Section
from workflows.cases.models import Case
from workflows.views import reference


@dataclass(frozen=True, slots=True)
class Note:
    """One defect: the place by its name, what is wrong, and the address where it is put right ("" = nowhere in particular)."""

    field: str
    place: str
    problem: str
    section: str
    href: str


def notes(case: Case, defects: Iterable[Any]) -> list[Note]:
    """The defects of a return or supplement; older ones are plain sentences without a place."""
    return [_note(case, defect) for defect in defects]


def _note(case: Case, defect: Any) -> Note:
    if not isinstance(defect, Mapping):
        return Note("", "", str(defect), "", "")
    field, problem = str(defect.get("field") or ""), str(defect.get("problem") or "")
    if not field:
        return Note("", "", problem, "", "")
    place = places.name(field, reference.materials(case.matter))
    if field.startswith("material:"):
        return Note(field, place, problem, "materials", reverse("case-materials", args=[case.pk]) + f"#m_{field.removeprefix('material:')}")
    section = places.SECTION_OF.get(field.split(".", maxsplit=1)[0], "")
    return Note(field, place, problem, section, reverse("case-section", args=[case.pk, section]) if section else "")


def mark(part: Section, found: Iterable[Note]) -> list[Note]:
    """Put each note at its field; those of a group of fields are given back, for the head of the section."""
    left = []
    for note in found:
        if note.section != part.code:
            continue
        form = part.forms.get("")
        if form is not None and note.field in form.fields:
            form.fields[note.field].note = note.problem
        else:
            left.append(note)
    return left


def close(part: Section, roots: Collection[str]) -> list[str]:
    """Switch off the fields that may not be written now; the names of those in this section, for the sentence above it."""
    closed = []
    for root in sorted(roots):
        if places.SECTION_OF.get(root) != part.code or (root == "institution" and getattr(part, "institution", None) is None):
            continue
        closed.append(str(places.ROOTS[root]))
        for prefix, form in part.forms.items():
            if prefix.split("-")[0] == root:
                for field in form.fields.values():
                    field.widget.attrs["disabled"] = True
            elif prefix == "" and root in form.fields:
                form.fields[root].widget.attrs["disabled"] = True
    return closed
