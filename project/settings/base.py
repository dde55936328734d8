"""Settings common to every installation. What differs is read from the environment; everything written goes under `var/`."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
import django_htmx
from celery.schedules import crontab
from csp.constants import NONE, SELF

from project.settings.environment import flag, folder, number, text

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = folder(Path(os.environ.get("DINGBIAN_VAR") or BASE_DIR / "var").resolve())
VERSION = "0.1.0"

DEMO = flag("DINGBIAN_DEMO", default=False)
DISTRICT_NAME = text("DINGBIAN_DISTRICT", default="示例区")

AUTH_USER_MODEL = "access.User"
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "project",
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

# Every page asks for a signed-in person; the few that do not say so themselves (`login_not_required`).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "project.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "workflows.views.middleware.SignedIn",
    "project.idle.IdleMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "workflows.views.middleware.AtWork",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.static",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workflows.views.context.shell",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
_DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE makes every atomic block a write lock: without it writers die with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
    }
else:
    # A writer waits for another, but not for ever: past this the person is told to try again.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"

# SQLite has no NULLS NOT DISTINCT; the one table that asks for it has a second, partial constraint that both know.
SILENCED_SYSTEM_CHECKS = ["models.W047"]

# --- People ---------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "login"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Length, classes and reuse are rules of the access room; the list of common passwords is Django's.
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}]
# `dengbao3` asks for character classes and a periodic change, as GB/T 22239 does; `asvs` for neither.
PASSWORD_PROFILE = text("DINGBIAN_PASSWORD_PROFILE", default="dengbao3")
PASSWORD_DAYS = number("DINGBIAN_PASSWORD_DAYS", default=90)

# Counted per account and address, so that one bad neighbour behind a gateway does not lock out the office.
AXES_FAILURE_LIMIT = number("DINGBIAN_LOGIN_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=number("DINGBIAN_LOGIN_COOLOFF_MINUTES", default=30))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "workflows.views.account.locked_out"

# --- Sessions -------------------------------------------------------------------------------------------------------
SESSION_COOKIE_AGE = 60 * number("DINGBIAN_IDLE_MINUTES", default=30)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "dingbian"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "workflows.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Files ----------------------------------------------------------------------------------------------------------
BLOB_DIR = VAR_DIR / "blobs"
FILE_UPLOAD_TEMP_DIR = folder(VAR_DIR / "tmp")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FRONTEND_DIR = Path(os.environ.get("DINGBIAN_FRONTEND") or VAR_DIR / "frontend")
if not FRONTEND_DIR.exists() and (BASE_DIR / "var" / "frontend").exists():
    FRONTEND_DIR = BASE_DIR / "var" / "frontend"
STATIC_URL = "/static/"
STATIC_ROOT = folder(VAR_DIR / "static")
# Named one by one: what other apps bring along (viewflow's own screens) is neither used nor served.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STATICFILES_DIRS = [
    ("django_htmx", Path(django_htmx.__file__).parent / "static" / "django_htmx"),
    ("dingbian", BASE_DIR / "project" / "frontend" / "assets"),
    ("bootstrap", folder(FRONTEND_DIR / "node_modules" / "bootstrap" / "dist")),
]

# --- What a browser may do with our pages: only what we serve ourselves ----------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap's own stylesheet draws its small icons as data.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# --- Work after commit ----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = text("CELERY_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(folder(VAR_DIR / "broker" / "queue")),
        "data_folder_out": str(folder(VAR_DIR / "broker" / "queue")),
        "processed_folder": str(folder(VAR_DIR / "broker" / "processed")),
        "control_folder": str(folder(VAR_DIR / "broker" / "control")),
        "store_processed": False,
        "polling_interval": 0.02,
    }
else:
    # Redis hands a lost worker's message to another after this many seconds; a paper takes a few.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# An act never waits for the broker: what cannot be sent at once is sent by the sweep.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(folder(VAR_DIR / "beat") / "schedule")
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "outbox.sweep", "schedule": 60.0},
    # Shortly after the district's midnight: versions and offices that begin or end with the new day.
    "organization-refresh": {"task": "organization.refresh", "schedule": crontab(minute=5, hour=0)},
    "access-reconcile": {"task": "access.reconcile", "schedule": crontab(minute=10, hour=0)},
    # Before the morning's and the afternoon's work: what falls due today, what is overdue. Each is said once a day.
    "cases-clock": {"task": "cases.clock", "schedule": crontab(minute=0, hour="8,14")},
    # Decisions that take effect on this day.
    "staffing-post-due": {"task": "staffing.post_due", "schedule": crontab(minute=15, hour=0)},
}

# --- Health: how old promised work may grow before `/healthz` calls it ill, seconds -----------------------------------
OUTBOX_LAG_LIMIT = number("DINGBIAN_OUTBOX_LAG_LIMIT", default=600)

# --- Log ------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("DINGBIAN_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # WeasyPrint and fontTools report every odd glyph as a warning.
        "fontTools": {"level": "ERROR"},
        # Four lines for every login; failures and lockouts are warnings.
        "axes": {"level": "WARNING"},
        # A broker of files has no host name.
        "kombu.connection": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
