"""Detached JWS: good against joserfc in both directions, and nothing else passes."""

from __future__ import annotations

import json
import stat
import warnings
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from hub.adapters.keys import Verifier, create, load, load_or_create, public_part, sign
from hub.errors import NotFoundError, RefusedError
from schemas.canonical import signed_bytes
from schemas.codec import Event

# RFC 8037 appendix A: a published key pair.
PRIVATE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
PUBLIC = public_part(PRIVATE)
KID = "insp-P/1"
KEYS = {KID: PUBLIC}
ATTRIBUTES = {"specversion": "1.0", "id": "f1", "source": "urn:hub:body:insp-P", "type": "hub.finding.reported"}
EVENT = Event(ATTRIBUTES, {"ref": "f1", "text": "摘要"})
HEADER = {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": KID}


def signed(event: Event = EVENT, **changes: Any) -> Event:
    attributes = {**event.attributes, "signature": sign(event, PRIVATE, KID)}
    return Event({**attributes, **changes}, event.data)


def by_joserfc(header: dict[str, Any], payload: bytes) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        token = jws.serialize_compact(header, payload, OKPKey.import_key({**PRIVATE}), algorithms=["EdDSA"])
    return token.split(".", 1)[0] + ".." + token.rsplit(".", 1)[1]


def raw(header: bytes) -> str:
    """A signature that is arithmetically right under any header text."""
    from nacl.signing import SigningKey

    from hub.adapters.keys.jws import _octets

    head = urlsafe_b64encode(header).rstrip(b"=")
    octets = SigningKey(_octets(PRIVATE, "d")).sign(head + b"." + signed_bytes(ATTRIBUTES, EVENT.data)).signature
    return head.decode() + ".." + urlsafe_b64encode(octets).rstrip(b"=").decode()


def test_joserfc_accepts_what_we_sign() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = jws.deserialize_compact(
            sign(EVENT, PRIVATE, KID),
            OKPKey.import_key({**PUBLIC}),
            payload=signed_bytes(ATTRIBUTES, EVENT.data),
            algorithms=["EdDSA"],
        )
    assert found.headers() == HEADER


def test_we_accept_what_joserfc_signs() -> None:
    token = by_joserfc(HEADER, signed_bytes(ATTRIBUTES, EVENT.data))
    assert Verifier().verify(Event({**ATTRIBUTES, "signature": token}, EVENT.data), KEYS)


def test_carriers_may_add_their_attributes_and_nobody_else_may_change_anything() -> None:
    verify = Verifier().verify
    assert verify(signed(), KEYS)
    assert verify(signed(recordedtime="2026-03-02T09:00:00Z", traceparent="00-x"), KEYS)
    assert not verify(signed(id="f2"), KEYS)
    assert not verify(signed(subject="more"), KEYS)
    assert not verify(Event(signed().attributes, {"ref": "f2"}), KEYS)


def test_the_content_type_of_binary_mode_may_be_outside_what_was_signed() -> None:
    assert Verifier().verify(signed(datacontenttype="application/json"), KEYS)
    assert not Verifier().verify(signed(datacontenttype="application/x+json"), KEYS)
    told = Event({**ATTRIBUTES, "datacontenttype": "application/json"}, EVENT.data)
    assert Verifier().verify(signed(told), KEYS)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "b64": False, "crit": ["b64"], "kid": KID},
        {"alg": "Ed25519", "b64": False, "crit": ["b64"], "kid": KID},
        {"alg": "EdDSA", "b64": True, "crit": ["b64"], "kid": KID},
        {"alg": "EdDSA", "b64": 0, "crit": ["b64"], "kid": KID},
        {"alg": "EdDSA", "b64": False, "kid": KID},
        {"alg": "EdDSA", "b64": False, "crit": [], "kid": KID},
        {"alg": "EdDSA", "b64": False, "crit": ["b64", "exp"], "kid": KID},
        {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": "insp-P/2"},
        {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": 1},
        {"alg": "EdDSA", "b64": False, "crit": ["b64"]},
        {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": KID, "jwk": PUBLIC},
        [["alg", "EdDSA"], ["b64", False], ["crit", ["b64"]], ["kid", KID]],
    ],
)
def test_any_other_header_is_refused_though_the_arithmetic_is_right(header: Any) -> None:
    assert Verifier().verify(Event({**ATTRIBUTES, "signature": raw(json.dumps(HEADER).encode())}, EVENT.data), KEYS)
    bad = raw(json.dumps(header).encode())
    assert not Verifier().verify(Event({**ATTRIBUTES, "signature": bad}, EVENT.data), KEYS)


def test_a_header_that_names_a_member_twice_is_refused() -> None:
    doubled = b'{"alg":"none","alg":"EdDSA","b64":false,"crit":["b64"],"kid":"insp-P/1"}'
    assert not Verifier().verify(Event({**ATTRIBUTES, "signature": raw(doubled)}, EVENT.data), KEYS)


@pytest.mark.parametrize("spoil", [
    lambda s: None, lambda s: "", lambda s: "..", lambda s: s + ".", lambda s: s + "=", lambda s: s + "A",
    lambda s: s + "\n",
    lambda s: " " + s, lambda s: s.replace("..", ".e30."), lambda s: s.replace("..", "."), lambda s: s[:-1],
    lambda s: s[:-1] + chr(ord(s[-1]) + 1), lambda s: s.split("..")[0] + "..", lambda s: s.split("..")[0], lambda s: 5,
    lambda s: s.split("..")[0] + ".." + "A" * 86, lambda s: s + "A" * 5000, lambda s: s + "é",
])  # fmt: skip
def test_spoilt_signatures_are_refused(spoil: Any) -> None:
    assert not Verifier().verify(signed(signature=spoil(sign(EVENT, PRIVATE, KID))), KEYS)


@given(st.text(max_size=200))
def test_no_text_passes_and_none_raises(text: str) -> None:
    assert not Verifier().verify(signed(signature=text), KEYS)


def test_bad_registered_keys_mean_no() -> None:
    for bad in ({}, {**PUBLIC, "kty": "EC"}, {**PUBLIC, "crv": "X25519"}, {**PUBLIC, "x": "AA"}, {**PUBLIC, "x": "é"}):
        assert not Verifier().verify(signed(), {KID: bad})
    assert not Verifier().verify(signed(), {})


def test_key_files_are_private_and_never_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = create(folder, "audit-M")
    path = folder / "audit-M.jwk"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in folder.iterdir()] == ["audit-M.jwk"]
    assert load(folder, "audit-M") == made == load_or_create(folder, "audit-M")
    assert made["kid"] == "audit-M/1"
    with pytest.raises(RefusedError):
        create(folder, "audit-M")
    event = Event({**ATTRIBUTES, "signature": sign(EVENT, made, made["kid"])}, EVENT.data)
    assert Verifier().verify(event, {"audit-M/1": public_part(made)})
    assert "d" not in public_part(made)


def test_key_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        load(tmp_path, "audit-M")
    for content in ("", "[]", "{}", json.dumps(PUBLIC)):
        (tmp_path / "bad.jwk").write_text(content)
        with pytest.raises(RefusedError):
            load(tmp_path, "bad")
    for code in ("../x", "", ".hidden", "a/b", "x" * 65):
        with pytest.raises(RefusedError):
            create(tmp_path, code)


def test_two_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_create(tmp_path, "hub")["d"], range(8)))
    assert len(set(keys)) == 1
