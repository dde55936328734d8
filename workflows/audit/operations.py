"""The only writer of the log: an entry in the transaction of the act it records, a reading on its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from workflows.audit import chain as sealing
from workflows.audit.models import Entry, Reading
from workflows.lib import canonical


def record(
    *,
    chain: str,
    verb: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    basis: str = "",
    unit: str = "",
    in_name_of: Any = None,
    chain_is_locked: bool = False,
    actor: Any,
    now: datetime,
) -> Entry:
    """This function will append one entry to `chain` (`case/18`, `unit/7`, `user/3`, `ledger` …).

    `verb` is `<room>.<noun>.<past tense>`. Must run inside the transaction of the act. `chain_is_locked` says that the
    caller holds a row lock that already serialises writers of this chain. `actor` is None for the system itself.
    """
    if connection.vendor == "postgresql" and not chain_is_locked:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [chain])
    last = Entry.objects.filter(chain=chain).order_by("-n").values_list("n", "hash").first()
    n, prev = (last[0] + 1, last[1]) if last else (0, sealing.GENESIS)
    body = canonical.text(
        {
            "chain": chain,
            "n": n,
            "verb": verb,
            "actor": _person(actor),
            "in_name_of": _person(in_name_of),
            "unit": unit,
            "before": before,
            "after": after,
            "reason": reason,
            "basis": basis,
            "at": now.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
    )
    return Entry.objects.create(
        chain=chain, n=n, prev=prev, body=body, hash=sealing.seal(prev, body), verb=verb,
        actor=actor, in_name_of=in_name_of, unit_code=unit, at=now,
    )  # fmt: skip


def read(*, subject: str, what: str, user: Any, address: str | None, now: datetime) -> Reading:
    """This function will note that `user` opened, printed or exported `subject`; never part of a chain."""
    return Reading.objects.create(subject=subject, what=what, user=user, address=address, at=now)


def _person(user: Any) -> dict[str, Any] | None:
    return None if user is None else {"id": user.pk, "name": str(user), "model": settings.AUTH_USER_MODEL}
