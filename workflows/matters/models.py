"""The catalogue of matters and what decides about them: bodies, authority table, time limits, calendar."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflows.organization.models import Unit


class Matter(models.Model):
    """事项: one kind of request (DOMAIN §3), with the flow that carries it and the room that knows its rules."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    room = models.CharField(max_length=20)
    flow = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    sort = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort", "code"]

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """材料: a document a matter asks for."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="materials")
    code = models.SlugField(max_length=32)
    name = models.CharField(max_length=80)
    required = models.BooleanField(default=True)
    hint = models.CharField(max_length=200, blank=True)
    article = models.CharField(max_length=120, blank=True)
    sort = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort", "id"]
        constraints = [models.UniqueConstraint(fields=["matter", "code"], name="material_once")]

    def __str__(self) -> str:
        return self.name


class Body(models.Model):
    """审议决定机构: who decides, with its quorum and majority as exact fractions (never percentages)."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="bodies")
    external = models.BooleanField(default=False)
    session_label = models.CharField(max_length=40, default="")
    members = models.PositiveIntegerField(default=0)
    quorum_numerator = models.PositiveIntegerField(default=2)
    quorum_denominator = models.PositiveIntegerField(default=3)
    majority_numerator = models.PositiveIntegerField(default=1)
    majority_denominator = models.PositiveIntegerField(default=2)
    majority_strict = models.BooleanField(default=True)
    majority_of = models.CharField(max_length=10, choices=[("entitled", _("应到")), ("present", _("实到"))], default="entitled")
    article = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quorum_denominator__gt=0) & Q(majority_denominator__gt=0), name="body_fractions_defined"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorityRule(models.Model):
    """审批权限: under these conditions these bodies decide in this order, these units are consulted, this office signs.

    `conditions` is a list of `[fact, operator, value]`; all must hold. `bodies` and `consult` are lists of codes. `panel` says
    how the consulted units decide (`workflows.matters.voting`); empty: their opinions are heard and decide nothing.
    """

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="rules")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    conditions = models.JSONField(default=list, blank=True)
    section = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    bodies = models.JSONField(default=list)
    consult = models.JSONField(default=list, blank=True)
    panel = models.JSONField(default=dict, blank=True)
    signatory = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number", "valid_from"], name="authority_rule_once"),
            models.UniqueConstraint(fields=["number"], condition=Q(valid_to__isnull=True), name="authority_rule_one_open"),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="authority_rule_period"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class TimeLimit(models.Model):
    """时限: working days for a node of a flow (`accept`, `countersign` …) or for the whole case (`case`)."""

    key = models.SlugField(max_length=32)
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="limits")
    days = models.PositiveIntegerField()
    basis = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["key", "id"]
        constraints = [models.UniqueConstraint(fields=["key", "matter"], name="time_limit_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.key} {self.days}"


class CalendarDay(models.Model):
    """A day on which the office departs from the State calendar it was shipped with."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    name = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.working}"
