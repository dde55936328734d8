"""Who has to do what on a case and what was said: assignments, opinions, returns, duties that exclude one another."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Task

from workflows.access.models import Appointment, User
from workflows.access.roles import ROLE_CHOICES
from workflows.cases.models.cases import Case, CaseVersion, Round
from workflows.cases.terms import Duty
from workflows.organization.models import Unit

# Assignments that stand beside a task's own: they speak, the engine waits for the holder.
HELPERS = Q(via__in=["delegate", "before", "after"])


class Assignment(models.Model):
    """One opening of one node for one office: our own work-list row, written in the transaction that opened the task."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments")
    node = models.CharField(max_length=40)
    duty = models.CharField(max_length=12, choices=Duty)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")
    pass_no = models.PositiveIntegerField(default=1)
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    assignee = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="assignments")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    via = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("transfer", _("转办")),
            ("delegate", _("委派")),
            ("before", _("前加签")),
            ("after", _("后加签")),
            ("parallel", _("并加签")),
        ],
    )
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    request = models.TextField(blank=True)
    due = models.DateField(null=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_as = models.CharField(
        max_length=16,
        blank=True,
        choices=[
            ("done", _("已办")),
            ("void_by_return", _("因退回失效")),
            ("withdrawn", _("已撤回")),
            ("transferred", _("已转办")),
            ("cancelled", _("已取消")),
        ],
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            # One holder of a task at a time; delegates and added signers stand beside him, each once.
            models.UniqueConstraint(fields=["task"], condition=Q(closed_at__isnull=True) & ~HELPERS, name="assignment_open_once"),
            models.UniqueConstraint(
                fields=["task", "assignee"], condition=Q(closed_at__isnull=True) & HELPERS, name="assignment_helper_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_as="") | (Q(closed_at__isnull=False) & ~Q(closed_as="")),
                name="assignment_closed_as",
            ),
        ]
        indexes = [
            models.Index(fields=["role", "unit", "due", "id"], condition=Q(closed_at__isnull=True), name="assignment_open_office"),
            models.Index(fields=["assignee", "due", "id"], condition=Q(closed_at__isnull=True), name="assignment_open_person"),
            models.Index(fields=["closed_by", "-closed_at"], name="assignment_done_by"),
            models.Index(fields=["case", "node", "id"], name="assignment_case_node"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.node} {self.role}@{self.unit_id}"


class Opinion(models.Model):
    """意见: what a person said on one assignment, about exactly which content. Append-only."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="opinion")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="opinions")
    in_name_of = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    recorded_from_paper = models.CharField(max_length=64, blank=True)
    signed_by = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    version = models.ForeignKey(CaseVersion, on_delete=models.PROTECT, related_name="opinions")
    digest = models.CharField(max_length=64)
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            # An act recorded from paper names who signed it and carries the scan; any other act carries neither.
            models.CheckConstraint(
                condition=Q(recorded_from_paper="", signed_by="") | (~Q(recorded_from_paper="") & ~Q(signed_by="")),
                name="opinion_from_paper_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.outcome}"


class Return(models.Model):
    """退回: to which node, why, and what exactly is wrong."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="returned")
    target = models.CharField(max_length=40)
    scope = models.CharField(max_length=6, choices=[("whole", _("整体")), ("branch", _("本分支"))], default="whole")
    reason = models.TextField()
    defects = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.assignment_id} → {self.target}"


class DutyConflict(models.Model):
    """Two duties one person may not hold in one case. Policy rows may be lifted by a small office, with its reason."""

    first = models.CharField(max_length=12, choices=Duty)
    second = models.CharField(max_length=12, choices=Duty)
    liftable = models.BooleanField(default=False)
    lifted_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duty_conflict_once"),
            models.CheckConstraint(condition=Q(liftable=True) | Q(lifted_reason=""), name="duty_conflict_binding"),
        ]

    def __str__(self) -> str:
        return f"{self.first} × {self.second}"


class Phrase(models.Model):
    """常用语: an opinion often given, the office's or one person's own."""

    duty = models.CharField(max_length=12, choices=Duty)
    text = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sort = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort", "id"]

    def __str__(self) -> str:
        return self.text
