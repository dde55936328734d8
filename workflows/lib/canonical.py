"""Pure: the one byte form of a JSON value (RFC 8785), and its digest."""

import hashlib
from typing import Any

import rfc8785


def text(value: Any) -> str:
    """Canonical JSON text of `value`; raises `rfc8785.CanonicalizationError` for what JSON cannot carry."""
    return rfc8785.dumps(value).decode()


def digest(value: Any) -> str:
    """SHA-256 over the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
