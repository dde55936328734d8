from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "workflows.audit"
    label = "audit"
