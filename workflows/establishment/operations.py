"""The only writer of the ledger: every movement of posts, and the reference data the movements need.

One call is one transaction: inside a caller's transaction it joins it, otherwise it opens its own. Refusals come before
anything is written, in the user's words; the CHECK and the triggers stand behind them. Accounts are locked in the order
of their ids, after the case row and before any chain, so that no two acts can wait for one another. The same key twice
is the same act: the rows of the first time are returned and nothing is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from workflows.audit import operations as audit
from workflows.establishment import balance, drafts, queries, reference
from workflows.establishment.balance import Key, Line, Movement, Place
from workflows.establishment.drafts import Opening
from workflows.establishment.models import Account, Approval, Ceiling, Kind, Transfer
from workflows.lib import canonical, triggers
from workflows.lib.refusals import Conflict, Missing, Refused
from workflows.organization.models import Unit

LEDGER = "ledger"
MANY = 200


@dataclass(frozen=True, slots=True)
class Posting:
    """What every row of one act shares: whose case it is, the document it rests on, and the day it takes effect."""

    subject: str
    basis: str
    effective_date: date
    actor: Any
    now: datetime


def reserve(
    *, lines: Sequence[Line], subject: str, tag: str, basis: str, effective_date: date, actor: Any, now: datetime
) -> list[Transfer]:
    """Set the givers' posts aside for `subject` (`case/18`), one row per line; `tag` makes a later reservation another act.

    Raises Refused: `insufficient` when a giver has too few posts, `ceiling` when a new issue would exceed a total,
    `lines` when the lines are not whole, positive and distinct.
    """
    drafts.checked(lines)
    movements = [drafts.reservation(line, subject, tag) for line in lines]
    receivers = [(line.receiver, line.kind) for line in lines if line.receiver is not None]
    posting = Posting(subject, basis, effective_date, actor, now)
    return _write(movements, posting, verb="establishment.transfer.reserved", prepare=receivers)


def post(*, lines: Sequence[Line], subject: str, basis: str, effective_date: date, actor: Any, now: datetime) -> list[Transfer]:
    """Move what `subject` holds on to the receivers: line n's open reserve to the receiver of line n.

    Raises Refused `mismatch` when the lines are not exactly those reserved; to approve less, void and reserve less first.
    Repeated after success it returns the rows of the first time.
    """
    drafts.checked(lines)
    with _joined():
        held = {row.line: row for row in queries.open_reserves(subject)}
        if not held and (done := _resolved(lines, subject)):
            return done
        drafts.mirrored(lines, held)
        movements = [drafts.resolution("post", held[line.n], line.receiver) for line in lines if line.receiver is not None]
        return _write(movements, Posting(subject, basis, effective_date, actor, now), verb="establishment.transfer.posted")


def void(*, subject: str, basis: str, effective_date: date, actor: Any, now: datetime) -> list[Transfer]:
    """Give back everything `subject` still holds to where it came from; an empty list if it holds nothing."""
    with _joined():
        movements = [drafts.resolution("void", row, Place(row.debit.unit_id, row.debit.bucket)) for row in queries.open_reserves(subject)]
        if not movements:
            return []
        return _write(movements, Posting(subject, basis, effective_date, actor, now), verb="establishment.transfer.voided")


def open_books(*, rows: Sequence[Opening], key: str, basis: str, effective_date: date, actor: Any, now: datetime) -> list[Transfer]:
    """Open the books of some units, one batch: `key` names it (`opening/<digest>`), repeated it answers as the first time.

    A unit filled beyond its approved posts loads as over-establishment. Raises Refused `opened` when an account has
    movements already, `ceiling` when the batch exceeds a total, `quantity`, `empty`.
    """
    with _joined():
        movements = drafts.openings(rows, queries.district_id(), key)
        if not movements:
            raise Refused(_("没有可以装入的期初数。"), code="empty")
        if queries.moved({(row.unit_id, row.kind) for row in rows}, apart_from=key):
            raise Refused(_("账户已有变动记录，不能再装入期初数。"), code="opened")
        return _write(movements, Posting(key, basis, effective_date, actor, now), verb="establishment.ledger.opened")


def issue(
    *,
    kind: str,
    quantity: int,
    receiver: Place,
    key: str,
    basis: str,
    effective_date: date,
    actor: Any,
    now: datetime,
) -> Transfer:
    """Book posts issued by the superior body, from the district's source into its pool or straight to a unit."""
    district = queries.district_id()
    return move(
        code="issue", kind=kind, quantity=quantity, giver=Place(district, "issued"), receiver=receiver,
        key=key, basis=basis, effective_date=effective_date, actor=actor, now=now,
    )  # fmt: skip


