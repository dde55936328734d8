"""A small district for the ledger's tests: a street with a service centre, two bureaus, and a pool of posts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from workflows.establishment import operations
from workflows.establishment.balance import Line, Place
from workflows.establishment.drafts import Opening
from workflows.organization.models import Unit

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = date(2026, 3, 2)
OPENED = date(2026, 1, 1)
ACT = {"basis": "示编委〔2026〕3号", "effective_date": DAY, "actor": None, "now": NOW}
UNITS = {
    "district": ("示例区", "district"),
    "dongfanglu": ("东方路街道", "subdistrict"),
    "centre": ("东方路街道综合便民服务中心", "subordinate_psu"),
    "industry": ("区工信局", "department"),
    "culture": ("区文广旅局", "department"),
}


def build() -> SimpleNamespace:
    """Kinds and units, without a single post; attributes by code, ids as `.id.<code>`."""
    operations.load_kinds(actor=None, now=NOW)
    units = {
        code: Unit.objects.create(code=code, name=name, kind=kind, valid_from=date(2010, 1, 1)) for code, (name, kind) in UNITS.items()
    }
    return SimpleNamespace(**units, id=SimpleNamespace(**{code: unit.pk for code, unit in units.items()}))


def open_sample(units: SimpleNamespace) -> None:
    """Pool 120 of PSU-F, the centre 18 with 17 filled, the street 30 with 24 filled and 2 locked, industry 12 with 9."""
    operations.open_books(
        rows=[
            Opening(units.id.district, "PSU-F", pool=120),
            Opening(units.id.centre, "PSU-F", approved=18, filled=17),
            Opening(units.id.dongfanglu, "PSU-F", approved=30, filled=24, locked=2),
            Opening(units.id.industry, "PSU-F", approved=12, filled=9),
            Opening(units.id.culture, "PSU-F", approved=20, filled=23),
        ],
        key="opening/sample",
        **ACT | {"basis": "2025年度统计年报", "effective_date": OPENED},
    )


@pytest.fixture
def units(db: None) -> SimpleNamespace:
    """The units, no books open yet."""
    return build()


@pytest.fixture
def books(units: SimpleNamespace) -> SimpleNamespace:
    """The units with their books open."""
    open_sample(units)
    return units


@pytest.fixture
def line(units: SimpleNamespace) -> Callable[..., Line]:
    """A line by unit codes: `line(1, 25, "district.pool", "centre.vacant")`."""

    def make(n: int, quantity: Any, giver: str, receiver: str | None, kind: str = "PSU-F") -> Line:
        return Line(n, kind, quantity, place(units, giver), place(units, receiver) if receiver else None)

    return make


def place(units: SimpleNamespace, words: str) -> Place:
    """`"centre.vacant"` as a place."""
    code, bucket = words.split(".")
    return Place(getattr(units.id, code), bucket)
