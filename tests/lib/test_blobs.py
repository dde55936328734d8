"""Files lie once under their digest, whole or not at all."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from tests.base import at_once
from workflows.lib import blobs
from workflows.lib.refusals import Missing


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.BLOB_DIR = tmp_path / "blobs"
    return settings.BLOB_DIR


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_is_found_by_its_digest(store: Path) -> None:
    blob = blobs.put(io.BytesIO(b"minutes"))
    assert blob == blobs.Blob(hashlib.sha256(b"minutes").hexdigest(), 7)
    assert blobs.exists(blob.sha256) and blobs.intact(blob.sha256)
    with blobs.open_blob(blob.sha256) as file:
        assert file.read() == b"minutes"


def test_the_same_bytes_at_once_are_one_file(store: Path) -> None:
    results = at_once([lambda: blobs.put(io.BytesIO(b"x" * 3_000_000)) for _ in range(6)])
    assert len({blob.sha256 for blob in results}) == 1 and len(files(store)) == 1


def test_a_torn_stream_leaves_nothing(store: Path) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError("No space left on device")
            return super().read(size)

    with pytest.raises(OSError, match="No space"):
        blobs.put(Torn(b"y" * 3_000_000))
    assert files(store) == []


def test_a_changed_file_is_noticed() -> None:
    blob = blobs.put(io.BytesIO(b"minutes"))
    blobs.path(blob.sha256).write_bytes(b"minuteX")
    assert blobs.exists(blob.sha256) and not blobs.intact(blob.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "f" * 63, "f" * 64 + "\n"])
def test_only_a_digest_names_a_file(name: str) -> None:
    assert not blobs.exists(name)
    with pytest.raises(Missing):
        blobs.open_blob(name)


def test_a_file_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing, match="备份"):
        blobs.open_blob("f" * 64)
