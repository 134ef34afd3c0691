"""Who is asking: bearer tokens of sources, of people and of operators."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from hub.api.parts import ApiParts
from hub.api.problems import Problem
from hub.domain.registry import Person, Registry, Source

REGISTRY_FOR_S = 1.0
"""How old the registry may be that tokens are looked up in."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who holds the token: a source, or a person who works in ``place``."""

    code: str
    place: str
    source: Source | None = None


class Door:
    """Looks tokens up in a registry that is at most ``REGISTRY_FOR_S`` old."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._registry = Registry()
        self._read_at = float("-inf")

    async def registry(self) -> Registry:
        """The registry, read again when it is too old."""
        if time.monotonic() - self._read_at > REGISTRY_FOR_S:
            self._registry = await self._parts.store.registry()
            self._read_at = time.monotonic()
        return self._registry

    async def asker(self, token: str) -> Asker | None:
        """Who holds this token; None where nobody does."""
        code = token.rpartition(".")[0]
        registry = await self.registry()
        holder: Source | Person | None = registry.sources.get(code) or registry.people.get(code)
        if holder is None or holder.token_hash is None:
            return None
        if not await self._parts.tokens.check(token, holder.token_hash):
            return None
        if isinstance(holder, Source):
            return Asker(code, code, holder)
        return Asker(code, holder.place)


def bearer(request: Request) -> str:
    """The token of the request. Raises Problem (401)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("the Authorization header is missing")
    return token.strip()


def unauthorized(detail: str) -> Problem:
    """A 401 that says which scheme to use."""
    return Problem("unauthorized", detail, headers={"www-authenticate": "Bearer"})


def parts_of(request: Request) -> ApiParts:
    """The parts of the application that got the request."""
    parts: ApiParts = request.app.state.parts
    return parts


async def any_asker(request: Request) -> Asker:
    """A source or person with a valid token. Raises Problem (401)."""
    door: Door = request.app.state.door
    found = await door.asker(bearer(request))
    if found is None:
        raise unauthorized("the token is unknown")
    return found


async def source_asker(asker: Annotated[Asker, Depends(any_asker)]) -> Source:
    """A source with a valid token. Raises Problem (401, 403)."""
    if asker.source is None:
        raise Problem("forbidden", "a person's token sends no events")
    return asker.source


def operator(request: Request) -> None:
    """The operators' token. Raises Problem (401)."""
    expected = parts_of(request).settings.admin_token
    if not expected or not secrets.compare_digest(bearer(request).encode(), expected.encode()):
        raise unauthorized("the operators' token is needed")


Parts = Annotated[ApiParts, Depends(parts_of)]
AnyAsker = Annotated[Asker, Depends(any_asker)]
SourceAsker = Annotated[Source, Depends(source_asker)]
