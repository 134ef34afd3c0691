"""Small files of a data folder: atomic writes, secrets that stay the same between runs."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from hub.errors import UsageError


def make_folders(folder: Path) -> None:
    """The data folder, closed to others when it is new, and its ``logs``. Raises UsageError when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
    except OSError as error:
        hint = "name a folder you may write to: hub up --data DIR"
        raise UsageError(f"the data folder cannot be used: {error}", hint=hint) from error


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` with ``text``, mode 0600. Readers see the old content or the new, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def kept_secret(path: Path) -> str:
    """The secret in ``path``; made at the first call, safe in URLs, the same ever after."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24) + "\n")
    return path.read_text(encoding="utf-8").strip()
