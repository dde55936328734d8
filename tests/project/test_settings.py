"""The settings keep their promises: strict in production, careful with secrets, nothing outside `var/`."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from project.settings import environment

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "project.settings.production",
    "DINGBIAN_SECRET_KEY": "q8Zr2vX7mK4pL9sT1wY6bN3cD5fG0hJ8kM2nB4vC6xZ9aS1dF3gH5jK7lP0oI8uY",
    "DINGBIAN_HOSTS": "bianban.example",
    "DATABASE_URL": "postgres://dingbian_app@127.0.0.1:1/dingbian",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
}


def manage(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` in a process with exactly this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX") if name in os.environ}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(command, cwd=cwd, env={**kept, **environ}, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", cwd=tmp_path, **PRODUCTION, DINGBIAN_VAR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DINGBIAN_SECRET_KEY", "DINGBIAN_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL"])
def test_production_guesses_nothing(name: str, tmp_path: Path) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    done = manage("check", cwd=tmp_path, **given, DINGBIAN_VAR=str(tmp_path))
    assert done.returncode != 0
    assert f"{name} must be set" in done.stderr


@pytest.mark.slow
def test_the_demo_flag_cannot_be_switched_on_in_production(tmp_path: Path) -> None:
    shown = manage("diffsettings", "--all", cwd=tmp_path, **PRODUCTION, DINGBIAN_VAR=str(tmp_path), DINGBIAN_DEMO="1").stdout
    assert "DEMO = False" in shown


def test_a_kept_secret_is_drawn_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    first = environment.kept_secret(tmp_path / "key")
    assert len(first) >= 50
    assert environment.kept_secret(tmp_path / "key") == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize(("reader", "value"), [(environment.flag, "maybe"), (environment.number, "ten")])
def test_nonsense_in_the_environment_stops_the_start(reader: object, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGBIAN_SOMETHING", value)
    with pytest.raises(ImproperlyConfigured, match="DINGBIAN_SOMETHING"):
        reader("DINGBIAN_SOMETHING", default=0)


@pytest.mark.django_db
def test_every_page_carries_a_policy_without_exceptions(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_the_office_answers_in_its_own_language_unless_another_was_chosen(client: Client) -> None:
    assert client.get("/healthz", headers={"accept-language": "en-US"}).headers["Content-Language"] == "zh-hans"
    client.post("/language", {"language": "en", "next": "/healthz"})
    assert client.get("/healthz").headers["Content-Language"] == "en"


def test_promised_work_is_swept_every_minute() -> None:
    entries = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert entries["outbox.sweep"] == 60.0


def test_tasks_survive_a_lost_worker() -> None:
    from project.celery import app

    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_everything_written_lies_under_var() -> None:
    written = [settings.BLOB_DIR, settings.FILE_UPLOAD_TEMP_DIR, settings.STATIC_ROOT, Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)]
    assert all(path.is_relative_to(settings.VAR_DIR) for path in written)


@pytest.mark.slow
def test_the_static_files_are_collected_under_production_settings(tmp_path: Path) -> None:
    given = {**PRODUCTION, "DINGBIAN_VAR": str(tmp_path), "DINGBIAN_FRONTEND": str(settings.FRONTEND_DIR)}
    done = manage("collectstatic", "--noinput", cwd=tmp_path, **given)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    assert {"dingbian/skin.css", "bootstrap/css/bootstrap.min.css", "django_htmx/htmx-4.min.js"} <= set(manifest)
    assert not any(name.startswith("viewflow/") for name in manifest)
