"""Pure: who may hold which offices together, and who may stand in for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflows.access.roles import ADMINISTRATORS, ROLES
from workflows.lib.findings import Finding


@dataclass(frozen=True, slots=True)
class Office:
    """A role held for a half-open period of days."""

    role: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Deputising:
    """Who stands in for whom for a half-open period of moments."""

    principal: int
    deputy: int
    valid_from: datetime
    valid_to: datetime


def overlaps(start: Any, end: Any | None, other_start: Any, other_end: Any | None) -> bool:
    """Whether two half-open periods share a moment; None is no end. An empty period shares nothing."""
    empty = (end is not None and end <= start) or (other_end is not None and other_end <= other_start)
    return not empty and (other_end is None or start < other_end) and (end is None or other_start < end)


def administrators_are_exclusive(wanted: Office, held: Iterable[Office]) -> list[Finding]:
    """三员分立: an administrator is nothing else at the same time (GB/T 22239—2019 管理用户权限分离)."""
    for office in held:
        mixed = office.role != wanted.role and ({office.role, wanted.role} & ADMINISTRATORS)
        if mixed and overlaps(wanted.valid_from, wanted.valid_to, office.valid_from, office.valid_to):
            message = _("系统管理员、安全管理员、审计管理员互不兼任，也不兼任业务角色：此人同期任%(held)s，不能再任%(wanted)s。") % {
                "held": ROLES[office.role],
                "wanted": ROLES[wanted.role],
            }
            return [_block("A01", message, "role", str(ROLES[office.role]))]
    return []


def stand_in_is_simple(wanted: Deputising, existing: Iterable[Deputising]) -> list[Finding]:
    """代理授权 has one deputy at a time, no circle and no chain: nobody deputises while his own work is with another."""
    found = []
    for other in existing:
        if not overlaps(wanted.valid_from, wanted.valid_to, other.valid_from, other.valid_to):
            continue
        if other.principal == wanted.principal:
            found.append(_block("A02", _("被代理人在这段时间已委托他人代理。"), "principal"))
        elif (other.principal, other.deputy) == (wanted.deputy, wanted.principal):
            found.append(_block("A03", _("两人不能同期互相代理。"), "deputy"))
        elif other.principal == wanted.deputy:
            found.append(_block("A04", _("代理人在这段时间自己也委托了他人，不能再代理。"), "deputy"))
        elif other.deputy == wanted.principal:
            found.append(_block("A05", _("被代理人在这段时间正代理他人，不能再委托（代理不得转委托）。"), "principal"))
    return found


def _block(code: str, message: str, field: str, fact: str = "") -> Finding:
    return Finding(code=code, level="block", message=message, field=field, fact=fact)
