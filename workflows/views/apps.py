from django.apps import AppConfig


class ViewsConfig(AppConfig):
    name = "workflows.views"
    label = "views"
