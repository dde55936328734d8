"""The English of the screens: nothing missing, nothing doubtful, every placeholder kept, and pages that speak it."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from project.setup.translations import entries
from tests.views.conftest import Enter
from tests.world import World
from workflows.audit.models import Entry

CATALOGUE = Path(project_settings.BASE_DIR) / "project" / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def english(tmp_path: Path, settings: object) -> Iterator[None]:
    """The catalogue as it stands, compiled for this test alone."""
    target = tmp_path / "en" / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    subprocess.run(["msgfmt", "--check-format", "-o", str(target), str(CATALOGUE)], check=True)
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()
    yield
    trans_real._translations.clear()


def test_no_entry_is_empty_or_fuzzy() -> None:
    found = entries(CATALOGUE)
    assert len(found) > 1000
    assert [source for source, (target, fuzzy) in found.items() if not target or fuzzy] == []


def test_every_translation_keeps_its_placeholders() -> None:
    found = entries(CATALOGUE)
    lost = [source for source, (target, _) in found.items() if set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(target))]
    assert lost == []


def test_no_translation_is_still_chinese() -> None:
    """Examples of documents, names and separators stay as officials write them; a whole sentence does not."""
    left = [source for source, (target, _) in entries(CATALOGUE).items() if len(CHINESE.findall(target)) > len(target) / 2]
    assert left == []


def test_the_door_speaks_english(world: World, english: None) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    page = client.get(reverse("login")).content.decode()
    assert "Sign in" in page
    body = re.sub(r"<[^>]*>", "", page[page.index("<main") : page.index("</main")])
    assert set("".join(CHINESE.findall(body))) <= set("简体中文" + project_settings.DISTRICT_NAME)


@pytest.mark.parametrize(
    ("name", "args", "sentence"),
    [
        ("unit", ["market"], "why 45"),
        ("ledger", [], "Staffing ledger"),
        ("audit", [], "Who did what to what"),
        ("authority", [], "Authority table"),
        ("calendar", [], "Working calendar"),
    ],
)
def test_registers_speak_english(enter: Enter, english: None, name: str, args: list[str], sentence: str) -> None:
    client = enter("auditor")
    client.cookies["django_language"] = "en"
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert answer["Content-Language"] == "en"


def test_the_log_is_sealed_in_the_offices_language_whatever_the_screens_speak(world: World, english: None) -> None:
    case = world.draft()
    with translation.override("en"):
        world.act(case, "draft", "dongfanglu.clerk", "submit")
    body = Entry.objects.get(chain=case.subject, verb="cases.draft.submit").body
    assert CHINESE.search(json.loads(body)["after"]["outcome"])
