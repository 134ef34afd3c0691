"""A deployment's own pack versions as its database keeps them: each with its text, as its authors wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import orjson

from hub.domain.pack import PackSet
from hub.errors import UsageError
from hub.policy.loader import checked, extended
from hub.policy.marks import parsed

NEWER = "these packs were activated by another release: bring this program to the release of the others"


@dataclass(frozen=True, slots=True)
class Own:
    """One version. ``revision``: the activation that brought it; ``activated_at``: ISO in +08:00."""

    name: str
    text: str
    digest: str
    revision: int
    activated_at: str


def written(own: Sequence[Own]) -> bytes:
    """As :attr:`hub.ports.StoredPacks.body` has them, in the order of their activation."""
    return orjson.dumps({"versions": [asdict(one) for one in own]})


def read(body: bytes) -> list[Own]:
    """The other way round; no bytes are no versions. Raises UsageError where this program cannot read them."""
    try:
        return [Own(**entry) for entry in orjson.loads(body)["versions"]] if body else []
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"the stored rule packs cannot be read: {type(error).__name__}", hint=NEWER) from error


def laid_over(base: PackSet, own: Sequence[Own], revision: int) -> PackSet:
    """``base`` with all that was activated up to ``revision``. Raises UsageError where this program cannot judge by it."""
    sources = [parsed(one.text, f"{one.name}.yaml") for one in own if one.revision <= revision]
    return extended(base, checked(sources, succession=True), revision)
