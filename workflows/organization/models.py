"""Institutions of the district: one identity per unit, its attributes as dated versions with their basis."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Nature(models.TextChoices):
    """机构性质."""

    ADMINISTRATIVE = "administrative", _("行政机构")
    PSU = "psu", _("事业单位")
    MASS = "mass", _("群团")
    OTHER = "other", _("其他")


class System(models.TextChoices):
    """系统类别."""

    PARTY = "party", _("党委")
    CONGRESS = "congress", _("人大")
    GOVERNMENT = "government", _("政府")
    CPPCC = "cppcc", _("政协")
    SUPERVISION = "supervision", _("监委")
    COURT = "court", _("法院")
    PROCURATORATE = "procuratorate", _("检察院")
    MASS = "mass", _("群团")
    PSU = "psu", _("事业")


class Kind(models.TextChoices):
    """机构类别."""

    DISTRICT = "district", _("区")
    COMMITTEE = "committee", _("决策机构")
    DEPARTMENT = "department", _("工作部门")
    DIVISION = "division", _("内设机构")
    SUBDISTRICT = "subdistrict", _("街道（派出机关）")
    TOWNSHIP = "township", _("乡镇")
    DISPATCHED = "dispatched", _("派出机构")
    DIRECT_PSU = "direct_psu", _("直属事业单位")
    SUBORDINATE_PSU = "subordinate_psu", _("部门所属事业单位")
    SCHOOL = "school", _("学校")
    PARK = "park", _("园区管理机构")
    NAMEPLATE = "nameplate", _("挂牌机构")
    COORDINATION = "coordination", _("议事协调机构")


class Rank(models.TextChoices):
    """规格, highest first; the order of declaration is the order of rank."""

    DIVISION_CHIEF = "division_chief", _("正处级")
    DIVISION_DEPUTY = "division_deputy", _("副处级")
    SECTION_CHIEF = "section_chief", _("正科级")
    SECTION_DEPUTY = "section_deputy", _("副科级")
    SUB_SECTION = "sub_section", _("股级")
    NONE = "none", _("未定规格")


class PsuClass(models.TextChoices):
    """事业单位类别."""

    CLASS_I = "class_i", _("公益一类")
    CLASS_II = "class_ii", _("公益二类")
    UNCLASSIFIED = "unclassified", _("暂未分类")


class Funding(models.TextChoices):
    """经费形式."""

    FULL = "full", _("财政全额拨款")
    PARTIAL = "partial", _("财政差额补助")
    SELF = "self", _("经费自理")


class Unit(models.Model):
    """A unit's identity. Name, kind and parent repeat its version of today for lists; history is in `UnitVersion`."""

    code = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60, blank=True)
    initials = models.CharField(max_length=120, blank=True, db_index=True)
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
    basis_number = models.CharField(max_length=80)
    basis_title = models.CharField(max_length=200, blank=True)
    basis_date = models.DateField(null=True, blank=True)
    basis_file = models.CharField(max_length=64, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

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
