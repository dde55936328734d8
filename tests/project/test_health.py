"""`/healthz` tells the truth about each part."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from project import health
from workflows.lib import triggers
from workflows.outbox.models import Job

pytestmark = pytest.mark.django_db


def test_a_healthy_house_says_so_with_its_version(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert body["status"] == "ok"
    assert body["version"]
    assert {"database", "broker", "outbox", "triggers"} <= set(body)


def test_promised_work_that_nobody_does_makes_it_ill(client: Client) -> None:
    Job.objects.create(key="old", task="outbox.sweep", created_at=timezone.now() - timedelta(hours=1))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["outbox"]["lag_seconds"] >= 3599


def test_a_missing_trigger_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "missing", lambda using="default": ["audit_append_only_u"])
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["triggers"]["missing"] == ["audit_append_only_u"]


def test_a_broken_check_is_an_answer_and_not_an_error_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> dict[str, object]:
        raise ConnectionRefusedError

    monkeypatch.setitem(health.CHECKS, "broker", down)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"] == {"ok": False, "error": "ConnectionRefusedError"}
