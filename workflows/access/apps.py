from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "workflows.access"
    label = "access"
