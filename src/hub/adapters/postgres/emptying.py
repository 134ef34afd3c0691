"""Removing the bodies of ledger lines whose retention has ended: the one change that a ledger line ever sees."""

from __future__ import annotations

from collections.abc import Iterable

from hub.adapters.postgres.rows import LEDGER, entry
from hub.adapters.postgres.session import Session
from hub.domain.spans import Range, joined
from hub.errors import RefusedError
from hub.ports import LedgerEntry

_OF = f"select {LEDGER} from ledger l where l.dossier = $1"
_BY_ID = f"select {LEDGER} from ledger l where l.id = any($1::text[])"
_PLACES = """
select s.position, coalesce(s.position <= (select value from meta where name = 'published'), false)
from ledger l left join seal s using (seq) where l.id = any($1::text[])"""
_EMPTY = """
update ledger set body_digest = sha256(body), body = '' where id = any($1::text[]) and body_digest is null"""


async def lines(session: Session, dossier: str | None, ids: Iterable[str]) -> list[LedgerEntry]:
    """Lines of a dossier and those with these ids, in ledger order, each once."""
    rows = [] if dossier is None else await session.fetch(_OF, dossier)
    wanted = list(ids)
    rows += await session.fetch(_BY_ID, wanted) if wanted else []
    return [entry(row) for _, row in sorted({row[0]: row for row in rows}.items())]


async def empty(session: Session, ids: Iterable[str]) -> list[Range]:
    """Remove the bodies at once, within the transaction; ranges of positions. Raises RefusedError (``unpublished``)."""
    wanted = list(ids)
    places = await session.fetch(_PLACES, wanted)
    if not all(published for _, published in places):
        raise RefusedError("a line is not published yet", reason="unpublished", hint="the relay publishes it first")
    await session.execute(_EMPTY, wanted)
    return joined((place, place) for place, _ in places)
