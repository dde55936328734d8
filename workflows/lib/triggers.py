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
    """Create or replace the triggers of one room, or of all."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            drop(using, app_label)
        for trigger in _chosen(app_label):
            for statement in trigger.statements(connection.vendor):
                cursor.execute(statement)


def drop(using: str, app_label: str | None = None) -> None:
    """Remove the triggers (SQLite before a table rebuild; tests before a flush)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for trigger in _chosen(app_label):
            for name in _names(trigger, connection.vendor):
                on = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
                if trigger.table in connection.introspection.table_names(cursor):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """Names of registered triggers that the database does not have (or, on PostgreSQL, has disabled)."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [name for trigger in registered() for name in _names(trigger, connection.vendor) if name not in present]


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
    label = name or f"{table}_append_only"
    clash = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in unique)
    return Trigger(
        name=label,
        table=table,
        sqlite=(
            f"CREATE TRIGGER {label}_u BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{label}'); END",
            f"CREATE TRIGGER {label}_d BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{label}'); END",
            f"CREATE TRIGGER {label}_i BEFORE INSERT ON {table} WHEN {clash} BEGIN SELECT RAISE(ABORT, '{label}'); END",
        ),
        postgresql=(
            refuse_function(label),
            f"CREATE OR REPLACE TRIGGER {label}_r BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {label}()",
            f"CREATE OR REPLACE TRIGGER {label}_t BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {label}()",
        ),
    )


def refuse_function(label: str) -> str:
    """PL/pgSQL function `label()` that refuses, naming itself."""
    return (
        f"CREATE OR REPLACE FUNCTION {label}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{label}' USING ERRCODE = '23514', CONSTRAINT = '{label}'; END $$"
    )


def _same(key: str) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key.split("+"))


def _chosen(app_label: str | None) -> list[Trigger]:
    return registered() if app_label is None else _REGISTRY.get(app_label, [])


def _names(trigger: Trigger, vendor: str) -> list[str]:
    return [match for statement in trigger.statements(vendor) for match in _NAME.findall(statement)]


def _before(sender: AppConfig, using: str, **_: Any) -> None:
    if connections[using].vendor == "sqlite":
        drop(using, sender.label)


def _after(sender: AppConfig, using: str, **_: Any) -> None:
    install(using, sender.label)