def move(
    *,
    code: str,
    kind: str,
    quantity: int,
    giver: Place,
    receiver: Place,
    key: str,
    basis: str,
    effective_date: date,
    subject: str = LEDGER,
    actor: Any,
    now: datetime,
) -> Transfer:
    """Write one movement outside the two phases: issue, allocate, lock, hire, leave, freeze, thaw, tranche, repay, recover.

    Raises Refused `path` when the code may not move between these buckets, `quantity`, `insufficient`, `ceiling`.
    """
    movement = drafts.single(code, kind, quantity, giver, receiver, key)
    return _write([movement], Posting(subject, basis, effective_date, actor, now), verb="establishment.transfer.moved")[0]


def correct(*, transfer_id: int, quantity: int, reason: str, basis: str, effective_date: date, actor: Any, now: datetime) -> Transfer:
    """Say that an earlier row should have moved `quantity` posts (0 = none): writes the difference as a row that names it.

    What a case moved is not corrected here but by another case (MODEL §4). Raises Missing, Conflict when the row has
    been corrected already (correct the correction), Refused `unchanged`, `path`, `reason`, `insufficient`.
    """
    if not reason.strip():
        raise Refused(_("请写明更正原因。"), code="reason", field="reason")
    with _joined():
        wrong = Transfer.objects.select_related("debit__kind", "credit").filter(pk=transfer_id).first()
        if wrong is None:
            raise Missing(_("没有这笔变动。"))
        movement = drafts.correction(wrong, quantity, Transfer.objects.filter(corrects=wrong).exists())
        posting = Posting(LEDGER, basis, effective_date, actor, now)
        return _write([movement], posting, verb="establishment.transfer.corrected", reason=reason)[0]


def record_history(*, approvals: Sequence[Approval], subject: str, actor: Any, now: datetime) -> list[Approval]:
    """Keep earlier approvals (unsaved rows) as history; those whose key is known already are left out."""
    with _joined():
        known = set(Approval.objects.filter(key__in=[approval.key for approval in approvals]).values_list("key", flat=True))
        fresh = [approval for approval in approvals if approval.key not in known]
        if fresh:
            Approval.objects.bulk_create(fresh)
            after = {"subject": subject, "approvals": [approval.key for approval in fresh]}
            audit.record(chain=LEDGER, verb="establishment.history.loaded", after=after, actor=actor, now=now)
        return fresh


def set_ceiling(*, name: str, kinds: Iterable[str], quantity: int, basis: str, valid_from: date, actor: Any, now: datetime) -> Ceiling:
    """Put a total (总额) over some kinds in force from a day on; an earlier one of the same name ends that day.

    Said again with the same content it answers with the row of the first time. Raises Conflict when a total of this name
    begins on the same day or later, Refused `quantity`, `kind`.
    """
    codes = sorted(kinds)
    if not (balance.whole(quantity) or quantity == 0):
        raise Refused(_("总额应为 0 至 99999 的整数。"), code="quantity", field="quantity")
    with _joined():
        found = list(Kind.objects.filter(code__in=codes))
        if len(found) != len(codes) or not codes:
            raise Refused(_("编制类别不存在。"), code="kind", field="kinds")
        later = Ceiling.objects.filter(name=name, valid_from__gte=valid_from).prefetch_related("kinds").first()
        if later is not None:
            same = (later.valid_from, later.quantity, sorted(kind.code for kind in later.kinds.all())) == (valid_from, quantity, codes)
            if same:
                return later
            raise Conflict(_("该总额已有同日或更晚生效的规定。"), code="ceiling")
        Ceiling.objects.filter(name=name, valid_to__isnull=True).update(valid_to=valid_from)
        ceiling = Ceiling.objects.create(name=name, quantity=quantity, basis=basis, valid_from=valid_from)
        ceiling.kinds.set(found)
        after = {"name": name, "kinds": codes, "quantity": quantity, "valid_from": valid_from.isoformat()}
        audit.record(chain=LEDGER, verb="establishment.ceiling.set", after=after, basis=basis, actor=actor, now=now)
        return ceiling


