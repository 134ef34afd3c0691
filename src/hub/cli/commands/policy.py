"""``hub policy``: check, show, compare and activate rule packs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.common import JsonOption, json_line
from hub.domain.pack import Pack, PackSet, Rule, Version
from hub.domain.pack_merge import merge_rules
from hub.errors import UsageError
from hub.policy.check import check as run_check
from hub.policy.diff import changes
from hub.policy.diff import versions as versions_of
from hub.policy.loader import load_active, store
from hub.scenarios.format import files, load
from hub.scenarios.tools import Difference, compare
from hub.settings import Settings

GROUP_HELP = "Rule packs: what the hub proposes, by which articles, from when. 规则包：校验、查看、比较、启用。"
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the hub; HUB_DATA or .hub when left out.")]


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

    Examples:

      hub policy show R-ME-02
      hub policy show R-ME-02 --on 2019-05-01
      hub policy show R-FU-04 --json
    """
    packs = load_active(data or Settings().data)
    pack = packs.on(on.date() if on else date.today())  # a day of the calendar, no moment of the hub's clock
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
    old: Annotated[str, typer.Argument(help="pack file or folder, or «shipped»")],
    new: Annotated[str, typer.Argument(help="pack file or folder, or «shipped»")],
    scenarios: Annotated[
        list[Path] | None, typer.Option("--scenarios", help="scenario files or folders to run under both")
    ] = None,
) -> None:
    """Compare two packs: what they say differently, and whose outcome changes in which scenario, and by which rules.

    Examples:

      hub policy diff shipped my-pack
      hub policy diff shipped my-pack --scenarios tests/scenarios
    """
    before, after = versions_of(old), versions_of(new)
    lines = list(changes(before, after))
    typer.echo("\n".join(lines) if lines else "the packs say the same")
    found = [one for path in files(list(scenarios)) for one in load(path)] if scenarios else []
    results = [asyncio.run(compare(one, before, after)) for one in found]
    for result in (result for result in results if result.differs):
        for line in _differing(result):
            typer.echo(line)
    if scenarios:
        typer.echo(f"{len(results)} scenarios, {sum(result.differs for result in results)} come out differently")


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
    """Put new versions into force for this hub. A pack with a mistake is refused with its reasons; the running one stays.

    Versions are only ever added: open tasks keep the version of their proposal. A running hub takes it up when it starts again.

    Examples:

      hub policy activate my-pack
      hub policy activate my-pack --data /srv/hub
    """
    place = data or Settings().data
    known = {one.name for one in load_active(place).versions}
    fresh = [one for one in store(place, folder).versions if one.name not in known]
    for one in fresh:
        typer.echo(f"active: {one.name}, in force {one.effective_from} – {one.effective_to or '…'}")
    if not fresh:
        typer.echo("nothing new: these versions are active already")
