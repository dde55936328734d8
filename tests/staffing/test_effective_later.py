"""A decision that takes effect later keeps its reservation until that day."""

from datetime import datetime

import pytest

from tests.world import World
from workflows.establishment.models import Account, Transfer
from workflows.lib.local import ZONE
from workflows.staffing import operations


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_the_posts_stay_reserved_until_the_day_and_move_once(world: World) -> None:
    case = world.run_to("implement", world.draft(effective_date="2026-10-12"))
    assert list(Transfer.objects.filter(subject=case.subject).values_list("code", flat=True)) == ["reserve"]
    early, day = datetime(2026, 10, 11, 8, 0, tzinfo=ZONE), datetime(2026, 10, 12, 0, 15, tzinfo=ZONE)
    assert operations.post_due(case_id=case.pk, actor=None, now=early) is False
    assert operations.post_due(case_id=case.pk, actor=None, now=day) is True
    assert operations.post_due(case_id=case.pk, actor=None, now=day) is False
    posted = Transfer.objects.get(subject=case.subject, code="post")
    assert (posted.effective_date.isoformat(), posted.basis) == ("2026-10-12", "示编委〔2026〕1号")
    assert Account.objects.get(unit__code="dongfanglu_service", kind__code="PSU-F", bucket="vacant").balance == 26
