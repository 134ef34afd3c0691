"""What lies in the data folder beside the databases: keys, tokens, custodians' keys, the operators' token."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import orjson
from joserfc.jwk import OKPKey

from hub.errors import UsageError

ADMIN_TOKEN = "admin.token"


def keys_folder(data: Path) -> Path:
    """Private signing keys, ``<code>.jwk``."""
    return data / "keys"


def token_file(data: Path, code: str) -> Path:
    """The bearer token of a sample source."""
    return data / "tokens" / f"{code}.token"


def read_token(data: Path, code: str) -> str | None:
    """The token kept for ``code``, or None."""
    file = token_file(data, code)
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None


def write_once(file: Path, text: str) -> str:
    """Write a secret (mode 0600) unless the file is there; returns what it holds."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"writing {file}: {error.strerror}", hint="name a folder that you may write (--data)"
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as open_file:
        open_file.write(text + "\n")
    return text


def admin_token(data: Path) -> str:
    """The operators' token of this folder, made at the first call."""
    return write_once(data / ADMIN_TOKEN, secrets.token_urlsafe(32))


def make_custodians(data: Path, codes: Iterable[str]) -> None:
    """One X25519 key for each custodian of sealed petitioners, and the public parts in ``custodians/public.json``.

    The hub's own key lies apart: no file holds a private key of both.
    """
    public = {}
    for code in codes:
        fresh = OKPKey.generate_key("X25519", {"kid": f"custodian-{code}", "use": "enc"}).as_dict(private=True)
        kept = orjson.loads(write_once(data / "custodians" / f"{code}.jwk", orjson.dumps(fresh).decode()))
        public[code] = {name: value for name, value in kept.items() if name != "d"}
    file = data / "custodians" / "public.json"
    file.write_bytes(orjson.dumps(public, option=orjson.OPT_INDENT_2))
