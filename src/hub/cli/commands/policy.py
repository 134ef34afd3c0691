"""``hub policy``: check, show, compare and activate rule packs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub import bootstrap
from hub.cli.common import DataOption, JsonOption, err, json_line, running
from hub.domain.dates import ZONE
from hub.domain.pack import Pack, PackSet, Rule, Version
from hub.domain.pack_merge import merge_rules
from hub.errors import UsageError
from hub.policy.check import check as run_check
from hub.policy.check import sources
from hub.policy.diff import ACTIVE, changes
from hub.policy.diff import versions as versions_of
from hub.policy.loader import checked, shipped
from hub.policy.marks import Source
from hub.scenarios.format import files, load
from hub.scenarios.tools import Difference, compare
from hub.service import packs as in_force
from hub.settings import Settings

GROUP_HELP = "Rule packs: what the hub proposes, by which articles, from when. 规则包：校验、查看、比较、启用。"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(help=GROUP_HELP, no_args_is_help=True)
    app.add_typer(group, name="policy")
    group.command("check")(check)
    group.command("show")(show)
    group.command("diff")(diff)
    group.command("activate")(activate)


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="pack files or folders; the shipped packs when left out")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check rule packs: schema, named facts, conditions, dates, citations, texts. Exit code 1 when something is found.

    Examples:

      hub policy check
      hub policy check my-pack
      hub policy check my-pack/local-m-2026-01-01.yaml --json
    """
    found = run_check(paths or [])
    for one in found:
        if as_json:
            json_line({"file": one.file, "line": one.line, "rule": one.rule, "message": one.message})
        else:
            typer.echo(str(one))
    if found:
        if not as_json:
            typer.echo(f"{len(found)} finding{'s' if len(found) > 1 else ''}")
        raise typer.Exit(1)
    if not as_json:
        typer.echo("clean: nothing found")


