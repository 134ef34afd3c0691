"""Sealing ended records for their custodian: one JWE each, ECDH-ES+A256KW and A256GCM (RFC 7518). The hub cannot open them."""

from __future__ import annotations

from pathlib import Path

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, import_key

from hub.errors import UsageError

ALG, ENC = "ECDH-ES+A256KW", "A256GCM"
_HINT = "HUB_ARCHIVE_KEY names a file with the custodian's public key, a JWK for ECDH (X25519 or P-256) with its kid"


class ArchiveKey:
    """A custodian's public key (:class:`hub.service.removal.Archive`)."""

    def __init__(self, key: OKPKey | ECKey, kid: str) -> None:
        self._key = key
        self.kid = kid

    def seal(self, content: bytes) -> str:
        """A compact JWE that the custodian's private key alone opens."""
        return jwe.encrypt_compact({"alg": ALG, "enc": ENC, "kid": self.kid}, content, self._key, algorithms=[ALG, ENC])


def read_archive_key(file: Path | None) -> ArchiveKey | None:
    """The key in a file; None where no file is named. Raises UsageError for a file that holds no such public key.

    A private key is refused: whoever keeps the hub must not be able to open what was sealed.
    """
    if file is None:
        return None
    try:
        stated = orjson.loads(file.read_bytes())
        key = import_key(stated)
    except (OSError, ValueError, TypeError, KeyError, JoseError) as error:
        raise UsageError(f"{file} cannot be read as a JWK: {type(error).__name__}", hint=_HINT) from error
    if "d" in stated:
        raise UsageError(f"{file} holds a private key", hint=f"keep that with the custodian; {_HINT}")
    if not isinstance(key, OKPKey | ECKey) or key.curve_name.startswith("Ed") or not stated.get("kid"):
        raise UsageError(f"{file} holds no key to seal for", hint=_HINT)
    return ArchiveKey(key, str(stated["kid"]))
