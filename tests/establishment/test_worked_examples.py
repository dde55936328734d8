"""The cases MODEL §3 works through, as stories with numbers counted by hand."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest

from tests.establishment.conftest import ACT, DAY, NOW, place
from workflows.audit.models import Entry
from workflows.establishment import operations, queries
from workflows.establishment.balance import Figures, Line, Place
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Account, Transfer
from workflows.lib.refusals import Conflict, Missing, Refused
from workflows.organization.models import Unit

MakeLine = Callable[..., Line]


def centre(units: SimpleNamespace) -> Figures:
    return queries.figures([units.id.centre])[units.id.centre, "PSU-F"]


def test_s01_a_street_takes_25_posts_from_the_pool(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant")]
    assert queries.pool("PSU-F") == 120
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    assert (queries.pool("PSU-F"), centre(books).approved) == (95, 18)
    assert [(held.n, held.quantity, held.giver) for held in queries.held_lines("case/1")] == [(1, 25, place(books, "district.pool"))]
    operations.post(lines=lines, subject="case/1", **ACT)
    assert queries.pool("PSU-F") == 95
    assert centre(books) == Figures(vacant=26, filled=17)
    assert centre(books).approved == 43
    assert queries.open_reserves("case/1") == []


def test_the_second_case_on_the_last_posts_is_told_what_is_left(books: SimpleNamespace, line: MakeLine) -> None:
    operations.reserve(lines=[line(1, 100, "district.pool", "centre.vacant")], subject="case/1", tag="1", **ACT)
    with pytest.raises(Refused, match=r"^周转池余额不足（余 20 名）$") as refused:
        operations.reserve(lines=[line(1, 25, "district.pool", "dongfanglu.vacant")], subject="case/2", tag="1", **ACT)
    assert refused.value.code == "insufficient"
    assert not Transfer.objects.filter(subject="case/2").exists()
    assert not Entry.objects.filter(chain="case/2").exists()


def test_a_unit_with_too_few_vacant_posts_is_named_with_the_kind(books: SimpleNamespace, line: MakeLine) -> None:
    with pytest.raises(Refused, match=r"^东方路街道事业编制（全额）空编不足（余 4 名）$"):
        operations.reserve(lines=[line(1, 5, "dongfanglu.vacant", "district.pool")], subject="case/1", tag="1", **ACT)


def test_two_lines_on_one_giver_are_added_up(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 3, "dongfanglu.vacant", "centre.vacant"), line(2, 2, "dongfanglu.vacant", "industry.vacant")]
    with pytest.raises(Refused, match=r"余 1 名"):
        operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    assert not Transfer.objects.filter(subject="case/1").exists()


def test_s03_82_leadership_positions_for_41_schools(books: SimpleNamespace) -> None:
    schools = [
        Unit.objects.create(code=f"school_{n:02}", name=f"第{n}小学", kind="school", valid_from=date(2010, 1, 1)) for n in range(1, 42)
    ]
    source = Place(books.id.district, "issued")
    lines = [
        Line(2 * n + offset, f"L-SCHOOL-SUB-{seat}", 1, source, Place(school.pk, "vacant"))
        for n, school in enumerate(schools)
        for offset, seat in enumerate("PD", start=1)
    ]
    assert len(lines) == 82
    reserved = operations.reserve(lines=lines, subject="case/3", tag="1", **ACT)
    assert len(reserved) == 82
    posted = operations.post(lines=lines, subject="case/3", **ACT)
    assert len(posted) == 82
    found = queries.figures([school.pk for school in schools])
    assert len(found) == 82
    assert {figures.approved for figures in found.values()} == {1}
    totals = {total.kind.code: (total.issued, total.approved, total.held) for total in queries.district_overview()}
    assert totals["L-SCHOOL-SUB-P"] == (41, 41, 0)
    assert totals["L-SCHOOL-SUB-D"] == (41, 41, 0)
    assert list(queries.reconcile()) == []


def test_s08_the_giver_reserves_and_the_receiver_is_born_later(books: SimpleNamespace, line: MakeLine) -> None:
    operations.reserve(lines=[line(1, 3, "industry.vacant", None)], subject="case/8", tag="1", **ACT)
    assert queries.figures([books.id.industry])[books.id.industry, "PSU-F"] == Figures(vacant=0, held=3, filled=9)
    with pytest.raises(Refused, match="接收单位尚未确定"):
        operations.post(lines=[line(1, 3, "industry.vacant", None)], subject="case/8", **ACT)
    born = Unit.objects.create(code="sme_centre", name="区中小企业发展促进中心", kind="subordinate_psu", valid_from=DAY)
    operations.post(lines=[Line(1, "PSU-F", 3, place(books, "industry.vacant"), Place(born.pk, "vacant"))], subject="case/8", **ACT)
    assert queries.figures([books.id.industry])[books.id.industry, "PSU-F"].approved == 9
    assert queries.figures([born.pk])[born.pk, "PSU-F"] == Figures(vacant=3)


def test_void_gives_everything_back_and_is_empty_the_second_time(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant"), line(2, 2, "dongfanglu.vacant", "centre.vacant")]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    assert len(operations.void(subject="case/1", **ACT)) == 2
    assert queries.pool("PSU-F") == 120
    assert operations.void(subject="case/1", **ACT) == []
    with pytest.raises(Refused) as refused:
        operations.post(lines=lines, subject="case/1", **ACT)
    assert refused.value.code == "mismatch"


def test_less_approved_than_reserved_is_void_reserve_less_post(books: SimpleNamespace, line: MakeLine) -> None:
    asked, decided = [line(1, 25, "district.pool", "centre.vacant")], [line(1, 20, "district.pool", "centre.vacant")]
    operations.reserve(lines=asked, subject="case/1", tag="1", **ACT)
    with pytest.raises(Refused, match="入账明细与预留不符"):
        operations.post(lines=decided, subject="case/1", **ACT)
    operations.void(subject="case/1", **ACT)
    operations.reserve(lines=decided, subject="case/1", tag="2", **ACT)
    operations.post(lines=decided, subject="case/1", **ACT)
    assert (queries.pool("PSU-F"), centre(books).approved) == (100, 38)
    assert list(Transfer.objects.filter(subject="case/1").values_list("code", flat=True)) == ["reserve", "void", "reserve", "post"]
    assert [entry.verb for entry in Entry.objects.filter(chain="case/1")] == [
        "establishment.transfer.reserved",
        "establishment.transfer.voided",
        "establishment.transfer.reserved",
        "establishment.transfer.posted",
    ]


def test_over_establishment_can_shrink_and_never_worsen(books: SimpleNamespace) -> None:
    vacant = Account.objects.get(unit=books.culture, kind__code="PSU-F", bucket="vacant")
    assert (vacant.balance, vacant.floor) == (-3, -3)
    culture = lambda bucket: place(books, f"culture.{bucket}")  # noqa: E731
    lock = {"code": "lock", "kind": "PSU-F", "quantity": 1, "giver": culture("vacant"), "receiver": culture("locked")} | ACT
    with pytest.raises(Refused, match=r"^区文广旅局事业编制（全额）空编不足（余 0 名）$"):
        operations.move(key="lock/1", **lock)
    leave = {"code": "leave", "kind": "PSU-F", "quantity": 1, "giver": culture("filled"), "receiver": culture("vacant")} | ACT
    operations.move(key="leave/1", **leave)
    vacant.refresh_from_db()
    assert (vacant.balance, vacant.floor) == (-2, -2)
    with pytest.raises(Refused):
        operations.move(key="lock/2", **lock)
    figures = queries.figures([books.id.culture])[books.id.culture, "PSU-F"]
    assert (figures.approved, figures.filled, figures.over, figures.vacancy) == (20, 22, 2, 0)


def test_s13_pledged_posts_are_released_by_tranches(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 40, "district.pool", "centre.pledged")]
    operations.reserve(lines=lines, subject="case/13", tag="1", **ACT)
    operations.post(lines=lines, subject="case/13", **ACT)
    assert centre(books).approved == 18
    tranche = {"code": "tranche", "kind": "PSU-F", "giver": place(books, "centre.pledged"), "receiver": place(books, "centre.vacant")} | ACT
    operations.move(key="tranche/1", quantity=15, **tranche)
    assert (centre(books).approved, centre(books).pledged) == (33, 25)
    with pytest.raises(Refused, match=r"待下达不足（余 25 名）"):
        operations.move(key="tranche/2", quantity=30, **tranche)


def test_posts_converted_through_the_source_leave_the_totals_whole(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 2, "dongfanglu.vacant", "district.issued"), line(2, 2, "district.issued", "dongfanglu.vacant", kind="PSU-P")]
    operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    operations.post(lines=lines, subject="case/1", **ACT)
    figures = queries.figures([books.id.dongfanglu])
    assert (figures[books.id.dongfanglu, "PSU-F"].approved, figures[books.id.dongfanglu, "PSU-P"].approved) == (28, 2)
    assert list(queries.reconcile()) == []


def test_the_same_key_is_the_same_act(books: SimpleNamespace, line: MakeLine) -> None:
    lines = [line(1, 25, "district.pool", "centre.vacant")]
    first = operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
    assert operations.reserve(lines=lines, subject="case/1", tag="1", **ACT) == first
    posted = operations.post(lines=lines, subject="case/1", **ACT)
    assert operations.post(lines=lines, subject="case/1", **ACT) == posted
    assert operations.reserve(lines=lines, subject="case/1", tag="1", **ACT) == first
    assert queries.pool("PSU-F") == 95
    assert Entry.objects.filter(chain="case/1").count() == 2
    with pytest.raises(Conflict):
        operations.reserve(lines=[line(1, 24, "district.pool", "centre.vacant")], subject="case/1", tag="1", **ACT)


def test_issue_brings_posts_from_above_into_the_pool(books: SimpleNamespace) -> None:
    pool = place(books, "district.pool")
    for _again in range(2):
        operations.issue(kind="PSU-F", quantity=10, receiver=pool, key="issue/2026-1", **ACT)
    assert queries.pool("PSU-F") == 130
    assert Entry.objects.filter(chain="ledger", verb="establishment.transfer.moved").count() == 1


def test_a_total_limits_what_may_be_issued_but_not_what_moves_within(books: SimpleNamespace, line: MakeLine) -> None:
    operations.set_ceiling(
        name="全区事业编制总额",
        kinds=["PSU-F", "PSU-P"],
        quantity=205,
        basis="市编委〔2025〕1号",
        valid_from=date(2026, 1, 1),
        actor=None,
        now=NOW,
    )
    assert queries.ceiling_room("PSU-F", DAY) == 5
    assert queries.ceiling_room("ADM", DAY) is None
    with pytest.raises(Refused, match=r"^超出全区事业编制总额（总额 205 名，余 5 名）$") as refused:
        operations.reserve(lines=[line(1, 6, "district.issued", "centre.vacant", kind="PSU-P")], subject="case/1", tag="1", **ACT)
    assert refused.value.code == "ceiling"
    operations.reserve(lines=[line(1, 5, "district.issued", "centre.vacant", kind="PSU-P")], subject="case/1", tag="1", **ACT)
    operations.reserve(lines=[line(1, 120, "district.pool", "centre.vacant")], subject="case/2", tag="1", **ACT)
    assert queries.ceiling_room("PSU-F", DAY) == 0
    operations.void(subject="case/1", **ACT)
    assert queries.ceiling_room("PSU-F", DAY) == 5


def test_a_correction_names_what_it_corrects_and_moves_only_the_difference(books: SimpleNamespace) -> None:
    wrong = Transfer.objects.get(code="opening", credit__unit=books.industry, credit__bucket="vacant")
    row = operations.correct(transfer_id=wrong.pk, quantity=10, reason="年报抄录错误", **ACT)
    assert (row.code, row.quantity, row.corrects_id, row.debit_id) == ("correct", 2, wrong.pk, wrong.credit_id)
    assert queries.figures([books.id.industry])[books.id.industry, "PSU-F"] == Figures(vacant=1, filled=9)
    with pytest.raises(Conflict, match="请更正其更正行"):
        operations.correct(transfer_id=wrong.pk, quantity=11, reason="再改", **ACT)
    operations.correct(transfer_id=row.pk, quantity=0, reason="原数无误", **ACT)
    assert queries.figures([books.id.industry])[books.id.industry, "PSU-F"].approved == 12


def test_a_correction_of_what_people_fill_can_reveal_over_establishment(books: SimpleNamespace) -> None:
    wrong = Transfer.objects.get(code="opening", credit__unit=books.industry, credit__bucket="filled")
    operations.correct(transfer_id=wrong.pk, quantity=14, reason="漏报五人", **ACT)
    figures = queries.figures([books.id.industry])[books.id.industry, "PSU-F"]
    assert (figures.approved, figures.filled, figures.over) == (12, 14, 2)


@pytest.mark.parametrize(("quantity", "reason", "code"), [(12, "x", "unchanged"), (-1, "x", "quantity"), (3, " ", "reason")])
def test_a_correction_that_says_nothing_is_refused(books: SimpleNamespace, quantity: int, reason: str, code: str) -> None:
    wrong = Transfer.objects.get(code="opening", credit__unit=books.industry, credit__bucket="vacant")
    with pytest.raises(Refused) as refused:
        operations.correct(transfer_id=wrong.pk, quantity=quantity, reason=reason, **ACT)
    assert refused.value.code == code


def test_what_a_case_moved_is_corrected_by_another_case(books: SimpleNamespace, line: MakeLine) -> None:
    rows = operations.reserve(lines=[line(1, 1, "district.pool", "centre.vacant")], subject="case/1", tag="1", **ACT)
    with pytest.raises(Refused, match="另行办理更正办件"):
        operations.correct(transfer_id=rows[0].pk, quantity=0, reason="x", **ACT)
    with pytest.raises(Missing):
        operations.correct(transfer_id=999_999, quantity=0, reason="x", **ACT)


@pytest.mark.parametrize("quantity", [0, -5, 100_000, 2.5, "3", True, None])
def test_a_quantity_that_is_not_a_number_of_posts_is_refused(books: SimpleNamespace, line: MakeLine, quantity: object) -> None:
    with pytest.raises(Refused, match="1 至 99999 的整数"):
        operations.reserve(lines=[line(1, quantity, "district.pool", "centre.vacant")], subject="case/1", tag="1", **ACT)


def test_lines_must_be_distinct_and_lead_somewhere(books: SimpleNamespace, line: MakeLine) -> None:
    twice = [line(1, 1, "district.pool", "centre.vacant"), line(1, 2, "district.pool", "industry.vacant")]
    back = [line(1, 1, "dongfanglu.vacant", "dongfanglu.vacant")]
    filled = [line(1, 1, "dongfanglu.filled", "centre.vacant")]
    for lines in (twice, back, filled, []):
        with pytest.raises(Refused) as refused:
            operations.reserve(lines=lines, subject="case/1", tag="1", **ACT)
        assert refused.value.code == "lines"


def test_an_unknown_kind_and_an_impossible_path_are_refused(books: SimpleNamespace, line: MakeLine) -> None:
    with pytest.raises(Refused) as refused:
        operations.reserve(lines=[line(1, 1, "district.pool", "centre.vacant", kind="ACC")], subject="case/1", tag="1", **ACT)
    assert refused.value.code == "kind"
    for code, giver, receiver in [
        ("hire", "centre.vacant", "centre.pledged"),
        ("post", "centre.held", "centre.vacant"),
        ("lock", "centre.vacant", "industry.locked"),
    ]:
        with pytest.raises(Refused) as refused:
            operations.move(code=code, kind="PSU-F", quantity=1, giver=place(books, giver), receiver=place(books, receiver), key="x", **ACT)
        assert refused.value.code == "path"


def test_books_are_opened_once(books: SimpleNamespace) -> None:
    again = [Opening(books.id.centre, "PSU-F", approved=19)]
    with pytest.raises(Refused, match="已有变动记录") as refused:
        operations.open_books(rows=again, key="opening/other", **ACT)
    assert refused.value.code == "opened"
    assert operations.open_books(rows=[Opening(books.id.centre, "ADM", approved=4, filled=1)], key="opening/adm", **ACT)[0].quantity == 4