def load_kinds(*, actor: Any, now: datetime) -> list[str]:
    """Bring the kinds of the reference file into the database: new ones, and new names; returns the codes that changed.

    What a kind means (nature, body, rank, seat) never changes once it exists.
    """
    with _joined():
        present = {kind.code: kind for kind in Kind.objects.all()}
        rows = reference.kinds()
        changed = [row["code"] for row in rows if row["code"] not in present]
        Kind.objects.bulk_create([Kind(**row) for row in rows if row["code"] in changed])
        for row in rows:
            kind = present.get(row["code"])
            if kind is not None and (kind.name, kind.sort) != (row["name"], row["sort"]):
                Kind.objects.filter(pk=kind.pk).update(name=row["name"], sort=row["sort"])
                changed.append(row["code"])
        if changed:
            audit.record(chain=LEDGER, verb="establishment.kinds.loaded", after={"kinds": changed}, actor=actor, now=now)
        return changed


@contextmanager
def _joined() -> Iterator[None]:
    """The caller's transaction, or one of our own: a savepoint would cost two statements and protect nothing more."""
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


def _write(
    movements: Sequence[Movement],
    posting: Posting,
    *,
    verb: str,
    reason: str = "",
    prepare: Sequence[tuple[Place, str]] = (),
) -> list[Transfer]:
    """Lock, look for an earlier answer, refuse or write the rows and their audit entry. `prepare` opens further accounts."""
    with _joined():
        totals = queries.totals_touched(movements, posting.effective_date)
        keys = dict.fromkeys(key for movement in movements for key in movement.keys)
        accounts = _lock(keys | dict.fromkeys((place.unit_id, kind, place.bucket) for place, kind in prepare), queries.sources(totals))
        if earlier := _earlier(movements, accounts):
            return earlier
        _check_balances(movements, accounts)
        _check_totals(movements, accounts, totals)
        rows = _insert([_row(movement, accounts, posting) for movement in movements])
        _log(rows, movements, accounts, posting, verb, reason)
        return rows


def _lock(keys: Mapping[Key, None], sources: Sequence[Key]) -> dict[Key, Account]:
    """The accounts of `keys`, opened where they do not exist yet, locked in the order of their ids.

    Opening comes before locking, so that nobody waits for an uncommitted account while holding a locked one.
    """
    wanted = {**keys, **dict.fromkeys(sources)}
    found = queries.account_ids(wanted)
    if missing := [key for key in wanted if key not in found]:
        _open(missing)
        found = queries.account_ids(wanted)
    rows = Account.objects.select_related("kind").filter(pk__in=found.values()).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {(account.unit_id, account.kind.code, account.bucket): account for account in rows}


def _open(missing: Sequence[Key]) -> None:
    kinds = dict(Kind.objects.filter(code__in={kind for _unit, kind, _bucket in missing}).values_list("code", "id"))
    unknown = sorted({kind for _unit, kind, _bucket in missing} - kinds.keys())
    if unknown:
        raise Refused(_("编制类别不存在：%(codes)s。") % {"codes": "、".join(unknown)}, code="kind")
    accounts = [
        Account(unit_id=unit, kind_id=kinds[kind], bucket=bucket, floor=None if bucket == "issued" else 0)
        for unit, kind, bucket in sorted(missing)
    ]
    Account.objects.bulk_create(accounts, ignore_conflicts=connection.vendor == "postgresql")


def _row(movement: Movement, accounts: Mapping[Key, Account], posting: Posting) -> Transfer:
    debit, credit = (accounts[key] for key in movement.keys)
    return Transfer(
        debit=debit, credit=credit, quantity=movement.quantity, code=movement.code, resolves_id=movement.resolves,
        corrects_id=movement.corrects, subject=posting.subject, line=movement.n, basis=posting.basis,
        effective_date=posting.effective_date, recorded_at=posting.now, key=movement.key,
    )  # fmt: skip


def _insert(rows: list[Transfer]) -> list[Transfer]:
    try:
        return Transfer.objects.bulk_create(rows)
    except IntegrityError as error:
        name = triggers.refusal(error)
        if name == "account_not_below_floor":
            raise Refused(_("余额不足，未作任何变动。"), code="insufficient") from error
        if name == "transfer_opening_first":
            raise Refused(_("账户已有变动记录，不能再装入期初数。"), code="opened") from error
        if name in ("transfer_path", "transfer_one_kind", "transfer_corrects", "account_opens_empty", "account_issued_not_above_zero"):
            raise Refused(_("这种变动不能在这两个账户之间进行。"), code="path") from error
        raise Conflict(_("该笔变动已由他人办理，请刷新后再看。"), code="moved") from error


