"""Reading the ledger: balances of now or as of a day, what a case holds, totals, movements.

As of (D, known at T) is the sum of the rows effective on or before D and recorded at or before T; without either the
balances of the moment are read. None of these takes a user: the caller passes the units its standing opens
(`access.queries.scope`: None = every unit).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import overload

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from workflows.establishment import balance
from workflows.establishment.balance import Change, Figures, Key, Line, Movement, Place
from workflows.establishment.explanation import Paper, Step, explained
from workflows.establishment.models import Account, Approval, Bucket, Ceiling, Code, Kind, Nature, Transfer
from workflows.lib.findings import Finding
from workflows.lib.validity import valid_on
from workflows.organization.models import Kind as UnitKind
from workflows.organization.models import Unit


@dataclass(frozen=True, slots=True)
class Total:
    """A total in force: `quantity` posts at most, issued over `sources`, the source accounts of its kinds."""

    name: str
    quantity: int
    sources: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class KindTotal:
    """The whole district's posts of one kind. issued = pool + held + approved + pledged; `held` is what the district holds."""

    kind: Kind
    issued: int = 0
    pool: int = 0
    held: int = 0
    approved: int = 0
    filled: int = 0
    locked: int = 0
    frozen: int = 0
    pledged: int = 0
    vacant: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not add up: `where` (unit/kind/bucket), the rule (`balance`, `sum`, `held`, `floor`), both numbers."""

    where: str
    rule: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class CeilingUse:
    """A total in force, what has been issued under it, and what may still be."""

    ceiling: Ceiling
    used: int

    @property
    def room(self) -> int:
        """Posts that may still be issued; negative if more has been issued than the total allows."""
        return self.ceiling.quantity - self.used


def district_id() -> int:
    """The unit that carries the source, the pool and what the district holds; raises Unit.DoesNotExist before it is founded."""
    return Unit.objects.values_list("id", flat=True).get(kind=UnitKind.DISTRICT)


def kinds() -> list[Kind]:
    """Every kind of post, in its order."""
    return list(Kind.objects.all())


def balances(
    unit_ids: Collection[int] | None = None, kind: str = "", day: date | None = None, known_at: datetime | None = None
) -> dict[Key, int]:
    """Posts by (unit id, kind code, bucket), zeros left out: one SQL now, two as of a day."""
    if day is None and known_at is None:
        accounts = Account.objects.exclude(balance=0)
        accounts = accounts if unit_ids is None else accounts.filter(unit_id__in=unit_ids)
        accounts = accounts.filter(kind__code=kind) if kind else accounts
        return {
            (unit, code, bucket): posts for unit, code, bucket, posts in accounts.values_list("unit_id", "kind__code", "bucket", "balance")
        }
    rows = Transfer.objects.order_by()
    rows = rows if day is None else rows.filter(effective_date__lte=day)
    rows = rows if known_at is None else rows.filter(recorded_at__lte=known_at)
    return {key: posts for key, posts in _summed(rows, unit_ids, kind).items() if posts}


def _summed(rows: QuerySet[Transfer], unit_ids: Collection[int] | None = None, kind: str = "") -> dict[Key, int]:
    """Credits less debits of every account these rows touch: two SQL."""
    result: dict[Key, int] = {}
    for side, sign in (("debit", -1), ("credit", +1)):
        found = rows if unit_ids is None else rows.filter(**{f"{side}__unit_id__in": unit_ids})
        found = found.filter(**{f"{side}__kind__code": kind}) if kind else found
        grouped = found.values_list(f"{side}__unit_id", f"{side}__kind__code", f"{side}__bucket").annotate(Sum("quantity"))
        for unit, code, bucket, posts in grouped:
            result[unit, code, bucket] = result.get((unit, code, bucket), 0) + sign * posts
    return result


def figures(unit_ids: Collection[int] | None, day: date | None = None, known_at: datetime | None = None) -> dict[tuple[int, str], Figures]:
    """(unit id, kind code) → figures; a pair without any posts is left out, so read with `.get(key, Figures())`."""
    return _figures(balances(unit_ids, day=day, known_at=known_at))


def _figures(posts: Mapping[Key, int]) -> dict[tuple[int, str], Figures]:
    """Gather unit buckets; what the district itself holds has no figures."""
    gathered: dict[tuple[int, str], dict[str, int]] = {}
    district = {unit for unit, _kind, bucket in posts if bucket in ("issued", "pool")}
    for (unit, kind, bucket), quantity in posts.items():
        if unit not in district and bucket in balance.UNIT_BUCKETS:
            gathered.setdefault((unit, kind), {})[bucket] = quantity
    return {pair: Figures(**buckets) for pair, buckets in gathered.items()}


@overload
def pool(kind: str) -> int: ...
@overload
def pool(kind: None = None) -> dict[str, int]: ...
def pool(kind: str | None = None) -> int | dict[str, int]:
    """What the district's pool holds now: of one kind, or of every kind that has a pool."""
    rows = dict(Account.objects.filter(bucket=Bucket.POOL).values_list("kind__code", "balance"))
    return rows if kind is None else rows.get(kind, 0)


