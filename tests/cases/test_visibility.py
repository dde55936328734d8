"""The two tables of what is hidden and what may be written, as pure rules; expectations by hand."""

import pytest

from workflows.cases import visibility
from workflows.cases.visibility import COUNTERSIGNER, OFFICE, READER, UNIT

STORED = {"title": "请示", "lines": [{"quantity": 25}], "measurement": "甲", "phone": "1"}
TYPED = {"title": "改题", "lines": [{"quantity": 9}], "measurement": "乙", "phone": "2"}


@pytest.mark.parametrize(
    ("looking", "decided", "names"),
    [
        ({OFFICE}, False, set()),
        ({COUNTERSIGNER}, False, {"payload.phone"}),
        ({COUNTERSIGNER, OFFICE}, False, set()),
        ({UNIT}, False, {"opinion.report", "opinion.article16", "beside.consult", "beside.question"}),
        ({UNIT}, True, set()),
        ({READER}, True, {"payload.phone"}),
        ({UNIT, COUNTERSIGNER}, False, set()),
    ],
)
def test_a_field_is_hidden_only_if_every_way_of_looking_hides_it(looking: set[str], decided: bool, names: set[str]) -> None:
    assert visibility.hidden(looking, decided=decided) == names


def test_how_somebody_looks_follows_his_offices() -> None:
    assert visibility.eyes([("countersigner", 5)], {1}) == {COUNTERSIGNER}
    assert visibility.eyes([("clerk", 1)], {1, 2}) == {UNIT}
    assert visibility.eyes([("clerk", 9)], {1, 2}) == {READER}
    assert visibility.eyes([("clerk", 9), ("chief", 3)], {1}) == {OFFICE}
    assert visibility.eyes([], {1}) == {READER}


@pytest.mark.parametrize(
    ("node", "role", "listed", "changed"),
    [
        ("draft", "clerk", [], {"title", "lines", "measurement", "phone"}),
        ("supplement", "clerk", [], {"measurement", "phone"}),
        ("supplement", "clerk", ["lines.0.quantity"], {"measurement", "phone", "lines"}),
        ("evaluate", "officer", [], {"lines"}),
        ("deliberate", "secretary", [], {"lines"}),
        ("evaluate", "clerk", [], set()),
        ("countersign", "countersigner", [], set()),
        ("sign", "signatory", [], set()),
    ],
)
def test_what_is_read_only_keeps_its_value(node: str, role: str, listed: list[str], changed: set[str]) -> None:
    written = visibility.written(node, role, STORED, TYPED, listed=listed)
    assert {key for key in STORED if written[key] != STORED[key]} == changed
