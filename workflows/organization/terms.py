"""Pure: the words an institution is described with (DOMAIN glossary), each with its Chinese label."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Nature(TextChoices):
    """机构性质."""

    ADMINISTRATIVE = "administrative", _("行政机构")
    PSU = "psu", _("事业单位")
    MASS = "mass", _("群团")
    OTHER = "other", _("其他")


class System(TextChoices):
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


class Kind(TextChoices):
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


class Rank(TextChoices):
    """规格, highest first; the order of declaration is the order of rank."""

    DIVISION_CHIEF = "division_chief", _("正处级")
    DIVISION_DEPUTY = "division_deputy", _("副处级")
    SECTION_CHIEF = "section_chief", _("正科级")
    SECTION_DEPUTY = "section_deputy", _("副科级")
    SUB_SECTION = "sub_section", _("股级")
    NONE = "none", _("未定规格")


class PsuClass(TextChoices):
    """事业单位类别."""

    CLASS_I = "class_i", _("公益一类")
    CLASS_II = "class_ii", _("公益二类")
    UNCLASSIFIED = "unclassified", _("暂未分类")


class Funding(TextChoices):
    """经费形式."""

    FULL = "full", _("财政全额拨款")
    PARTIAL = "partial", _("财政差额补助")
    SELF = "self", _("经费自理")