def open_reserves(subject: str) -> list[Transfer]:
    """The rows by which `subject` holds posts now, neither posted nor voided; with their accounts."""
    rows = Transfer.objects.filter(subject=subject, code=Code.RESERVE, resolved_by__isnull=True)
    return list(rows.select_related("debit__kind", "credit").order_by("line", "pk"))


def held_lines(subject: str) -> list[Line]:
    """What `subject` holds now as lines: number, kind, quantity and giver; the receiver is the case's to know."""
    return [Line(row.line, row.debit.kind.code, row.quantity, Place(row.debit.unit_id, row.debit.bucket)) for row in open_reserves(subject)]


def preview(lines: Sequence[Line], subject: str = "") -> list[Change]:
    """Every account the lines would move, before and after; what `subject` already holds counts as not yet taken."""
    units = {place.unit_id for line in lines for place in (line.giver, line.receiver) if place is not None}
    now = balances(units)
    for line in held_lines(subject) if subject else []:
        key = (line.giver.unit_id, line.kind, line.giver.bucket)
        now[key] = now.get(key, 0) + line.quantity
    return balance.effect(lines, now)


def unit_overview(unit_id: int, day: date | None = None, known_at: datetime | None = None) -> list[tuple[Kind, Figures]]:
    """The unit's figures kind by kind, in the kinds' order."""
    found = figures([unit_id], day, known_at)
    return [(kind, found[unit_id, kind.code]) for kind in kinds() if (unit_id, kind.code) in found]


def district_overview(day: date | None = None, known_at: datetime | None = None) -> list[KindTotal]:
    """The district's totals kind by kind; a kind never issued is left out. Two SQL now, three as of a day."""
    posts = balances(day=day, known_at=known_at)
    sums: dict[str, dict[str, int]] = {}
    for (_unit, code, bucket), quantity in posts.items():
        if bucket in ("issued", "pool"):
            total = sums.setdefault(code, {})
            total[bucket] = total.get(bucket, 0) + (-quantity if bucket == "issued" else quantity)
    for (_unit, code), unit_figures in (per_unit := _figures(posts)).items():
        total = sums.setdefault(code, {})
        for name, quantity in _counted(unit_figures).items():
            total[name] = total.get(name, 0) + quantity
    for (unit, code, bucket), quantity in posts.items():
        if bucket == "held" and (unit, code) not in per_unit:
            sums[code]["held"] = sums[code].get("held", 0) + quantity
    return [KindTotal(kind, **sums[kind.code]) for kind in kinds() if kind.code in sums]


def _counted(unit_figures: Figures) -> dict[str, int]:
    names = ("approved", "filled", "locked", "frozen", "pledged")
    return {name: getattr(unit_figures, name) for name in names} | {"vacant": unit_figures.vacancy, "over": unit_figures.over}


