"""Runs one scenario against a hub and says what is wrong."""

from __future__ import annotations

import itertools
import math
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import orjson

from hub.scenarios.format import MalformedError, Scenario
from hub.scenarios.outputs import RECEIPTS, Output, meets, subset
from hub.service.verdicts import Answer

ORDERS = 24
SEED = 20260302


class ScenarioHub(Protocol):
    """A hub that a scenario runs on: in memory, or the running stack."""

    clock: Any

    async def start(self) -> None: ...
    async def send(self, row: dict[str, Any]) -> None: ...
    async def tick(self) -> None: ...
    async def ask(self, row: dict[str, Any]) -> Answer: ...
    async def outputs(self) -> list[Output]: ...
    async def accesses(self) -> int: ...
    async def alter(self, finding: str) -> None: ...
    async def restart(self) -> None: ...
    async def state_of(self, row: dict[str, Any]) -> dict[str, Any]: ...
    async def current(self) -> list[str]: ...
    async def stored(self) -> str: ...
    async def close(self) -> None: ...


@dataclass(slots=True)
class Result:
    """What came of a scenario."""

    scenario: Scenario
    wrong: list[str] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Nothing was wrong."""
        return not self.wrong


async def run(scenario: Scenario, make: Callable[[Scenario], ScenarioHub], *, orders: int = ORDERS) -> Result:
    """One scenario in the order given, then its replay and up to ``orders`` shuffles where it asks for them."""
    result = Result(scenario)
    try:
        await _run(scenario, make, result, orders=orders)
    except MalformedError:
        raise
    except AssertionError as error:
        result.wrong.append(str(error))
    except Exception as error:  # one scenario's trouble is its own result, the others still run
        place = traceback.extract_tb(error.__traceback__)[-1]
        result.wrong.append(
            f"error: {type(error).__name__}: {error} ({place.filename.rpartition('/')[2]}:{place.lineno})"
        )
    return result


async def _run(scenario: Scenario, make: Callable[[Scenario], ScenarioHub], result: Result, *, orders: int) -> None:
    hub = make(scenario)
    try:
        await hub.start()
        await _play(scenario, hub, result)
        check_expect(scenario, result)
        searched = any("contains" in row for row in scenario.forbid)
        check_forbid(scenario, result, await hub.stored() if searched else "")
        await _check_finally(scenario, hub, result, "")
        if scenario.replay:
            await _replay(scenario, hub, result)
        current = await hub.current() if scenario.shuffle else []
    finally:
        await hub.close()
    if scenario.shuffle and orders:
        await _shuffle(scenario, make, current, result, orders)


async def _play(scenario: Scenario, hub: ScenarioHub, result: Result) -> None:
    restart = scenario.moment(scenario.restart).replace(hour=0) if scenario.restart else None
    for at, rows in itertools.groupby(scenario.given, key=lambda row: scenario.moment(row["at"])):
        if restart is not None and at >= restart:
            await hub.restart()
            restart = None
        hub.clock.set(at)
        for row in rows:
            if "ask" in row:
                result.outputs += await hub.outputs()
                await _ask(hub, row, result)
            elif not row.get("tick"):
                await hub.send(row)
        await hub.tick()
        result.outputs += await hub.outputs()


async def _ask(hub: ScenarioHub, row: dict[str, Any], result: Result) -> None:
    before = await hub.accesses()
    found = await hub.ask(row)
    logged = await hub.accesses() - before
    if logged != 1:
        result.wrong.append(f"ask {row['id']}: left {logged} access entries in the ledger, not one")
    if row["ask"] == "store.alter":
        await hub.alter(str(row["finding"]))
    data = {"of": str(row["id"]), "answer": found.answer, "content": found.content}
    text = orjson.dumps(data, default=str).decode()
    result.outputs.append(Output(str(row["id"]), "answer", str(row["by"]), hub.clock.at, data, text))


def check_expect(scenario: Scenario, result: Result) -> None:
    """Each entry is met by an output of its own; ``count`` asks for exactly that many ids in the whole scenario."""
    taken: set[int] = set()
    for row in scenario.expect:
        if "of" in row:
            _check_answer(scenario, row, result)
            continue
        fitting = [
            (number, one) for number, one in enumerate(result.outputs) if one.type != "answer" and meets(row, one)
        ]
        if "count" in row:
            ids = {one.id for _, one in fitting}
            if len(ids) != row["count"]:
                days = ", ".join(f"{one.at:%Y-%m-%d}" for _, one in fitting) or "never"
                result.wrong.append(f"expected exactly {row['count']} of {_brief(row)}, saw {len(ids)} ({days})")
                continue
        day = scenario.moment(row["at"]).date() if "at" in row else None
        own = [
            (number, one) for number, one in fitting if (day is None or one.at.date() == day) and number not in taken
        ]
        if own:
            taken.add(own[0][0])
        elif not any(day is None or one.at.date() == day for _, one in fitting) or row.get("count") != 0:
            seen = ", ".join(f"{one.at:%Y-%m-%d}" for _, one in fitting)
            result.wrong.append(f"missing {_brief(row)}" + (f"; seen on {seen}" if seen else _nearest(row, result)))


def _nearest(row: dict[str, Any], result: Result) -> str:
    same = [one for one in result.outputs if one.type == row.get("type")]
    if not same:
        return ""
    keys = set(row.get("with", {})) | {"cadre", "rules"}
    return "; near: " + "; ".join(
        f"{one.at:%m-%d} to {one.to} { ({k: one.data.get(k) for k in sorted(keys)}) }" for one in same[:4]
    )


def _check_answer(scenario: Scenario, row: dict[str, Any], result: Result) -> None:
    for one in result.outputs:
        if one.type == "answer" and one.data["of"] == row["of"]:
            if one.data["answer"] != row["answer"] or not subset(row.get("with", {}), one.data["content"]):
                result.wrong.append(
                    f"answer {row['of']}: expected {row['answer']} {row.get('with', '')}, got {one.data['answer']} {one.data['content']}"
                )
            return
    result.wrong.append(f"answer {row['of']}: never given")


def check_forbid(scenario: Scenario, result: Result, stored: str) -> None:
    """No output matches, and nothing of it is ``stored`` or logged."""
    for row in scenario.forbid:
        first = scenario.moment(row["from"]).date() if "from" in row else None
        last = scenario.moment(row["until"]).date() if "until" in row else None
        for one in result.outputs:
            if (first and one.at.date() < first) or (last and one.at.date() > last):
                continue
            if one.type == "answer" and "contains" not in row:
                continue
            if "type" not in row and "contains" not in row and one.type in RECEIPTS:
                continue
            if meets(row, one) and ("contains" not in row or str(row["contains"]) in one.text):
                result.wrong.append(
                    f"forbidden {_brief(row)}: {one.type} to {one.to} on {one.at:%Y-%m-%d} rules {one.data.get('rules')}"
                )
                break
        if (
            "contains" in row
            and not {"type", "to", "with", "from", "until"} & set(row)
            and str(row["contains"]) in stored
        ):
            result.wrong.append(f"forbidden {_brief(row)}: found among what is stored or logged")


async def _check_finally(scenario: Scenario, hub: ScenarioHub, result: Result, where: str) -> None:
    for row in scenario.finally_:
        state = await hub.state_of(row)
        for key in ("stage", "level", "state", "status", "open"):
            if key in row and state.get(key) != row[key]:
                named = {name: row[name] for name in ("case", "task", "finding", "queue") if name in row}
                result.wrong.append(f"{where}finally {named}: {key} is {state.get(key)}, expected {row[key]}")


async def _replay(scenario: Scenario, hub: ScenarioHub, result: Result) -> None:
    for row in scenario.given:
        if "ask" not in row and not row.get("tick"):
            await hub.send(row)
    await hub.tick()
    known = {one.id for one in result.outputs}
    for one in await hub.outputs():
        if one.id not in known and one.type != "duplicate.ignored":
            result.wrong.append(f"replay: new {one.type} to {one.to}")


async def _shuffle(
    scenario: Scenario, make: Callable[[Scenario], ScenarioHub], wanted: list[str], result: Result, orders: int
) -> None:
    rows = [row for row in scenario.given if "ask" not in row and not row.get("tick")]
    for number, order in enumerate(orders_of(rows, orders)):
        hub = make(scenario)
        where = f"order {number + 1} ({' '.join(str(row['id']) for row in order)}): "
        try:
            await hub.start()
            await _play_order(scenario, hub, order)
            await _check_finally(scenario, hub, result, where)
            found = await hub.current()
        finally:
            await hub.close()
        if found != wanted:
            extra, missing = sorted(set(found) - set(wanted)), sorted(set(wanted) - set(found))
            result.wrong.append(f"{where}current outputs differ: more {extra}, fewer {missing}")


async def _play_order(scenario: Scenario, hub: ScenarioHub, order: tuple[dict[str, Any], ...]) -> None:
    last = scenario.moment(scenario.given[-1]["at"])
    for place, row in enumerate(order):
        hub.clock.set(last + timedelta(seconds=place))
        await hub.send({**row, "time": row.get("time", row["at"])})
    await hub.tick()


def orders_of(rows: list[dict[str, Any]], limit: int = ORDERS) -> list[tuple[dict[str, Any], ...]]:
    """Every order where there are no more than ``limit``, else so many random ones with a fixed seed."""
    if math.factorial(len(rows)) <= limit:
        return list(itertools.permutations(rows))
    chance = random.Random(SEED)
    return [tuple(chance.sample(rows, len(rows))) for _ in range(limit)]


def _brief(row: dict[str, Any]) -> str:
    return orjson.dumps({key: value for key, value in row.items() if key != "count"}).decode()
