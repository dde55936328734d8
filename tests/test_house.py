"""The walls stand: sizes, floors, who may write, what the database keeps. Every law also fails on a planted offence."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import ForeignKey, Model

import workflows.flows
from tests import house
from workflows.lib import triggers

Law = Callable[[str, str], list[str]]
EVERYTHING = ("project", "workflows", "forms", "tests", "manage.py")
DOMAIN = tuple(f"workflows/{room}" for room in house.FLOOR if room not in {"views", "api"})
TEXT = {".py", ".html", ".txt", ".md", ".toml", ".yaml", ".yml", ".json", ".csv", ".js", ".css", ".sh", ".sql", ".po", ".cfg", ""}


def offences(law: Law, *shelves: str) -> list[str]:
    """What a law finds on some shelves."""
    return [offence for path, text in house.sources(*shelves) for offence in law(path, text)]


def texts() -> Iterator[tuple[str, str]]:
    """Every file that is ours and is text."""
    for path in sorted(house.ROOT.rglob("*")):
        parts = path.relative_to(house.ROOT).parts
        hidden = len(parts) > 1 and parts[0].startswith(".") and parts[0] != ".ci"
        if path.is_file() and not hidden and parts[0] != "var" and "__pycache__" not in parts and path.suffix in TEXT:
            yield path.relative_to(house.ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_files_fit_on_a_page_or_two() -> None:
    assert offences(house.too_long, *EVERYTHING) == []


def test_templates_and_scripts_fit_too() -> None:
    shelves = [*(house.ROOT / "templates").rglob("*.html"), *(house.ROOT / "project" / "frontend" / "assets").rglob("*.js")]
    assert [o for path in shelves for o in house.too_long(str(path), path.read_text(encoding="utf-8"))] == []


def test_functions_can_be_read_standing_up() -> None:
    assert offences(house.long_functions, *EVERYTHING) == []


def test_imports_go_down_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=house.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.name for path in (house.ROOT / "workflows").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms <= set(house.FLOOR)


def test_foreign_keys_point_down() -> None:
    assert [key for model in ours() for key in upward_keys(model)] == []


def ours() -> list[type[Model]]:
    """The models of our rooms."""
    return [model for model in apps.get_models() if model.__module__.startswith("workflows.")]


def upward_keys(model: type[Model]) -> list[str]:
    """Foreign keys that point to a higher floor; the user is the one exception."""
    floor = house.FLOOR[model._meta.app_label]
    keys = [field for field in model._meta.get_fields() if isinstance(field, ForeignKey)]
    return [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for field in keys
        if field.related_model._meta.label != settings.AUTH_USER_MODEL and house.FLOOR.get(field.related_model._meta.app_label, -1) > floor
    ]


def test_only_operations_write() -> None:
    found = [
        offence for path, text in house.sources("workflows", "forms") if not house.may_write(path) for offence in house.writes(path, text)
    ]
    assert found == []


def test_operations_are_keyword_only_and_are_told_the_moment() -> None:
    found = [o for path, text in house.sources("workflows") if house.is_operations(path) for o in house.loose_operations(path, text)]
    assert found == []


def test_below_the_line_nothing_knows_http() -> None:
    assert offences(house.knows_http, *DOMAIN) == []


def test_pure_cores_are_pure() -> None:
    assert offences(house.impure, "workflows") == []


def test_the_domain_does_not_read_the_clock() -> None:
    # The outbox measures how long a message has really been under way, whatever moment the act was given.
    entrances = ("/tasks.py", "/management/", "workflows/outbox/operations.py")
    found = [o for path, text in house.sources(*DOMAIN) if not any(e in path for e in entrances) for o in house.reads_clock(path, text)]
    assert found == []


def test_weasyprint_is_imported_in_one_function_of_one_file() -> None:
    found = [
        (path, inside)
        for path, text in house.sources(*EVERYTHING)
        for name, _, inside in house.imports(text)
        if name.split(".")[0] == "weasyprint"
    ]
    assert len({path for path, _ in found}) <= 1, found
    assert all(inside for _, inside in found), found


def test_guardian_lives_in_access_only() -> None:
    found = [o for path, text in house.sources(*EVERYTHING) for o in house.importing(path, text, ("guardian",))]
    assert [o for o in found if not o.startswith(("workflows/access/", "tests/access/", "project/bench/"))] == []


def test_packages_are_empty() -> None:
    assert [o for path, text in house.sources(*EVERYTHING) if path.endswith("__init__.py") for o in house.full_package(path, text)] == []


def test_no_drawer_for_odds_and_ends() -> None:
    assert [path for path, _ in house.sources(*EVERYTHING) if Path(path).stem in house.NO_NAMES] == []


def test_no_test_is_switched_off() -> None:
    assert offences(house.switched_off, "tests") == []


def test_nothing_is_left_for_later() -> None:
    assert [o for path, text in texts() if not path.endswith(".json") for o in house.unfinished(path, text)] == []


def test_no_registry_and_no_machine_is_named() -> None:
    assert [o for path, text in texts() for o in house.outside_addresses(path, text)] == []


def test_the_top_level_is_the_fixed_frame() -> None:
    present = {path.name for path in house.ROOT.iterdir() if not path.name.startswith(".") and path.name not in {"var", "__pycache__"}}
    assert present == house.FRAME
    assert (house.ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.django_db
def test_the_database_has_exactly_the_registered_triggers() -> None:
    assert triggers.missing() == []
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    registered = {name for trigger in triggers.registered() for name in triggers._names(trigger, connection.vendor)}
    assert present == registered
    assert registered


def flows() -> list[type]:
    """Every flow class of the house."""
    from viewflow.workflow.flow import Flow

    for module in pkgutil.iter_modules(workflows.flows.__path__):
        if not module.ispkg:
            importlib.import_module(f"workflows.flows.{module.name}")
    return [flow for flow in Flow.__subclasses__() if flow.__module__.startswith("workflows.flows")]


def test_every_flow_waits_for_its_lock() -> None:
    from viewflow.workflow import lock

    for flow in flows():
        assert flow.lock_impl is not lock.no_lock, f"{flow.__name__} would let two reviewers act at once"
        assert isinstance(flow.lock_impl, lock.SelectForUpdateLock), flow.__name__
        assert flow.lock_impl.nowait is False, flow.__name__
        assert flow.lock_impl.attempts == 1, flow.__name__


def test_flow_addresses_are_frozen() -> None:
    frozen = house.ROOT / "workflows" / "flows" / "frozen.txt"
    listed = (
        {line.strip() for line in frozen.read_text().splitlines() if line.strip() and not line.startswith("#")}
        if frozen.exists()
        else set()
    )
    live = {f"{flow.__module__}.{flow.__name__}.{node.name}" for flow in flows() for node in flow.instance.nodes()}
    assert listed == live, "a node was renamed, removed, or added without being listed"


PLANTED: list[tuple[Law, str, str]] = [
    (house.too_long, "a.py", "x = 1\n" * 401),
    (house.long_functions, "a.py", "def long():\n" + "    x = 1\n" * 71),
    (house.knows_http, "a.py", "from django.http import HttpRequest"),
    (house.knows_http, "a.py", "from forms import cases"),
    (house.impure, "workflows/x/rules.py", "from django.db import models"),
    (house.impure, "a.py", '"""Pure: sums."""\nfrom django.conf import settings'),
    (house.impure, "a.py", '"""Pure: sums."""\nfrom datetime import date\nx = date.today()'),
    (house.reads_clock, "a.py", "from django.utils import timezone\nx = timezone.now()"),
    (house.writes, "a.py", "case.save(update_fields=['node'])"),
    (house.writes, "a.py", "Case.objects.filter(pk=1).update(node='x')"),
    (house.writes, "a.py", "case.versions.create(n=1)"),
    (house.loose_operations, "operations.py", "def act(case, *, actor, now): ..."),
    (house.loose_operations, "operations.py", "def act(*, case, actor): ..."),
    (house.loose_operations, "operations/acting.py", "def act(case, actor, *, now): ..."),
    (house.full_package, "workflows/x/__init__.py", "from x import y"),
    (house.full_package, "workflows/x/operations/__init__.py", "def f(): ..."),
    (house.switched_off, "a.py", "def _" + "test_this(): ..."),
    (house.switched_off, "a.py", "@pytest.mark." + "skipif(True)"),
    (house.unfinished, "a.py", "# TO" + "DO later"),
    (house.outside_addresses, "a.json", '"resolved": "https://registry.npm' + 'js.org/x"'),
    (house.outside_addresses, "a.py", 'path = "/wo' + 'rk/main"'),
    (lambda path, text: house.importing(path, text, ("guardian",)), "a.py", "from guardian.shortcuts import assign_perm"),
]


@pytest.mark.parametrize(("law", "path", "text"), PLANTED)
def test_each_law_sees_a_planted_offence(law: Law, path: str, text: str) -> None:
    assert law(path, text)


INNOCENT: list[tuple[Law, str, str]] = [
    (house.writes, "a.py", "values.update(other)\ndigest.update(b'x')"),
    (house.reads_clock, "a.py", "def f(now):\n    return clock.now"),
    (house.impure, "a.py", '"""Reads the settings."""\nfrom django.conf import settings'),
    (house.outside_addresses, "a.html", '<a href="/audit/tmp">'),
    (house.full_package, "workflows/x/operations/__init__.py", '"""What it offers."""\nfrom x.y import act\n'),
    (house.loose_operations, "operations.py", "def act(*, case, actor, now): ...\ndef _inner(case): ..."),
]


@pytest.mark.parametrize(("law", "path", "text"), INNOCENT)
def test_the_laws_leave_the_innocent_alone(law: Law, path: str, text: str) -> None:
    assert law(path, text) == []
