"""Files stored once under their SHA-256, beneath `settings.BLOB_DIR`; never overwritten, never half written."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from workflows.lib.refusals import Missing

CHUNK = 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: its digest and its size in bytes."""

    sha256: str
    size: int


def path(sha256: str) -> Path:
    """Where the file lies; raises Missing for anything that is not a digest, so that no name can lead elsewhere."""
    if not _DIGEST.fullmatch(sha256):
        raise Missing(_("没有这个文件。"), code="no_file")
    return Path(settings.BLOB_DIR) / sha256[:2] / sha256[2:4] / sha256


def put(stream: BinaryIO) -> Blob:
    """This function will store the bytes from the stream's position on: written aside, synced to disk, then renamed.

    Safe to run twice and at once: the same bytes have the same place. Raises OSError when the disk is full; nothing is left behind.
    """
    root = Path(settings.BLOB_DIR)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=root, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in _chunks(stream):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = path(digest.hexdigest())
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(name).chmod(0o640)
            Path(name).replace(target)
            _sync_directory(target.parent)
    finally:
        Path(name).unlink(missing_ok=True)
    return Blob(digest.hexdigest(), size)


def open_blob(sha256: str) -> BinaryIO:
    """The file opened for reading; raises Missing when it is not stored."""
    try:
        return path(sha256).open("rb")
    except FileNotFoundError:
        raise Missing(_("文件不在存储中，请联系系统管理员从备份恢复。"), code="no_file") from None


def exists(sha256: str) -> bool:
    """Whether a file with this digest is stored."""
    return bool(_DIGEST.fullmatch(sha256)) and path(sha256).is_file()


def intact(sha256: str) -> bool:
    """Whether the file is stored and its bytes still have this digest."""
    if not exists(sha256):
        return False
    digest = hashlib.sha256()
    with path(sha256).open("rb") as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest() == sha256


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
