"""The Celery app: settings under the `CELERY_` prefix, the tasks are found by `project.apps` once all rooms stand."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.embedded")

# A first look may be taken as root; in an office the service manager names the user.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("dingbian")
app.config_from_object("django.conf:settings", namespace="CELERY")