def movements(
    *,
    unit_ids: Collection[int] | None = None,
    kind: str = "",
    code: str = "",
    subject: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Transfer]:
    """Movements, newest first, with accounts, units and kind: one SQL. `before` is the id of the last row of the page before."""
    rows: QuerySet[Transfer] = Transfer.objects.select_related("debit__unit", "debit__kind", "credit__unit").order_by("-pk")
    rows = rows if unit_ids is None else rows.filter(Q(debit__unit_id__in=unit_ids) | Q(credit__unit_id__in=unit_ids))
    given = {
        "debit__kind__code": kind or None,
        "code": code or None,
        "subject": subject or None,
        "effective_date__gte": since,
        "effective_date__lte": until,
        "pk__lt": before,
    }
    return list(rows.filter(**{name: value for name, value in given.items() if value is not None})[:limit])


def explain(unit_id: int, kind: str, day: date) -> list[Step]:
    """Why the approved number is what it is on `day`: earlier approvals and the ledger's rows by date, with a running total."""
    approvals = Approval.objects.filter(unit_id=unit_id, kind__code=kind, date__lte=day)
    papers = [Paper(row.date, row.number, row.title, row.change, row.after, row.scan) for row in approvals]
    rows = Transfer.objects.filter(Q(debit__unit_id=unit_id) | Q(credit__unit_id=unit_id), debit__kind__code=kind, effective_date__lte=day)
    rows = rows.select_related("debit", "credit").order_by("effective_date", "pk")
    steps = explained(unit_id, papers, [(row, row.debit, row.credit) for row in rows])
    return [replace(step, title=step.title or "、".join(str(Code(code).label) for code in step.codes)) for step in steps]


def approvals(unit_ids: Collection[int], day: date | None = None) -> list[Approval]:
    """Earlier approvals of these units up to `day`, oldest first, with their kind."""
    rows = Approval.objects.filter(unit_id__in=unit_ids).select_related("kind")
    return list(rows if day is None else rows.filter(date__lte=day))


def history_loaded(key: str) -> bool:
    """Whether approvals of this batch (`history/<digest>`) have been loaded."""
    return Approval.objects.filter(key__startswith=f"{key}/").exists()


def ceilings(day: date) -> list[CeilingUse]:
    """The totals in force on `day`, what has been issued under each, and what is left: three SQL."""
    issued = dict(Account.objects.filter(bucket=Bucket.ISSUED).values_list("kind_id", "balance"))
    rows = Ceiling.objects.filter(valid_on(day)).prefetch_related("kinds")
    return [CeilingUse(row, -sum(issued.get(kind.pk, 0) for kind in row.kinds.all())) for row in rows]


def ceiling_room(kind: str, day: date) -> int | None:
    """How many more posts of this kind may be issued under the totals in force on `day`; None where no total limits it."""
    rooms = [use.room for use in ceilings(day) if any(each.code == kind for each in use.ceiling.kinds.all())]
    return max(0, min(rooms)) if rooms else None


def totals_touched(moves: Iterable[Movement], day: date) -> list[Total]:
    """The totals in force on `day` that limit what these movements take from the source; one SQL, none if they do not."""
    sources = {movement.keys[0][:2] for movement in moves if movement.debit.bucket == "issued"}
    if not sources:
        return []
    in_force = Ceiling.objects.filter(valid_on(day), kinds__code__in={kind for _unit, kind in sources})
    rows = Ceiling.kinds.through.objects.filter(ceiling__in=in_force).order_by("ceiling_id", "kind__code")
    district = min(unit for unit, _kind in sources)
    found: dict[int, Total] = {}
    for pk, name, quantity, code in rows.values_list("ceiling_id", "ceiling__name", "ceiling__quantity", "kind__code"):
        earlier = found.get(pk, Total(name, quantity, ()))
        found[pk] = Total(name, quantity, (*earlier.sources, (district, code, "issued")))
    return list(found.values())


def sources(totals: Iterable[Total]) -> list[Key]:
    """The source accounts that must be locked to count what has been issued under these totals."""
    return [key for total in totals for key in total.sources]


