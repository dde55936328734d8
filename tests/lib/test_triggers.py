"""The database refuses by itself: every hostile statement, on whichever database the tests run, and says which rule it broke."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from tests.access.cast import appointed, person
from tests.organization.district import NOW, district
from workflows.access import operations as access
from workflows.audit import chain, operations
from workflows.audit.models import Entry
from workflows.lib import canonical, triggers

pytestmark = pytest.mark.django_db
SQLITE = connection.vendor == "sqlite"


def refused(statement: str, parameters: list[object] | None = None) -> str | None:
    """The name of the rule that refused the statement; fails when the database let it through."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
    except DatabaseError as error:
        return triggers.refusal(error)
    pytest.fail(f"let through: {statement}")
    return None


def entry(name: str = "case/1", **told: object) -> Entry:
    return operations.record(chain=name, verb="cases.case.submitted", after=told, actor=None, now=NOW)


def forged(**wrong: object) -> tuple[str, list[object]]:
    """An insert that continues chain `case/1` correctly, except for what is `wrong`."""
    last = Entry.objects.filter(chain="case/1").order_by("-n").first()
    assert last is not None
    body = {"chain": "case/1", "n": last.n + 1, "verb": "v", "actor": None, "in_name_of": None, "unit": "", "at": "2026"}
    row = {"chain": "case/1", "n": last.n + 1, "prev": last.hash, "verb": "v", "unit_code": "", "at": NOW}
    told = wrong.pop("told", {})
    row |= {"body": canonical.text(body | told)}
    row |= {"hash": chain.seal(str(wrong.get("prev", row["prev"])), str(wrong.get("body", row["body"])))}
    row |= wrong
    columns = ", ".join(row)
    return f"INSERT INTO audit_entry ({columns}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values())


def test_the_registry_and_the_database_agree() -> None:
    assert triggers.missing() == []
    names = {trigger.name for trigger in triggers.registered()}
    assert {"audit_entry_append_only", "audit_chain", "administrator_exclusive", "appointment_kept", "unit_version_kept"} <= names


def test_a_correct_continuation_is_let_through() -> None:
    entry()
    statement, row = forged()
    with connection.cursor() as cursor:
        cursor.execute(statement, row)
    assert chain.first_broken(Entry.objects.filter(chain="case/1").order_by("n").values_list("n", "prev", "body", "hash")) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 5},
        {"n": 0},
        {"prev": "0" * 64},
        {"hash": "f" * 64},
        {"told": {"actor": {"id": 1}}},
        {"told": {"chain": "case/2"}},
        {"told": {"n": 7}},
        {"told": {"verb": "another"}},
        {"told": {"unit": "office"}},
        {"told": {"in_name_of": {"id": 4}}},
        {"chain": "case/9"},
        {"verb": "other"},
        {"unit_code": "office"},
    ],
)
def test_an_entry_that_does_not_follow_is_refused(wrong: dict[str, object]) -> None:
    entry()
    name = refused(*forged(**wrong))
    # A number already taken in the chain meets the append-only rule first on SQLite: both are refusals of the same forgery.
    assert name in {"audit_chain", "audit_entry_append_only"}


def test_a_first_entry_must_be_number_nought_after_genesis() -> None:
    entry()
    body = canonical.text({"chain": "case/2", "n": 1, "verb": "v", "actor": None, "in_name_of": None, "unit": ""})
    row = ["case/2", 1, chain.GENESIS, body, chain.seal(chain.GENESIS, body), "v", "", NOW]
    columns = "chain, n, prev, body, hash, verb, unit_code, at"
    assert refused(f"INSERT INTO audit_entry ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", row) == "audit_chain"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'x'",
        "UPDATE audit_entry SET at = at",
        "UPDATE audit_entry SET body = body WHERE n = 0",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE n = 0",
    ],
)
def test_the_log_never_changes(statement: str) -> None:
    entry()
    assert refused(statement) == "audit_entry_append_only"
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", ["audit_entry", "audit_reading", "access_appointment", "organization_unitversion"])
def test_kept_tables_are_not_emptied_at_once(table: str) -> None:
    units = district()
    user, _ = appointed("a", "clerk", units["office"])
    operations.read(subject="case/1", what="view", user=user, address=None, now=NOW)
    statement = f"DELETE FROM {table}" if SQLITE else f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE"
    assert refused(statement) in {f"{table}_append_only", "appointment_kept", "unit_version_kept"}


UPSERTS = (
    [(verb, "", recursive) for verb in ("REPLACE INTO", "INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO") for recursive in ("ON", "OFF")]
    if SQLITE
    else [("INSERT INTO", f"ON CONFLICT ({key}) DO UPDATE SET body = EXCLUDED.body", "") for key in ("id", "hash", "chain, n")]
)


