"""Messages to people inside the system: what happened to something they wait for."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One sentence for one person, about one subject (`case/18`)."""

    key = models.CharField(max_length=120, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    text = models.CharField(max_length=300)
    subject = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], condition=Q(read_at__isnull=True), name="notice_unread")]

    def __str__(self) -> str:
        return self.text
