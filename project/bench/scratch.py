"""A database of its own for the measurements, made from migrations and thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from project.settings.environment import folder


@contextmanager
def database() -> Iterator[None]:
    """Create, use, destroy; files go to a folder of their own too."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(folder(settings.VAR_DIR / "bench") / "bench.sqlite3")
    settings.BLOB_DIR = folder(settings.VAR_DIR / "bench" / "blobs")
    settings.CELERY_BROKER_URL = "memory://"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
