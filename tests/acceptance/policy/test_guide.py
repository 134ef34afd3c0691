"""The guide for policy authors: its pack is clean, its commands run, in both languages."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.cli.main import main

ROOT = Path(__file__).parents[3]
GUIDES = ("policy-authors.md", "policy-authors.zh-CN.md")
NEEDS_A_HUB = ("hub policy activate", "hub policy diff active")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(guide: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    return [body for name, body in BLOCK.findall(text) if name == kind]


def commands(guide: str) -> list[str]:
    return [line for body in blocks(guide, "console") for line in body.splitlines() if line.strip()]


@dataclass(frozen=True)
class Done:
    """What a command printed and how it ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[[str], Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line as its entry point does, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def one(command: str) -> Done:
        words = shlex.split(command)
        assert words[0] == "hub", command
        monkeypatch.setattr(sys, "argv", words)
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return one


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_the_guide_run(guide: str, tmp_path: Path, run: Run) -> None:
    (pack,) = blocks(guide, "yaml")
    name = re.search(r"# (my-pack/\S+)", pack)
    assert name is not None
    (tmp_path / "my-pack").mkdir()
    (tmp_path / name[1]).write_text(pack, encoding="utf-8")
    outputs = {}
    for command in commands(guide):
        done = run(command)
        if command.startswith(NEEDS_A_HUB):
            assert done.returncode == 2, command
            assert "hub up --data" in done.stderr, "the pack is clean, and no hub runs: how to start one"
            continue
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        outputs[command] = done.stdout
    assert "clean" in outputs["hub policy check my-pack"]
    assert "1 passed, 0 failed" in outputs["hub scenarios run my-scenarios.yaml"]
    diff = next(text for command, text in outputs.items() if command.startswith("hub policy diff"))
    assert "first_followup: 15 working_days" in diff
    assert "1 scenarios, 1 come out differently" in diff


def test_both_guides_have_the_same_commands() -> None:
    english, chinese = ([command.replace("--lang zh", "--lang en") for command in commands(guide)] for guide in GUIDES)
    assert english == chinese
    assert len(english) > 6


def test_a_mistake_is_named_and_the_exit_code_says_so(tmp_path: Path, run: Run) -> None:
    pack = tmp_path / "pack.yaml"
    (body,) = blocks(GUIDES[0], "yaml")
    pack.write_text(body + '  - {id: R-ME-02, when: "severity == 2"}\n', encoding="utf-8")
    done = run("hub policy check pack.yaml")
    assert done.returncode == 1
    assert re.search(r"pack\.yaml:\d+: R-ME-02: fires where the base does not", done.stdout)
    refused = run("hub policy activate pack.yaml --data data")
    assert refused.returncode == 2
    assert "the running one stays" in refused.stderr
    assert "fires where the base does not" in refused.stderr, "its mistakes are told even where no hub runs"
    assert not (tmp_path / "data").exists()
    nowhere = run("hub policy show R-ME-02 --data data")
    assert nowhere.returncode == 2
    assert "hub up --data" in nowhere.stderr
    assert run("hub policy show R-ZZ-09").returncode == 2


def test_a_template_is_never_written_over_a_file(tmp_path: Path, run: Run) -> None:
    (tmp_path / "mine.yaml").write_text("mine", encoding="utf-8")
    done = run("hub scenarios new mine.yaml")
    assert done.returncode == 2
    assert "already" in done.stderr
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == "mine"


def test_diff_says_whose_outcome_changes_and_why(run: Run) -> None:
    pack = ROOT / "src/hub/policy/examples/local-m-2026-01-01.yaml"
    suite = ROOT / "tests/scenarios/spec/a-normal.yaml"
    done = run(f"hub policy diff shipped {pack} --scenarios {suite}")
    assert done.returncode == 0, done.stderr
    assert "\nA02  " in done.stdout
    assert re.search(r"\+ d0 +tolerance\.review\.requested .* level K1 .*R-TO-01", done.stdout)
    assert "\nA08  " not in done.stdout, "S2 is not switched on by this pack"
    same = run(f"hub policy diff {pack} {pack} --scenarios {suite}")
    assert "the packs say the same" in same.stdout
    assert "0 come out differently" in same.stdout


@pytest.mark.parametrize(("language", "words"), [("zh", "请求容错审核"), ("en", "tolerance review requested")])
def test_explain_tells_a_timeline(language: str, words: str, run: Run) -> None:
    suite = ROOT / "tests/scenarios/spec/a-normal.yaml"
    done = run(f"hub scenarios explain {suite} --only A01 --lang {language}")
    assert done.returncode == 0, done.stderr
    for word in ("d3  2026-03-05", words, "R-ME-02", "Gate-7", "→ audit-M", "← org-M"):
        assert word in done.stdout, word
    assert run(f"hub scenarios explain {suite} --only NONE").returncode == 2
