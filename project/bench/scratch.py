"""A database of its own for the measurements, made from migrations and thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from project.celery import app
from project.settings.environment import folder


@contextmanager
def database() -> Iterator[None]:
    """Create, use, destroy; files go to a folder of their own too."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(folder(settings.VAR_DIR / "bench") / "bench.sqlite3")
    settings.BLOB_DIR = folder(settings.VAR_DIR / "bench" / "blobs")
    # The embedded broker, in folders of its own: an act's message is really written, and no worker of anybody's takes it.
    messages = str(folder(settings.VAR_DIR / "bench" / "broker"))
    app.conf.broker_url = "filesystem://"
    app.conf.broker_transport_options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": f"{messages}/control"}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
