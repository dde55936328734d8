"""A case, its frozen versions with their files, its rounds, and the stretches in which its clock stands still."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Process

from workflows.access.models import User
from workflows.cases.terms import Stage, State
from workflows.matters.models import AuthorityRule, Material, Matter
from workflows.organization.models import Unit


class Case(models.Model):
    """办件. The viewflow process carries engine state only; every fact lives here."""

    process = models.OneToOneField(Process, on_delete=models.PROTECT, related_name="case")
    number = models.CharField(max_length=24, unique=True, null=True)  # noqa: DJ001 - unique among the numbered, none for a draft
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="cases")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=200)
    search = models.TextField(blank=True)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.PROPOSE)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    node = models.CharField(max_length=40, default="draft")
    route = models.JSONField(null=True)
    rule = models.ForeignKey(AuthorityRule, null=True, on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    body_index = models.PositiveSmallIntegerField(default=0)
    deadline = models.DateField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    copied_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit", "-id"], name="case_unit"),
            models.Index(fields=["state", "-id"], name="case_state"),
            models.Index(fields=["stage", "-id"], condition=Q(closed_at__isnull=True), name="case_open_stage"),
            models.Index(fields=["matter", "-id"], name="case_matter"),
        ]

    def __str__(self) -> str:
        return self.number or self.title

    @property
    def subject(self) -> str:
        """The name lower rooms know this case by."""
        return f"case/{self.pk}"


class CaseVersion(models.Model):
    """What is asked (`side` unit) or proposed (`side` office), frozen with its digest once somebody acts on it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField()
    side = models.CharField(max_length=6, choices=[("unit", _("申请")), ("office", _("拟核定"))])
    payload = models.TextField()
    digest = models.CharField(max_length=64, blank=True)
    saves = models.PositiveIntegerField(default=0)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case_id", "n"]
        constraints = [
            models.UniqueConstraint(fields=["case", "n"], name="case_version_once"),
            models.CheckConstraint(condition=Q(frozen_at__isnull=True) | ~Q(digest=""), name="case_version_frozen_with_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.n}"


class Attachment(models.Model):
    """A file as one version holds it; the bytes are stored once under their SHA-256."""

    version = models.ForeignKey(CaseVersion, on_delete=models.PROTECT, related_name="attachments")
    material = models.ForeignKey(Material, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=100)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Round(models.Model):
    """轮次: from one submission by the unit to the next."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rounds")
    n = models.PositiveIntegerField()
    mode = models.CharField(max_length=6, choices=[("first", _("首次")), ("rerun", _("重走")), ("direct", _("直达"))])
    version = models.ForeignKey(CaseVersion, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        ordering = ["case_id", "n"]
        constraints = [models.UniqueConstraint(fields=["case", "n"], name="round_once")]

    def __str__(self) -> str:
        return f"{self.case_id} r{self.n}"


class Suspension(models.Model):
    """停计: a stretch in which the clock stands still (补正, 挂起)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions")
    kind = models.CharField(max_length=12, choices=[("supplement", _("补正")), ("suspend", _("挂起"))])
    reason = models.TextField(blank=True)
    defects = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="suspension_one_open")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Counter(models.Model):
    """The last case number of a year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
