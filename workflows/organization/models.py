"""Institutions of the district: one identity per unit, its attributes as dated versions with their basis."""

from django.db import models
from django.db.models import F, Q

from workflows.organization.terms import Funding, Kind, Nature, PsuClass, Rank, System


class Unit(models.Model):
    """A unit's identity. Name, kind and parent repeat its version of today for lists; history is in `UnitVersion`."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, blank=True)
    initials = models.CharField(max_length=200, blank=True, db_index=True)
    kind = models.CharField(max_length=24, choices=Kind)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    sort = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["sort", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="unit_period_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitVersion(models.Model):
    """All attributes of a unit over one period, and the document that set them."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, blank=True)
    nature = models.CharField(max_length=16, choices=Nature)
    system = models.CharField(max_length=16, choices=System)
    kind = models.CharField(max_length=24, choices=Kind)
    rank = models.CharField(max_length=20, choices=Rank, default=Rank.NONE)
    psu_class = models.CharField(max_length=16, choices=PsuClass, blank=True)
    funding = models.CharField(max_length=16, choices=Funding, blank=True)
    parent = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sponsor = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    credit_code = models.CharField(max_length=18, blank=True)
    legal_representative = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    functions = models.TextField(blank=True)
    initials = models.CharField(max_length=200, blank=True, db_index=True)
    basis_number = models.CharField(max_length=80)
    basis_title = models.CharField(max_length=200, blank=True)
    basis_date = models.DateField(null=True, blank=True)
    basis_file = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["unit_id", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_version_starts_once"),
            models.UniqueConstraint(fields=["unit"], condition=Q(valid_to__isnull=True), name="unit_version_one_open"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="unit_version_period_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"
