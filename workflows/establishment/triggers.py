"""What the database keeps by itself in the ledger, on both databases: one condition per rule, written once.

Every refusal carries the name of the rule. The rules hold for every client that can insert a row, so that a mistake in
the operations, or a statement typed by hand, cannot take a post from nowhere:

- `establishment_transfer_append_only`  a movement is never changed or deleted
- `transfer_one_kind`        both accounts hold the same kind, and the quantity is a whole number
- `transfer_path`            the code may move between these two buckets, within one unit where it must
- `transfer_opening_first`   an opening row meets no earlier movement of another code
- `transfer_resolves`        post and void mirror their own open reserve; nothing else resolves one
- `transfer_corrects`        a correction moves between the accounts of the row it names
- `transfer_moves_balances`  both balances, and the floor of an over-established unit, follow from the row
- `account_opens_empty`      an account begins at zero, in a bucket its unit can have, once
- `account_guard`            balance and floor change only as the row named in `moved_by` says, each row once
- `account_stays`            an account is never deleted
"""

from workflows.establishment.balance import CORRECTABLE, MAY_LOWER_FLOOR, PATHS, WITHIN_UNIT
from workflows.lib.triggers import Trigger, append_only, refuse_function, rule

# ruff: noqa: S608 - the statements are put together from literals of this project only

TRANSFER, ACCOUNT, UNIT = "establishment_transfer", "establishment_account", "organization_unit"


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_PAIR = f"{ACCOUNT} d, {ACCOUNT} c WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id"
_PATHS = _words(tuple(sorted(f"{code}:{giver}:{receiver}" for code, pairs in PATHS.items() for giver, receiver in pairs)))

ONE_KIND = f"NOT EXISTS (SELECT 1 FROM {_PAIR} AND d.kind_id = c.kind_id) OR NEW.quantity <> CAST(NEW.quantity AS INTEGER)"

PATH = f"""NEW.code <> 'correct' AND NOT EXISTS (SELECT 1 FROM {_PAIR}
    AND NEW.code || ':' || d.bucket || ':' || c.bucket IN ({_PATHS})
    AND (d.unit_id = c.unit_id OR NOT (NEW.code IN ({_words(WITHIN_UNIT)}) OR NEW.code = 'opening' AND d.bucket <> 'issued')))"""

OPENING_FIRST = f"""NEW.code = 'opening' AND EXISTS (SELECT 1 FROM {TRANSFER} t, {ACCOUNT} a
    WHERE a.id IN (NEW.debit_id, NEW.credit_id) AND a.bucket <> 'issued' AND t.code <> 'opening'
    AND (t.debit_id = a.id OR t.credit_id = a.id))"""

RESOLVES = f"""CASE WHEN NEW.code IN ('post', 'void') THEN NOT EXISTS (SELECT 1 FROM {TRANSFER} r
        WHERE r.id = NEW.resolves_id AND r.code = 'reserve' AND r.quantity = NEW.quantity AND r.subject = NEW.subject
        AND r.credit_id = NEW.debit_id AND (NEW.code = 'post' OR r.debit_id = NEW.credit_id))
        OR EXISTS (SELECT 1 FROM {TRANSFER} o WHERE o.resolves_id = NEW.resolves_id)
    ELSE NEW.resolves_id IS NOT NULL END"""

CORRECTS = f"""CASE WHEN NEW.code = 'correct' THEN NOT EXISTS (SELECT 1 FROM {TRANSFER} w
        WHERE w.id = NEW.corrects_id AND w.code IN ({_words((*CORRECTABLE, "correct"))})
        AND (w.debit_id = NEW.debit_id AND w.credit_id = NEW.credit_id OR w.debit_id = NEW.credit_id AND w.credit_id = NEW.debit_id))
    ELSE NEW.corrects_id IS NOT NULL END"""

OPENS_EMPTY = f"""NEW.balance <> 0 OR NEW.moved_by <> 0 OR (NEW.bucket <> 'issued' AND COALESCE(NEW.floor, -1) <> 0)
    OR (NEW.bucket = 'issued' AND COALESCE(NEW.floor, 0) > 0)
    OR (NEW.bucket IN ('issued', 'pool')) <> EXISTS (SELECT 1 FROM {UNIT} u WHERE u.id = NEW.unit_id AND u.kind = 'district')
    AND NOT (NEW.bucket = 'held')"""

