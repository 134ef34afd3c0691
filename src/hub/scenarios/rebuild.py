"""Dossiers thrown away and made anew from the ledger alone: they must come out equal byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson

from hub.domain.case import step
from hub.domain.facts import Dossier
from hub.domain.pack import PackSet
from hub.ports import Store
from hub.service.packs import at_revisions
from hub.service.session import Cause, Session
from hub.settings import Settings

Workdays = Callable[[date], bool]
KINDS = ("cadre:", "team:", "unit:")
WHOLE = 1_000_000


async def check_rebuild(store: Store, packs: PackSet, is_workday: Workdays) -> None:
    """Raises AssertionError that names the dossiers which the ledger does not give."""
    before = {key: body for kind in KINDS for key, body in await store.documents(kind, limit=WHOLE)}
    after = await rebuild(store, packs, is_workday)
    if before != after:
        wrong = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        raise AssertionError(f"rebuilt from the ledger, these dossiers differ: {', '.join(wrong)}")


async def rebuild(store: Store, packs: PackSet, is_workday: Workdays) -> dict[str, bytes]:
    """Every dossier from the ledger's steps alone."""
    at = await at_revisions(store, packs)
    made: dict[str, Dossier] = {}
    names: dict[str, Session] = {}
    for _, line in await store.ledger(limit=WHOLE):
        if line.type != "dossier.step" or line.dossier is None or line.emptied:
            continue
        noted = orjson.loads(line.body)
        kind, _, about = line.dossier.partition(":")
        dossier = made.setdefault(
            line.dossier, Dossier.model_validate({"key": line.dossier, "about": about, "kind": kind})
        )
        dossier = made[line.dossier] = Dossier.model_validate_json(dossier.model_dump_json(exclude_defaults=True))
        namer = names.setdefault(f"{noted['source']}/{noted['event']['id']}", _namer_of(packs, is_workday, noted))
        step(dossier, noted["event"], at(noted.get("packs", 0)), is_workday, namer.namer(f"{kind}:{about}"))
    return {key: dossier.model_dump_json(exclude_defaults=True).encode() for key, dossier in made.items()}


def _namer_of(packs: PackSet, is_workday: Workdays, noted: dict[str, Any]) -> Session:
    """A session that only gives names, as the one gave them that noted the step."""
    event = noted["event"]
    session = Session(None, packs, is_workday, Settings())  # type: ignore[arg-type]  # it touches no store
    session.cause = Cause(noted["source"], event["source"], event["id"], event["time"], "")
    return session
