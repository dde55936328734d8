"""Pure: how one entry is sealed onto the one before it. Knows nothing of storage."""

import hashlib
from collections.abc import Iterable

GENESIS = "0" * 64


def seal(prev: str, body: str) -> str:
    """SHA-256 over the 64 hexadecimal digits of `prev` followed by the UTF-8 of `body`, in hexadecimal."""
    return hashlib.sha256(f"{prev}{body}".encode()).hexdigest()


def first_broken(entries: Iterable[tuple[int, str, str, str]]) -> int | None:
    """The number of the first `(n, prev, body, hash)` that does not follow from the one before; None if all do."""
    prev, expected = GENESIS, 0
    for n, claimed, body, digest in entries:
        if n != expected or claimed != prev or seal(prev, body) != digest:
            return n
        prev, expected = digest, expected + 1
    return None
