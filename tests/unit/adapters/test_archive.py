"""Sealing for a custodian."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey

from hub.adapters.keys.archive import ALG, ENC, read_archive_key
from hub.domain.sealed import is_sealed
from hub.errors import UsageError

X25519 = OKPKey.generate_key("X25519", {"kid": "archive-1"})
P256 = ECKey.generate_key("P-256", {"kid": "archive-2"})


def written(folder: Path, key: Any) -> Path:
    file = folder / "archive.jwk"
    file.write_text(key if isinstance(key, str) else json.dumps(key))
    return file


@pytest.mark.parametrize("key", [X25519, P256], ids=["X25519", "P-256"])
def test_the_custodian_alone_opens_it(tmp_path: Path, key: OKPKey | ECKey) -> None:
    archive = read_archive_key(written(tmp_path, key.as_dict(private=False)))
    assert archive is not None
    token = archive.seal("林知远".encode())
    assert is_sealed(token) == {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": archive.kid}
    assert jwe.decrypt_compact(token, key, algorithms=[ALG, ENC]).plaintext == "林知远".encode()
    other = OKPKey.generate_key("X25519") if isinstance(key, OKPKey) else ECKey.generate_key("P-256")
    with pytest.raises((JoseError, ValueError)):
        jwe.decrypt_compact(token, other, algorithms=[ALG, ENC])


def test_no_file_no_archive() -> None:
    assert read_archive_key(None) is None


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (X25519.as_dict(private=True), "private key"),
        (OKPKey.generate_key("Ed25519", {"kid": "k"}).as_dict(private=False), "no key to seal for"),
        ({name: value for name, value in X25519.as_dict(private=False).items() if name != "kid"}, "no key to seal for"),
        (OctKey.generate_key(256, {"kid": "k"}).as_dict(), "no key to seal for"),
        ({"kty": "none"}, "cannot be read"),
        ("[1]", "cannot be read"),
        ("no JSON", "cannot be read"),
    ],
)
def test_any_other_file_is_refused_with_what_to_do(tmp_path: Path, key: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        read_archive_key(written(tmp_path, key))
    assert "HUB_ARCHIVE_KEY" in (refused.value.hint or "")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_archive_key(tmp_path / "none.jwk")
