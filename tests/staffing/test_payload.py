"""What a request may say, and what is refused as meaning nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.staffing.evidence import RAW, line
from workflows.lib.refusals import Refused
from workflows.staffing import payload


def refused(matter: str, **changes: Any) -> str | None:
    with pytest.raises(Refused) as refusal:
        payload.parse(matter, {**RAW[matter], **changes})
    assert refusal.value.message
    return refusal.value.field


def test_a_request_is_read_as_it_was_written() -> None:
    request = payload.parse("R10", RAW["R10"])
    assert request.title == "关于从周转池调剂25名事业编制的请示"
    assert request.incoming_date is not None
    assert request.incoming_date.isoformat() == "2026-03-02"
    assert request.basis == (payload.Ground("关于加强基层治理的意见", "第十二条"),)
    assert request.lines == (payload.RequestLine(1, 2, "PSU-F", 25, "pool"),)
    assert request.institution is None
    assert request.unit_ids == {2}


def test_a_new_institution_is_read_only_where_one_is_asked_for() -> None:
    request = payload.parse("R02", RAW["R02"])
    assert request.institution is not None
    assert request.institution.name == "区公共图书馆"
    assert request.unit_ids == {3, 5}
    assert payload.parse("R10", {**RAW["R10"], "institution": RAW["R02"]["institution"]}).institution is None


def test_an_empty_draft_is_a_request_with_nothing_in_it() -> None:
    request = payload.parse("R10", {})
    assert (request.title, request.lines, request.basis, request.effective_date) == ("", (), (), None)
    assert set(request.article16) == set(payload.ARTICLE_16)


@pytest.mark.parametrize("quantity", [-1, 0, 100_000, 2.5, "25", "abc", True, [25], float("inf")])
def test_posts_are_whole_positive_numbers_of_a_sane_size(quantity: Any) -> None:
    assert refused("R10", lines=line("R10", quantity=quantity)) == "lines.0.quantity"


@pytest.mark.parametrize("quantity", [1, 99_999])
def test_the_limits_themselves_are_allowed(quantity: int) -> None:
    assert payload.parse("R10", {**RAW["R10"], "lines": line("R10", quantity=quantity)}).lines[0].quantity == quantity


@pytest.mark.parametrize("unit", ["2", -1, 0, 2**63, True, 1.0, {}])
def test_a_unit_is_named_by_its_id(unit: Any) -> None:
    assert refused("R10", lines=line("R10", unit=unit)) == "lines.0.unit"


@pytest.mark.parametrize("value", ["2026-13-01", "20260302x", "昨天", 20260302, "2026-2-30"])
def test_dates_are_iso_dates(value: Any) -> None:
    assert refused("R10", incoming_date=value) == "incoming_date"
    assert refused("R10", discussion={"date": value}) == "discussion.date"


def test_words_outside_the_list_are_refused() -> None:
    assert refused("R10", lines=line("R10", source="heaven")) == "lines.0.source"
    assert refused("R10", lines=line("R10", direction="sideways")) == "lines.0.direction"
    assert refused("R10", article16={"needs": {"conclusion": "maybe", "text": "x"}}) == "article16.needs"


def test_a_wrong_shape_is_refused_by_its_field() -> None:
    assert refused("R10", lines="x") == "lines"
    assert refused("R10", lines=[1]) == "lines.0"
    assert refused("R10", discussion=[]) == "discussion"
    assert refused("R10", title=7) == "title"
    assert refused("R02", institution="x") == "institution"


def test_a_case_has_at_most_500_lines() -> None:
    assert refused("R10", lines=line("R10") * 501) == "lines"


def test_only_staffing_matters_are_read_here() -> None:
    with pytest.raises(Refused):
        payload.parse("R99", {})


def test_a_giver_counts_only_where_another_unit_gives() -> None:
    assert payload.parse("R10", {**RAW["R10"], "lines": line("R10", giver=7)}).lines[0].giver is None


NAMES = st.sampled_from(["title", "date", "unit", "kind", "quantity", "x"])
ENTRIES = st.sampled_from([*RAW["R02"], "reasons", "effective_date", "other"])
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(
    st.sampled_from(payload.MATTERS),
    st.dictionaries(ENTRIES, junk, max_size=5),
)
def test_whatever_is_sent_is_read_or_refused_never_a_crash(matter: str, raw: dict[str, Any]) -> None:
    try:
        request = payload.parse(matter, raw)
    except Refused as refusal:
        assert refusal.code == "payload"
        assert refusal.field
        return
    assert all(0 <= each.quantity <= payload.LARGEST for each in request.lines)
