"""Reading the log: one chain, all chains by filters, who read what, and whether every link still holds.

The order in which entries were committed is not told by `at` (a clock) nor quite by `id` (given before commit); a sequencer
that gives committed entries their place in a Merkle tree will stand beside this file and read `Entry.hash` alone.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from workflows.audit import chain as sealing
from workflows.audit.models import Entry, Reading

LINK = ("n", "prev", "body", "hash")
COLUMNS = ("chain", *LINK, "verb", "unit_code", "actor_id", "in_name_of_id")


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not follow from the one before, or whose columns say otherwise than its body."""

    chain: str
    n: int
    reason: str


@dataclass(frozen=True, slots=True)
class Examination:
    """How much was examined and the first thing that is wrong, if anything."""

    chains: int
    entries: int
    broken: Broken | None


def trail(chain: str) -> list[Entry]:
    """One chain from its first entry to its last. One SQL."""
    return list(Entry.objects.filter(chain=chain).select_related("actor", "in_name_of").order_by("n"))


def search(
    *, who: Any = None, verb: str = "", unit: str = "", chains: Collection[str] | None = None, chain_prefix: str = "", text: str = "",
    since: datetime | None = None, until: datetime | None = None, before: int | None = None, limit: int = 50,
) -> list[Entry]:  # fmt: skip
    """Entries of all chains, newest first. `before` is the id after which to go on (keyset); moments are half-open. One SQL.

    `who` matches the actor and the person acted for, `verb` exactly or, with a dot at its end, all of a room or noun.
    """
    rows = Entry.objects.select_related("actor", "in_name_of")
    if who:
        person = getattr(who, "pk", who)
        rows = rows.filter(Q(actor=person) | Q(in_name_of=person))
    if verb:
        rows = rows.filter(verb__startswith=verb) if verb.endswith(".") else rows.filter(verb=verb)
    if unit:
        rows = rows.filter(unit_code=unit)
    if chains is not None:
        rows = rows.filter(chain__in=list(chains))
    if chain_prefix:
        rows = rows.filter(chain__startswith=chain_prefix)
    if text:
        # As it stands in the JSON: quotes and backslashes are escaped there.
        rows = rows.filter(body__icontains=json.dumps(text, ensure_ascii=False)[1:-1])
    return list(_page(rows, since, until, before, limit))


def happened(chain: str, verb: str, *, since: datetime) -> bool:
    """Whether the chain has an entry of this verb at or after `since`. One SQL."""
    return Entry.objects.filter(chain=chain, verb=verb, at__gte=since).exists()


def readings(
    *, who: Any = None, what: str = "", subject: str = "", since: datetime | None = None, until: datetime | None = None,
    before: int | None = None, limit: int = 50,
) -> list[Reading]:  # fmt: skip
    """Who opened, printed or exported what, newest first. One SQL.

    `subject` is a whole one (`case/18`) or the beginning before its slash (`case`).
    """
    rows = Reading.objects.select_related("user")
    if who:
        rows = rows.filter(user=getattr(who, "pk", who))
    if what:
        rows = rows.filter(what=what)
    if subject:
        rows = rows.filter(subject=subject) if "/" in subject else rows.filter(Q(subject=subject) | Q(subject__startswith=f"{subject}/"))
    return list(_page(rows, since, until, before, limit))


def verbs() -> list[str]:
    """Every verb that occurs, for a filter. One SQL."""
    return list(Entry.objects.order_by("verb").values_list("verb", flat=True).distinct())


def first_broken(chain: str) -> int | None:
    """The number of the chain's first entry that does not follow from the one before; None if all do. One SQL."""
    return sealing.first_broken(Entry.objects.filter(chain=chain).order_by("n").values_list(*LINK))


def examine() -> Examination:
    """Every entry of every chain: links, hashes, and that the columns by which it is found repeat its body. Streams; one SQL.

    A chain cut off at its end, or a chain removed whole, leaves no trace here: that is what checkpoints kept elsewhere are for.
    """
    chains = entries = 0
    current: str | None = None
    prev, expected = sealing.GENESIS, 0
    for row in Entry.objects.order_by("chain", "n").values_list(*COLUMNS).iterator(chunk_size=2000):
        if row[0] != current:
            current, prev, expected = row[0], sealing.GENESIS, 0
            chains += 1
        reason = _wrong(row, prev, expected)
        if reason:
            return Examination(chains, entries, Broken(row[0], row[1], reason))
        prev, expected = row[4], expected + 1
        entries += 1
    return Examination(chains, entries, None)


def _wrong(row: tuple[Any, ...], prev: str, expected: int) -> str:
    chain, n, claimed, body, digest, verb, unit, actor, in_name_of = row
    if n != expected:
        return f"entry {expected} is missing"
    if claimed != prev:
        return "does not follow from the entry before"
    if sealing.seal(prev, body) != digest:
        return "the body is not the one that was sealed"
    told = json.loads(body)
    if (told["chain"], told["n"], told["verb"], told["unit"]) != (chain, n, verb, unit):
        return "the columns say otherwise than the body"
    if (_id(told["actor"]), _id(told["in_name_of"])) != (actor, in_name_of):
        return "the columns name another person than the body"
    return ""


def _id(person: dict[str, Any] | None) -> int | None:
    return person["id"] if person else None


def _page(rows: QuerySet, since: datetime | None, until: datetime | None, before: int | None, limit: int) -> Iterator[Any]:
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return rows.order_by("-id")[:limit].iterator()
