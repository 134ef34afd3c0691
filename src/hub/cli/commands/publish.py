"""``hub publish``: events from files, as one of the sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from hub import bootstrap
from hub.bootstrap.folder import read_token
from hub.cli.common import DataOption, JsonOption, err, json_line, json_lines, out, running
from hub.cli.envelopes import event_of
from hub.cli.sender import Sent, by_http, by_kafka
from hub.domain.registry import Registry, Source
from hub.errors import HubError, UsageError
from hub.settings import Settings
from schemas.codec import Event

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish")(publish)


def publish(
    files: Annotated[list[Path], typer.Argument(help="JSON lines; - is stdin.", show_default=False)],
    as_source: Annotated[str | None, typer.Option("--as", help="Code of the source, like audit-M.")] = None,
    via: Annotated[
        Literal["http", "kafka"] | None, typer.Option(help="The way; http where the token is known, else kafka.")
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="HUB_TOKEN", help="Bearer token of the source.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send events: CloudEvents, or {type, id, time?, data}, which are wrapped and signed with DATA/keys/SOURCE.jwk.

    A line may carry dataclassification (work_secret when left out), sequence, subject and other attributes beside
    data. Replies of departments are published like everything else. Ends with 1 if an event was refused.

    Examples:

      hub publish findings.jsonl --as audit-M
      hub publish replies.jsonl --as org-M --via kafka
      cat events.jsonl | hub publish - --as disc-M --json
    """
    settings = running(data)
    sent = asyncio.run(_publish(settings, files, as_source, via, token))
    _tell(sent, as_json=as_json)
    if not all(one.ok for one in sent):
        raise typer.Exit(1)


async def _publish(
    settings: Settings, files: Sequence[Path], code: str | None, via: str | None, token: str | None
) -> list[Sent]:
    async with bootstrap.open_store(settings) as store:
        registry = await store.registry()
    source, events = read_events(settings, registry, files, code)
    token = token or read_token(settings.data, source.code)
    if via == "kafka" or (via is None and token is None):
        return await by_kafka(settings, source, events)
    if token is None:
        raise UsageError(f"the token of {source.code} is not known", hint="give it with --token, or use --via kafka")
    return await by_http(f"http://{settings.http_host}:{settings.http_port}", token, events)


def read_events(
    settings: Settings, registry: Registry, files: Sequence[Path], code: str | None
) -> tuple[Source, list[Event]]:
    """The source and the signed events of these files. Raises UsageError naming file and line."""
    lines = [(file, number, line) for file in files for number, line in json_lines(file)]
    urns = {str(line["source"]) for _, _, line in lines if code is None and "source" in line}
    if code is None and len(urns) != 1:
        raise UsageError("whose events are these?", hint="name the source: --as audit-M")
    source = registry.sources.get(code) if code else registry.by_urn(urns.pop())
    if source is None:
        known = ", ".join(sorted(registry.sources)[:40]) or "none; hub body add, hub department add"
        raise UsageError(f"there is no source {code or 'of that name'}", hint=f"registered: {known}")
    events = []
    for file, number, line in lines:
        try:
            events.append(event_of(line, source, settings.data))
        except HubError as error:
            raise UsageError(f"{file}, line {number}: {error}", hint=error.hint) from error
    return source, events


def _tell(sent: list[Sent], *, as_json: bool) -> None:
    if as_json:
        for one in sent:
            json_line({name: value for name, value in asdict(one).items() if value})
        return
    refused = [one for one in sent if not one.ok]
    for one in refused[:SHOWN]:
        err().print(f"{one.id}: {one.status} {one.problem}", style="red", markup=False)
        err().print(f"  -> {one.hint}", markup=False)
    if len(refused) > SHOWN:
        err().print(f"and {len(refused) - SHOWN:,} more")
    out().print(f"{len(sent) - len(refused):,} events taken, {len(refused):,} refused")
