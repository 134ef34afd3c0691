"""``hub dlq``: events that were set aside, and another try for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from hub.bootstrap import open_hub, open_store
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.errors import NotFoundError, UsageError
from hub.ports import DeadLetter
from hub.settings import Settings

if TYPE_CHECKING:
    from streams.redrive import Outcome

LIMIT = 100_000
PlaceArgument = Annotated[str, typer.Argument(help="TOPIC/PARTITION/OFFSET, as hub dlq list shows it.")]
PlacesArgument = Annotated[list[str] | None, typer.Argument(help="TOPIC/PARTITION/OFFSET, as hub dlq list shows it.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Events that were set aside (dead letters), and another try for them.", no_args_is_help=True
    )
    group.command("list")(list_letters)
    group.command("show")(show)
    group.command("redrive")(redrive)
    app.add_typer(group, name="dlq")


def list_letters(
    topic: Annotated[str | None, typer.Option(help="Of one inbound topic.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was set aside: place, kind, reason, tries, first and last seen. Never content.

    Kinds: malformed (no event), unknown_source, poison (the hub knows why), unexpected (it does not: look at the
    worker's log). Examples:

      hub dlq list
      hub dlq list --topic findings-audit --json
    """
    letters = asyncio.run(_letters(running(data), topic))
    for letter in letters:
        if as_json:
            json_line(_told(letter))
        else:
            out().print(_line(letter), markup=False)
    if not letters and not as_json:
        out().print("nothing was set aside")


def show(place: PlaceArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """One of them with the attributes of its event, where they may be kept; its data stay in the database.

    Example:

      hub dlq show findings-audit/2/1042
    """
    found = {_place(one): one for one in asyncio.run(_letters(running(data), None))}
    told = _told(_named(found, place))
    if as_json:
        return json_line(told)
    for name, value in told.items():
        out().print(f"{name:<12} {value}", markup=False)
    return None


def redrive(
    places: PlacesArgument = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    topic: Annotated[str | None, typer.Option(help="All of one inbound topic.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would come of it.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also where later events of the key were handled.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand them to the hub once more, in the order of the log. What goes through is taken off the list.

    One whose key had later events handled since is left alone without --anyway: the hub takes late events and publishes
    the difference, so look at --dry-run first. Ends with 1 where one was left. Examples:

      hub dlq redrive --all --dry-run
      hub dlq redrive findings-audit/2/1042
      hub dlq redrive --topic findings-audit --anyway
    """
    if not (places or every or topic):
        raise UsageError("which ones?", hint="name places as hub dlq list shows them, or --topic, or --all")
    outcomes = asyncio.run(_redrive(running(data), places, topic, dry_run=dry_run, anyway=anyway))
    for outcome in outcomes:
        _show(outcome, as_json=as_json)
    if any(one.state not in ("handled", "would_be_handled") for one in outcomes):
        raise typer.Exit(1)


async def _letters(settings: Settings, topic: str | None) -> list[DeadLetter]:
    async with open_store(settings) as store:
        return await store.dead_letters(topic=settings.topic_prefix + topic if topic else None, limit=LIMIT)


async def _redrive(
    settings: Settings, places: Sequence[str] | None, topic: str | None, *, dry_run: bool, anyway: bool
) -> list[Outcome]:
    from streams.redrive import redrive as run  # slow to import, and the other commands do without

    found = {_place(one): one for one in await _letters(settings, topic)}
    chosen = [_named(found, place) for place in places] if places else list(found.values())
    async with open_hub(settings) as hub:
        return await run(hub, chosen, dry_run=dry_run, anyway=anyway)


def _named(found: dict[str, DeadLetter], place: str) -> DeadLetter:
    if place not in found:
        raise NotFoundError(f"nothing was set aside at {place}", hint="hub dlq list")
    return found[place]


def _place(letter: DeadLetter) -> str:
    return f"{letter.position.topic}/{letter.position.partition}/{letter.position.offset}"


def _told(letter: DeadLetter) -> dict[str, Any]:
    attributes = {k: v for k, v in orjson.loads(letter.value).items() if k != "data"} if letter.value else None
    return {
        "place": _place(letter),
        "kind": letter.kind,
        "reason": letter.reason,
        "detail": letter.detail,
        "attempts": letter.attempts,
        "first_seen": letter.first_seen.isoformat() if letter.first_seen else None,
        "last_seen": letter.last_seen.isoformat() if letter.last_seen else None,
        "source": letter.source,
        "event": letter.id,
        "attributes": attributes or "not kept",
    }


def _line(letter: DeadLetter) -> str:
    seen = letter.last_seen.strftime("%Y-%m-%d %H:%M") if letter.last_seen else ""
    return f"{_place(letter):<32} {letter.kind:<14} {letter.reason:<20} {letter.attempts:>2}x  {seen}  {letter.source or ''}"


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        return json_line(asdict(outcome))
    at, console = outcome.position, out()
    console.print(f"{at.topic}/{at.partition}/{at.offset}  {outcome.state}  {outcome.reason}", markup=False)
    for one in outcome.outputs:
        console.print(f"    {one.type} -> {one.to}", markup=False)
    if outcome.later:
        console.print(f"    later events of its key were handled, at {outcome.later}; --anyway tries it all the same")
    if not outcome.order_known:
        console.print("    the log no longer tells whether later events of its key were handled")
    return None
