"""Reading the ledger: as of a day, as known at a time, explained, summed up, in a fixed number of statements."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.establishment.conftest import ACT, DAY, NOW, OPENED, place
from workflows.establishment import operations, queries
from workflows.establishment.balance import Change, Figures, Line, Place
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Approval
from workflows.organization.models import Unit

MakeLine = Callable[..., Line]


def count(act: Callable[[], object]) -> int:
    """Statements an act sends inside a transaction that is already open."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def test_figures_of_a_past_day_and_of_a_coming_one(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant")]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    operations.post(lines=lines, subject="case/1", **ACT | {"effective_date": date(2026, 4, 1), "now": NOW + timedelta(days=7)})
    centre = (books.id.centre, "PSU-F")
    of = lambda day, known_at=None: queries.figures([books.id.centre], day, known_at).get(centre, Figures()).approved  # noqa: E731
    assert of(date(2025, 12, 31)) == 0
    assert of(OPENED) == 18
    assert of(DAY) == 18
    assert of(date(2026, 3, 31)) == 18
    assert of(date(2026, 4, 1)) == 43
    assert of(None) == 43
    assert of(date(2026, 4, 1), NOW + timedelta(days=6)) == 18
    assert of(None, NOW + timedelta(days=6)) == 18
    assert of(date(2026, 4, 1), NOW + timedelta(days=7)) == 43


def test_a_correction_is_known_only_from_the_day_it_was_recorded(books: SimpleNamespace) -> None:
    wrong = queries.movements(unit_ids={books.id.industry}, code="opening")[-1]
    operations.correct(
        transfer_id=wrong.pk, quantity=11, reason="抄录", basis="说明", effective_date=OPENED, actor=None, now=NOW + timedelta(days=30)
    )
    pair = (books.id.industry, "PSU-F")
    assert queries.figures([books.id.industry], OPENED)[pair].approved == 11
    assert queries.figures([books.id.industry], OPENED, NOW + timedelta(days=29))[pair].approved == 12


def test_figures_name_every_bucket(books: SimpleNamespace, line: MakeLine) -> None:
    operations.reserve(lines=[line(1, 1, "dongfanglu.vacant", None)], subject="case/1", tag="1", **ACT)
    found = queries.figures([books.id.dongfanglu])[books.id.dongfanglu, "PSU-F"]
    assert found == Figures(vacant=3, held=1, locked=2, filled=24)
    assert (found.approved, found.vacancy, found.over) == (30, 3, 0)
    assert queries.figures(None).keys() == {
        (unit, "PSU-F") for unit in (books.id.centre, books.id.dongfanglu, books.id.industry, books.id.culture)
    }


