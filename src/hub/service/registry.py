"""Registering who may send and receive. One transaction each; the registry is small and replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar, get_args

from hub.domain.registry import LEVELS, Organ, Person, Registry, Source
from hub.errors import RefusedError, TransientError
from hub.ports import Store
from schemas.vocab import BodyKind, ContextKind

BODY_KINDS: tuple[str, ...] = (*get_args(BodyKind), *get_args(ContextKind))
ATTEMPTS = 5

Change = Callable[[Registry], Registry]
Holder = TypeVar("Holder", Source, Person)


async def change(store: Store, edit: Change) -> Registry:
    """Replace the registry by ``edit`` of it; the version rises when anything changed. Returns what is in force.

    ``edit`` is called again on a fresh registry where somebody else was first. Raises what ``edit`` raises, and
    TransientError where the store does not get through in ``ATTEMPTS`` tries.
    """
    for attempt in range(ATTEMPTS):
        try:
            async with store.begin() as unit:
                before = unit.registry
                after = edit(before)
                if after == before:
                    return before
                after = after.model_copy(update={"version": before.version + 1})
                unit.save_registry(after)
            return after
        except TransientError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def with_sources(registry: Registry, sources: Iterable[Source]) -> Registry:
    """The registry with these sources added or replaced."""
    return registry.model_copy(update={"sources": {**registry.sources, **{one.code: one for one in sources}}})


def with_organs(registry: Registry, organs: Iterable[Organ]) -> Registry:
    """The registry with these organs added or replaced."""
    return registry.model_copy(update={"organs": {**registry.organs, **{one.code: one for one in organs}}})


def with_people(registry: Registry, people: Iterable[Person]) -> Registry:
    """The registry with these people added or replaced."""
    return registry.model_copy(update={"people": {**registry.people, **{one.code: one for one in people}}})


def joined(registry: Registry, more: Registry) -> Registry:
    """Everything of ``more`` that ``registry`` does not have yet; what is there stays as it is, keys and tokens too."""
    return registry.model_copy(
        update={
            "organs": {**more.organs, **registry.organs},
            "sources": {**more.sources, **registry.sources},
            "people": {**more.people, **registry.people},
        }
    )


async def register(store: Store, source: Source) -> Source:
    """Register a new sender and recipient.

    Raises RefusedError where the code is taken, or its kind, level or organ is unknown; the hint names what is known.
    """
    await change(store, lambda registry: with_sources(registry, [checked(registry, source)]))
    return source


def checked(registry: Registry, source: Source) -> Source:
    """``source``, where it may be added to ``registry``. Raises RefusedError otherwise."""
    if source.code in registry.sources or source.code in registry.people:
        raise RefusedError(f"{source.code} is registered already", hint="choose another code")
    if source.kind == "body" and source.body not in BODY_KINDS:
        raise RefusedError(f"{source.body} is no kind of body", hint=f"one of: {', '.join(BODY_KINDS)}")
    if source.level is not None and source.level not in LEVELS:
        raise RefusedError(f"{source.level} is no level", hint=f"one of: {', '.join(LEVELS)}")
    if source.organ not in registry.organs:
        known = ", ".join(sorted(registry.organs)[:20]) or "none; load a roster first (hub roster load FILE)"
        raise RefusedError(f"there is no organ {source.organ}", hint=f"known organs: {known}")
    return source


async def give_keys(store: Store, keys: Mapping[str, Mapping[str, dict[str, str]]]) -> Registry:
    """Add public keys to sources: source code → key id → public JWK. Unknown sources are left out."""

    def edit(registry: Registry) -> Registry:
        return with_sources(
            registry,
            (
                source.model_copy(update={"keys": {**source.keys, **keys[code]}})
                for code, source in registry.sources.items()
                if code in keys
            ),
        )

    return await change(store, edit)


async def give_tokens(store: Store, hashes: Mapping[str, str]) -> Registry:
    """Set the argon2 hash of the bearer token of sources and people, by code. The old token ends with it."""

    def edit(registry: Registry) -> Registry:
        registry = with_sources(registry, (_tokened(one, hashes) for one in registry.sources.values()))
        return with_people(registry, (_tokened(one, hashes) for one in registry.people.values()))

    return await change(store, edit)


def _tokened(holder: Holder, hashes: Mapping[str, str]) -> Holder:
    found = hashes.get(holder.code)
    return holder if found is None else holder.model_copy(update={"token_hash": found})
