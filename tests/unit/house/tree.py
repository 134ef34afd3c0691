"""The tracked files, for tests about the tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def tracked(*patterns: str) -> list[Path]:
    """Tracked files that are still there, relative to the root."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--", *patterns]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Content, or nothing for a binary file."""
    raw = (ROOT / path).read_bytes()
    return "" if b"\0" in raw else raw.decode(errors="replace")
