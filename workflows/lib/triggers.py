"""Database triggers as code beside the models they protect: registered here, installed after migrate.

They are not migrations: on SQLite a later `AlterField` rebuilds the table and silently drops them. A refusal carries
the trigger's name on both databases, and `refusal` reads it back from whatever the driver raised.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

_NAME = re.compile(r"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER (\w+)", re.IGNORECASE)
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"TRIGGER (\w+) .*EXECUTE FUNCTION (\w+)\(\)", re.IGNORECASE | re.DOTALL)
_REGISTRY: dict[str, list["Trigger"]] = {}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One rule the database keeps by itself: `name` is what a refusal says, the rest are complete statements."""

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]

    def statements(self, vendor: str) -> tuple[str, ...]:
        """The statements for `connection.vendor`."""
        return self.sqlite if vendor == "sqlite" else self.postgresql


def register(app: AppConfig, triggers: Iterable[Trigger]) -> None:
    """Install `triggers` after every migrate of `app`; call from `AppConfig.ready`."""
    _REGISTRY[app.label] = list(triggers)
    pre_migrate.connect(_before, sender=app, dispatch_uid=f"triggers-{app.label}")
    post_migrate.connect(_after, sender=app, dispatch_uid=f"triggers-{app.label}")


def registered() -> list[Trigger]:
    """Every registered trigger, room by room."""
    return [trigger for triggers in _REGISTRY.values() for trigger in triggers]


def install(using: str, app_label: str | None = None) -> None:
    """Create or replace the triggers of one room, or of all, on the tables there are: a migrate may stop half-way up the tower."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            drop(using, app_label)
        tables = set(connection.introspection.table_names(cursor))
        for trigger in _chosen(app_label):
            for statement in trigger.statements(connection.vendor) if trigger.table in tables else ():
                cursor.execute(statement)


def drop(using: str, app_label: str | None = None) -> None:
    """Remove the triggers (SQLite before a table rebuild; tests before a flush)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in _chosen(app_label):
            on = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
            for name in _names(trigger, connection.vendor):
                if trigger.table in tables:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """Names of registered triggers the database does not have as registered: dropped, disabled, or with another body."""
    connection = connections[using]
    present = _present_sqlite(using) if connection.vendor == "sqlite" else _present_postgresql(using)
    wanted = {name: body for trigger in registered() for name, body in _bodies(trigger, connection.vendor).items()}
    return [name for name, body in wanted.items() if present.get(name) != body]


def refusal(error: BaseException) -> str | None:
    """The name of the trigger or constraint that refused, whichever driver raised `error`; None if it was neither."""
    cause = error.__cause__ or error
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name
    text = str(cause)
    check = re.match(r"CHECK constraint failed: (\w+)", text)
    if check:
        return check.group(1)
    return text if re.fullmatch(r"\w+", text) else None


def append_only(table: str, *, name: str | None = None, unique: tuple[str, ...] = ("id",)) -> Trigger:
    """A table whose rows never change or go. `unique` lists the keys by which SQLite's REPLACE could displace a row."""
    return kept(table, name=name or f"{table}_append_only", unique=unique, frozen=None)


def kept(table: str, *, name: str, unique: tuple[str, ...] = ("id",), frozen: tuple[str, ...] | None = (), never: str = "") -> Trigger:
    """A table whose rows never go, and whose `frozen` columns never change (None: no column does).

    `never` is a further condition over OLD and NEW that no update may meet, in words both databases know. Each of `unique` is
    `column+column`, or a condition of its own over NEW, by which SQLite's REPLACE could displace a row.
    """
    clash = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in unique)  # noqa: S608 - names from our own models
    changes = (
        None if frozen is None else [f"OLD.{column} {{differs}} NEW.{column}" for column in frozen] + ([f"({never})"] if never else [])
    )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    execute = f"EXECUTE FUNCTION {name}()"
    sqlite = [
        f"CREATE TRIGGER {name}_d BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {name}_i BEFORE INSERT ON {table} WHEN {clash} {refuse}",
    ]
    postgresql = [
        refuse_function(name),
        f"CREATE OR REPLACE TRIGGER {name}_d BEFORE DELETE ON {table} FOR EACH ROW {execute}",
        f"CREATE OR REPLACE TRIGGER {name}_t BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {execute}",
    ]
    if changes is None or changes:
        change = " OR ".join(changes or ())
        when = f"WHEN {change} " if changes else ""
        sqlite.append(f"CREATE TRIGGER {name}_u BEFORE UPDATE ON {table} {when.format(differs='IS NOT')}{refuse}")
        when = f"WHEN ({change}) " if changes else ""
        update = f"CREATE OR REPLACE TRIGGER {name}_u BEFORE UPDATE ON {table} FOR EACH ROW "
        postgresql.append(f"{update}{when.format(differs='IS DISTINCT FROM')}{execute}")
    return Trigger(name=name, table=table, sqlite=tuple(sqlite), postgresql=tuple(postgresql))


def rule(name: str, table: str, event: str, sqlite: str, postgresql: str | None = None) -> Trigger:
    """Refuse `event` (BEFORE INSERT, UPDATE or DELETE of a row) when the condition, over NEW and OLD, is true."""
    row = "OLD" if event == "DELETE" else "NEW"
    return Trigger(
        name=name,
        table=table,
        sqlite=(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {sqlite} BEGIN SELECT RAISE(ABORT, '{name}'); END",),
        postgresql=(
            f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ({postgresql or sqlite}) THEN
            RAISE EXCEPTION '{name}' USING ERRCODE = '23514', CONSTRAINT = '{name}'; END IF; RETURN {row}; END $$""",
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


def refuse_function(label: str) -> str:
    """PL/pgSQL function `label()` that refuses, naming itself."""
    return (
        f"CREATE OR REPLACE FUNCTION {label}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{label}' USING ERRCODE = '23514', CONSTRAINT = '{label}'; END $$"
    )


def _same(key: str) -> str:
    return key if "NEW." in key else " AND ".join(f"{column} = NEW.{column}" for column in key.split("+"))


def _chosen(app_label: str | None) -> list[Trigger]:
    return registered() if app_label is None else _REGISTRY.get(app_label, [])


def _names(trigger: Trigger, vendor: str) -> list[str]:
    return [match for statement in trigger.statements(vendor) for match in _NAME.findall(statement)]


def _bodies(trigger: Trigger, vendor: str) -> dict[str, str]:
    """Trigger name → what the database should say of it: the statement on SQLite, the function's body on PostgreSQL."""
    statements = trigger.statements(vendor)
    if vendor == "sqlite":
        return {name: statement for statement in statements for name in _NAME.findall(statement)}
    functions = {name: body for statement in statements for name, body in _FUNCTION.findall(statement)}
    calls = {name: call for statement in statements for name, call in _CALL.findall(statement)}
    return {name: functions.get(call, "") for name, call in calls.items()}


def _present_sqlite(using: str) -> dict[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _present_postgresql(using: str) -> dict[str, str]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        return dict(cursor.fetchall())


def _before(sender: AppConfig, using: str, **_: Any) -> None:
    if connections[using].vendor == "sqlite":
        drop(using, sender.label)


def _after(sender: AppConfig, using: str, **_: Any) -> None:
    install(using, sender.label)
