"""Database and files into one archive, and out of it again, on both databases.

The database is copied first and the files after it: a file is stored under its own digest before any row names it and
never changes, so the archive always holds every file its rows name.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

_MANIFEST = "manifest.json"
_DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class NotRestorable(Exception):
    """The archive does not fit this installation, or would overwrite one that is in use."""


def save(archive: Path, *, now: datetime) -> dict[str, Any]:
    """Write `archive` (.tar.gz), whole or not at all; returns what its manifest says."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as directory:
        database = Path(directory) / _DATABASE[connection.vendor]
        _dump(database)
        files = sorted(path for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()) if Path(settings.BLOB_DIR).exists() else []
        manifest = {"version": settings.VERSION, "vendor": connection.vendor, "made_at": now.isoformat(), "files": len(files)}
        unfinished = archive.with_suffix(".part")
        with tarfile.open(unfinished, "w:gz", compresslevel=3) as tar:
            _add_text(tar, _MANIFEST, json.dumps(manifest))
            tar.add(database, database.name)
            for path in files:
                tar.add(path, f"blobs/{path.relative_to(settings.BLOB_DIR)}")
        unfinished.replace(archive)
    return manifest


def load(archive: Path, *, replace: bool) -> dict[str, Any]:
    """Put back what `archive` holds.

    :raises NotRestorable: the archive is of the other database, or this one holds accounts and `replace` was not said.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as directory:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(directory, filter="data")
        manifest = json.loads((Path(directory) / _MANIFEST).read_text())
        if manifest["vendor"] != connection.vendor:
            raise NotRestorable(f"{archive} was made on {manifest['vendor']}; this installation runs on {connection.vendor}.")
        if _in_use() and not replace:
            raise NotRestorable("This database holds accounts. Say --replace to put the archive in its place.")
        _undump(Path(directory) / _DATABASE[connection.vendor])
        blobs = Path(directory) / "blobs"
        if blobs.exists():
            shutil.copytree(blobs, settings.BLOB_DIR, dirs_exist_ok=True)
    return manifest


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(_database()["NAME"])) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={target}", _database()["NAME"])


def _undump(source: Path) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        # Through SQLite's own copying, so that an open write-ahead log of the old database cannot leak into the new.
        with closing(sqlite3.connect(source)) as copy, closing(sqlite3.connect(_database()["NAME"])) as target:
            copy.backup(target)
        return
    name = f"--dbname={_database()['NAME']}"
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        name,
        str(source),
    )


def _database() -> Mapping[str, Any]:
    return connection.settings_dict


def _run(program: str, *arguments: str) -> None:
    """Run a PostgreSQL client; the password goes through the environment, not the command line."""
    database = _database()
    secrets = {"PGHOST": database["HOST"], "PGPORT": str(database["PORT"]), "PGUSER": database["USER"], "PGPASSWORD": database["PASSWORD"]}
    environment = {**os.environ, **{name: value for name, value in secrets.items() if value}}
    subprocess.run([program, *arguments], env=environment, check=True)  # noqa: S603 - fixed programs


def _in_use() -> bool:
    with connection.cursor() as cursor:
        if "access_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT count(*) FROM access_user")
        return cursor.fetchone()[0] > 0


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    tar.addfile(entry, io.BytesIO(text.encode()))
