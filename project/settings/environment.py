"""Readers of environment variables that fail loudly on nonsense."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, *, default: str | None = None) -> str:
    """The variable's value; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A switch: 1/true/yes or 0/false/no."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes"}:
        return True
    if value in {"0", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, *, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def folder(path: Path) -> Path:
    """`path`, made when it is not there yet."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def kept_secret(path: Path) -> str:
    """The secret stored in `path`, readable by the owner alone; drawn at random the first time."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret
