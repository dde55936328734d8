"""Every rule the database keeps by itself, against statements typed by hand, on whichever database the tests run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.establishment.conftest import ACT, NOW
from workflows.establishment import operations, queries
from workflows.establishment.balance import Line
from workflows.establishment.models import Account, Kind, Transfer
from workflows.establishment.triggers import TRIGGERS
from workflows.lib import triggers

MakeLine = Callable[..., Line]
LAST = "SELECT MAX(id) FROM establishment_transfer"


@contextmanager
def refused_by(*names: str) -> Iterator[None]:
    """The statement must be refused by one of these rules, and leave every balance as it was."""
    before = list(Account.objects.order_by("pk").values_list("pk", "balance", "floor", "moved_by"))
    rows = Transfer.objects.count()
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert triggers.refusal(caught.value) in names, caught.value
    assert list(Account.objects.order_by("pk").values_list("pk", "balance", "floor", "moved_by")) == before
    assert Transfer.objects.count() == rows


def run(statement: str, *parameters: object) -> None:
    """One statement as any client could send it."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def account(units: SimpleNamespace, words: str, kind: str = "PSU-F") -> Account:
    code, bucket = words.split(".")
    unit = getattr(units, code)
    floor = None if bucket == "issued" else 0
    return Account.objects.get_or_create(unit=unit, kind=Kind.objects.get(code=kind), bucket=bucket, defaults={"floor": floor})[0]


def insert(debit: Account, credit: Account, quantity: object, code: str, **more: object) -> None:
    """A movement typed by hand."""
    values = {
        "debit_id": debit.pk, "credit_id": credit.pk, "quantity": quantity, "code": code, "resolves_id": None, "corrects_id": None,
        "subject": "case/9", "line": 1, "basis": "x", "effective_date": "2026-03-02", "recorded_at": NOW, "key": f"typed/{debit.pk}/{code}",
    } | more  # fmt: skip
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    run(f"INSERT INTO establishment_transfer ({names}) VALUES ({marks})", *values.values())


def test_every_rule_is_in_the_database(books: SimpleNamespace) -> None:
    assert triggers.missing() == []
    assert len(TRIGGERS) == 11


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE establishment_transfer SET quantity = 1",
        "UPDATE establishment_transfer SET basis = 'x'",
        "UPDATE establishment_transfer SET recorded_at = recorded_at",
        "DELETE FROM establishment_transfer",
        "DELETE FROM establishment_transfer WHERE id = (SELECT MAX(id) FROM establishment_transfer)",
    ],
)
def test_a_movement_is_never_changed_or_deleted(books: SimpleNamespace, change: str) -> None:
    with refused_by("establishment_transfer_append_only"):
        run(change)


def test_tables_are_not_truncated(books: SimpleNamespace) -> None:
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with refused_by("establishment_transfer_append_only", "account_stays"):
            run("TRUNCATE establishment_transfer CASCADE")
        with refused_by("account_stays", "establishment_transfer_append_only"):
            run("TRUNCATE establishment_account CASCADE")
    else:
        with refused_by("establishment_transfer_append_only"):
            run("DELETE FROM establishment_transfer WHERE 1")


def test_a_movement_is_not_replaced(books: SimpleNamespace) -> None:
    row = Transfer.objects.first()
    assert row is not None
    if connection.vendor == "postgresql":
        with refused_by("establishment_transfer_append_only"):
            run(
                "INSERT INTO establishment_transfer SELECT * FROM establishment_transfer WHERE id = %s "
                "ON CONFLICT (id) DO UPDATE SET quantity = 1",
                row.pk,
            )
    else:
        for setting in ("ON", "OFF"):
            run(f"PRAGMA recursive_triggers = {setting}")
            with refused_by("establishment_transfer_append_only"):
                run("INSERT OR REPLACE INTO establishment_transfer SELECT * FROM establishment_transfer WHERE id = %s", row.pk)
        run("PRAGMA recursive_triggers = ON")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE establishment_account SET balance = balance + 1 WHERE bucket = 'pool'",
        "UPDATE establishment_account SET balance = 0",
        "UPDATE establishment_account SET balance = balance",
        "UPDATE establishment_account SET floor = -10 WHERE bucket = 'vacant'",
        "UPDATE establishment_account SET floor = NULL WHERE bucket = 'vacant'",
        "UPDATE establishment_account SET moved_by = 0",
        "UPDATE establishment_account SET moved_by = moved_by + 1",
        "UPDATE establishment_account SET bucket = 'pool' WHERE bucket = 'issued'",
        f"UPDATE establishment_account SET balance = balance + 120, moved_by = ({LAST}) WHERE bucket = 'pool'",
        f"UPDATE establishment_account SET balance = balance + 17, moved_by = ({LAST}) WHERE bucket = 'filled'",
    ],
)
def test_a_balance_changes_only_by_its_movement(books: SimpleNamespace, change: str) -> None:
    with refused_by("account_guard", "account_floor_fits_bucket"):
        run(change)


def test_a_movement_is_applied_once(books: SimpleNamespace) -> None:
    row = Transfer.objects.order_by("-pk").first()
    assert row is not None
    with refused_by("account_guard"):
        run("UPDATE establishment_account SET balance = balance + %s, moved_by = %s WHERE id = %s", row.quantity, row.pk, row.credit_id)


def test_accounts_stay(books: SimpleNamespace) -> None:
    with refused_by("account_stays"):
        run("DELETE FROM establishment_account")
    empty = account(books, "centre.frozen")
    with refused_by("account_stays"):
        run("DELETE FROM establishment_account WHERE id = %s", empty.pk)


@pytest.mark.parametrize(
    ("unit", "bucket", "balance", "floor", "moved_by"),
    [
        ("centre", "frozen", 5, 0, 0),
        ("centre", "frozen", 0, -5, 0),
        ("centre", "frozen", 0, None, 0),
        ("centre", "frozen", 0, 0, 7),
        ("centre", "pool", 0, 0, 0),
        ("centre", "issued", 0, None, 0),
        ("district", "filled", 0, 0, 0),
    ],
)
def test_an_account_opens_empty_where_it_belongs(
    books: SimpleNamespace, unit: str, bucket: str, balance: int, floor: int | None, moved_by: int
) -> None:
    kind = Kind.objects.get(code="PSU-F")
    with refused_by("account_opens_empty"):
        run(
            "INSERT INTO establishment_account (unit_id, kind_id, bucket, balance, floor, moved_by) VALUES (%s, %s, %s, %s, %s, %s)",
            getattr(books, unit).pk, kind.pk, bucket, balance, floor, moved_by,
        )  # fmt: skip


def test_an_account_is_not_replaced(books: SimpleNamespace) -> None:
    if connection.vendor == "postgresql":
        with refused_by("account_guard"):
            run(
                "INSERT INTO establishment_account (unit_id, kind_id, bucket, balance, floor, moved_by) "
                "SELECT unit_id, kind_id, bucket, 0, 0, 0 FROM establishment_account WHERE bucket = 'pool' "
                "ON CONFLICT (unit_id, kind_id, bucket) DO UPDATE SET balance = 999"
            )
    else:
        with refused_by("account_opens_empty"):
            run(
                "INSERT OR REPLACE INTO establishment_account (id, unit_id, kind_id, bucket, balance, floor, moved_by) "
                "SELECT id, unit_id, kind_id, bucket, 0, 0, 0 FROM establishment_account WHERE bucket = 'pool'"
            )


def test_posts_never_change_their_kind_on_the_way(books: SimpleNamespace) -> None:
    with refused_by("transfer_one_kind"):
        insert(account(books, "district.pool"), account(books, "centre.vacant", "ADM"), 1, "allocate")


@pytest.mark.parametrize("quantity", [0, -1, 121])
def test_a_movement_takes_a_positive_quantity_that_is_there(books: SimpleNamespace, quantity: int) -> None:
    with refused_by("transfer_quantity_positive", "establishment_transfer_quantity_check", "account_not_below_floor", "quantity"):
        insert(account(books, "district.pool"), account(books, "centre.vacant"), quantity, "allocate")


def test_half_a_post_does_not_exist(books: SimpleNamespace) -> None:
    if connection.vendor == "sqlite":  # PostgreSQL's integer column rounds or refuses by its type
        for quantity in (0.5, "many"):
            with refused_by("transfer_one_kind", "transfer_quantity_positive"):
                insert(account(books, "district.pool"), account(books, "centre.vacant"), quantity, "allocate")
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            insert(account(books, "district.pool"), account(books, "centre.vacant"), "many", "allocate")


@pytest.mark.parametrize(
    ("code", "giver", "receiver"),
    [
        ("allocate", "district.pool", "centre.filled"),
        ("issue", "district.pool", "district.issued"),
        ("hire", "centre.vacant", "centre.pledged"),
        ("lock", "centre.vacant", "industry.locked"),
        ("reserve", "industry.vacant", "district.held"),
        ("opening", "centre.vacant", "industry.filled"),
        ("allocate", "district.held", "centre.vacant"),
        ("nonsense", "district.pool", "centre.vacant"),
    ],
)
def test_a_code_moves_only_along_its_path(books: SimpleNamespace, code: str, giver: str, receiver: str) -> None:
    with refused_by("transfer_path"):
        insert(account(books, giver), account(books, receiver), 1, code)


def test_opening_rows_meet_no_other_movement(books: SimpleNamespace) -> None:
    insert(account(books, "district.pool"), account(books, "centre.vacant"), 1, "allocate")
    with refused_by("transfer_opening_first"):
        insert(account(books, "district.issued"), account(books, "centre.vacant"), 5, "opening")
    with refused_by("transfer_opening_first"):
        insert(account(books, "centre.vacant"), account(books, "centre.filled"), 5, "opening")


