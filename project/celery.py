"""The Celery app: settings under the `CELERY_` prefix, the tasks are found by `project.apps` once all rooms stand."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.embedded")

app = Celery("dingbian")
app.config_from_object("django.conf:settings", namespace="CELERY")