_SAME_ROW = "NEW.id = OLD.id AND NEW.unit_id = OLD.unit_id AND NEW.kind_id = OLD.kind_id AND NEW.bucket = OLD.bucket"
_LOWERS = f"OLD.bucket = 'vacant' AND t.code IN ({_words(MAY_LOWER_FLOOR)})"


def _guard(least: str, greatest: str, same: str) -> str:
    """When an UPDATE of an account is anything but the effect of a row later than the last one applied."""
    return f"""NOT ({_SAME_ROW} AND NEW.moved_by > OLD.moved_by AND EXISTS (SELECT 1 FROM {TRANSFER} t WHERE t.id = NEW.moved_by AND (
        (t.debit_id = OLD.id AND NEW.balance = OLD.balance - t.quantity
            AND NEW.floor {same} CASE WHEN {_LOWERS} THEN {least}(OLD.floor, OLD.balance - t.quantity) ELSE OLD.floor END)
        OR (t.credit_id = OLD.id AND NEW.balance = OLD.balance + t.quantity
            AND NEW.floor {same} CASE WHEN OLD.bucket = 'vacant'
                THEN {least}(0, {greatest}(OLD.floor, OLD.balance + t.quantity)) ELSE OLD.floor END))))"""


def _move(least: str, greatest: str) -> str:
    """The two statements that apply a row, debit first."""
    return f"""UPDATE {ACCOUNT} SET balance = balance - NEW.quantity, moved_by = NEW.id,
            floor = CASE WHEN bucket = 'vacant' AND NEW.code IN ({_words(MAY_LOWER_FLOOR)})
                THEN {least}(floor, balance - NEW.quantity) ELSE floor END
        WHERE id = NEW.debit_id;
        UPDATE {ACCOUNT} SET balance = balance + NEW.quantity, moved_by = NEW.id,
            floor = CASE WHEN bucket = 'vacant' THEN {least}(0, {greatest}(floor, balance + NEW.quantity)) ELSE floor END
        WHERE id = NEW.credit_id;"""


MOVES = Trigger(
    name="transfer_moves_balances",
    table=TRANSFER,
    sqlite=(f"CREATE TRIGGER transfer_moves_balances AFTER INSERT ON {TRANSFER} BEGIN {_move('MIN', 'MAX')} END",),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION transfer_moves_balances() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        {_move("LEAST", "GREATEST")} RETURN NULL; END $$""",
        f"""CREATE OR REPLACE TRIGGER transfer_moves_balances AFTER INSERT ON {TRANSFER}
        FOR EACH ROW EXECUTE FUNCTION transfer_moves_balances()""",
    ),
)

# SQLite's REPLACE displaces a row without a DELETE trigger when recursive_triggers is off, so inserting over a row is refused.
_DISPLACES = f"""EXISTS (SELECT 1 FROM {ACCOUNT} a WHERE a.id = NEW.id
    OR (a.unit_id = NEW.unit_id AND a.kind_id = NEW.kind_id AND a.bucket = NEW.bucket))"""

STAYS = Trigger(
    name="account_stays",
    table=ACCOUNT,
    sqlite=(f"CREATE TRIGGER account_stays BEFORE DELETE ON {ACCOUNT} BEGIN SELECT RAISE(ABORT, 'account_stays'); END",),
    postgresql=(
        refuse_function("account_stays"),
        f"""CREATE OR REPLACE TRIGGER account_stays BEFORE DELETE OR TRUNCATE ON {ACCOUNT}
        FOR EACH STATEMENT EXECUTE FUNCTION account_stays()""",
    ),
)

TRIGGERS = (
    append_only(TRANSFER, unique=("id", "key", "resolves_id", "corrects_id")),
    append_only("establishment_approval", unique=("id", "key")),
    rule("transfer_one_kind", TRANSFER, "INSERT", ONE_KIND),
    rule("transfer_path", TRANSFER, "INSERT", PATH),
    rule("transfer_opening_first", TRANSFER, "INSERT", OPENING_FIRST),
    rule("transfer_resolves", TRANSFER, "INSERT", RESOLVES),
    rule("transfer_corrects", TRANSFER, "INSERT", CORRECTS),
    MOVES,
    rule("account_opens_empty", ACCOUNT, "INSERT", f"{OPENS_EMPTY} OR {_DISPLACES}", OPENS_EMPTY),
    rule("account_guard", ACCOUNT, "UPDATE", _guard("MIN", "MAX", "IS"), _guard("LEAST", "GREATEST", "IS NOT DISTINCT FROM")),
    STAYS,
)
