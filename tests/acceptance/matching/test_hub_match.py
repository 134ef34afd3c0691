"""``hub match`` as a user runs it: a roster nobody tuned to, two makers with different habits, no wrong automatic match."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.matching import wire
from bench.matching.careful import CarefulPerson
from bench.matching.habits import FIRST, SECOND, Habits
from bench.matching.subjects import Maker, Subject
from bench.matching.world import World


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub.cli.main", "match", *arguments], capture_output=True, text=True, timeout=300
    )


def _files(folder: Path, habits: Habits, cadres: int, count: int) -> list[Subject]:
    world = World(habits, cadres)
    subjects = Maker(world, CarefulPerson(world)).make(count)
    with (folder / "roster.jsonl").open("w", encoding="utf-8") as file:
        for type_, data in wire.lines(world):
            file.write(json.dumps({"type": type_, "data": data}, ensure_ascii=False) + "\n")
    with (folder / "subjects.jsonl").open("w", encoding="utf-8") as file:
        for one in subjects:
            file.write(
                json.dumps({"id": one.id, "time": str(one.time), "subject": one.wire}, ensure_ascii=False) + "\n"
            )
    return subjects


def _answers(folder: Path, *more: str) -> dict[str, dict[str, Any]]:
    files = [f"--{name}={folder / name}.jsonl" for name in ("roster", "subjects")]
    done = _run(*files, f"--out={folder / 'answers.jsonl'}", *more)
    assert done.returncode == 0, done.stderr
    return {one["id"]: one for one in map(json.loads, (folder / "answers.jsonl").read_text("utf-8").splitlines())}


@pytest.mark.parametrize("habits", [FIRST, SECOND], ids=lambda habits: habits.name)
def test_no_wrong_automatic_match_and_nearly_all_that_can_be_decided(tmp_path: Path, habits: Habits) -> None:
    subjects = _files(tmp_path, habits, 6000, 4000)
    answers = _answers(tmp_path)
    assert len(answers) == len(subjects)
    knowable = [one for one in subjects if one.decided in (None, one.truth)]
    wrong = [
        one for one in knowable if answers[one.id]["decision"] == "auto" and answers[one.id]["cadre_id"] != one.truth
    ]
    assert wrong == []
    decidable = [one for one in knowable if one.decided]
    assert len(decidable) > 1000
    assert sum(answers[one.id]["decision"] == "auto" for one in decidable) >= 0.95 * len(decidable)
    open_ = [one for one in knowable if not one.decided and one.truth and answers[one.id]["decision"] != "auto"]
    assert sum(one.truth in answers[one.id]["candidates"][:3] for one in open_) >= 0.97 * len(open_)
    assert all(answers[one.id]["route"] in ("M1", "M2") for one in knowable if answers[one.id]["decision"] == "auto")


def test_answers_are_the_same_every_time_and_explained_when_asked(tmp_path: Path) -> None:
    _files(tmp_path, FIRST, 1000, 150)
    first, again = _answers(tmp_path, "--explain"), _answers(tmp_path, "--explain", f"--index={tmp_path / 'packed'}")
    assert first == again == _answers(tmp_path, "--explain", f"--index={tmp_path / 'packed'}")
    meta = tmp_path / "packed" / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text("utf-8")), "format": 1}), "utf-8")
    assert first == _answers(tmp_path, "--explain", f"--index={tmp_path / 'packed'}"), "of another version: packed anew"
    assert all(one["explanation"]["zh"] and one["explanation"]["en"] for one in first.values())
    assert all("explanation" not in one for one in _answers(tmp_path).values())


@pytest.mark.parametrize(
    ("roster", "subjects", "hint"),
    [
        (None, "{}", "check the path"),
        ("", '{"id": 1}', "a roster line is"),
        ('{"type": "cadre.recorded", "data": {"cadre_id": "A", "name": "林知远"}}', '{"id": 1}', "a subject line is"),
        ('{"type": "cadre.recorded", "data": {"cadre_id": "A", "name": "林知远"}}', None, "check the path"),
    ],
)
def test_a_user_is_told_what_to_do(tmp_path: Path, roster: str | None, subjects: str | None, hint: str) -> None:
    for name, text in (("roster", roster), ("subjects", subjects)):
        if text is not None:
            (tmp_path / f"{name}.jsonl").write_text(text, "utf-8")
    files = [f"--{name}={tmp_path / name}.jsonl" for name in ("roster", "subjects")]
    done = _run(*files, f"--out={tmp_path / 'answers.jsonl'}")
    assert done.returncode == 2
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("answers*"))


def test_bad_rows_of_a_roster_are_listed_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "roster.jsonl").write_text(
        '{"type": "cadre.recorded", "data": {"cadre_id": "A", "name": "林知远"}}\nnonsense\n', "utf-8"
    )
    (tmp_path / "subjects.jsonl").write_text(
        '{"id": 7, "time": "2026-03-01", "subject": {"name": "林知远"}}\n', "utf-8"
    )
    done = _run(
        *[f"--{name}={tmp_path / name}.jsonl" for name in ("roster", "subjects")], f"--out={tmp_path / 'a.jsonl'}"
    )
    assert done.returncode == 0
    assert "row 2" in done.stderr
    assert json.loads((tmp_path / "a.jsonl").read_text("utf-8"))["candidates"] == ["A"]
