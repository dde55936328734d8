"""The drawing of the flow: the path that was taken and nothing else, every node named in Chinese."""

import re

from tests.world import World
from workflows.cases.models import Case
from workflows.cases.queries.timeline import timeline
from workflows.views import diagram, dossier


def drawn(case: Case) -> dict[str, str]:
    return {box.name: box.state for box in diagram.of_case(case, dossier.all_steps(timeline(case))).boxes}


def test_a_closed_case_went_through_every_node_but_those_of_refusal(world: World) -> None:
    states = drawn(world.run_to("closed"))
    ahead = {name for name, state in states.items() if not state}
    assert ahead == {"supplement", "refusal", "refused"}
    assert states["closed"] == "here"


def test_a_running_case_stands_where_it_waits(world: World) -> None:
    states = drawn(world.run_to("countersign"))
    assert states["countersign"] == "here"
    assert states["consult"] == "done"
    assert not states["section_review"]
    assert not states["issue"]


def test_the_loop_back_to_the_session_is_only_drawn_as_taken_when_it_was(world: World) -> None:
    case = world.run_to("draft_document")
    picture = diagram.of_case(case, dossier.all_steps(timeline(case)))
    upwards = [line for line in picture.lines if re.match(r"M[\d.]+ [\d.]+H", line.path)]
    assert upwards
    assert not any(line.taken for line in upwards)


def test_every_node_has_a_chinese_name_and_lies_inside_the_drawing(world: World) -> None:
    case = world.run_to("accept")
    picture = diagram.of_case(case, dossier.all_steps(timeline(case)))
    for box in picture.boxes:
        assert re.search(r"[一-鿿]", box.title), box.name
        assert box.x - box.side >= 0
        assert box.x + box.side <= picture.width
        assert box.y + box.half <= picture.height
    assert "受理审查" in picture.label
