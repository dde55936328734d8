from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "workflows.organization"
    label = "organization"
