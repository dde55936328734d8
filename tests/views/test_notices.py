"""One's own messages."""

from django.urls import reverse

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.notices import operations


def test_messages_are_ones_own_newest_first_and_can_be_marked_read(world: World, enter: Enter) -> None:
    clerk = world.user("dongfanglu.clerk")
    for n in range(3):
        operations.tell(key=f"t/{n}", users=[clerk], text=f"第{n}条消息", subject="", now=world.now())
    page = enter("dongfanglu.clerk").get(reverse("notices")).content.decode().replace("\u2060", "")
    assert page.index("第2条消息") < page.index("第0条消息")
    assert "未读" in page
    assert "第2条消息" not in enter("auditor").get(reverse("notices")).content.decode()
    client = enter("dongfanglu.clerk")
    assert client.post(reverse("notices-read")).url == reverse("notices")
    assert "未读" not in client.get(reverse("notices")).content.decode()


def test_no_messages_says_what_will_come(enter: Enter) -> None:
    assert "没有消息" in enter("auditor").get(reverse("notices")).content.decode()


def test_the_page_costs_the_same_with_many_messages(world: World, enter: Enter) -> None:
    clerk, case = world.user("dongfanglu.clerk"), world.draft()
    client = enter("dongfanglu.clerk")
    operations.tell(key="a", users=[clerk], text="一条", subject=case.subject, now=world.now())
    client.get(reverse("notices"))
    with counted() as few:
        client.get(reverse("notices"))
    for n in range(40):
        operations.tell(key=f"b/{n}", users=[clerk], text="又一条", subject=case.subject, now=world.now())
    with counted() as many:
        client.get(reverse("notices"))
    assert len(few) == len(many) <= 10