def test_post_and_void_mirror_their_own_reserve(books: SimpleNamespace, line: MakeLine) -> None:
    held = operations.reserve(lines=[line(1, 25, "district.pool", "centre.vacant")], subject="case/9", tag="1", **ACT)[0]
    other = operations.reserve(lines=[line(1, 25, "district.pool", "centre.vacant")], subject="case/8", tag="1", **ACT)[0]
    mine = operations.reserve(lines=[line(1, 4, "dongfanglu.vacant", "centre.vacant")], subject="case/7", tag="1", **ACT)[0]
    pool, vacant, box = account(books, "district.pool"), account(books, "centre.vacant"), account(books, "district.held")
    for more in (
        {"resolves_id": None},
        {"resolves_id": other.pk},
        {"resolves_id": mine.pk},
        {"resolves_id": held.pk, "quantity": 24},
        {"resolves_id": held.pk, "subject": "case/8"},
        {"resolves_id": Transfer.objects.filter(code="opening").values_list("pk", flat=True)[0]},
    ):
        with refused_by("transfer_resolves"):
            insert(box, vacant, **{"quantity": 25, "code": "post"} | more)
    with refused_by("transfer_resolves"):
        insert(account(books, "dongfanglu.held"), account(books, "dongfanglu.vacant"), 25, "void", resolves_id=held.pk)
    with refused_by("transfer_resolves"):
        insert(pool, vacant, 1, "allocate", resolves_id=held.pk)
    insert(box, pool, 25, "void", resolves_id=held.pk)
    with refused_by("transfer_resolves", "establishment_transfer_append_only", "establishment_transfer_resolves_id_key"):
        insert(box, vacant, 25, "post", resolves_id=held.pk, key="typed/again")
    assert queries.pool("PSU-F") == 95


def test_what_is_voided_goes_back_to_its_giver(books: SimpleNamespace, line: MakeLine) -> None:
    held = operations.reserve(lines=[line(1, 4, "dongfanglu.vacant", "centre.vacant")], subject="case/9", tag="1", **ACT)[0]
    with refused_by("transfer_resolves", "transfer_path"):
        insert(account(books, "dongfanglu.held"), account(books, "industry.vacant"), 4, "void", resolves_id=held.pk)


def test_a_correction_stays_between_the_accounts_it_corrects(books: SimpleNamespace, line: MakeLine) -> None:
    wrong = Transfer.objects.get(code="opening", credit=account(books, "centre.vacant"))
    held = operations.reserve(lines=[line(1, 5, "district.pool", "centre.vacant")], subject="case/1", tag="1", **ACT)[0]
    issued, vacant, pool = account(books, "district.issued"), account(books, "centre.vacant"), account(books, "district.pool")
    with refused_by("transfer_corrects"):
        insert(issued, vacant, 1, "correct")
    with refused_by("transfer_corrects"):
        insert(pool, vacant, 1, "correct", corrects_id=wrong.pk)
    with refused_by("transfer_corrects"):
        insert(account(books, "district.held"), pool, 5, "correct", corrects_id=held.pk)
    with refused_by("transfer_corrects"):
        insert(pool, vacant, 1, "allocate", corrects_id=wrong.pk)


def test_the_check_stands_behind_the_operations(books: SimpleNamespace) -> None:
    with refused_by("account_not_below_floor"):
        insert(account(books, "culture.vacant"), account(books, "culture.locked"), 1, "lock")
    with refused_by("account_not_below_floor"):
        insert(account(books, "industry.vacant"), account(books, "industry.locked"), 4, "lock")
    with refused_by("account_issued_not_above_zero", "account_opens_empty"):
        run(
            "INSERT INTO establishment_account (unit_id, kind_id, bucket, balance, floor, moved_by) VALUES (%s, %s, 'issued', 1, NULL, 0)",
            books.district.pk, Kind.objects.get(code="MED").pk,
        )  # fmt: skip


def test_an_account_below_zero_cannot_be_given_a_lower_floor_by_a_plain_row(books: SimpleNamespace) -> None:
    vacant = account(books, "culture.vacant")
    insert(account(books, "culture.filled"), vacant, 2, "leave")
    vacant.refresh_from_db()
    assert (vacant.balance, vacant.floor) == (-1, -1)
    with refused_by("account_not_below_floor"):
        insert(vacant, account(books, "culture.filled"), 1, "hire")


def test_history_is_never_changed(books: SimpleNamespace) -> None:
    run(
        "INSERT INTO establishment_approval (unit_id, number, title, date, change, effect, scan, key) "
        "VALUES (%s, 'n', '', '2020-01-01', 1, '', '', 'k')",
        books.centre.pk,
    )
    for change in ("UPDATE establishment_approval SET change = 2", "DELETE FROM establishment_approval"):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            run(change)
        assert triggers.refusal(caught.value) == "establishment_approval_append_only"
