"""Which key the look-up index keeps citizen numbers under. With another one it would find nobody and say nothing of it."""

from __future__ import annotations

from hub.adapters.keys.citizen_numbers import NumberKey, NumberKeys
from hub.adapters.postgres.roster_rows import IdKey
from hub.adapters.postgres.session import Session
from hub.errors import HubError, InvariantError, TransientError

REASON = "roster_key"
_READ = "select (select body from meta where name = 'roster_key'), value from meta where name = 'cadres'"
_WRITE = "insert into meta (name, body) values ('roster_key', $1) on conflict (name) do update set body = excluded.body"
_HINT = "put keys/citizen-numbers.key back from a backup; where it is lost for good: hub roster reindex"


class RosterKey:
    """The installation's key, held against the fingerprint that stands beside the index. One for each process."""

    def __init__(self, keys: NumberKeys | None) -> None:
        self._keys = keys
        self._last: NumberKey | None = None

    def fitting(self, known: bytes | None, cadres: int) -> IdKey:
        """The key of an index with fingerprint ``known`` (None: made with no key).

        Read anew where it does not fit, so a key that is put back is taken at once. Raises TransientError, reason
        ``roster_key``: nobody can be found by number, so nothing is matched until an operator has put it right.
        """
        if known is None:
            if cadres:
                raise _stop("the roster's look-up index holds citizen numbers without a key")
            return str  # nobody is in it yet
        if self._last is None or self._last.fingerprint.encode() != known:
            try:
                self._last = self._given().read()
            except InvariantError:
                raise
            except HubError as error:
                raise _stop(str(error)) from error
        if self._last.fingerprint.encode() != known:
            raise _stop("the roster's look-up index was made with another key of citizen numbers")
        return self._last

    async def for_change(self, session: Session) -> IdKey:
        """As :meth:`fitting`, for a transaction that holds the roster's version; an empty index takes this key."""
        known, cadres = (await session.fetch(_READ))[0]
        if known is None and not cadres:
            return await self.renewed(session)
        return self.fitting(known, cadres)

    async def renewed(self, session: Session) -> NumberKey:
        """From here on the index stands under the key that is there, made where there is none."""
        self._last = self._given().make()
        await session.execute(_WRITE, self._last.fingerprint.encode())
        return self._last

    def _given(self) -> NumberKeys:
        if self._keys is None:
            raise InvariantError("this store was opened without the key of citizen numbers")
        return self._keys


def _stop(what: str) -> TransientError:
    return TransientError(what, hint=_HINT, reason=REASON)
