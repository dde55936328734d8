"""The PostgreSQL roles: the application's role reads and writes rows and can take nothing back, even with SQL of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import conninfo

from workflows.lib import triggers

SETUP = settings.BASE_DIR / "project" / "setup"
# As the application, with every privilege it has: each of these must be refused.
HOSTILE = (
    "UPDATE audit_entry SET body = body",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry CASCADE",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TABLE audit_entry CASCADE",
    "DROP TRIGGER IF EXISTS audit_chain ON audit_entry",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (id int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "UPDATE establishment_transfer SET quantity = 1",
    "DELETE FROM establishment_transfer",
    "UPDATE cases_opinion SET text = ''",
    "DELETE FROM cases_case",
    "DELETE FROM access_user",
    "ALTER TABLE establishment_account DROP CONSTRAINT account_not_below_floor",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
)


def test_every_append_only_table_is_out_of_the_applications_reach() -> None:
    append_only = {trigger.table for trigger in triggers.registered() if trigger.name.endswith("append_only")}
    revoked = re.search(r"REVOKE UPDATE ON (.*?) FROM", (SETUP / "grants.sql").read_text(), re.DOTALL).group(1)
    assert append_only == {name.strip() for name in revoked.split(",")}


def test_the_sql_can_be_had_without_the_application() -> None:
    shown = subprocess.run(["make", "-s", "roles"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert shown == (SETUP / "roles.sql").read_text()


UNIT = """INSERT INTO organization_unit (code, name, short_name, initials, kind, sort, valid_from)
          VALUES ('a', '甲', '', '', 'department', 0, '2026-01-01')"""


class Office:
    """A database made as `docs/operations.md` says, under names of its own."""

    def __init__(self) -> None:
        given, mark = connection.settings_dict, uuid4().hex[:8]
        self.names = {"owner": f"owner_{mark}", "app": f"app_{mark}", "database": f"office_{mark}"}
        self.place = {"host": given["HOST"] or "localhost", "port": str(given["PORT"] or 5432)}
        self.superuser = {**self.place, "user": given["USER"], "password": given["PASSWORD"] or "", "dbname": "postgres"}

    def url(self, role: str, password: str) -> str:
        """DATABASE_URL of one of the two roles."""
        return f"postgres://{self.names[role]}:{password}@{self.place['host']}:{self.place['port']}/{self.names['database']}"

    def make(self) -> None:
        """Roles, migrations, grants."""
        self._psql("roles.sql", {**self.names, "owner_password": "one", "app_password": "two"}, conninfo.make_conninfo(**self.superuser))
        owner = {**os.environ, "DATABASE_URL": self.url("owner", "one"), "DJANGO_SETTINGS_MODULE": "project.settings.embedded"}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=settings.BASE_DIR, env=owner, check=True)
        self._psql("grants.sql", {"app": self.names["app"]}, self.url("owner", "one"))

    def unmake(self) -> None:
        """Leave the server as it was."""
        with psycopg.connect(**self.superuser, autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {self.names['database']} WITH (FORCE)")
            link.execute(f"DROP ROLE IF EXISTS {self.names['app']}")
            link.execute(f"DROP ROLE IF EXISTS {self.names['owner']}")

    def _psql(self, script: str, variables: dict[str, str], target: str) -> None:
        given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        subprocess.run(["psql", "-q", *given, "-f", str(SETUP / script), target], check=True)


if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):

    @pytest.fixture
    def office(db: None) -> Iterator[Office]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone()[0], "the roles are made by a superuser: let DATABASE_URL name one"
        made = Office()
        try:
            made.make()
            yield made
        finally:
            made.unmake()

    @pytest.mark.slow
    def test_the_application_works_and_can_take_nothing_back(office: Office) -> None:
        with psycopg.connect(office.url("app", "two"), autocommit=True) as link:
            link.execute("SELECT count(*) FROM audit_entry")
            link.execute(UNIT)
            assert [statement for statement in HOSTILE if _succeeds(link, statement)] == []

    def _succeeds(link: psycopg.Connection, statement: str) -> bool:
        try:
            link.execute(statement)
        except psycopg.Error:
            return False
        return True
