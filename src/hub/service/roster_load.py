"""Bulk load of the roster: records folded into documents, some thousand to a transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from pydantic import ValidationError

from hub.domain import organ_guess, roster_docs
from hub.domain.registry import Registry, Source
from hub.errors import RefusedError
from hub.ports import Store
from hub.service import rematch
from hub.service.registry import change, with_organs, with_sources
from schemas.inbound import INBOUND
from schemas.parse import problems

BATCH = 5_000
FAMILY = "roster"
LOCK = "meta:roster"
"""Document that writers of roster documents lock, so that none overwrites what another one folded."""

Record = Mapping[str, Any]
Progress = Callable[[int], None]
Refused = Callable[[int, str], None]
"""Hears row number and reason of a row that was left out."""


@dataclass
class LoadReport:
    """What a load did. ``records`` by type; ``changed`` documents; departments and organs new in the registry."""

    records: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    departments: list[str] = field(default_factory=list)
    organs: int = 0


async def load(
    store: Store,
    records: Iterable[Record],
    *,
    batch: int = BATCH,
    progress: Progress | None = None,
    refused: Refused | None = None,
) -> LoadReport:
    """Fold ``{type, data, time?, row?}`` records into the roster; ``progress`` hears how many rows are done.

    A record without ``time`` is as of the transaction. Idempotent, so an interrupted load is run again from its
    beginning. Departments named by ``management.recorded`` and organs are registered.
    A record that breaks the contract is told to ``refused`` and left out; without ``refused`` RefusedError names its
    row (``row``, else counted from 1), and the batches before it stay loaded.
    """
    report = LoadReport()
    rows, done = iter(enumerate(records, 1)), 0
    while chunk := list(islice(rows, batch)):
        good = [record for record in (_checked(number, record, refused) for number, record in chunk) if record]
        await _load_batch(store, good, report)
        await _register(store, good, report)
        done += len(chunk)
        if progress is not None:
            progress(done)
    return report


def _checked(number: int, record: Record, refused: Refused | None) -> Record | None:
    try:
        return _contracted(record)
    except RefusedError as error:
        row = int(record.get("row") or number)
        if refused is None:
            raise RefusedError(f"loading roster row {row:,}: {error}", hint=error.hint) from error
        refused(row, str(error))
        return None


def _contracted(record: Record) -> Record:
    """The record, its type without ``hub.``. Raises RefusedError where it breaks its contract."""
    try:
        kind = str(record["type"]).removeprefix("hub.")
        found = INBOUND.get(kind)
        if found is None or found.family != FAMILY:
            raise RefusedError(f"{kind[:100]} is no roster record", hint=_known())
        data = _spelt_out(record["data"])
        found.model.model_validate(data)
    except (KeyError, TypeError) as error:
        raise RefusedError("not of the form {type, data}", hint=_known()) from error
    except ValidationError as error:
        wrong = problems(error)[0]
        told = f"{kind}: {wrong['loc']}: {wrong['problem']}"
        raise RefusedError(told, hint="correct it and load again; what is loaded stays") from error
    return {**record, "type": kind, "data": data}


def _spelt_out(data: Record) -> Record:
    """A co-manager given as one code (a bureau's Party group, say) is committee and recipient at once."""
    co_manager = data.get("co_manager")
    if not isinstance(co_manager, str):
        return data
    return {**data, "co_manager": {"committee": co_manager, "department": co_manager}}


def _known() -> str:
    names = (name for name, kind in INBOUND.items() if kind.family == FAMILY)
    return f'write {{"type": …, "data": {{…}}}} with type one of: {", ".join(names)}'


async def _load_batch(store: Store, chunk: list[Record], report: LoadReport) -> None:
    async with store.begin() as unit:
        now = unit.now.isoformat()
        wanted = {key for record in chunk for key in roster_docs.keys(record["type"], record["data"])}
        await unit.get([LOCK])  # one lock for the whole roster: thousands of single ones would exhaust the database
        documents = {key: orjson.loads(body) for key, body in (await unit.peek(wanted)).items()}
        changed: set[str] = set()
        for record in chunk:
            if not _unchanged(documents, record):
                changed |= roster_docs.apply(documents, record["type"], record["data"], record.get("time") or now)
        bodies = {key: orjson.dumps(documents[key]) for key in sorted(changed)}
        for key, body in bodies.items():
            unit.put(key, body)
        if bodies:
            await unit.roster_changed(bodies)
            await rematch.announce(bodies, unit, unit.now.date())
    report.records.update(record["type"] for record in chunk)
    report.changed += len(changed)


def _unchanged(documents: dict[str, Any], record: Record) -> bool:
    """A cadre's record without a time of its own that says what the last one said: no new line in the history."""
    if record["type"] != "cadre.recorded" or record.get("time"):
        return False
    person = documents.get(f"person:{record['data']['cadre_id']}")
    return person is not None and bool(person["record"] == record["data"])


async def _register(store: Store, chunk: list[Record], report: LoadReport) -> None:
    organs = [record["data"] for record in chunk if record["type"] == "organ.recorded"]
    managers = {
        str(side["department"]): str(side["committee"])
        for record in chunk
        if record["type"] == "management.recorded"
        for side in (record["data"], record["data"].get("co_manager") or {})
        if side.get("department") and side.get("committee")
    }
    before = await store.registry()
    after = await change(store, lambda registry: _with(registry, organs, managers))
    report.departments += sorted(after.sources.keys() - before.sources.keys())
    report.organs += len(after.organs) - len(before.organs)


def _with(registry: Registry, organs: list[Record], managers: Mapping[str, str]) -> Registry:
    known = registry.organs
    registry = with_organs(registry, (organ_guess.organ(data, known.get(data["organ_id"])) for data in organs))
    fresh = {code: committee for code, committee in managers.items() if code not in registry.sources}
    return with_sources(registry, (department(registry, code, committee) for code, committee in fresh.items()))


def department(registry: Registry, code: str, committee: str) -> Source:
    """The registry's entry of an organization department beside ``committee``."""
    return Source(code=code, kind="dept", organ=committee, level=registry.level_of(committee))
