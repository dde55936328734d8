"""One's own phrases: added once, in order, nobody else's business."""

import pytest

from tests.world import World
from workflows.audit.models import Entry
from workflows.cases.models import Phrase
from workflows.cases.operations import phrases
from workflows.cases.queries import timeline
from workflows.lib.refusals import Missing, Refused


def add(world: World, text: str, who: str = "chief.psu", duty: str = "review") -> Phrase:
    return phrases.add(duty=duty, text=text, actor=world.user(who), now=world.now())


def own(world: World, who: str = "chief.psu") -> list[str]:
    return list(Phrase.objects.filter(owner=world.user(who)).order_by("sort").values_list("text", flat=True))


def test_own_phrases_come_first_and_are_one_persons_alone(world: World) -> None:
    add(world, "已核对，同意。")
    assert timeline.phrases("review", world.user("chief.psu"))[0] == "已核对，同意。"
    assert "已核对，同意。" not in timeline.phrases("review", world.user("chief.admin"))
    assert Entry.objects.filter(verb="cases.phrase.added").count() == 1


def test_the_same_phrase_twice_is_one(world: World) -> None:
    assert add(world, "同意。 ").pk == add(world, "同意。").pk


@pytest.mark.parametrize(
    ("duty", "text", "field"), [("review", "  ", "text"), ("review", "长" * 121, "text"), ("nothing", "同意。", "duty")]
)
def test_what_is_no_phrase_is_refused_at_its_field(world: World, duty: str, text: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        add(world, text, duty=duty)
    assert refused.value.field == field


def test_thirty_are_enough(world: World) -> None:
    for n in range(phrases.MOST):
        add(world, f"第{n}条。")
    with pytest.raises(Refused) as refused:
        add(world, "再一条。")
    assert refused.value.code == "too_many"


def test_they_are_put_in_order_and_taken_away_by_their_owner_alone(world: World) -> None:
    made = [add(world, text) for text in ("甲", "乙", "丙")]
    chief, other = world.user("chief.psu"), world.user("chief.admin")
    phrases.move(phrase_id=made[2].pk, up=True, actor=chief, now=world.now())
    assert own(world) == ["甲", "丙", "乙"]
    phrases.move(phrase_id=made[0].pk, up=True, actor=chief, now=world.now())
    assert own(world) == ["甲", "丙", "乙"]
    for forbidden in (phrases.remove, lambda **given: phrases.move(up=True, **given)):
        with pytest.raises(Missing):
            forbidden(phrase_id=made[0].pk, actor=other, now=world.now())
    phrases.remove(phrase_id=made[0].pk, actor=chief, now=world.now())
    assert own(world) == ["丙", "乙"]
