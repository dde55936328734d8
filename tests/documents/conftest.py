"""A district with its number series, one person who issues, and a way to issue as a case would."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.documents import samples
from workflows.access.models import User
from workflows.documents import operations
from workflows.documents.models import Paper

NOW = datetime(2026, 3, 25, 16, 30, tzinfo=samples.ZONE)
Issue = Callable[..., Paper]


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create(username="chair", name="主某")


@pytest.fixture
def series(db: None) -> None:
    operations.load_series(now=NOW)


@pytest.fixture
def stored(tmp_path: Path, settings: Any) -> Path:
    """A blob folder of the test's own."""
    settings.BLOB_DIR = tmp_path / "blobs"
    return settings.BLOB_DIR


@pytest.fixture
def issue(officer: User, series: None, stored: Path) -> Issue:
    """Issue a reply for a case of 东方路街道 unless told otherwise."""
    cases = count(1)

    def act(**changes: Any) -> Paper:
        payload = changes.pop("payload", samples.reply())
        values = {
            "kind": payload.kind,
            "series_code": "reply",
            "payload": payload,
            "subject": f"case/{next(cases)}",
            "recipient": "东方路街道办事处",
            "unit_code": "dongfanglu",
            "title": payload.title,
            "actor": officer,
            "now": NOW,
        }
        return operations.issue(**{**values, **changes})

    return act
