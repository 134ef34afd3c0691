"""Key files: ``<folder>/<code>.jwk``, one private Ed25519 JWK each, readable by its owner alone (0600)."""

from __future__ import annotations

import json
import os
import re
import tempfile
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final

from nacl.signing import SigningKey

from hub.errors import NotFoundError, RefusedError

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def key_path(folder: Path, code: str) -> Path:
    """Where the key of ``code`` lies. Raises :class:`RefusedError` for a code that cannot be a file name."""
    if not _CODE.match(code):
        raise RefusedError(
            "the code cannot name a key file", reason="code", hint="use letters, digits, dot, hyphen and underscore"
        )
    return folder / f"{code}.jwk"


def create(folder: Path, code: str, number: int = 1) -> dict[str, str]:
    """Make and write a new key with kid ``<code>/<number>``; returns the private JWK.

    Raises :class:`RefusedError` where the file exists: a key is never overwritten.
    """
    path = key_path(folder, code)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    jwk = _new_jwk(f"{code}/{number}")
    draft = _write_draft(path, jwk)
    try:
        os.link(draft, path)  # all or nothing, and never over another file
    except FileExistsError as error:
        hint = "keep the key, or move the file away first"
        raise RefusedError(f"the key file of {code} exists already", reason="exists", hint=hint) from error
    finally:
        draft.unlink()
    return jwk


def _write_draft(path: Path, jwk: dict[str, str]) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(jwk))
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def load(folder: Path, code: str) -> dict[str, str]:
    """The private JWK of ``code``. Raises :class:`NotFoundError`, or :class:`RefusedError` for a file without one."""
    path = key_path(folder, code)
    try:
        jwk = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no key of {code}", hint="make one by registering the source") from error
    except (ValueError, OSError) as error:
        raise RefusedError(f"reading the key file of {code}", reason="key_file") from error
    if not isinstance(jwk, dict) or {"kty", "crv", "d", "x", "kid"} - jwk.keys() or jwk["crv"] != "Ed25519":
        raise RefusedError(f"the key file of {code} holds no private Ed25519 JWK", reason="key_file")
    return jwk


def load_or_create(folder: Path, code: str) -> dict[str, str]:
    """The key of ``code``, made at first use. Safe when two processes ask at once."""
    try:
        return load(folder, code)
    except NotFoundError:
        try:
            return create(folder, code)
        except RefusedError:
            return load(folder, code)


def public_part(jwk: dict[str, str]) -> dict[str, str]:
    """What may be registered and shown: the JWK without its private member."""
    return {name: value for name, value in jwk.items() if name != "d"}


def _new_jwk(kid: str) -> dict[str, str]:
    key = SigningKey.generate()
    x, d = (urlsafe_b64encode(octets).rstrip(b"=").decode() for octets in (bytes(key.verify_key), bytes(key)))
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x, "d": d}
