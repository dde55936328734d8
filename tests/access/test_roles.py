"""The matrix of roles and doors, against what the office's rules demand of it."""

import re
from pathlib import Path

import pytest

from workflows.access.roles import ADMINISTRATORS, DOORS, MATRIX, ROLES

ROOT = Path(__file__).resolve().parents[2]
NOUNS = "case|ledger|unit|paper|authority|calendar|user|appointment|audit|reading|system"
VERB_ONLY = {
    "case.view",
    "case.print",
    "ledger.view",
    "unit.view",
    "paper.view",
    "authority.view",
    "appointment.view",
    "audit.view",
    "reading.view",
}
# Written by hand from DOMAIN §2.6 and MODEL §1 and §4: which role acts at which door, reading left out.
ACTS = {
    "clerk": {"case.propose": "subtree", "case.implement": "own"},
    "head": {"case.endorse": "own"},
    "general": {"case.examine": "all", "case.confirm": "all", "unit.edit": "all", "ledger.load": "all"},
    "steward": {"case.steward": "all", "authority.edit": "all", "calendar.edit": "all"},
    "officer": {"case.evaluate": "own", "case.draft": "own"},
    "chief": {"case.review": "own"},
    "deputy": {"case.deputy": "own"},
    "secretary": {"case.record": "own"},
    "countersigner": {"case.countersign": "own"},
    "signatory": {"case.sign": "own"},
    "auditor": {"audit.export": "all"},
    "system_admin": {"system.status": "all"},
    "security_admin": {"user.edit": "all", "appointment.edit": "all"},
    "audit_admin": {"audit.export": "all"},
}


def test_every_role_has_a_name_and_doors() -> None:
    assert set(MATRIX) == set(ROLES) == set(ACTS)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_acts_where_the_rules_say_and_nowhere_else(role: str) -> None:
    assert {door: scope for door, scope in MATRIX[role].items() if door not in VERB_ONLY} == ACTS[role]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_never_touch_cases_ledger_or_papers(role: str) -> None:
    assert not [door for door in MATRIX[role] if door.split(".")[0] in {"case", "ledger", "paper", "authority", "calendar"}]


def test_the_three_administrators_share_no_power() -> None:
    powers = [set(ACTS[role]) for role in sorted(ADMINISTRATORS)]
    assert len(ADMINISTRATORS) == 3 and set.intersection(*powers) == set()
    assert "audit.view" not in MATRIX["security_admin"] and "audit.view" not in MATRIX["system_admin"]
    assert "user.edit" not in MATRIX["system_admin"] and "user.edit" not in MATRIX["audit_admin"]


def test_only_an_administrator_of_security_appoints() -> None:
    assert [role for role in MATRIX if {"user.edit", "appointment.edit"} & set(MATRIX[role])] == ["security_admin"]


def test_the_auditor_reads_everything_and_writes_nothing() -> None:
    assert {door for door in DOORS if door.endswith(".view")} - set(MATRIX["auditor"]) == set()
    assert all(door in VERB_ONLY or door == "audit.export" for door in MATRIX["auditor"])
    assert set(MATRIX["auditor"].values()) == {"all"}


def test_units_see_their_own_and_what_they_sponsor_only() -> None:
    for role in ("clerk", "head"):
        assert {MATRIX[role][door] for door in ("case.view", "case.print", "ledger.view", "paper.view")} == {"subtree"}
    assert "case.view" not in MATRIX["countersigner"], "reading comes with the task"


def test_every_door_named_in_the_code_exists() -> None:
    named = re.compile(rf'(?:door|may|opens|scope|anywhere|held|_authorise)\([^()]*?"((?:{NOUNS})\.[a-z]+)"')
    found = {
        (path.name, door)
        for shelf in ("workflows", "forms", "project")
        for path in (ROOT / shelf).rglob("*.py")
        for door in named.findall(path.read_text(encoding="utf-8"))
    }
    assert found and {door for _file, door in found} <= set(DOORS), found
