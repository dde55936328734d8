from django.apps import AppConfig


class EstablishmentConfig(AppConfig):
    name = "workflows.establishment"
    label = "establishment"
