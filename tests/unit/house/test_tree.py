"""What must not stand in any tracked file, and how long a file may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.house.tree import text_of, tracked

HERE = Path("tests/unit/house/test_tree.py")
LONGEST = 400
FORBIDDEN = {
    "how the work was organised": r"\b(this|last|previous|next|earlier) session\b|\bbefore[-_]stop\b|\bsub-?agents?\b",
    "a path of one machine": r"(?<![\w.-])/(work|root|Users)/|(?<![\w.-])/home/[a-z]|/tmp/(brief|probe|house)\b",
    "a registry's host": r"\b(pypi\.org|pythonhosted\.org|repo1?\.maven\.|registry-1\.|ghcr\.io|quay\.io|docker\.io/)",
}
BESIDE = re.compile(r"\.\./shared\b")
RUN_TIME = ("src", "schemas", "streams", "connectors", "bench", "deploy")


def lines_with(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    return [
        f"{path}:{number}"
        for path in files
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_tracked_file_holds(kind: str) -> None:
    files = [path for path in tracked() if path != HERE]
    assert Path("pyproject.toml") in files
    assert lines_with(re.compile(FORBIDDEN[kind], re.IGNORECASE), files) == []


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("how the work was organised", "done in this session"),
        ("a path of one machine", "see /root/notes"),
        ("a path of one machine", "--data=/home/li/hub"),
        ("a registry's host", "index-url = https://pypi.org/simple"),
    ],
)
def test_the_patterns_find_what_they_are_for(kind: str, line: str) -> None:
    assert re.search(FORBIDDEN[kind], line, re.IGNORECASE)


@pytest.mark.parametrize("line", ["session timeout 6 s", "cd ../network/", "tests/home/a", "upstream issue 606"])
def test_the_patterns_leave_ordinary_lines_alone(line: str) -> None:
    assert [kind for kind, pattern in FORBIDDEN.items() if re.search(pattern, line, re.IGNORECASE)] == []


def test_nothing_that_runs_reads_beside_the_clone() -> None:
    assert lines_with(BESIDE, tracked(*RUN_TIME)) == []


def test_python_files_stay_short() -> None:
    assert [str(path) for path in tracked("*.py") if text_of(path).count("\n") > LONGEST] == []
