from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "workflows.flows"
    label = "flows"
