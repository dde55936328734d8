"""A small district built through the operations: what tests of the lower rooms stand on."""

from datetime import UTC, date, datetime
from typing import Any

from workflows.organization import operations
from workflows.organization.basis import Basis
from workflows.organization.models import Unit

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FOUNDED = date(2019, 3, 1)
FOUNDING = Basis(number="示编委〔2019〕1号", title="机构改革方案", date=date(2019, 2, 20))


def found(code: str, name: str, kind: str, parent: Unit | None = None, *, valid_from: date = FOUNDED, **attributes: Any) -> Unit:
    """Establish a unit with the plain attributes of its kind."""
    psu = kind in {"direct_psu", "subordinate_psu", "school"}
    values = {"name": name, "kind": kind, "parent": parent, "nature": "psu" if psu else "administrative", "system": "government"}
    return operations.establish(code=code, attributes=values | attributes, basis=FOUNDING, valid_from=valid_from, actor=None, now=NOW)


def district() -> dict[str, Unit]:
    """The root, the office with a division, the education bureau with a school, a street with its centre."""
    root = found("district", "示例区", "district", nature="other")
    commission = found("commission", "区委编委", "committee", root, system="party")
    office = found("office", "区委编办", "department", root, system="party", rank="section_chief")
    psu = found("office_psu", "事业机构编制科", "division", office, system="party", rank="sub_section")
    education = found("education", "区教育局", "department", root, rank="section_chief")
    school = found("school_01", "示例区第一小学", "school", education, sponsor=education, system="psu", funding="full")
    street = found("dongfanglu", "东方路街道", "subdistrict", root, rank="division_chief")
    centre = found(
        "dongfanglu_service", "东方路街道综合便民服务中心", "subordinate_psu", street, sponsor=street, system="psu", funding="full"
    )
    return {unit.code: unit for unit in (root, commission, office, psu, education, school, street, centre)}
