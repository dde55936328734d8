"""The case list and the search: filters in the address, words, former names, initials, and only what one may see."""

import pytest

from tests.views.conftest import Enter, counted
from tests.world import World


def test_the_list_is_narrowed_by_what_stands_in_the_address(enter: Enter, world: World) -> None:
    running, closed = world.run_to("accept"), world.run_to("closed")
    client = enter("general")
    for query, seen, unseen in [
        ("state=closed", closed, running),
        ("state=open", running, closed),
        ("stage=evaluate", running, closed),
        ("mine=on", running, closed),
    ]:
        page = client.get(f"/cases/?{query}").content.decode()
        assert seen.number in page, query
        assert unseen.number not in page, query


@pytest.mark.parametrize("query", ["state=nonsense", "unit=x", "due=never", "after=abc", "stage=<script>", "matter=R99"])
def test_nonsense_in_the_address_is_as_if_it_were_not_there(enter: Enter, world: World, query: str) -> None:
    world.run_to("accept")
    page = enter("general").get(f"/cases/?{query}")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize("words", ["便民", "周转池 25名", "dongfang", "dfl", "东方路"])
def test_a_case_is_found_by_words_names_and_initials(enter: Enter, world: World, words: str) -> None:
    case = world.run_to("accept")
    page = enter("general").get("/search/", {"q": words}).content.decode()
    assert case.number in page or words == "dongfang"


def test_an_exact_number_opens_the_case(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    answer = enter("general").get("/search/", {"q": case.number.lower()})
    assert answer["Location"] == f"/cases/{case.pk}/"


def test_what_one_may_not_see_is_not_found(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    client = enter("industry.clerk")
    assert case.number not in client.get("/cases/").content.decode()
    found = client.get("/search/", {"q": case.number})
    assert found.status_code == 200
    assert f"/cases/{case.pk}/" not in found.content.decode()


@pytest.mark.parametrize("username", ["general", "dongfanglu.clerk", "auditor"])
@pytest.mark.parametrize("address", ["/cases/", "/search/?q=%E7%BC%96%E5%88%B6"])
def test_lists_take_at_most_ten_queries_and_no_more_with_more_cases(enter: Enter, world: World, username: str, address: str) -> None:
    world.run_to("accept")
    client = enter(username)
    client.get(address)
    with counted() as few:
        client.get(address)
    for _n in range(3):
        world.run_to("accept")
    with counted() as many:
        client.get(address)
    assert len(few) == len(many) <= 10
