"""Pure: the roles of an establishment office and the doors each one opens, as one literal table (DOMAIN §2.6)."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

Scope = Literal["own", "subtree", "all"]

ROLES = {
    "clerk": _("经办人"),
    "head": _("单位负责人"),
    "general": _("综合科收文"),
    "steward": _("流程管理"),
    "officer": _("承办人"),
    "chief": _("科长"),
    "deputy": _("分管领导"),
    "secretary": _("会务秘书"),
    "countersigner": _("会签经办"),
    "signatory": _("签发人"),
    "auditor": _("审计监督"),
    "system_admin": _("系统管理员"),
    "security_admin": _("安全管理员"),
    "audit_admin": _("审计管理员"),
}
ROLE_CHOICES = list(ROLES.items())
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})

# role → door → how far it opens: the unit itself, the unit and what it sponsors, or every unit.
_OFFICE_READING: dict[str, Scope] = {
    "case.view": "all",
    "case.print": "all",
    "ledger.view": "all",
    "unit.view": "all",
    "paper.view": "all",
    "authority.view": "all",
}
_UNIT_READING: dict[str, Scope] = {
    "case.view": "subtree",
    "case.print": "subtree",
    "ledger.view": "subtree",
    "unit.view": "all",
    "paper.view": "subtree",
    "authority.view": "all",
}
MATRIX: dict[str, dict[str, Scope]] = {
    "clerk": {"case.propose": "subtree", "case.implement": "own", **_UNIT_READING},
    "head": {"case.endorse": "own", **_UNIT_READING},
    "general": {
        "case.examine": "all",
        "case.confirm": "all",
        "unit.edit": "all",
        "ledger.load": "all",
        **_OFFICE_READING,
    },
    "steward": {"case.steward": "all", "authority.edit": "all", "calendar.edit": "all", "appointment.view": "all", **_OFFICE_READING},
    "officer": {"case.evaluate": "own", "case.draft": "own", **_OFFICE_READING},
    "chief": {"case.review": "own", **_OFFICE_READING},
    "deputy": {"case.deputy": "own", **_OFFICE_READING},
    "secretary": {"case.record": "own", **_OFFICE_READING},
    "countersigner": {"case.countersign": "own", "unit.view": "all", "authority.view": "all"},
    "signatory": {"case.sign": "own", **_OFFICE_READING},
    "auditor": {"audit.view": "all", "audit.export": "all", "reading.view": "all", "appointment.view": "all", **_OFFICE_READING},
    "system_admin": {"system.status": "all", "unit.view": "all"},
    "security_admin": {"user.edit": "all", "appointment.edit": "all", "appointment.view": "all", "unit.view": "all"},
    "audit_admin": {"audit.view": "all", "audit.export": "all", "reading.view": "all"},
}
DOORS = tuple(sorted({door for doors in MATRIX.values() for door in doors}))
