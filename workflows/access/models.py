"""Who people are and which offices they hold: users, appointments, stand-ins."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflows.access.roles import ROLE_CHOICES
from workflows.organization.models import Unit


class User(AbstractUser):
    """A person's account. Deactivated, never deleted; what a person may do is in the appointments alone."""

    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=40)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """A person holds a role at a unit for a period, by a document. Ended, never deleted.

    `valid_from`/`valid_to` say when the office was held; `recorded_at`/`ended_at` when the system learned of it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments")
    title = models.CharField(max_length=60, blank=True)
    basis = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["unit_id", "role", "valid_from"]
        indexes = [models.Index(fields=["role", "unit"], name="appointment_role_unit")]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "unit"], condition=Q(valid_to__isnull=True), name="appointment_open_once"),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="appointment_period"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}@{self.unit_id}"


class StandIn(models.Model):
    """代理授权: for a period the deputy acts in the principal's name; half-open, revocable, never transitive."""

    principal = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stand_ins_given")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stand_ins_held")
    reason = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    recorded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="stand_in_period_not_empty"),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="stand_in_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.principal_id}"


class PasswordHistory(models.Model):
    """Hashes of earlier passwords, so that none of the last five returns."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=256)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at}"
