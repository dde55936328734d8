"""A unit whose accounts are not empty cannot end (MODEL §2)."""

import pytest

from tests.world import World
from workflows.lib.refusals import Refused
from workflows.organization import operations as organization
from workflows.organization.basis import Basis


@pytest.mark.django_db
def test_a_unit_with_posts_does_not_end() -> None:
    world = World()
    with pytest.raises(Refused) as refused:
        organization.end(
            unit=world.unit("industry_service"), basis=Basis("示编委〔2026〕9号"), on=world.clock.date(), actor=None, now=world.now()
        )
    assert any(finding.code == "LEDGER" for finding in refused.value.findings)


@pytest.mark.django_db
def test_a_unit_with_an_open_case_does_not_end() -> None:
    world = World()
    world.run_to("accept")
    with pytest.raises(Refused) as refused:
        organization.end(
            unit=world.unit("dongfanglu"), basis=Basis("示编委〔2026〕9号"), on=world.clock.date(), actor=None, now=world.now()
        )
    assert any(finding.code == "CASES" for finding in refused.value.findings)
