"""``hub why``: the chain behind a task."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer
from rich.tree import Tree

from hub.bootstrap import open_store
from hub.cli import shown
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.policy.loader import shipped
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
    out().print(_tree(found))


async def _trace(settings: Settings, task: str) -> Trace:
    async with open_store(settings) as store:
        return await trace(store, shipped(), task)


def _tree(found: Trace) -> Tree:
    event = {"type": found.type, "time": found.time, "data": dict(found.data)}
    tree = Tree(shown.plain(shown.line(event)))
    _branch(tree, "依据 because", [*shown.explained(event), f"规则包 pack: {', '.join(found.data.get('pack') or ())}"])
    _branch(tree, "起因 caused by", [_cause(one) for one in found.causes])
    _branch(tree, "事实 facts", [_fact(one) for one in found.facts])
    _branch(tree, "关口 gates", [f"{gate}: {result}" for gate, result in (found.data.get("gates") or {}).items()])
    _branch(tree, "规则 rules", [f"{one.rule}: {'、'.join(one.cites)}" for one in found.rules])
    _branch(tree, "之后 since then", [_cause(one) for one in found.since])
    return tree


def _branch(tree: Tree, title: str, lines: list[str]) -> None:
    if lines:
        branch = tree.add(title)
        for text in lines:
            branch.add(shown.plain(text))


def _cause(one: Cause) -> str:
    return "  ".join(text for text in (one.time[:19], one.type, one.id, one.source and f"({one.source})") if text)


def _fact(one: Basis) -> str:
    fact = one.fact
    names = ("body", "organ", "finding", "status", "severity", "attribution", "weight")
    text = "  ".join(str(fact[name]) for name in names if fact.get(name))
    return f"{text}  ← {_cause(one.event)}" if one.event else text
