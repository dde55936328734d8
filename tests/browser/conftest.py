"""Chromium against a live server on a real database: every page is watched for content-policy violations and console errors."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.cases.conftest import racing_world  # noqa: F401 - fixture
from tests.world import World
from workflows.access.models import User
from workflows.flows.sample import DEMO_PASSWORD
from workflows.views import reference

# The browser's own loop runs in this thread; Django must not take it for an asynchronous caller of the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
WATCH = """document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI));"""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SignIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these are browser tests and share one server, so one worker."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    assert path, "no Chromium found: install Debian's package `chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """No manifest of static files is built for tests; nothing of an earlier database is remembered."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    reference.forget()


@pytest.fixture
def world(racing_world: World) -> World:  # noqa: F811
    """The small district, committed; nobody is sent to change a password first."""
    User.objects.update(must_change_password=False)
    return racing_world


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained about; a test may take out what it provoked itself. Empty at the end, or the test fails."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def sign_in(chromium: Browser, live_server: LiveServer, world: World, complaints: list[str]) -> Iterator[SignIn]:
    """`sign_in("auditor", width=390)`: a page of its own context, signed in through the form."""
    contexts: list[BrowserContext] = []

    def entered(username: str, *, width: int = 1280, path: str = "/") -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(f"{page.url} {message.text}") if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))
        page.goto(f"{live_server.url}/login/?next={path}")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", DEMO_PASSWORD)
        page.click("form .btn-primary")
        page.wait_for_load_state("networkidle")
        return page

    yield entered
    for context in contexts:
        context.close()
