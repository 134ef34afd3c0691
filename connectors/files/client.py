"""The drop folder on disk: which files wait, how far each was read, where it goes when it is finished."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hub.errors import UsageError

DONE, REJECTS, STATE = "done", "rejects", ".state"
_BLOCK = 1 << 20


class DropFolder:
    """``done/``, ``rejects/`` and ``.state/`` are made where missing, readable by this account alone.

    Raises UsageError where that cannot be done.
    """

    def __init__(self, folder: Path, pattern: str) -> None:
        self._folder = folder
        self._pattern = pattern
        try:
            for name in (DONE, REJECTS, STATE):
                (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UsageError(
                f"drop folder {folder}: {reason}", hint="name a folder that this account may write"
            ) from error

    def waiting(self, quiet_s: float = 0) -> list[DroppedFile]:
        """Files to read, by name; none that was written to in the last ``quiet_s`` seconds."""
        latest = time.time() - quiet_s
        found = sorted(path for path in self._folder.glob(self._pattern) if path.is_file())
        files = []
        for path in found:
            with suppress(FileNotFoundError):  # its owner took it back
                if not path.name.startswith(".") and (not quiet_s or path.stat().st_mtime <= latest):
                    files.append(DroppedFile(path, self._folder))
        return files


class DroppedFile:
    """One file and its memory, which is bound to the content: another file under the same name starts at its head."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self._folder = folder
        self._version = _version(path)
        self._digest = _digest(path)
        self._checkpoint = folder / STATE / f"{self._digest}.line"
        self._refusals = folder / STATE / f"{self._digest}.refused"

    @property
    def settled(self) -> int:
        """The last line, counted from 1, that was dealt with; 0 at the head."""
        return int(self._checkpoint.read_text()) if self._checkpoint.exists() else 0

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Numbered lines after the last settled one; empty ones are left out."""
        start = self.settled
        with self.path.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                if number > start and line.strip():
                    yield number, line

    def settle(self, number: int, refusal: str | None) -> None:
        """Lines up to ``number`` are dealt with. The reason is written first: a crash between repeats, never loses."""
        if refusal is not None:
            with self._refusals.open("a", encoding="utf-8") as opened:
                opened.write(json.dumps({"line": number, "reason": refusal}, ensure_ascii=False) + "\n")
        part = self._checkpoint.with_suffix(".part")
        part.write_text(str(number))
        part.replace(self._checkpoint)

    def finish(self) -> Path | None:
        """Move the file: to ``done/`` when every line was accepted, else to ``rejects/`` beside its ``.reasons``.

        Nothing is overwritten: a name that is taken gets the content's digest before its ending. A file that was
        written to meanwhile stays (None) and is read anew from its head; what the hub has of it is a duplicate there.
        """
        if not self.path.exists() or _version(self.path) != self._version:
            return None
        refusals = self._refused_lines()
        target = self._free(self._folder / (REJECTS if refusals else DONE))
        if refusals:
            reasons = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in refusals)
            target.with_name(f"{target.name}.reasons").write_text(reasons, encoding="utf-8")
        os.replace(self.path, target)
        self._refusals.unlink(missing_ok=True)
        self._checkpoint.unlink(missing_ok=True)
        return target

    def _refused_lines(self) -> list[dict[str, object]]:
        if not self._refusals.exists():
            return []
        rows = [json.loads(row) for row in self._refusals.read_text(encoding="utf-8").splitlines()]
        return list({row["line"]: row for row in rows}.values())

    def _free(self, folder: Path) -> Path:
        plain = folder / self.path.name
        return plain.with_name(f"{plain.stem}.{self._digest}{plain.suffix}") if plain.exists() else plain


def _version(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
    return found.hexdigest()[:16]
