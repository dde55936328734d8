"""Transactional tests leave the triggers as they found them."""

import pytest

from workflows.lib import triggers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_triggers_stand_before_and_after_a_flush(turn: int) -> None:
    assert triggers.missing() == []
