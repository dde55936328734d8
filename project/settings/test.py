"""What the tests change: fast hashing, a file database so that threads can share it, messages kept in memory."""

from project.settings.base import DATABASES, VAR_DIR
from project.settings.embedded import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BLOB_DIR = VAR_DIR / "test-blobs"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # pytest-xdist appends its worker's name, so that each worker has a file of its own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    # The tests' files need not survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"]["init_command"].replace("FULL", "OFF")
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
AXES_ENABLED = True
