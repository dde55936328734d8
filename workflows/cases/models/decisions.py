"""What a body decided and what the decision obliges the unit to do."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflows.access.models import User
from workflows.cases.models.cases import Case, CaseVersion
from workflows.cases.models.work import Assignment
from workflows.matters.models import Body


class Deliberation(models.Model):
    """审议记录: the body's session and its exact count; what does not add up cannot be stored."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="deliberation")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deliberations")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(CaseVersion, on_delete=models.PROTECT, related_name="+")
    session = models.CharField(max_length=80)
    held_on = models.DateField()
    entitled = models.PositiveIntegerField(default=0)
    present = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    votes_for = models.PositiveIntegerField(default=0)
    votes_against = models.PositiveIntegerField(default=0)
    abstained = models.PositiveIntegerField(default=0)
    quorum = models.CharField(max_length=16)
    threshold = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(
        max_length=10, choices=[("approve", _("通过")), ("amended", _("修改后通过")), ("defer", _("暂缓")), ("reject", _("不予通过"))]
    )
    file = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(entitled=F("present") + F("absent")), name="deliberation_entitled_adds_up"),
            models.CheckConstraint(
                condition=Q(present=F("votes_for") + F("votes_against") + F("abstained")), name="deliberation_votes_add_up"
            ),
            models.CheckConstraint(condition=~Q(file=""), name="deliberation_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.session}"


class ImplementationTask(models.Model):
    """实施任务: what the decision obliges the unit to do, with its evidence."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="implementation_tasks")
    n = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    due = models.DateField(null=True)
    done_on = models.DateField(null=True)
    evidence = models.TextField(blank=True)
    file = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["case_id", "n"]
        constraints = [models.UniqueConstraint(fields=["case", "n"], name="implementation_task_once")]

    def __str__(self) -> str:
        return self.title
