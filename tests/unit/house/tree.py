"""The tracked files, for tests about the tree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def tracked(*patterns: str) -> list[Path]:
    """Tracked files that are still there, relative to the root; without git, all that set-up did not make."""
    names = _listed(patterns) if shutil.which("git") and (ROOT / ".git").exists() else _walked(patterns)
    return [Path(name) for name in names if (ROOT / name).is_file()]


def _listed(patterns: tuple[str, ...]) -> list[str]:
    trusted = f"safe.directory={ROOT}"  # the clone may belong to another account
    command = ["git", "-c", trusted, "-C", str(ROOT), "ls-files", "-z", "--", *patterns]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\0").split("\0")


def _walked(patterns: tuple[str, ...]) -> list[str]:
    made = {".git", ".venv", ".hub", "__pycache__"}
    parts = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
    kept = [path for path in parts if not made & set(path.parts) and "_cache" not in path.parts[0]]
    return [str(path) for path in kept if not patterns or any(path.match(p) or path.parts[0] == p for p in patterns)]


def text_of(path: Path) -> str:
    """Content, or nothing for a binary file."""
    raw = (ROOT / path).read_bytes()
    return "" if b"\0" in raw else raw.decode(errors="replace")
