"""What a scenario begins with: keys of its sources, and its world as registry and roster."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import Any

import orjson
from nacl.signing import SigningKey

from hub.adapters.keys import sign
from hub.domain import roster_docs
from hub.domain.registry import Registry
from hub.ports import Store
from hub.sample.world import roster_from_world
from hub.scenarios import build
from hub.scenarios.format import Scenario
from schemas.codec import Event


@lru_cache(maxsize=256)
def key_of(code: str) -> dict[str, str]:
    """A private JWK for a source, made once in a run."""
    seed = hashlib.sha256(f"scenario key of {code}".encode()).digest()
    public = SigningKey(seed).verify_key.encode()

    def text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return {"kty": "OKP", "crv": "Ed25519", "d": text(seed), "x": text(public), "kid": f"{code}/1"}


def with_keys(registry: Registry) -> Registry:
    """The registry with the runner's public keys."""
    sources = {}
    for code, source in registry.sources.items():
        jwk = key_of(code)
        public = {name: jwk[name] for name in ("kty", "crv", "x", "kid")}
        sources[code] = source.model_copy(update={"keys": {jwk["kid"]: public}})
    return registry.model_copy(update={"sources": sources, "version": 1})


def signed(scenario: Scenario, row: dict[str, Any], registry: Registry) -> Event:
    """The event of a given entry, signed by its sender's key, another's, or none."""
    attributes = build.attributes(scenario, row, registry)
    data = build.data(scenario, row, registry)
    by = row.get("signed_by", row["by"])
    if by is not None:
        jwk = key_of(str(by))
        attributes["signature"] = sign(Event(attributes, data), jwk, jwk["kid"])
    return Event(attributes, data)


async def seed(store: Store, scenario: Scenario, registry: Registry) -> None:
    """Registry and roster of the world."""
    documents: dict[str, Any] = {}
    for record in roster_from_world(scenario.world):
        roster_docs.apply(documents, record["type"], build.numbers(record["data"]), "2000-01-01T00:00:00+08:00")
    bodies = {key: orjson.dumps(value) for key, value in documents.items()}
    async with store.begin() as uow:
        uow.save_registry(registry)
        for key, body in bodies.items():
            uow.put(key, body)
        await uow.roster_changed(bodies)