@pytest.mark.parametrize(("verb", "conflict", "recursive"), UPSERTS)
def test_replacing_does_not_slip_under_the_log(verb: str, conflict: str, recursive: str) -> None:
    entry()
    entry()
    old = Entry.objects.get(chain="case/1", n=0)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {recursive}" if recursive else "SELECT 1")
    try:
        for key in ("id", "hash", "chain_n"):
            row = {
                "id": old.pk if key == "id" else 900_000, "chain": "case/1" if key == "chain_n" else "case/7", "n": 0,
                "prev": chain.GENESIS,
                "body": old.body.replace("submitted", "forged"), "hash": old.hash if key == "hash" else "e" * 64, "verb": "v",
                "unit_code": "", "at": NOW,
            }  # fmt: skip
            statement = f"{verb} audit_entry ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))}) {conflict}"
            assert refused(statement, list(row.values())) in {"audit_entry_append_only", "audit_chain"}
        assert refused(f"UPDATE {'OR REPLACE' if SQLITE else ''} audit_entry SET n = 1 WHERE n = 0") == "audit_entry_append_only"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON" if SQLITE else "SELECT 1")
    assert Entry.objects.get(pk=old.pk).body == old.body


@pytest.mark.parametrize(
    ("first", "second"),
    [("system_admin", "security_admin"), ("audit_admin", "system_admin"), ("security_admin", "clerk"), ("clerk", "audit_admin")],
)
def test_administrators_exclude_everything_else_in_the_database_too(first: str, second: str) -> None:
    units = district()
    user, _ = appointed("mixed", first, units["office"])
    columns = "user_id, role, unit_id, title, basis, valid_from, recorded_at"
    row = [user.pk, second, units["office"].pk, "", "forged", NOW.date(), NOW]
    statement = f"INSERT INTO access_appointment ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s)"
    assert refused(statement, row) == "administrator_exclusive"


def test_an_administrator_may_have_been_something_else_before() -> None:
    units = district()
    user, _ = appointed("former", "clerk", units["office"], until=NOW.date())
    access.appoint(user=user, role="audit_admin", unit=units["office"], basis="示任〔2026〕2号", valid_from=NOW.date(), actor=None, now=NOW)


def test_an_administrator_never_stands_in() -> None:
    units = district()
    admin, _ = appointed("secadmin", "security_admin", units["office"])
    head, _ = appointed("head", "head", units["office"])
    columns = "principal_id, deputy_id, reason, valid_from, valid_to, recorded_at"
    for pair in ((head.pk, admin.pk), (admin.pk, head.pk)):
        row = [*pair, "forged", NOW, NOW + timedelta(days=1), NOW]
        statement = f"INSERT INTO access_standin ({columns}) VALUES (%s, %s, %s, %s, %s, %s)"
        assert refused(statement, row) == "administrator_stand_in"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE access_appointment SET role = 'chief'", "appointment_kept"),
        ("UPDATE access_appointment SET valid_from = '2001-01-01'", "appointment_kept"),
        ("UPDATE access_appointment SET valid_to = '2030-01-01' WHERE valid_to IS NOT NULL", "appointment_kept"),
        ("UPDATE access_appointment SET valid_to = NULL WHERE valid_to IS NOT NULL", "appointment_kept"),
        ("DELETE FROM access_appointment", "appointment_kept"),
        ("UPDATE access_standin SET valid_to = '2030-01-01'", "stand_in_kept"),
        ("DELETE FROM access_standin", "stand_in_kept"),
        ("UPDATE access_user SET username = 'nobody'", "user_kept"),
        ("DELETE FROM access_user", "user_kept"),
        ("UPDATE organization_unitversion SET name = 'x'", "unit_version_kept"),
        ("UPDATE organization_unitversion SET basis_number = 'x'", "unit_version_kept"),
        ("DELETE FROM organization_unitversion", "unit_version_kept"),
        ("DELETE FROM organization_unit", "unit_kept"),
        ("UPDATE organization_unit SET code = 'x'", "unit_kept"),
    ],
)
def test_people_offices_and_institutions_are_history(statement: str, name: str) -> None:
    units = district()
    head, _ = appointed("head", "head", units["education"], until=NOW.date() + timedelta(days=9))
    access.stand_in(
        principal=head, deputy=person("deputy"), reason="出差", valid_from=NOW, valid_to=NOW + timedelta(days=1), actor=head, now=NOW
    )
    assert refused(statement) == name


def test_a_model_delete_is_refused_like_a_statement() -> None:
    units = district()
    user, row = appointed("head", "head", units["education"])
    victims: list[Model] = [row, Entry.objects.order_by("-id")[0]]
    for victim in victims:
        with pytest.raises(DatabaseError), transaction.atomic():
            victim.delete()
    assert user.appointments.count() == 1


def _drop() -> None:
    on = "" if connection.vendor == "sqlite" else " ON audit_entry"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS audit_chain{on}")


def _disable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_chain")


def _hollow_out() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_chain")
            cursor.execute("CREATE TRIGGER audit_chain BEFORE INSERT ON audit_entry WHEN 0 BEGIN SELECT RAISE(ABORT, 'audit_chain'); END")
        else:
            cursor.execute("CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")


@pytest.mark.parametrize("harm", [_drop, _hollow_out] if SQLITE else [_drop, _hollow_out, _disable])
def test_a_harmed_trigger_is_noticed_and_put_back(harm: Callable[[], None]) -> None:
    harm()
    assert triggers.missing() == ["audit_chain"]
    _drop()
    triggers.install("default", "audit")
    assert triggers.missing() == []


def test_a_refusal_is_read_from_a_check_constraint_too_and_from_nothing_else() -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        user = person("root")
        cursor.execute("UPDATE access_user SET is_superuser = %s WHERE id = %s", [True, user.pk])
    assert triggers.refusal(error.value) == "user_never_superuser"
    assert triggers.refusal(ValueError("not ours at all")) is None