def account_ids(keys: Iterable[Key]) -> dict[Key, int]:
    """The ids of those of these accounts that exist: one SQL."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for unit, kind, bucket in keys:
        grouped.setdefault((kind, bucket), []).append(unit)
    wanted = Q()
    for (kind, bucket), units in grouped.items():
        wanted |= Q(kind__code=kind, bucket=bucket, unit_id__in=units)
    rows = Account.objects.filter(wanted).values_list("unit_id", "kind__code", "bucket", "pk") if grouped else []
    return {(unit, kind, bucket): pk for unit, kind, bucket, pk in rows}


def reconcile() -> list[Difference]:
    """Where balances do not follow from the rows, or a rule of the ledger does not hold; empty when all is well.

    Checked: each balance = its credits less its debits; each kind sums to zero; what is held = the open reserves;
    no balance below its floor. Four SQL.
    """
    accounts = {(account.unit_id, account.kind.code, account.bucket): account for account in Account.objects.select_related("unit", "kind")}
    rows = _summed(Transfer.objects.order_by())
    found = [
        Difference(f"{accounts[key].unit.name}/{key[1]}/{key[2]}", "balance", rows.get(key, 0), accounts[key].balance)
        for key in accounts
        if rows.get(key, 0) != accounts[key].balance
    ]
    sums: dict[str, int] = {}
    for (_unit, code, _bucket), account in accounts.items():
        sums[code] = sums.get(code, 0) + account.balance
    found += [Difference(code, "sum", 0, posts) for code, posts in sums.items() if posts]
    reserved = Transfer.objects.order_by().filter(code=Code.RESERVE, resolved_by__isnull=True)
    held = {
        (unit, code): posts for unit, code, posts in reserved.values_list("credit__unit_id", "credit__kind__code").annotate(Sum("quantity"))
    }
    for (unit, code, bucket), account in accounts.items():
        if bucket == Bucket.HELD and account.balance != held.get((unit, code), 0):
            found.append(Difference(f"{account.unit.name}/{code}/held", "held", held.get((unit, code), 0), account.balance))
        if account.floor is not None and account.balance < account.floor:
            found.append(Difference(f"{account.unit.name}/{code}/{bucket}", "floor", account.floor, account.balance))
    return found


def moved(pairs: Collection[tuple[int, str]], apart_from: str = "") -> set[tuple[int, str]]:
    """Those (unit id, kind code) that have movements already, other than those of the batch `apart_from`; one SQL.

    The district's source is not asked about: every batch draws on it.
    """
    units, codes = {unit for unit, _code in pairs}, {code for _unit, code in pairs}
    rows = Transfer.objects.exclude(subject=apart_from) if apart_from else Transfer.objects.all()
    rows = rows.filter(Q(credit__unit_id__in=units) | Q(debit__unit_id__in=units), debit__kind__code__in=codes)
    sides = rows.values_list("debit__unit_id", "debit__bucket", "credit__unit_id", "credit__bucket", "debit__kind__code").distinct()
    found = set()
    for giver, giver_bucket, receiver, receiver_bucket, code in sides:
        found |= {(unit, code) for unit, bucket in ((giver, giver_bucket), (receiver, receiver_bucket)) if bucket != Bucket.ISSUED}
    return found & set(pairs)


def empty(unit_id: int) -> bool:
    """Whether the unit has no posts anywhere: a unit with posts cannot end."""
    return not Account.objects.filter(unit_id=unit_id).exclude(balance=0).exists()


def obstacle(unit_id: int) -> list[Finding]:
    """Why the unit may not end yet: the posts it still has (MODEL §2)."""
    if empty(unit_id):
        return []
    return [Finding("LEDGER", "block", _("该机构名下还有编制或领导职数，请先按批准文件划转或者收回。"), fact=_("台账余额不为零"))]


def bucket_name(bucket: str) -> str:
    """The bucket in the user's words."""
    return str(Bucket(bucket).label)


def leader_kinds(body: str = "", rank: str = "") -> list[Kind]:
    """Leadership positions, of one body type and rank if given."""
    rows = Kind.objects.filter(nature=Nature.LEADER)
    rows = rows.filter(body=body) if body else rows
    return list(rows.filter(rank=rank) if rank else rows)


assert {field.name for field in fields(Figures)} == set(balance.UNIT_BUCKETS)
