"""The places of a request a person can point at, by the names the form gives them: fields, and the materials of the matter."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms.staffing import ARTICLE_16, SECTIONS, BasicForm, InstitutionForm, LineForm, MeasurementForm, ReasonsForm

# Root of the payload → the section of the form it stands in.
SECTION_OF = {
    **dict.fromkeys([*BasicForm.base_fields, "basis"], "basic"),
    **dict.fromkeys(["lines", "institution", *MeasurementForm.base_fields], "content"),
    **dict.fromkeys(ReasonsForm.base_fields, "reasons"),
    **dict.fromkeys(["discussion", "article16"], "discussion"),
}
ROOTS: dict[str, Any] = {
    **{name: field.label for name, field in BasicForm.base_fields.items()},
    "basis": gettext_lazy("政策法规依据"),
    "lines": gettext_lazy("编制变动"),
    "institution": gettext_lazy("拟设机构"),
    **{name: field.label for name, field in MeasurementForm.base_fields.items()},
    **{name: field.label for name, field in ReasonsForm.base_fields.items()},
    "discussion": gettext_lazy("集体讨论"),
    "article16": gettext_lazy("第十六条五项说明"),
    "reasons": gettext_lazy("对检查的说明"),
}
_DISCUSSION = {"date": gettext_lazy("会议日期"), "session": gettext_lazy("会议名称"), "summary": gettext_lazy("讨论情况")}
_STATEMENT = {"conclusion": gettext_lazy("结论"), "text": gettext_lazy("说明")}
_BASIS = {"title": gettext_lazy("文件名称"), "clause": gettext_lazy("条款")}


def choices(materials: Iterable[Any], *, institution: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place by section, for a list to choose from; the materials last."""
    grouped = []
    for code, section in SECTIONS.items():
        names = [name for name, where in SECTION_OF.items() if where == code and (institution or name != "institution")]
        grouped.append((str(section.title), [(name, str(ROOTS[name])) for name in names]))
    named = [(f"material:{material.code}", material.name) for material in materials]
    return [*grouped, (_("材料"), named)] if named else grouped


def name(path: str, materials: Iterable[Any] = ()) -> str:
    """`lines.0.quantity` → 编制变动第1行 名数; `material:minutes` → 材料“会议纪要”; an unknown place by its own name."""
    if path.startswith("material:"):
        code = path.removeprefix("material:")
        found = next((material.name for material in materials if material.code == code), "")
        return _("材料“%(name)s”") % {"name": found} if found else _("其他材料")
    root, _dot, rest = path.partition(".")
    label = str(ROOTS.get(root, root))
    row = re.match(r"(\d+)\.?(.*)", rest)
    if row:
        part = _part(root, row[2])
        return _("%(what)s第%(n)s行") % {"what": label, "n": int(row[1]) + 1} + (f" {part}" if part else "")
    part = _part(root, rest)
    return f"{label} {part}" if part else label


def _part(root: str, rest: str) -> str:
    if root == "article16":
        key, _dot, leaf = rest.partition(".")
        keys = [one for one, _question in ARTICLE_16]
        number = _("第%(n)s项") % {"n": keys.index(key) + 1} if key in keys else ""
        return f"{number} {_STATEMENT.get(leaf, '')}".strip()
    known: dict[str, Any] = {
        "lines": {key: field.label for key, field in LineForm.base_fields.items()},
        "institution": {key: field.label for key, field in InstitutionForm.base_fields.items()},
        "discussion": _DISCUSSION,
        "basis": _BASIS,
    }.get(root, {})
    return str(known.get(rest, rest))
