"""``hub webhook``: recipients that are pushed what is published to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from hub.adapters import keys
from hub.adapters.postgres import PostgresStore
from hub.adapters.postgres.deliveries import PostgresDeliveries
from hub.bootstrap import open_store
from hub.bootstrap.folder import keys_folder
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.errors import NotFoundError, UsageError
from hub.settings import Settings

HUB_KEY = "hub"
CodeArgument = Annotated[str, typer.Argument(help="A registered recipient, like org-M.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Recipients that are pushed what is published to them.", no_args_is_help=True)
    group.command("add")(add)
    group.command("remove")(remove)
    group.command("list")(list_webhooks)
    group.command("retry")(retry)
    app.add_typer(group, name="webhook")


def add(
    code: CodeArgument,
    url: Annotated[str, typer.Argument(help="https address that takes CloudEvents.", show_default=False)],
    everything: Annotated[bool, typer.Option("--from-start", help="Also what was published before.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post everything published to CODE to URL: at least once, in order, as structured CloudEvents.

    Each request bears `hub-signature`, a detached JWS (EdDSA) of the event by the hub's key, which is shown here. Answer
    with 2xx to take an item; it is tried again otherwise, in growing steps. Know items by their id.

    Examples:

      hub webhook add org-M https://org-m.example/hub
      hub webhook add audit-M https://audit.example/receipts --from-start
    """
    key = asyncio.run(_add(running(data), code, _checked(url), everything=everything))
    if as_json:
        json_line({"recipient": code, "url": url, "key": key})
    else:
        out().print(f"{code} -> {url}; signed with {key}", markup=False)


def remove(code: CodeArgument, data: DataOption = None) -> None:
    """Push nothing more to CODE. What was delivered stays on record; its topics and queue stay as they are.

    Example:

      hub webhook remove org-M
    """
    if not asyncio.run(_remove(running(data), code)):
        raise NotFoundError(f"{code} has no webhook", hint="hub webhook list")
    typer.echo(f"{code} is pushed nothing more")


def list_webhooks(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Webhooks with what is due, delivered and failed; then every item that failed for good, with its last error.

    Example:

      hub webhook list --json
    """
    hooks, failed = asyncio.run(_list(running(data)))
    for hook in hooks:
        json_line(hook) if as_json else out().print(_line(hook), markup=False)
    for item in failed:
        told = {"failed": item["item"], "recipient": item["recipient"], "error": item["last_error"]}
        json_line(told) if as_json else out().print(f"  failed  {told['recipient']}  {told['failed']}  {told['error']}")


def retry(
    code: CodeArgument,
    item: Annotated[str | None, typer.Argument(help="One item; everything when left out.", show_default=False)] = None,
    data: DataOption = None,
) -> None:
    """Try everything that failed for CODE once more, or one ITEM of it. A recipient can do the same over HTTP.

    Examples:

      hub webhook retry org-M
      hub webhook retry org-M 2f9c6f0e-5b0e-5d5c-9f43-1f0c2a9f0b11
    """
    number = asyncio.run(_retry(running(data), code, item))
    if item is not None and not number:
        raise NotFoundError(f"{item} has not failed for {code}", hint="hub webhook list")
    typer.echo(f"{number} due again")


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if (parts.scheme == "https" and parts.hostname) or (parts.scheme == "http" and _is_here(parts.hostname)):
        return url
    raise UsageError(
        f"{url}: no https address", hint="what is pushed must not be read on the way; http only to this machine"
    )


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[PostgresStore, PostgresDeliveries]]:
    async with open_store(settings) as store:
        yield store, PostgresDeliveries(store.pool)


async def _add(settings: Settings, code: str, url: str, *, everything: bool) -> dict[str, str]:
    async with _opened(settings) as (store, ledger):
        if code not in (await store.registry()).sources:
            raise NotFoundError(
                f"there is no recipient {code}", hint="hub department add or hub body add registers one"
            )
        await ledger.add(code, url, 0 if everything else await store.published())
    folder: Path = keys_folder(settings.data)
    return keys.public_part(keys.load_or_create(folder, HUB_KEY))


async def _remove(settings: Settings, code: str) -> bool:
    async with _opened(settings) as (_, ledger):
        return await ledger.remove(code)


async def _list(settings: Settings) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    async with _opened(settings) as (_, ledger):
        hooks = [{**asdict(hook), **await ledger.counts(hook.recipient)} for hook in await ledger.webhooks()]
        return hooks, [asdict(one) for one in await ledger.failed()]


async def _retry(settings: Settings, code: str, item: str | None) -> int:
    async with _opened(settings) as (store, ledger):
        return await ledger.again(code, await store.clock.now(), item)


def _line(hook: dict[str, object]) -> str:
    counts = ", ".join(f"{hook.get(state, 0)} {state}" for state in ("due", "delivered", "failed"))
    return f"{hook['recipient']}  {hook['url']}  {counts}"
