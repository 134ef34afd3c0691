"""Rule packs in force: activated once for the whole deployment, taken up by every process with its next transaction (R-GV-01)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any

import orjson
import structlog

from hub import log_events
from hub.domain.dates import ZONE
from hub.domain.pack import PackSet, Version
from hub.errors import HubError, TransientError, UsageError
from hub.policy import active
from hub.policy.digest import digest
from hub.policy.loader import activate as checked_activation
from hub.policy.loader import shipped
from hub.policy.marks import Source
from hub.ports import LedgerEntry, Store, StoredPacks, UnitOfWork
from hub.settings import Settings

log = structlog.get_logger(__name__)
ACTIVATED = "pack.activated"
REFUSED = "meta:packs-refused:"
"""Documents: which process judges by older packs than are active, and why."""
ATTEMPTS = 5
REMEMBERED = 4
TOLD_EVERY_S = 60.0
LONGEST_REASON = 1_000


def of_release(settings: Settings) -> PackSet:
    """The shipped versions that a deployment decides by; its own are laid over them."""
    return shipped(settings.rule_packs) if settings.rule_packs else shipped()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The packs that a process judges by at a revision. ``reason``: why these are older ones, else empty."""

    packs: PackSet
    reason: str = ""


class PackSets:
    """The packs of every revision that a process meets, put together once each.

    What cannot be put together here (a program older than the one that activated it, say) stops nothing: the latest
    activation that can be goes on, which a process that starts anew finds again. That is an error in the log and a document
    ``meta:packs-refused:<node>`` until it is mended. ``node`` names the process.
    """

    def __init__(self, base: PackSet, node: str = "") -> None:
        self.base = base
        self._node = node
        self._made: OrderedDict[int, Loaded] = OrderedDict()
        self._told = float("-inf")

    def of(self, unit: UnitOfWork) -> PackSet:
        """The packs that ``unit`` sees."""
        stored = unit.packs
        if not stored.revision:
            return self.base
        known = self._made.get(stored.revision)
        if known is None:
            known = self._made[stored.revision] = loaded(self.base, stored)
            self._told = float("-inf")
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
            if known.reason:
                about = {"revision": stored.revision, "running": known.packs.revision, "reason": known.reason}
                log.error(log_events.POLICY_REFUSED, **about)
        self._tell(unit, stored, known)
        return known.packs

    def _tell(self, unit: UnitOfWork, stored: StoredPacks, known: Loaded) -> None:
        """Now and then, for a transaction may come to nothing."""
        if monotonic() - self._told < TOLD_EVERY_S:
            return
        self._told = monotonic()
        about = {"revision": stored.revision, "running": known.packs.revision, "reason": known.reason}
        unit.put(REFUSED + self._node, orjson.dumps(about) if known.reason else None)


def loaded(base: PackSet, stored: StoredPacks) -> Loaded:
    """What this program makes of stored packs: all of them, or the latest activation that it can judge by. Never raises."""
    reason = ""
    try:
        own = active.read(stored.body)
        revisions = sorted({one.revision for one in own}, reverse=True)
    except HubError as error:
        return Loaded(base, _brief(error))
    for revision in revisions:
        try:
            return Loaded(active.laid_over(base, own, revision), reason)
        except Exception as error:  # whatever it is: no pack stops an event
            reason = reason or _brief(error)
    return Loaded(base, reason)


def _brief(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:LONGEST_REASON]


async def current(store: Store, base: PackSet) -> PackSet:
    """The packs that are active now."""
    async with store.begin() as unit:
        return loaded(base, unit.packs).packs


async def at_revisions(store: Store, base: PackSet) -> Callable[[int], PackSet]:
    """Gives the packs of every activation up to now, for tools that judge again what was judged then."""
    async with store.begin() as unit:
        own = active.read(unit.packs.body)
    return cache(lambda revision: active.laid_over(base, own, revision) if revision else base)


async def activate(store: Store, base: PackSet, given: Sequence[Source], *, succession: bool = False) -> list[Version]:
    """Put dated versions into force for the whole deployment, all or none; returns those that were not active before.

    Leaves one line ``pack.activated`` in the ledger; without anything new none, so it may be called again. Checked
    against what is active when it commits: of two at once one is checked a second time. ``succession``: among those given
    a version without an end may give way to a later one. Raises UsageError with every reason where something is wrong in
    them, TransientError where the store does not answer.
    """
    for attempt in range(ATTEMPTS):
        try:
            async with store.begin() as unit:
                return _activated(unit, base, given, succession=succession)
        except TransientError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def _activated(unit: UnitOfWork, base: PackSet, given: Sequence[Source], *, succession: bool) -> list[Version]:
    stored = unit.packs
    own = active.read(stored.body)
    running = _running(base, own, stored.revision)
    known = {one.name for one in running.versions}
    made = checked_activation(running, given, succession=succession)
    fresh = [one for one in made.versions if one.name not in known]
    if not fresh:
        return []
    revision = stored.revision + 1
    texts = {str(source.data["name"]): source.text for source in given}
    at = unit.now.astimezone(ZONE).isoformat()
    unit.save_packs(
        active.written(
            [*own, *(active.Own(one.name, texts[one.name], digest(one.body), revision, at) for one in fresh)]
        )
    )
    body = {"rules": ["R-GV-01"], "revision": revision, "versions": [_said(one) for one in fresh]}
    line = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    unit.append(LedgerEntry(f"{ACTIVATED}:{revision}", "note", ACTIVATED, line, unit.now))
    return fresh


def _running(base: PackSet, own: Sequence[active.Own], revision: int) -> PackSet:
    try:
        return active.laid_over(base, own, revision)
    except HubError as error:
        raise UsageError(
            f"this program cannot judge by the packs that are active: {error}", hint=active.NEWER
        ) from error


def _said(one: Version) -> dict[str, Any]:
    return {
        "name": one.name,
        "layer": one.layer,
        "level": one.level,
        "effective_from": one.effective_from.isoformat(),
        "effective_to": one.effective_to.isoformat() if one.effective_to else None,
        "document": one.body.get("document"),
        "digest": digest(one.body),
    }
