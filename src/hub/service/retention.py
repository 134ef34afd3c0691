"""Looks through all records for those whose retention has ended: once a day by the clockwork, or by ``hub retention`` (R-CF-03)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import structlog

from hub import log_events
from hub.domain.facts import Dossier
from hub.domain.pack import Pack
from hub.domain.retention import ended, open_matters, outlived
from hub.errors import RefusedError, UsageError
from hub.ports import Store, UnitOfWork
from hub.service.record import gather
from hub.service.removal import Archive, has_ended, remove
from hub.service.session import Session

KEY = "meta:retention"
"""Document {"day", "after", "custodian"}: how far the day's look has come (``after`` is empty when it is through), and for whom
this hub seals. Once it seals, no process deletes any more, whatever its own settings say, until somebody says so."""
KINDS = ("cadre:", "team:", "unit:")
PAGE = 200
_SEALS = "name that key in HUB_ARCHIVE_KEY here too; or say --delete, and from now on the hub deletes"
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Report:
    """``ended``: keys of records that were removed (or would be). ``waiting``: not published yet, so not removed yet.

    ``open``: why records that have outlived their period are kept all the same; a record may count under several codes.
    """

    how: str
    looked: int = 0
    ended: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)


class Retention:
    """One transaction per record; a page of records at a time, in key order. Idempotent, safe to end at any point."""

    def __init__(self, store: Store, session: Callable[[UnitOfWork], Session], archive: Archive | None) -> None:
        self._store = store
        self._session = session
        self._archive = archive
        self._through: date | None = None

    async def turn(self, today: date) -> int:
        """The next page of the day's look; 0 when the day's look is through, or no pack names a period.

        A process that would delete although this hub seals removes nothing, and says so in its log.
        """
        if self._through == today:
            return 0
        async with self._store.begin() as uow:
            mark = await self._mark(uow)
            wanted = self._named(uow, today)
        begun = mark.get("day") == today.isoformat()
        after = mark.get("after", "") if begun else ""
        if not wanted or (begun and not after) or self._would_delete(mark):
            if wanted and self._would_delete(mark):
                log.error(log_events.RETENTION_REFUSED, custodian=mark["custodian"])
            self._through = today
            return 0
        report = self._report()
        last = await self._page(after, today, report, dry_run=False)
        async with self._store.begin() as uow:
            mark = await self._mark(uow)
            uow.put(KEY, orjson.dumps(mark | {"day": today.isoformat(), "after": last}))
        _tell(report)
        return report.looked

    async def run(self, *, dry_run: bool = False, delete: bool = False) -> Report:
        """All records now. ``dry_run``: nothing is changed. ``delete``: this hub seals no more, from now on it deletes.

        Raises UsageError where this process knows no custodian, but the hub seals for one.
        """
        report, after = self._report(), ""
        async with self._store.begin() as uow:
            today = self._session(uow).today
            mark = await self._mark(uow)
            if self._would_delete(mark) and not dry_run:
                if not delete:
                    raise UsageError(f"this hub seals ended records for {mark['custodian']}", hint=_SEALS)
                uow.put(KEY, orjson.dumps(mark | {"custodian": None}))
            if not self._named(uow, today):
                return report
        while after := await self._page(after, today, report, dry_run=dry_run):
            pass
        if not dry_run:
            _tell(report)
        return report

    async def _mark(self, uow: UnitOfWork) -> dict[str, Any]:
        """The mark, in which this process's custodian stands where it has one."""
        body = (await uow.get([KEY])).get(KEY)
        mark: dict[str, Any] = orjson.loads(body) if body else {}
        if self._archive is not None and mark.get("custodian") != self._archive.kid:
            mark["custodian"] = self._archive.kid
            uow.put(KEY, orjson.dumps(mark))
        return mark

    def _would_delete(self, mark: dict[str, Any]) -> bool:
        return self._archive is None and mark.get("custodian") is not None

    def _report(self) -> Report:
        return Report("deleted" if self._archive is None else "sealed")

    def _named(self, uow: UnitOfWork, today: date) -> bool:
        periods = self._session(uow).packs.on(today).parameters.get("retention_months") or {}
        return any(periods.values())

    async def _page(self, after: str, today: date, report: Report, *, dry_run: bool) -> str:
        """Look at the records behind ``after``; the last key, empty where there was none."""
        for kind in KINDS:
            page = await self._store.documents(kind, after=after, limit=PAGE)
            if page:
                break
        else:
            return ""
        async with self._store.begin() as uow:
            pack = self._session(uow).packs.on(today)
        for key, body in page:
            report.looked += 1
            if _may_have_ended(Dossier.model_validate_json(body), pack, today, report):
                await self._settle(key, report, dry_run=dry_run)
        return page[-1][0]

    async def _settle(self, key: str, report: Report, *, dry_run: bool) -> None:
        try:
            async with self._store.begin() as uow:
                session = self._session(uow)
                done = await (_would(session, key) if dry_run else remove(session, key, self._archive))
                session.kept.take(key, b"")
                session.flush()
        except RefusedError as error:
            if error.reason != "unpublished":
                raise
            report.waiting.append(key)
            return
        if done:
            report.ended.append(key)


def _may_have_ended(dossier: Dossier, pack: Pack, today: date, report: Report) -> bool:
    """By the dossier alone, before anything is locked."""
    months = pack.retention_months(dossier.standing.committee)
    if ended(dossier, (), (), months, today):
        return True
    if months is not None and outlived(dossier, (), (), months, today):
        report.open.update(open_matters(dossier))
    return False


async def _would(session: Session, key: str) -> bool:
    return await has_ended(session, await gather(session, key))


def _tell(report: Report) -> None:
    if report.ended or report.waiting:
        log.info(
            log_events.RETENTION_DONE,
            how=report.how,
            looked=report.looked,
            ended=len(report.ended),
            waiting=len(report.waiting),
        )
