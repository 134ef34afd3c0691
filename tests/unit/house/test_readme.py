"""Commands in the READMEs exist, with the options that are shown, and both languages show the same."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from typer.testing import CliRunner

from hub.cli.main import build
from tests.unit.house.tree import ROOT

READMES = ("README.md", "README.zh-CN.md")
HUB = ".venv/bin/hub"


def commands(readme: str) -> list[list[str]]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines() if line.strip()]


SHOWN = commands(READMES[0])
HUB_COMMANDS = [" ".join(words[1:]) for words in SHOWN if words[0] == HUB and words[1] != "--help"]
TARGETS = [words[1] for words in SHOWN if words[0] == "make"]


def test_both_languages_show_the_same_commands() -> None:
    assert commands(READMES[1]) == SHOWN
    assert HUB_COMMANDS
    assert TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_target(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", HUB_COMMANDS)
def test_the_hub_knows_the_command_and_its_options(line: str) -> None:
    name, *rest = line.split()
    shown = CliRunner().invoke(build(), [name, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    assert [word for word in rest if word.startswith("--") and word not in shown.output] == []


def test_files_that_are_named_exist() -> None:
    named = {word for words in SHOWN for word in words if word.startswith(("deploy/", ".ci/"))} - {"deploy/hub.env"}
    links = {
        link
        for readme in READMES
        for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
        if "://" not in link
    }
    assert [name for name in sorted(named | links) if not (ROOT / name).exists()] == []
