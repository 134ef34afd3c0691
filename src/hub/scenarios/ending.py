"""How a scenario ended, read from the documents of any store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.domain.assess import Case
from hub.domain.facts import Dossier
from hub.domain.files import FindingFile
from hub.domain.pack import PackSet
from hub.domain.view import View
from hub.ports import Store
from hub.scenarios.current import current_outputs
from hub.scenarios.rebuild import KINDS, WHOLE, Workdays
from hub.service.status import find_case, finding_status, stage, task_state, view_of


@dataclass(frozen=True, slots=True)
class Ending:
    """Answers ``finally`` entries."""

    store: Store
    packs: PackSet
    is_workday: Workdays

    async def state_of(self, row: dict[str, Any], today: date) -> dict[str, Any]:
        """What a ``finally`` entry asks about."""
        if "queue" in row:
            rows = await self.store.queue_rows(organ=row["queue"], open_only=True, limit=WHOLE)
            return {"open": len(rows)}
        if "finding" in row:
            return {"status": await self._finding(str(row["finding"]), today)}
        named = row.get("case") or row["task"]
        dossier = await self._dossier(f"cadre:{named['cadre']}")
        return self._task(dossier) if "task" in row else self._case(dossier, str(named["issue"]), today)

    def _task(self, dossier: Dossier | None) -> dict[str, Any]:
        if dossier is None or not dossier.tasks:
            return {"state": None}
        task = dossier.open_task() or dossier.tasks[-1]
        return {"state": task_state(dossier, task), "measure": task.measure}

    def _case(self, dossier: Dossier | None, issue: str, today: date) -> dict[str, Any]:
        if dossier is None:
            return {"stage": None, "level": None}
        view = self._view(dossier, today)
        case = find_case(view, issue) or _emptied(dossier, issue)
        return {"stage": stage(view, case), "level": case.level} if case else {"stage": None, "level": None}

    def _view(self, dossier: Dossier, today: date) -> View:
        return view_of(dossier, self.packs, today, self.is_workday)

    async def _dossier(self, key: str) -> Dossier | None:
        body = dict(await self.store.documents(key, limit=1)).get(key)
        return Dossier.model_validate_json(body) if body else None

    async def _finding(self, ref: str, today: date) -> str | None:
        for key, body in await self.store.documents("finding:", limit=WHOLE):
            if key.rpartition("/")[2] == ref:
                file = FindingFile.model_validate_json(body)
                return await self._in_a_case(file, today) or _stated(file)
        return None

    async def _in_a_case(self, file: FindingFile, today: date) -> str | None:
        async for dossier in self._dossiers(file):
            status = finding_status(self._view(dossier, today), file.id)
            if status is not None:
                return status
        return None

    async def _dossiers(self, file: FindingFile) -> AsyncIterator[Dossier]:
        for subject in file.subjects.values():
            dossier = await self._dossier(f"cadre:{subject.cadre}") if subject.confirmed else None
            if dossier is not None:
                yield dossier


def _emptied(dossier: Dossier, issue: str) -> Case | None:
    """A case that was told of and of which nothing is left: no finding, no act. Its level is K0."""
    return Case(issue) if any(said.case == issue for said in dossier.said.values()) else None


def _stated(file: FindingFile) -> str | None:
    revision = file.in_force()
    if revision is None:
        return None
    return "withdrawn" if revision.retracted else str(file.statement_data().get("status"))


async def current_of(store: Store) -> list[str]:
    """The current outputs, without id, cause, time and due; what is merely suspended is left out."""
    return [
        line
        for kind in KINDS
        for _, body in await store.documents(kind, limit=WHOLE)
        for line in current_outputs(Dossier.model_validate_json(body))
    ]
