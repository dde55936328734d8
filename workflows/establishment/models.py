"""The staffing ledger: accounts, the immutable movements between them, ceilings, and approvals loaded as history."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workflows.organization.models import Unit


class Nature(models.TextChoices):
    """What a kind of post may be used for; administrative and public-institution posts never mix (条例486 art. 15)."""

    ADM = "adm", _("行政类")
    PSU = "psu", _("事业类")
    QUOTA = "quota", _("员额")
    CONTROL = "control", _("人员控制数")
    NON = "non", _("编外控制数")
    LEADER = "leader", _("领导职数")


class Bucket(models.TextChoices):
    """Where a post is: in exactly one of these at any time."""

    ISSUED = "issued", _("上级下达")
    POOL = "pool", _("周转池")
    HELD = "held", _("预留")
    VACANT = "vacant", _("空编")
    LOCKED = "locked", _("锁定")
    FILLED = "filled", _("实有")
    FROZEN = "frozen", _("冻结")
    PLEDGED = "pledged", _("待下达")


class Code(models.TextChoices):
    """Why a post moved."""

    OPENING = "opening", _("期初")
    ISSUE = "issue", _("下达")
    RESERVE = "reserve", _("预留")
    POST = "post", _("入账")
    VOID = "void", _("释放")
    ALLOCATE = "allocate", _("调配")
    LOCK = "lock", _("锁定")
    HIRE = "hire", _("入编")
    LEAVE = "leave", _("出编")
    FREEZE = "freeze", _("冻结")
    THAW = "thaw", _("解冻")
    TRANCHE = "tranche", _("分期下达")
    REPAY = "repay", _("归还")
    RECOVER = "recover", _("收回")
    CORRECT = "correct", _("更正")


class Kind(models.Model):
    """编制类别 (DOMAIN §2.2), leadership positions by body type, rank and seat among them."""

    code = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=40)
    nature = models.CharField(max_length=8, choices=Nature)
    body = models.CharField(max_length=16, blank=True)
    rank = models.CharField(max_length=20, blank=True)
    seat = models.CharField(max_length=10, blank=True, choices=[("principal", _("正职")), ("deputy", _("副职"))])
    sort = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort", "id"]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """One unit's posts of one kind in one bucket. `balance` moves only by the row named in `moved_by`.

    `floor` is NULL for the source (`issued`), zero elsewhere, and negative only for `vacant` of an over-established
    unit, where it rises with the balance.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="accounts")
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="accounts")
    bucket = models.CharField(max_length=8, choices=Bucket)
    balance = models.IntegerField(default=0)
    floor = models.IntegerField(null=True, default=0)
    moved_by = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "bucket"], name="account_once"),
            models.CheckConstraint(condition=Q(floor__isnull=True) | Q(balance__gte=F("floor")), name="account_not_below_floor"),
            models.CheckConstraint(condition=~Q(bucket="issued") | Q(balance__lte=0), name="account_issued_not_above_zero"),
            models.CheckConstraint(
                condition=Q(bucket="issued") | Q(floor=0) | Q(bucket="vacant", floor__lt=0), name="account_floor_fits_bucket"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.kind_id}/{self.bucket}"


class Transfer(models.Model):
    """One movement of posts. Never changed; corrected by a row that names it."""

    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    quantity = models.PositiveIntegerField()
    code = models.CharField(max_length=10, choices=Code)
    resolves = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="resolved_by")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    subject = models.CharField(max_length=80)
    line = models.PositiveIntegerField(default=0)
    basis = models.CharField(max_length=200)
    effective_date = models.DateField()
    recorded_at = models.DateTimeField()
    key = models.CharField(max_length=160, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="transfer_quantity_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_moves"),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="transfer_subject"),
            models.Index(fields=["debit", "effective_date"], name="transfer_debit"),
            models.Index(fields=["credit", "effective_date"], name="transfer_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.quantity}"


class Ceiling(models.Model):
    """总额: the most posts of some kinds together that a superior body has issued, for a period."""

    name = models.CharField(max_length=80)
    kinds = models.ManyToManyField(Kind, related_name="ceilings")
    quantity = models.PositiveIntegerField()
    basis = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """An earlier approval loaded as history, so that a number of today can be explained by the papers that made it.

    `change` is what it did to the approved posts of `kind`, `after` the number it says itself, if it does; without a
    kind it concerns the institution as such. `scan` is the SHA-256 of the stored file. Never changed once loaded.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="approvals")
    kind = models.ForeignKey(Kind, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=200, blank=True)
    date = models.DateField()
    change = models.IntegerField(default=0)
    after = models.IntegerField(null=True, blank=True)
    effect = models.CharField(max_length=300, blank=True)
    scan = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=160, unique=True)

    class Meta:
        ordering = ["date", "id"]
        indexes = [models.Index(fields=["unit", "date"], name="approval_unit_date")]

    def __str__(self) -> str:
        return self.number
