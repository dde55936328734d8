"""Work promised in a transaction and done after it."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One task to run after commit. `key` makes the promise unique, `done_at` is set in the task's own transaction.

    `tries` counts the messages the broker took; `given_up_at` says that so many were not enough and a person has to look.
    """

    key = models.CharField(max_length=120, unique=True)
    task = models.CharField(max_length=120)
    args = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["created_at"], condition=Q(done_at__isnull=True), name="outbox_open")]

    def __str__(self) -> str:
        return self.key
