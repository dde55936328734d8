"""One machine, no server: SQLite and a broker of files under `var/`. The default for a first look and for the demo."""

from project.settings.base import *  # noqa: F403

DEBUG = False
SECRET_KEY = "for-embedded-use-only"  # replaced by a generated key under var/
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
