"""The desk: what waits for whom, grouped by when it is due, with the same few queries at any size."""

import pytest

from tests.views.conftest import Enter, counted
from tests.world import COUNTERSIGNERS, World
from workflows.views import reference

EVERYBODY = [
    "dongfanglu.clerk", "dongfanglu.head", "general", "officer.psu", "chief.psu", "deputy", "secretary", "chair", "director", "auditor",
    "steward", "sysadmin", "secadmin", "auditadmin", *COUNTERSIGNERS.values(),
]  # fmt: skip


@pytest.mark.parametrize("username", EVERYBODY)
@pytest.mark.parametrize("tab", ["waiting", "submitted", "done", "nonsense"])
def test_everybody_has_a_desk(enter: Enter, username: str, tab: str) -> None:
    page = enter(username).get(f"/?tab={tab}")
    assert page.status_code == 200
    assert "工作台" in page.content.decode()


def test_a_case_waits_on_the_desk_of_the_office_it_lies_with(enter: Enter, world: World) -> None:
    case = world.run_to("countersign")
    assert case.number in enter("finance.countersign").get("/").content.decode()
    assert case.number not in enter("general").get("/").content.decode()
    assert case.number in enter("general").get("/?tab=done").content.decode()


def test_somebody_who_never_filed_is_told_how_to_begin(enter: Enter) -> None:
    page = enter("industry.clerk").get("/?tab=submitted").content.decode()
    assert "还没有报送过办件。" in page
    assert "/cases/new/" in page


@pytest.mark.parametrize("username", ["dongfanglu.clerk", "general", "finance.countersign"])
def test_the_desk_takes_at_most_ten_queries_and_no_more_with_more_cases(enter: Enter, world: World, username: str) -> None:
    world.run_to("accept")
    client = enter(username)
    client.get("/")
    client.get("/")
    with counted() as few:
        client.get("/")
    for _n in range(4):
        world.run_to("countersign")
    reference.forget()
    client.get("/")
    with counted() as many:
        client.get("/")
    assert len(few) <= 10
    assert len(many) == len(few)


def test_nobody_sees_a_desk_without_signing_in(client: "pytest.FixtureRequest") -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
