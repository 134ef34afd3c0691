"""``hub report``: counts about the hub itself."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from hub.bootstrap import open_hub
from hub.cli.common import DataOption, JsonOption, json_line, out, running
from hub.errors import UsageError
from hub.settings import Settings

GROUP_HELP = "Reports about the hub itself: counts, no persons, small cells suppressed. 报表：只有计数，不含个人。"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
FEW = "fewer than may be shown"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(help=GROUP_HELP, no_args_is_help=True)
    group.command("calibration")(calibration)
    group.callback()(lambda: None)
    app.add_typer(group, name="report")


def calibration(
    since: Annotated[str, typer.Option(help="First month, YYYY-MM; all of them when left out.")] = "",
    purpose: Annotated[str, typer.Option(help="What for; stands in the access entry.")] = "calibration",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often reviewers confirmed what the matcher had said, beside the probability that it had stated.

    Of months that have ended. By route and bin with 95 % bounds (each one-sided), by number of candidates, by reason for a
    review, and by month against all earlier ones. Nobody is asked about M1 and none: answers there are objections.

    Examples:

      hub report calibration
      hub report calibration --since 2026-01 --json
    """
    if since and not MONTH.fullmatch(since):
        raise UsageError(f"{since} is no month", hint="write it as YYYY-MM, for example 2026-01")
    if not purpose.strip():
        raise UsageError("a report is read for a purpose", hint="say which with --purpose, or leave the option out")
    found = asyncio.run(_read(running(data), since, purpose))
    if as_json:
        json_line(found)
        return
    for line in lines(found):
        out().print(line, markup=False)


async def _read(settings: Settings, since: str, purpose: str) -> dict[str, Any]:
    async with open_hub(settings) as hub:
        return await hub.service.calibration(since, purpose)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The report as text."""
    if not found["months"]:
        yield "no answers in months that have ended; the running month is reported once it is over"
        return
    yield f"{found['months'][0]} – {found['months'][-1]}"
    yield f"\n{'route':8}{'probability':>15}{'n':>7}{'stated':>9}{'confirmed':>11}{'at least':>10}{'at most':>9}"
    for row in found["bins"]:
        span = "-" if row["from"] is None else f"{row['from']:.3f}-{row['to']:.3f}"
        yield f"{row['route']:8}{span:>15}" + _numbers(
            row, (7, 9, 11, 10, 9), ("stated", "confirmed", "at_least", "at_most")
        )
    for name in ("shown", "reasons"):
        yield f"\n{'candidates' if name == 'shown' else 'reason':28}{'n':>7}{'first':>9}{'other':>9}{'outside':>9}{'nobody':>9}"
        for row in found[name]:
            yield f"{next(iter(row.values())):28}" + _numbers(
                row, (7, 9, 9, 9, 9), ("first", "other", "outside", "nobody")
            )
    yield f"\n{'month':10}{'route':8}{'n':>7}{'confirmed':>11}{'earlier':>9}"
    for row in found["drift"]:
        yield f"{row['month']:10}{row['route']:8}" + _numbers(row, (7, 11, 9), ("confirmed", "earlier"))


def _numbers(row: Mapping[str, Any], widths: Sequence[int], names: Sequence[str]) -> str:
    if row.get("suppressed"):
        return f"  {FEW}"
    shares = ("-" if row.get(name) is None else f"{row[name]:.4f}" for name in names)
    cells = (f"{text:>{width}}" for width, text in zip(widths, (str(row["n"]), *shares), strict=True))
    flag = row.get("off") or row.get("drift")
    return "".join(cells) + (f"  {flag.replace('_', ' ')}" if flag else "")