def _earlier(movements: Sequence[Movement], accounts: Mapping[Key, Account]) -> list[Transfer]:
    """The rows this act wrote before, if it is a repetition; Conflict if the keys were used for something else.

    What resolves an open reserve cannot have been written before.
    """
    if all(movement.resolves for movement in movements):
        return []
    known = {row.key: row for row in Transfer.objects.filter(key__in=[movement.key for movement in movements])}
    if not known:
        return []
    for movement in movements:
        row = known.get(movement.key)
        debit, credit = movement.keys
        if row is None or (row.debit_id, row.credit_id, row.quantity) != (accounts[debit].pk, accounts[credit].pk, movement.quantity):
            raise Conflict(_("同一编号的变动已经记账，内容与本次不同。"), code="key")
    return [known[movement.key] for movement in movements]


def _check_balances(movements: Sequence[Movement], accounts: Mapping[Key, Account]) -> None:
    state = {key: balance.Standing(account.balance, account.floor) for key, account in accounts.items()}
    if short := balance.shortfall(movements, state):
        raise Refused(_shortage(short), code="insufficient", field="quantity")


def _shortage(short: balance.Shortfall) -> str:
    if short.bucket == "pool":
        return _("周转池余额不足（余 %(left)d 名）") % {"left": short.left}
    words = {
        "unit": Unit.objects.values_list("name", flat=True).get(pk=short.unit_id),
        "kind": Kind.objects.values_list("name", flat=True).get(code=short.kind),
        "bucket": queries.bucket_name(short.bucket),
        "left": short.left,
    }
    return _("%(unit)s%(kind)s%(bucket)s不足（余 %(left)d 名）") % words


def _check_totals(movements: Sequence[Movement], accounts: Mapping[Key, Account], totals: Sequence[queries.Total]) -> None:
    for total in totals:
        issued = -sum(accounts[key].balance for key in total.sources)
        added = sum(movement.quantity for movement in movements if movement.keys[0] in total.sources)
        if issued + added > total.quantity:
            words = {"name": total.name, "quantity": total.quantity, "left": max(0, total.quantity - issued)}
            raise Refused(_("超出%(name)s（总额 %(quantity)d 名，余 %(left)d 名）") % words, code="ceiling", field="quantity")


def _resolved(lines: Sequence[Line], subject: str) -> list[Transfer]:
    """The posts of this subject that answer exactly these lines: the newest post of each line; empty if they do not."""
    rows = {row.line: row for row in Transfer.objects.select_related("credit").filter(subject=subject, code="post").order_by("pk")}
    asked = {line.n: (line.quantity, line.receiver) for line in lines}
    done = {n: (row.quantity, Place(row.credit.unit_id, row.credit.bucket)) for n, row in rows.items()}
    return [rows[line.n] for line in lines] if asked == done else []


def _log(
    rows: Sequence[Transfer], movements: Sequence[Movement], accounts: Mapping[Key, Account], posting: Posting, verb: str, reason: str
) -> None:
    """One entry for the act in the case's own chain or in the book-keeper's: the balances it found and left, and its rows.

    A batch of more than 200 rows is named by its count and digest; the rows themselves cannot change.
    """
    of_case = posting.subject.startswith("case/")
    told = [_told(row, movement) for row, movement in zip(rows, movements, strict=True)]
    if len(rows) > MANY:
        before, after = {}, {"subject": posting.subject, "count": len(rows), "transfers": canonical.digest(told)}
    else:
        found, left = balance.run(movements, {key: account.balance for key, account in accounts.items()})
        before, after = {"balances": _named(found)}, {"balances": _named(left), "transfers": told}
    audit.record(
        chain=posting.subject if of_case else LEDGER,
        verb=verb,
        before=before,
        after=after,
        reason=reason,
        basis=posting.basis,
        chain_is_locked=of_case,
        actor=posting.actor,
        now=posting.now,
    )


def _named(balances: Mapping[Key, int]) -> dict[str, int]:
    return {f"unit/{unit}/{kind}/{bucket}": posts for (unit, kind, bucket), posts in balances.items()}


def _told(row: Transfer, movement: Movement) -> dict[str, Any]:
    told = asdict(movement) | {"id": row.pk, "effective_date": row.effective_date.isoformat()}
    return {name: value for name, value in told.items() if value not in (None, "")}
