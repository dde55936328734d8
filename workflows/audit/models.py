"""The decision log: one append-only hash chain per subject, and the log of who read what."""

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """This person did this act to this thing, from this to that, for this reason, at this time.

    `body` is the exact RFC 8785 text that was hashed; `hash` = SHA-256(prev ‖ body) in hexadecimal.
    The other columns repeat parts of the body so that entries can be found.
    """

    chain = models.CharField(max_length=80)
    n = models.PositiveIntegerField()
    prev = models.CharField(max_length=64)
    body = models.TextField()
    hash = models.CharField(max_length=64, unique=True)
    verb = models.CharField(max_length=80)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    in_name_of = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    unit_code = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chain", "n"], name="audit_chain_n")]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_at"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            models.Index(fields=["unit_code", "-id"], name="audit_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.n} {self.verb}"


class Reading(models.Model):
    """Somebody opened, printed or exported something. Written on its own, never part of a decision chain."""

    subject = models.CharField(max_length=80)
    what = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="reading_subject"),
            models.Index(fields=["user", "-id"], name="reading_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} {self.subject}"
