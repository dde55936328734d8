"""The small district for every test of the case machine."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.world import World


@pytest.fixture(scope="module")
def small_district(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The district, built once for a module in a transaction that is rolled back after it; each test nests its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        World()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(small_district: None, db: None) -> World:
    """A fresh small district, built through operations."""
    return World()


@pytest.fixture
def racing_world(transactional_db: None) -> World:
    """The same, committed, for tests with threads."""
    return World()
