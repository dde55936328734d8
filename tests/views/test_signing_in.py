"""Who is not signed in is led to the door and back to where he was; who must change his password does that first."""

import pytest
from django.test import Client

from tests.views.conftest import Enter
from tests.world import World
from workflows.access.models import User


def test_a_page_leads_to_the_door_and_back(world: World) -> None:
    assert Client().get("/cases/?state=open")["Location"] == "/login/?next=/cases/%3Fstate%3Dopen"


def test_a_form_posted_after_the_idle_logout_leads_back_to_the_page_that_held_it(world: World) -> None:
    answer = Client().post("/cases/7/act/3/", {}, headers={"referer": "http://testserver/cases/7/?tab=flow"})
    assert answer["Location"] == "/login/?next=/cases/7/%3Ftab%3Dflow"


@pytest.mark.parametrize("origin", ["http://testserver//evil.example/x", "//evil.example", "javascript:alert(1)", ""])
def test_no_origin_leads_out_of_the_house(world: World, origin: str) -> None:
    answer = Client().post("/cases/7/act/3/", {}, headers={"referer": origin})
    assert answer["Location"].startswith("/login/?next=/")
    assert "next=//" not in answer["Location"]


def test_a_fragment_sends_the_whole_page_to_the_door(world: World) -> None:
    answer = Client().get("/notices/unread/", headers={"hx-request": "true", "hx-current-url": "http://testserver/cases/7/"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=/cases/7/"


def test_a_first_password_is_changed_before_anything_else(enter: Enter) -> None:
    User.objects.filter(username="general").update(must_change_password=True)
    client = enter("general")
    assert client.get("/cases/")["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
