"""Turning lines, earlier rows and opening figures into the movements an act will write, or refusing them. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from workflows.establishment import balance
from workflows.establishment.balance import Line, Movement, Place
from workflows.establishment.models import Transfer
from workflows.lib.refusals import Conflict, Refused


@dataclass(frozen=True, slots=True)
class Opening:
    """One unit's posts of one kind on the day the books open; for the district only `pool`."""

    unit_id: int
    kind: str
    approved: int = 0
    filled: int = 0
    locked: int = 0
    frozen: int = 0
    pledged: int = 0
    pool: int = 0


def checked(lines: Sequence[Line]) -> None:
    """Refuse lines that are not at least one, distinct, whole and positive, from a giver to a receiver."""
    faults = balance.faults(lines)
    if "quantity" in faults:
        raise Refused(_("数量应为 1 至 99999 的整数。"), code="lines", field="quantity")
    if faults:
        raise Refused(_("编制变动明细不完整：至少一行，行号不重复，来源和去向分明。"), code="lines", field="lines")


def reservation(line: Line, subject: str, tag: str) -> Movement:
    """The giver's posts set aside at the giver."""
    return Movement(
        kind=line.kind,
        quantity=line.quantity,
        debit=line.giver,
        credit=Place(line.giver.unit_id, "held"),
        code="reserve",
        key=f"{subject}/reserve/{tag}/{line.n}",
        n=line.n,
    )


def mirrored(lines: Sequence[Line], held: Mapping[int, Transfer]) -> None:
    """Refuse lines that are not exactly what is held, or whose receiver is still unknown."""
    asked = {line.n: (line.quantity, line.kind, line.giver) for line in lines}
    kept = {n: (row.quantity, row.debit.kind.code, Place(row.debit.unit_id, row.debit.bucket)) for n, row in held.items()}
    if asked != kept:
        raise Refused(_("入账明细与预留不符，须先释放原预留，再按新数预留。"), code="mismatch")
    if any(line.receiver is None for line in lines):
        raise Refused(_("接收单位尚未确定，不能入账。"), code="receiver")


def resolution(code: str, row: Transfer, receiver: Place) -> Movement:
    """What is held by the reserve `row` moved on to `receiver`: posted, or voided back to its giver."""
    return Movement(
        kind=row.debit.kind.code,
        quantity=row.quantity,
        debit=Place(row.credit.unit_id, "held"),
        credit=receiver,
        code=code,
        key=f"{row.key}/{code}",
        n=row.line,
        resolves=row.pk,
    )


def single(code: str, kind: str, quantity: int, giver: Place, receiver: Place, key: str) -> Movement:
    """One movement outside the two phases; refuses a code, a path or a quantity that cannot be."""
    if code in ("reserve", "post", "void", "opening", "correct") or not balance.may_move(code, giver.bucket, receiver.bucket):
        raise Refused(_("这种变动不能在这两个账户之间进行。"), code="path")
    if not balance.whole(quantity):
        raise Refused(_("数量应为 1 至 99999 的整数。"), code="quantity", field="quantity")
    if giver == receiver or (code in balance.WITHIN_UNIT and giver.unit_id != receiver.unit_id):
        raise Refused(_("这种变动只能在同一单位的不同账户之间进行。"), code="path")
    return Movement(kind=kind, quantity=quantity, debit=giver, credit=receiver, code=code, key=key)


def correction(wrong: Transfer, quantity: int, corrected: bool) -> Movement:
    """The difference between what the row moved and what it should have moved (`quantity`, 0 = nothing)."""
    if wrong.code not in (*balance.CORRECTABLE, "correct"):
        raise Refused(_("经办件入账的变动不得直接更正，请另行办理更正办件。"), code="path")
    if corrected:
        raise Conflict(_("该笔变动已经更正，请更正其更正行。"), code="corrected")
    if quantity != 0 and not balance.whole(quantity):
        raise Refused(_("数量应为 0 至 99999 的整数。"), code="quantity", field="quantity")
    if quantity == wrong.quantity:
        raise Refused(_("更正后的数量与原数量相同。"), code="unchanged", field="quantity")
    giver, receiver = Place(wrong.debit.unit_id, wrong.debit.bucket), Place(wrong.credit.unit_id, wrong.credit.bucket)
    if quantity < wrong.quantity:
        giver, receiver = receiver, giver
    return Movement(
        kind=wrong.debit.kind.code,
        quantity=abs(quantity - wrong.quantity),
        debit=giver,
        credit=receiver,
        code="correct",
        key=f"correct/{wrong.pk}",
        corrects=wrong.pk,
    )


def openings(rows: Iterable[Opening], district: int, key: str) -> list[Movement]:
    """The opening rows of a batch: issued to the unit, then out of its vacant posts to where they are used.

    A unit filled beyond its approved posts ends below zero in `vacant`: that is its over-establishment.
    """
    source = Place(district, "issued")
    found = []
    for row in rows:
        vacant = Place(row.unit_id, "vacant")
        wanted = [
            (source, Place(row.unit_id, "pool"), row.pool),
            (source, vacant, row.approved),
            (source, Place(row.unit_id, "pledged"), row.pledged),
            *((vacant, Place(row.unit_id, bucket), getattr(row, bucket)) for bucket in ("filled", "locked", "frozen")),
        ]
        if any(not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= balance.LARGEST for *_place, number in wanted):
            raise Refused(_("期初数应为 0 至 99999 的整数。"), code="quantity", field="quantity")
        for giver, receiver, number in wanted:
            if number:
                name = f"{key}/{row.unit_id}/{row.kind}/{receiver.bucket}"
                found.append(Movement(row.kind, number, giver, receiver, "opening", name))
    return found
