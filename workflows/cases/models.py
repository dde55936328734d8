"""A case: its frozen versions, rounds, assignments and opinions. Every row but the case itself is history."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import Process, Task

from workflows.access.models import Appointment, User
from workflows.access.roles import ROLE_CHOICES
from workflows.matters.models import AuthorityRule, Body, Material, Matter
from workflows.organization.models import Unit


class Stage(models.TextChoices):
    """The five stages of an establishment matter (条例 chapters 3–6)."""

    PROPOSE = "propose", _("动议")
    EVALUATE = "evaluate", _("论证")
    DELIBERATE = "deliberate", _("审议")
    DECIDE = "decide", _("决定")
    IMPLEMENT = "implement", _("组织实施")


class State(models.TextChoices):
    """Where a case stands as a whole."""

    DRAFT = "draft", _("草稿")
    RUNNING = "running", _("办理中")
    SUPPLEMENT = "supplement", _("待补正")
    RETURNED = "returned", _("已退回")
    CLOSED = "closed", _("已办结")
    REFUSED = "refused", _("不予同意")
    CANCELLED = "cancelled", _("已撤销")


class Duty(models.TextChoices):
    """What a person does to a case at a node; pairs in `DutyConflict` exclude one another (MODEL §1)."""

    PROPOSE = "propose", _("申报")
    ENDORSE = "endorse", _("单位审核")
    EXAMINE = "examine", _("受理")
    EVALUATE = "evaluate", _("论证")
    COUNTERSIGN = "countersign", _("会签")
    REVIEW = "review", _("科室审核")
    DEPUTY = "deputy", _("分管审核")
    RECORD = "record", _("审议记录")
    DRAFT = "draft", _("拟稿")
    SIGN = "sign", _("签发")
    IMPLEMENT = "implement", _("组织实施")
    CONFIRM = "confirm", _("办结确认")


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
            models.UniqueConstraint(fields=["task"], condition=Q(closed_at__isnull=True, parent__isnull=True), name="assignment_open_once"),
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


class Counter(models.Model):
    """The last case number of a year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


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
