"""Official papers: number series, and each issued paper with its frozen payload."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """文种 (DOMAIN §4.1)."""

    RECEIPT = "D02", _("受理告知书")
    FORM = "D05", _("机构编制事项审批表")
    REPLY = "D09", _("批复")
    REFUSAL = "D12", _("不予同意答复")


class Series(models.Model):
    """发文字号 series: `mark`〔year〕n号. `issuer` is the office's name in the masthead."""

    code = models.SlugField(max_length=24, unique=True)
    mark = models.CharField(max_length=40)
    issuer = models.CharField(max_length=80)
    profile = models.CharField(max_length=16, default="file")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.mark


class Counter(models.Model):
    """The last number given in a series in a year; moved under its row lock, in the issuing transaction."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.series_id}/{self.year}: {self.last}"


class Paper(models.Model):
    """An issued paper: what it says is `payload`, frozen and hashed when signed; the file is drawn later from it alone."""

    kind = models.CharField(max_length=4, choices=Kind)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="papers")
    year = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    number = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    subject = models.CharField(max_length=80, db_index=True)
    recipient = models.CharField(max_length=120)
    unit_code = models.CharField(max_length=64, blank=True, db_index=True)
    payload = models.TextField()
    digest = models.CharField(max_length=64)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=64, blank=True)
    fonts = models.JSONField(default=dict, blank=True)
    rendered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["series", "year", "n"], name="paper_number_once")]
        indexes = [models.Index(fields=["issued_at"], condition=Q(rendered_at__isnull=True), name="paper_unrendered")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_rendered(self) -> bool:
        """Whether the file exists; until then the register says 生成中."""
        return self.rendered_at is not None

    @property
    def state(self) -> str:
        """生成中 or 已生成, for the register."""
        return _("已生成") if self.is_rendered else _("生成中")
