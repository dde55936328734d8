from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "workflows.matters"
    label = "matters"
