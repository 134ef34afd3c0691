"""The key of citizen numbers: one for an installation, made once, read by its owner alone."""

from __future__ import annotations

import hashlib
import hmac
import stat
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.adapters.keys.citizen_numbers import FILE, NumberKey, in_folder
from hub.errors import NotFoundError, RefusedError
from hub.sample.citizen_ids import valid_id

NUMBER = valid_id(0)


def test_what_is_kept_is_the_keyed_hash() -> None:
    """Recomputed by the definition of HMAC (RFC 2104), without the module that makes it."""
    secret = bytes(range(32))
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in secret.ljust(64, b"\0")) + b"number\0" + NUMBER.encode()).digest()
    expected = hashlib.sha256(bytes(b ^ 0x5C for b in secret.ljust(64, b"\0")) + inner).digest()
    kept = NumberKey(secret)(NUMBER)
    assert hmac.compare_digest(urlsafe_b64decode(kept + "="), expected)


def test_keys_differ_and_their_fingerprints_tell_nothing_of_a_number() -> None:
    one, other = NumberKey(b"a" * 32), NumberKey(b"b" * 32)
    assert one(NUMBER) != other(NUMBER)
    assert one.fingerprint != other.fingerprint
    assert not one("").startswith(one.fingerprint)


def test_made_once_even_by_many_at_once(tmp_path: Path) -> None:
    keys = in_folder(tmp_path / "keys")
    with pytest.raises(NotFoundError):
        keys.read()
    with ThreadPoolExecutor(8) as pool:
        made = {key.fingerprint for key in pool.map(lambda _: keys.make(), range(16))}
    assert made == {keys.read().fingerprint}
    file = tmp_path / "keys" / FILE
    assert [path.name for path in file.parent.iterdir()] == [FILE]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert in_folder(tmp_path / "other").make().fingerprint not in made


@pytest.mark.parametrize("text", ["", "c2hvcnQ", "ä", "not base64 !"])
def test_a_damaged_file_is_refused_and_left(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(RefusedError):
        in_folder(tmp_path).make()
    assert (tmp_path / FILE).read_text() == text
