"""``hub why``: the chain behind a task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from hub import bootstrap
from hub.cli import shown
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.domain.dates import ZONE
from hub.service.trace import Basis, Cause, Trace, trace
from hub.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(why)


def why(
    task: Annotated[str, typer.Argument(help="Id of a task or follow-up, or its beginning.", show_default=False)],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Why is this task here? The events that caused it, the findings, gates and rules with their articles.

    Examples:

      hub tail tasks --department org-M --once --json     shows ids
      hub why 6f0c2a51
      hub why 6f0c2a51-3f7e-5b0e-8f5d-0d1f3c5b7a90 --json
    """
    found = asyncio.run(_trace(running(data), task))
    if as_json:
        json_line(asdict(found))
        return
    for line in _lines(found):
        out().print(line, markup=False)


async def _trace(settings: Settings, task: str) -> Trace:
    from hub.service.packs import loaded, of_release  # slow to import, and needed here alone

    async with bootstrap.open_store(settings) as store:
        async with store.begin() as unit:
            packs, today = loaded(of_release(settings), unit.packs).packs, unit.now.astimezone(ZONE).date()
        return await trace(store, packs, task, today)


def _lines(found: Trace) -> Iterator[str]:
    """The item, and under it a branch for each kind of reason that there is."""
    yield shown.line({"type": found.type, "time": found.time, "data": dict(found.data)})
    branches = {
        "依据 because": [
            *shown.explained({"data": found.data}),
            f"规则包 pack: {', '.join(found.data.get('pack') or ())}",
            *([f"现有较新版本 newer in force: {', '.join(found.newer_pack)}"] if found.newer_pack else ()),
        ],
        "起因 caused by": [_cause(one) for one in found.causes],
        "事实 facts": [_fact(one) for one in found.facts],
        "关口 gates": [f"{gate}: {result}" for gate, result in (found.data.get("gates") or {}).items()],
        "规则 rules": [f"{one.rule}: {'、'.join(one.cites)}" for one in found.rules],
        "之后 since then": [_cause(one) for one in found.since],
    }
    for title, lines in branches.items():
        if lines:
            yield f"├─ {title}"
            yield from (f"│    {line}" for line in lines)


def _cause(one: Cause) -> str:
    return "  ".join(text for text in (one.time[:19], one.type, one.id, one.source and f"({one.source})") if text)


def _fact(one: Basis) -> str:
    fact = one.fact
    names = ("body", "organ", "finding", "status", "severity", "attribution", "weight")
    text = "  ".join(str(fact[name]) for name in names if fact.get(name))
    return f"{text}  ← {_cause(one.event)}" if one.event else text
