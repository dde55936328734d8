"""The kinds of posts by code, kept in memory: pages of figures and of the log ask for their names on every request."""

from collections.abc import Iterable

from workflows.establishment import queries
from workflows.establishment.models import Kind

_known: dict[str, Kind] = {}


def named_kinds(codes: Iterable[str]) -> list[Kind]:
    """The kinds with these codes, in the kinds' order. Reads the table again only when a code is new (one SQL)."""
    wanted = set(codes)
    if not wanted <= _known.keys():
        _read()
    return [kind for code, kind in _known.items() if code in wanted]


def all_kinds() -> list[Kind]:
    """Every kind, in the kinds' order, as last read; read once when none is known (one SQL)."""
    if not _known:
        _read()
    return list(_known.values())


def _read() -> None:
    _known.clear()
    for kind in queries.kinds():
        _known[kind.code] = kind
