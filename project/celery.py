"""The Celery app: settings under the `CELERY_` prefix, tasks from every room's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.embedded")

app = Celery("dingbian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
