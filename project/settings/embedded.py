"""One machine, no server: SQLite and a broker of files under `var/`. The default for a first look and for the demo."""

from project.settings.base import *  # noqa: F403
from project.settings.base import VAR_DIR
from project.settings.environment import flag, kept_secret, text

DEBUG = False
# A database made by `make demo` stays the demo's, whichever command opens it.
DEMO = flag("DINGBIAN_DEMO", default=(VAR_DIR / "demo.json").exists())
SECRET_KEY = kept_secret(VAR_DIR / "secret-key")
ALLOWED_HOSTS = text("DINGBIAN_HOSTS", default="localhost,127.0.0.1,[::1]").split(",")
# The files are served as they lie, without a collecting step.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60
