"""Settings common to every installation. What differs is read from the environment; everything written goes under `var/`."""

import os
from pathlib import Path

import dj_database_url

from project.settings.environment import flag, text

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("DINGBIAN_VAR", BASE_DIR / "var"))
VERSION = "0.1.0"

DEMO = flag("DINGBIAN_DEMO", default=False)
DISTRICT_NAME = text("DINGBIAN_DISTRICT", default="示例区")

AUTH_USER_MODEL = "access.User"
ROOT_URLCONF = "project.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "viewflow",
    "viewflow.workflow",
    "guardian",
    "axes",
    "csp",
    "django_htmx",
    "workflows.audit",
    "workflows.outbox",
    "workflows.organization",
    "workflows.access",
    "workflows.matters",
    "workflows.establishment",
    "workflows.documents",
    "workflows.notices",
    "workflows.cases",
    "workflows.flows",
    "workflows.views",
]

DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=60)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE makes every atomic block a write lock: without it writers die with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
    }

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

BLOB_DIR = VAR_DIR / "blobs"
