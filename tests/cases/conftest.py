"""The small district for every test of the case machine."""

import pytest

from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A fresh small district, built through operations."""
    return World()


@pytest.fixture
def racing_world(transactional_db: None) -> World:
    """The same, committed, for tests with threads."""
    return World()
