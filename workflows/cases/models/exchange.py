"""What people tell one another about a case beside the acts on it: questions and answers, copies, reminders, remarks."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflows.access.models import User
from workflows.cases.models.cases import Case
from workflows.cases.models.work import Assignment
from workflows.organization.models import Unit

UNREAD = Q(read_at__isnull=True, cancelled_at__isnull=True)


class Consultation(models.Model):
    """征求意见、询问: somebody is asked beside the flow and answers on file; the asker's own task stays open.

    Silence by the deadline is noted as such by a named officer, never as agreement (MODEL §2).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consultations")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="consultations")
    kind = models.CharField(max_length=10, choices=[("question", _("询问承办人")), ("consult", _("征求意见"))])
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    role = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    due = models.DateField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    key = models.UUIDField(unique=True)
    closed_as = models.CharField(
        max_length=10, blank=True, choices=[("answered", _("已答复")), ("silent", _("逾期未复")), ("void", _("因退回失效"))]
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["role", "unit", "due"], condition=Q(closed_as=""), name="consultation_open")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(closed_as="answered") | (Q(answered_by__isnull=False) & ~Q(answer="")), name="consultation_answer_in_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.unit_id}"


class Circulation(models.Model):
    """抄送 (no receipt) or 传阅 (read receipt, remark optional): blocks nothing and survives every return."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="circulations")
    kind = models.CharField(max_length=10, choices=[("copy", _("抄送")), ("circulate", _("传阅"))])
    sender = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="circulations")
    note = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    remark = models.TextField(blank=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["reader", "-id"], condition=Q(read_at__isnull=True, cancelled_at__isnull=True), name="circulation_unread")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reader", "kind"],
                condition=Q(read_at__isnull=True, cancelled_at__isnull=True),
                name="circulation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.reader_id}"


class Reminder(models.Model):
    """催办: the unit or the office asks the handlers to hurry; rate-limited, counted, escalating. `by` is empty for the clock."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[("remind", _("催办")), ("due", _("到期提醒")), ("escalate", _("升级提醒"))])
    text = models.CharField(max_length=200, blank=True)
    node = models.CharField(max_length=40)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The clock reminds a node of a case once a day and sort, however often the beat runs.
            models.UniqueConstraint(fields=["case", "node", "kind", "day"], condition=Q(by__isnull=True), name="reminder_of_the_clock_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.day}"


class Supervision(models.Model):
    """督办: a deadline set from above with the duty to report back."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="supervisions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    due = models.DateField()
    at = models.DateTimeField()
    feedback = models.TextField(blank=True)
    feedback_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    feedback_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due}"


class Comment(models.Model):
    """A remark on a case by somebody who may see it; no opinion, binds to nothing."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.author_id}"
