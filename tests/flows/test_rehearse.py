"""The rehearsal holds, and fails as soon as any one of its expectations is altered."""

import copy
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from workflows.flows import replay, sample


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every single value in the expectations; an empty list is a value too."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for n, item in enumerate(value):
            yield from leaves(item, (*path, n))
    else:
        yield path


def altered(value: Any, path: tuple[Any, ...]) -> Any:
    """A copy in which the one value at `path` is another one."""
    changed = copy.deepcopy(value)
    place = changed
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = old + 1 if isinstance(old, int) else ["?"] if isinstance(old, list) else f"{old}?"
    return changed


@pytest.fixture
def district(db: None) -> None:
    opening = sample.document(sample.FOLDER / "opening.yaml")["opened_at"]
    sample.load_sample(now=opening)


def test_every_expectation_holds_and_each_one_counts(district: None) -> None:
    """One replay, then every single expectation altered in turn: each alteration must show as a difference."""
    scripts = replay.scenario()["cases"]
    played = [(script, replay.play(script)) for script in scripts]
    replay.work_off()
    tried = 0
    for script, done in played:
        found = replay.outcome(done, script)
        assert list(replay.differences({**script["expect"], "verified": True}, found)) == []
        for path in leaves(script["expect"]):
            wrong = altered({**script["expect"], "verified": True}, path)
            assert list(replay.differences(wrong, found)), f"{script['id']}: altering {path} went unnoticed"
            tried += 1
    assert tried > 200


def test_the_command_prints_json_and_exits_well(district: None) -> None:
    out = io.StringIO()
    call_command("rehearse", "--json", "--running", stdout=out)
    report = json.loads(out.getvalue())
    assert report["ok"] is True
    assert [case["id"] for case in report["cases"]] == ["S01", "S03", "S08a", "S08b", "S08c"]
    assert all(case["verified"] and case["papers"] and case["stages"] for case in report["cases"])
    nodes = sorted(replay.Case.objects.exclude(state__in=["closed", "refused"]).values_list("node", flat=True))
    assert nodes == ["accept", "countersign", "deliberate", "draft", "endorse", "implement", "sign"]


def test_the_command_fails_on_one_altered_expectation(district: None, tmp_path: Any) -> None:
    data = replay.scenario()
    data["cases"] = [script for script in data["cases"] if script["id"] == "S01"]
    data["cases"][0]["expect"]["ledger"][0]["after"] = 96
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("rehearse", "--scenario", str(path), stdout=out)
    assert "expected 96, found 95" in out.getvalue()


def test_the_command_does_not_replay_on_top_of_existing_cases(district: None) -> None:
    call_command("rehearse", "--json", stdout=io.StringIO())
    with pytest.raises(CommandError, match="cases already"):
        call_command("rehearse", stdout=io.StringIO())
