"""What was saved comes back, whole, on both databases."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from project import backup
from workflows.access.models import User
from workflows.audit import operations as audit
from workflows.audit.models import Entry
from workflows.lib import triggers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive(tmp_path: Path, settings: object) -> Path:
    settings.BLOB_DIR = tmp_path / "blobs"
    name = hashlib.sha256(b"minutes").hexdigest()
    (settings.BLOB_DIR / name[:2]).mkdir(parents=True)
    (settings.BLOB_DIR / name[:2] / name).write_bytes(b"minutes")
    User.objects.create_user("clerk", name="钱一")
    audit.record(chain="unit/1", verb="organization.unit.established", after={"name": "甲"}, actor=None, now=timezone.now())
    target = tmp_path / "kept" / "one.tar.gz"
    call_command("backup", target)
    return target


def test_database_and_files_come_back(archive: Path, settings: object) -> None:
    shutil.rmtree(settings.BLOB_DIR)
    User.objects.create_user("later", name="孙二")
    call_command("restore", archive, replace=True)
    assert list(User.objects.values_list("username", flat=True)) == ["clerk"]
    assert Entry.objects.count() == 1
    assert [path.read_bytes() for path in Path(settings.BLOB_DIR).rglob("*") if path.is_file()] == [b"minutes"]
    assert triggers.missing() == []


def test_an_installation_in_use_is_not_overwritten_by_mistake(archive: Path) -> None:
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", archive)


def test_an_archive_of_the_other_database_is_refused(archive: Path, tmp_path: Path) -> None:
    other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "open", filter="data")
    manifest = tmp_path / "open" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(connection.vendor, other))
    with tarfile.open(tmp_path / "foreign.tar.gz", "w:gz") as tar:
        for path in (tmp_path / "open").iterdir():
            tar.add(path, path.name)
    with pytest.raises(backup.NotRestorable, match=other):
        backup.load(tmp_path / "foreign.tar.gz", replace=True)


def test_make_passes_the_file_on() -> None:
    dry = ["make", "-n", "restore", "FILE=x.tar.gz", "REPLACE=1"]
    shown = subprocess.run(dry, cwd=project_settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert "manage.py restore x.tar.gz --replace" in shown
