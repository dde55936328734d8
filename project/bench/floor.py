"""The SQL floor: the least that makes one step durable — update the state, insert the history — on a bare connection."""

import sqlite3
from collections.abc import Callable
from typing import Any, Self

import psycopg
from django.db import connection

from project.bench.measure import timed

STEPS = 5
_TABLES = (
    "CREATE TABLE IF NOT EXISTS bench_case (id bigint PRIMARY KEY, state text NOT NULL, step integer NOT NULL, moved_at text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS bench_history
       (case_id bigint NOT NULL, step integer NOT NULL, actor bigint NOT NULL, opinion text NOT NULL, at text NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS bench_history_case ON bench_history (case_id)",
)


class Floor:
    """Two statements per step in one transaction, on the same database as everybody else."""

    def __init__(self) -> None:
        self.last = 0
        self.postgresql = connection.vendor == "postgresql"
        self.link = _postgresql() if self.postgresql else _sqlite()
        for statement in _TABLES:
            self.link.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def case(self) -> list[float]:
        """One case of five steps; seconds per step."""
        self.last += 1
        mark = "%s" if self.postgresql else "?"
        self._in_transaction(lambda: self.link.execute(f"INSERT INTO bench_case VALUES ({mark}, 'new', 0, '')", (self.last,)))
        return [timed(lambda step=step: self._in_transaction(lambda: self._step(mark, step))) for step in range(1, STEPS + 1)]

    def _step(self, mark: str, step: int) -> None:
        self.link.execute(
            f"UPDATE bench_case SET state = 'open', step = {mark}, moved_at = {mark} WHERE id = {mark}",
            (step, "2026-11-20T09:00:00", self.last),
        )
        self.link.execute(
            f"INSERT INTO bench_history VALUES ({mark}, {mark}, {mark}, {mark}, {mark})",
            (self.last, step, 1, "同意，按程序办理。", "2026-11-20T09:00:00"),
        )

    def _in_transaction(self, work: Callable[[], Any]) -> None:
        self.link.execute("BEGIN" if self.postgresql else "BEGIN IMMEDIATE")
        work()
        self.link.execute("COMMIT")


def _postgresql() -> psycopg.Connection:
    given = connection.get_connection_params()
    wanted = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    return psycopg.connect(**wanted, autocommit=True, prepare_threshold=0)


def _sqlite() -> sqlite3.Connection:
    link = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=20)
    link.execute("PRAGMA journal_mode=WAL")
    link.execute("PRAGMA synchronous=FULL")
    return link