def show(
    rule: Annotated[str, typer.Argument(help="id of a rule, for example R-ME-02")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="as in force on this day; today when left out")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a rule: text in Chinese and English, articles, condition, safeguards, and the versions that change it.

    As the running hub has it; where none runs, as shipped.

    Examples:

      hub policy show R-ME-02
      hub policy show R-ME-02 --on 2019-05-01
      hub policy show R-FU-04 --json
    """
    packs, today = asyncio.run(_of_hub(data))
    pack = packs.on(on.date() if on else today)
    if rule not in pack.rules:
        raise UsageError(
            f"there is no rule {rule}", hint="ids look like R-ME-02; docs/policy-authors.md lists the groups"
        )
    found = pack.rules[rule]
    if as_json:
        json_line(_fields(found, pack, packs))
        return
    for line in _shown(found, pack, packs):
        typer.echo(line)


async def _of_hub(data: Path | None) -> tuple[PackSet, date]:
    """The packs of the running hub and its day; the shipped ones where none runs and none was named."""
    try:
        settings = running(data)
    except UsageError:
        if data is not None:
            raise
        err().print("no hub runs here: the rules as shipped, without versions of your own")
        return shipped(), date.today()
    async with bootstrap.open_store(settings) as store, store.begin() as unit:
        found = in_force.loaded(in_force.of_release(settings), unit.packs)
        if found.reason:
            err().print(f"older than what is active, which this program cannot read: {found.reason}", markup=False)
        return found.packs, unit.now.astimezone(ZONE).date()


def _fields(rule: Rule, pack: Pack, packs: PackSet) -> dict[str, Any]:
    return {
        "id": rule.id, "scope": rule.scope, "cites": list(rule.cites), "evidence": rule.evidence, "when": rule.when,
        "carried_by": rule.carried_by, "then": list(rule.then), "decider": rule.decider, "deadline": rule.deadline,
        "safe": rule.safe, "text": dict(rule.text), "pack": list(pack.names),
        "changed_by": [version.name for version, _ in changed(packs, rule.id)],
    }  # fmt: skip


def _shown(rule: Rule, pack: Pack, packs: PackSet) -> Iterator[str]:
    yield f"{rule.id}  ({', '.join(pack.names)})"
    yield f"  {rule.text.get('zh', '')}"
    yield f"  {rule.text.get('en', '')}"
    titles = [_title(cite, pack) for cite in rule.cites]
    yield f"  依据 cites: {'；'.join(titles)}  [{rule.evidence}]"
    yield f"  条件 when ({rule.scope}): {rule.when}" if rule.when else f"  由程序执行 carried by: {rule.carried_by}"
    yield f"  结果 then: {', '.join(rule.then)}"
    if rule.decider:
        words = pack.deciders.get(rule.decider, {})
        yield f"  决定 decider: {words.get('zh', rule.decider)} / {words.get('en', '')}"
    if rule.deadline:
        period = pack.deadlines[rule.deadline]
        yield f"  期限 deadline: {rule.deadline} = {period.n} {period.unit} [{period.evidence}] {period.basis}"
    if rule.safe:
        yield f"  保障 safeguards: {rule.safe}"
    for version, entry in changed(packs, rule.id):
        until = version.effective_to or "…"
        said = "; ".join(f"{key}: {value}" for key, value in entry.items() if key != "id")
        yield f"  版本 version {version.name} ({version.effective_from} – {until}): {said}"


def _title(cite: str, pack: Pack) -> str:
    from hub.domain.pack import instrument_of

    name = instrument_of(cite, pack.instruments)
    title = pack.instruments[name].get("title") if name else ""
    return f"{cite}（{title}）" if title else cite


def changed(packs: PackSet, rule: str) -> list[tuple[Version, dict[str, Any]]]:
    """The versions that say something of their own about a rule, and what."""
    plain = merge_rules(packs.base, [])[rule]
    found = []
    for version in packs.versions:
        for entry in version.body.get("rules", ()):
            said = {key: value for key, value in entry.items() if key == "id" or plain.get(key) != value}
            if entry["id"] == rule and len(said) > 1:
                found.append((version, said))
    return found


def diff(
    old: Annotated[str, typer.Argument(help="pack file or folder, «shipped», or «active»: as the running hub has it")],
    new: Annotated[str, typer.Argument(help="the same; over «active» what is new is laid")],
    scenarios: Annotated[
        list[Path] | None, typer.Option("--scenarios", help="scenario files or folders to run under both")
    ] = None,
    data: DataOption = None,
) -> None:
    """Compare two packs: what they say differently, and whose outcome changes in which scenario, and by which rules.

    «active» as the first one tells what an activation of the second would change.

    Examples:

      hub policy diff shipped my-pack
      hub policy diff shipped my-pack --scenarios tests/scenarios
      hub policy diff active my-pack --data /srv/hub
    """
    own = asyncio.run(_own(data)) if ACTIVE in (old, new) else []
    before, after = (own if name == ACTIVE else versions_of(name) for name in (old, new))
    if old == ACTIVE and new != ACTIVE:
        names = {one.name for one in after}
        after = [*(one for one in own if one.name not in names), *after]
    lines = list(changes(before, after))
    typer.echo("\n".join(lines) if lines else "the packs say the same")
    found = [one for path in files(list(scenarios)) for one in load(path)] if scenarios else []
    results = [asyncio.run(compare(one, before, after)) for one in found]
    for result in (result for result in results if result.differs):
        for line in _differing(result):
            typer.echo(line)
    if scenarios:
        typer.echo(f"{len(results)} scenarios, {sum(result.differs for result in results)} come out differently")


async def _own(data: Path | None) -> list[Version]:
    """What the running hub has activated beside the shipped versions."""
    async with bootstrap.open_store(running(data)) as store:
        return (await in_force.current(store, shipped(()))).versions


def _differing(result: Difference) -> Iterator[str]:
    yield f"\n{result.scenario.id}  {result.scenario.title}"
    yield from (f"  - {line}" for line in result.only_old)
    yield from (f"  + {line}" for line in result.only_new)
    if result.rules_old or result.rules_new:
        yield f"  rules: only old {', '.join(result.rules_old) or 'none'}; only new {', '.join(result.rules_new) or 'none'}"


def activate(
    folder: Annotated[Path, typer.Argument(help="folder (or file) with the new versions")],
    data: DataOption = None,
) -> None:
    """Put new versions into force for the running hub: all its processes, on every machine, from their next event on.

    A pack with a mistake is refused with its reasons; what is active stays. Versions are only ever added: open tasks keep
    the version of their proposal. The ledger gets one line (pack.activated). Again with the same versions: nothing happens.

    Examples:

      hub policy activate my-pack
      hub policy activate my-pack --data /srv/hub
    """
    given = sources([folder])
    checked(given)
    fresh = asyncio.run(_activate(running(data), given))
    for one in fresh:
        typer.echo(f"active: {one.name}, in force {one.effective_from} – {one.effective_to or '…'}")
    if not fresh:
        typer.echo("nothing new: these versions are active already")


async def _activate(settings: Settings, given: list[Source]) -> list[Version]:
    async with bootstrap.open_store(settings) as store:
        return await in_force.activate(store, in_force.of_release(settings), given)
