"""Every operation happens in the rehearsal, and each expectation of each step counts."""

import copy
import io
import json
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from tests.flows.test_rehearse import altered, leaves
from tests.world import World
from workflows.audit import queries as audit
from workflows.cases.policy import POLICY
from workflows.flows import exercise, replay


def test_every_operation_goes_as_written_down_and_each_expectation_counts(db: None) -> None:
    """One run, then every single expectation altered in turn: each alteration must show as a difference."""
    World()
    scripts = exercise.scripts()
    played = [exercise.play(script) for script in scripts]
    tried = 0
    for script, done in zip(scripts, played, strict=True):
        expected = exercise.expected(script)
        assert list(replay.differences(expected, done.found)) == []
        for path in leaves(expected):
            assert list(replay.differences(altered(expected, path), done.found)), f"{done.id}: altering {path} went unnoticed"
            tried += 1
        assert audit.first_broken(done.case.subject) is None
    assert exercise.never_performed(played) == []
    assert set().union(*(done.performed for done in played)) >= set(POLICY)
    assert tried > 400


def test_an_operation_no_script_performs_is_named(db: None) -> None:
    World()
    played = [exercise.play(script) for script in exercise.scripts()[1:2]]
    assert "suspend" in exercise.never_performed(played)
    assert "cancel" not in exercise.never_performed(played)


def small(tmp_path: Any, change: Any = None) -> Any:
    """A data file with the script of one cancelled case, perhaps altered."""
    data = {"cases": copy.deepcopy(exercise.scripts()[1:2])}
    if change:
        change(data["cases"][0])
    path = tmp_path / "operations.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def nothing_else(tmp_path: Any) -> Any:
    """A scenario without cases, so that only the operations run."""
    path = tmp_path / "scenario.yaml"
    path.write_text("cases: []\nrunning: []\n", encoding="utf-8")
    return path


def test_the_command_fails_where_an_operation_is_never_performed_or_a_state_differs(db: None, tmp_path: Any, nothing_else: Any) -> None:
    World()

    def wrong(script: dict[str, Any]) -> None:
        script["steps"][0]["then"]["node"] = "accept"

    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("rehearse", "--scenario", str(nothing_else), "--operations", str(small(tmp_path, wrong)), "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert report["ok"] is False
    told = report["operations"][-1]["differences"]
    assert "[0].node: expected 'accept', found 'endorse'" in told
    assert any("suspend" in line for line in told)


def test_the_command_performs_every_operation_and_exits_well(db: None, nothing_else: Any) -> None:
    World()
    out = io.StringIO()
    call_command("rehearse", "--scenario", str(nothing_else), "--operations", stdout=out)
    assert "O1" in out.getvalue()
    assert "✕" not in out.getvalue()
