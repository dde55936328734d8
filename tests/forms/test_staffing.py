"""The sections of a request: what was typed becomes the payload, half-filled or wrong things included."""

from typing import Any

from django.http import QueryDict

from forms.staffing import MAX_LINES, BasicSection, Choices, ContentSection, DiscussionSection

CHOICES = Choices(units=[("7", "综合便民服务中心")], givers=[("8", "区图书馆")], kinds=[("PSU-F", "事业编制（全额）")])


def posted(**values: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({name.replace("__", "-"): value for name, value in values.items()})
    return data


def line(n: int, **values: Any) -> dict[str, Any]:
    base = {"unit": "7", "kind": "PSU-F", "direction": "up", "quantity": "25", "source": "pool", "giver": ""}
    return {f"lines-{n}-{name}": value for name, value in (base | values).items()}


def test_a_line_becomes_ids_and_whole_numbers() -> None:
    part = ContentSection({}, CHOICES, posted(**{"lines-TOTAL_FORMS": "1"} | line(0)))
    assert part.is_valid()
    assert part.typed()["lines"] == [{"unit": 7, "kind": "PSU-F", "direction": "up", "quantity": 25, "source": "pool", "giver": None}]


def test_a_wrong_number_is_kept_as_typed_and_named_at_its_field() -> None:
    part = ContentSection({}, CHOICES, posted(**{"lines-TOTAL_FORMS": "1"} | line(0, quantity="-5.5")))
    assert part.typed()["lines"][0]["quantity"] == "-5.5"
    assert part.errors() == [("id_lines-0-quantity", "请填写1至99999之间的整数。")]


def test_untouched_lines_are_dropped_and_a_giver_is_only_kept_for_its_source() -> None:
    data = {"lines-TOTAL_FORMS": "3"} | line(0, giver="8") | line(1, unit="", kind="", quantity="") | line(2, source="unit", giver="8")
    lines = ContentSection({}, CHOICES, posted(**data)).typed()["lines"]
    assert [(row["source"], row["giver"]) for row in lines] == [("pool", None), ("unit", 8)]


def test_a_forged_count_of_lines_is_capped() -> None:
    part = ContentSection({}, CHOICES, posted(**{"lines-TOTAL_FORMS": "999999999"}))
    assert len(part.lines) == MAX_LINES
    assert ContentSection({}, CHOICES, posted(**{"lines-TOTAL_FORMS": "-3"})).lines == []


def test_a_unit_outside_the_list_is_refused() -> None:
    part = ContentSection({}, CHOICES, posted(**{"lines-TOTAL_FORMS": "1"} | line(0, unit="999")))
    assert not part.is_valid()


def test_half_filled_sections_are_stored_without_complaint() -> None:
    part = BasicSection({}, CHOICES, posted(**{"title": "关于调剂编制的请示", "basis-TOTAL_FORMS": "1", "basis-0-title": ""}))
    assert part.is_valid()
    assert part.typed() == {
        "title": "关于调剂编制的请示", "incoming_number": "", "incoming_date": "", "contact": "", "phone": "", "effective_date": None,
        "basis": [],
    }  # fmt: skip


def test_the_session_and_the_five_statements_are_read_by_key() -> None:
    data = {"discussion-date": "2026年3月2日", "discussion-session": "党组第3次会议", "article16-needs-conclusion": "yes"}
    typed = DiscussionSection({}, CHOICES, posted(**data)).typed()
    assert typed["discussion"]["date"] == "2026-03-02"
    assert typed["article16"]["needs"] == {"conclusion": "yes", "text": ""}
    assert list(typed["article16"]) == ["leadership", "compliance", "needs", "alternatives", "risks"]


def test_a_stored_section_is_shown_again_as_it_was() -> None:
    stored = {
        "lines": [{"unit": 7, "kind": "PSU-F", "direction": "down", "quantity": 3, "source": "pool", "giver": None}],
        "measurement": "见附件",
    }
    part = ContentSection(stored, CHOICES)
    assert [part.lines[0][name].value() for name in ("unit", "kind", "direction", "quantity")] == [7, "PSU-F", "down", 3]
    assert part.measure["measurement"].value() == "见附件"
