from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "workflows.outbox"
    label = "outbox"
