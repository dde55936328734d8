"""An office in earnest: PostgreSQL, Redis, HTTPS. Every secret and address must be given; nothing is guessed."""

from project.settings.base import *  # noqa: F403
from project.settings.environment import flag, number, text

DEBUG = False
DEMO = False
SECRET_KEY = text("DINGBIAN_SECRET_KEY")
ALLOWED_HOSTS = text("DINGBIAN_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]
text("DATABASE_URL")
text("CELERY_BROKER_URL")

SECURE_SSL_REDIRECT = flag("DINGBIAN_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = number("DINGBIAN_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# The web server in front adds the caller's address to the right of X-Forwarded-For; lockout counts that one.
AXES_IPWARE_PROXY_COUNT = number("DINGBIAN_PROXIES", default=1)
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"]
AXES_IPWARE_PROXY_ORDER = "right-most"

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
