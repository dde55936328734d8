"""Which pages a person finds in the head of the page: a literal table of doors, read against what he holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from workflows.access.roles import ADMINISTRATORS, MATRIX

# key, label, address name, doors of which one must be held ("" = everybody who handles cases), addresses that count as inside
MAIN = [
    ("desk", _("工作台"), "desk", (), ("/",)),
    ("cases", _("办件"), "case-list", ("",), ("/cases/", "/search/")),
    ("institutions", _("机构"), "unit-list", ("unit.view",), ("/units/",)),
    ("ledger", _("台账"), "ledger", ("ledger.view",), ("/ledger/",)),
    ("papers", _("文件"), "paper-list", ("paper.view",), ("/papers/",)),
    ("audit", _("审计"), "audit", ("audit.view",), ("/audit/",)),
]
MORE = [
    (
        _("常用语"),
        "phrases",
        (
            "case.endorse",
            "case.examine",
            "case.evaluate",
            "case.review",
            "case.deputy",
            "case.record",
            "case.countersign",
            "case.sign",
            "case.implement",
        ),
    ),
    (_("审批权限表"), "authority", ("authority.view",)),
    (_("离岗交接"), "hand-over", ("case.steward",)),
    (_("工作日历"), "calendar", ("calendar.edit", "authority.view")),
    (_("任职"), "appointment-list", ("appointment.view", "appointment.edit")),
    (_("代理授权"), "stand-in-list", ("appointment.view", "appointment.edit")),
    (_("用户"), "user-list", ("user.edit",)),
    (_("阅读记录"), "reading-log", ("reading.view",)),
    (_("系统状态"), "system", ("system.status",)),
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    key: str
    label: str
    href: str
    current: bool = False


@cache
def address(name: str) -> str:
    """The address of a page without arguments, or nothing while its room is not built."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _open(doors: tuple[str, ...], roles: set[str]) -> bool:
    if not doors:
        return True
    if doors == ("",):
        return bool(roles - ADMINISTRATORS)
    return any(door in MATRIX.get(role, {}) for role in roles for door in doors)


def main(roles: Iterable[str], path: str) -> list[Entry]:
    """The entries of the head; the desk is current only on its own address."""
    held = set(roles)
    entries = []
    for key, label, name, doors, prefixes in MAIN:
        href = address(name)
        if href and _open(doors, held):
            current = any(path == p if p == "/" else path.startswith(p) for p in prefixes)
            entries.append(Entry(key, str(label), href, current))
    return entries


def more(roles: Iterable[str]) -> list[Entry]:
    """The entries of the personal menu."""
    held = set(roles)
    return [Entry(name, str(label), address(name)) for label, name, doors in MORE if address(name) and _open(doors, held)]
