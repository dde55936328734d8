"""The small district seen through a browser's eyes: somebody signed in, pages fetched, SQL counted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cases.conftest import racing_world, small_district, world  # noqa: F401 - fixtures
from workflows.access.models import User

Enter = Callable[[str], Client]


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """No manifest of static files is built for tests."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture
def enter(world: Any) -> Enter:  # noqa: F811
    """`enter("auditor")`: a browser in which that account is signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    """How much SQL a block takes."""
    with CaptureQueriesContext(connection) as queries:
        yield queries