def test_a_preview_shows_every_account_before_and_after_also_once_reserved(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant")]
    expected = [
        Change(books.id.district, "PSU-F", "pool", before=120, after=95),
        Change(books.id.centre, "PSU-F", "vacant", before=1, after=26),
    ]
    assert queries.preview(lines) == expected
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    assert queries.preview(lines, "case/1") == expected
    assert [change.difference for change in expected] == [-25, 25]


def test_the_district_as_a_whole(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [
        line(1, 25, "district.pool", "centre.vacant"),
        line(2, 10, "district.pool", "centre.pledged"),
        line(3, 2, "industry.vacant", None),
    ]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    for total in (queries.district_overview()[0], queries.district_overview(DAY)[0]):
        assert total.kind.code == "PSU-F"
        assert (total.issued, total.pool, total.held, total.approved, total.pledged) == (200, 85, 35, 80, 0)
        assert (total.filled, total.locked, total.vacant, total.over) == (73, 2, 1 + 4 + 1, 3)
        assert total.issued == total.pool + total.held + total.approved + total.pledged
    assert queries.district_overview(date(2020, 1, 1)) == []
    assert queries.pool() == {"PSU-F": 85}


def test_why_is_this_45(units: SimpleNamespace, line: MakeLine) -> None:
    def paper(number: str, on: date, change: int, after: int | None, key: str) -> Approval:
        return Approval(unit=units.industry, kind_id=kind, number=number, title=number, date=on, change=change, after=after, key=key)

    kind = next(kind.pk for kind in queries.kinds() if kind.code == "ADM")
    operations.record_history(
        approvals=[
            paper("区委编委〔2019〕3号", date(2019, 3, 1), 41, 41, "a"),
            paper("区委编委〔2021〕7号", date(2021, 6, 1), 3, None, "b"),
        ],
        subject="history/x", actor=None, now=NOW,
    )  # fmt: skip
    assert [(step.number, step.change, step.after) for step in queries.explain(units.id.industry, "ADM", date(2022, 1, 1))] == [
        ("区委编委〔2019〕3号", 41, 41),
        ("区委编委〔2021〕7号", 3, 44),
    ]
    operations.open_books(
        rows=[Opening(units.id.industry, "ADM", approved=45, filled=42), Opening(units.id.district, "ADM", pool=5)],
        key="opening/adm", **ACT | {"basis": "2025年报", "effective_date": OPENED},
    )  # fmt: skip
    lines = [line(1, 2, "district.pool", "industry.vacant", kind="ADM")]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    operations.post(lines=lines, subject="case/1", **ACT)
    operations.move(
        code="hire", kind="ADM", quantity=1, giver=place(units, "industry.vacant"), receiver=place(units, "industry.filled"), key="h", **ACT
    )
    steps = queries.explain(units.id.industry, "ADM", DAY)
    assert [(step.date, step.number, step.change, step.after, step.source) for step in steps] == [
        (date(2019, 3, 1), "区委编委〔2019〕3号", 41, 41, "history"),
        (date(2021, 6, 1), "区委编委〔2021〕7号", 3, 44, "history"),
        (OPENED, "2025年报", 1, 45, "opening"),
        (DAY, "示编委〔2026〕3号", 2, 47, "ledger"),
    ]
    assert steps[-1].after == queries.figures([units.id.industry])[units.id.industry, "ADM"].approved
    assert steps[-1].subject == "case/1"


def test_history_loaded_where_the_ledger_already_speaks_is_listed_but_not_counted(books: SimpleNamespace) -> None:
    kind = next(kind.pk for kind in queries.kinds() if kind.code == "PSU-F")
    late = Approval(unit=books.industry, kind_id=kind, number="迟到", date=date(2026, 2, 1), change=5, key="late")
    operations.record_history(approvals=[late], subject="history/y", actor=None, now=NOW)
    assert [(step.number, step.change, step.after) for step in queries.explain(books.id.industry, "PSU-F", DAY)] == [
        ("2025年度统计年报", 12, 12),
        ("迟到", 0, 12),
    ]


def test_movements_come_newest_first_page_by_page(books: SimpleNamespace) -> None:
    first = queries.movements(limit=3)
    second = queries.movements(limit=3, before=first[-1].pk)
    everything = queries.movements(limit=100)
    assert [row.pk for row in (*first, *second)] == [row.pk for row in everything][:6]
    assert len(everything) == 10
    assert {row.subject for row in queries.movements(subject="opening/sample", limit=100)} == {"opening/sample"}
    assert len(queries.movements(unit_ids={books.id.centre})) == 2
    assert queries.movements(unit_ids=set()) == []
    assert queries.movements(kind="ADM") == []


def test_a_unit_with_posts_is_not_empty(books: SimpleNamespace) -> None:
    born = Unit.objects.create(code="new", name="新", kind="department", valid_from=DAY)
    assert queries.empty(born.pk)
    assert not queries.empty(books.id.centre)


def test_leadership_positions_are_kinds_by_body_and_rank(units: SimpleNamespace) -> None:
    assert [kind.code for kind in queries.leader_kinds("SCHOOL", "sub_section")] == ["L-SCHOOL-SUB-P", "L-SCHOOL-SUB-D"]
    assert {"ADM", "POL", "LAB", "PSU-F", "PSU-P", "PSU-S", "EDU", "MED", "QUO", "CTL", "NON"} < {kind.code for kind in queries.kinds()}
    assert operations.load_kinds(actor=None, now=NOW) == []


@pytest.mark.parametrize("size", [1, 2])
def test_the_two_phases_take_at_most_six_statements(books: SimpleNamespace, line: MakeLine, size: int) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant"), line(2, 1, "dongfanglu.vacant", "industry.vacant")][:size]
    operations.reserve(lines=lines, subject="case/0", tag="1", **ACT)
    operations.void(subject="case/0", **ACT)
    assert count(lambda: operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)) <= 6
    assert count(lambda: operations.post(lines=lines, subject="case/1", **ACT)) <= 6
    operations.reserve(lines=lines, subject="case/2", tag="1", **ACT)
    assert count(lambda: operations.void(subject="case/2", **ACT)) <= 6
    assert count(lambda: operations.void(subject="case/2", **ACT)) == 1


def test_82_lines_take_few_statements_too(books: SimpleNamespace) -> None:
    schools = [Unit.objects.create(code=f"s{n}", name=f"校{n}", kind="school", valid_from=DAY) for n in range(41)]
    source = Place(books.id.district, "issued")
    lines = [
        Line(2 * n + offset, f"L-SCHOOL-SUB-{seat}", 1, source, Place(school.pk, "vacant"))
        for n, school in enumerate(schools)
        for offset, seat in enumerate("PD", start=1)
    ]
    assert count(lambda: operations.reserve(lines=lines, subject="case/3", tag="1", **ACT)) <= 12
    assert count(lambda: operations.post(lines=lines, subject="case/3", **ACT)) <= 8


def test_overviews_take_the_same_few_statements_at_150_units(units: SimpleNamespace) -> None:
    many = [Unit.objects.create(code=f"u{n}", name=f"单位{n}", kind="department", valid_from=DAY) for n in range(150)]
    rows = [Opening(unit.pk, kind, approved=10, filled=7) for unit in many for kind in ("ADM", "PSU-F", "LAB")]
    operations.open_books(rows=rows, key="opening/many", **ACT)
    assert count(queries.district_overview) == 2
    assert count(lambda: queries.district_overview(DAY)) == 3
    assert count(lambda: queries.figures(None)) == 1
    assert count(lambda: queries.figures([unit.pk for unit in many], DAY, NOW)) == 2
    assert count(lambda: queries.unit_overview(many[0].pk)) == 2
    assert count(lambda: queries.unit_overview(many[0].pk, DAY)) == 3
    assert count(lambda: queries.movements(limit=50)) == 1
    assert count(lambda: queries.explain(many[0].pk, "ADM", DAY)) == 2
    assert [(total.kind.code, total.approved, total.vacant) for total in queries.district_overview()] == [
        ("ADM", 1500, 450),
        ("LAB", 1500, 450),
        ("PSU-F", 1500, 450),
    ]
