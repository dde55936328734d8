from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "workflows.documents"
    label = "documents"

    def ready(self) -> None:
        """Register what the database keeps by itself."""
        from workflows.documents import triggers as own
        from workflows.lib import triggers

        triggers.register(self, own.TRIGGERS)
