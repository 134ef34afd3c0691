"""A scenario told as a timeline that legal staff can read: what arrived, what was said to whom, by which rules, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.domain.pack import Pack
from hub.scenarios.format import Scenario
from hub.scenarios.outputs import RECEIPTS, Output
from hub.scenarios.runner import Result

ARRIVED = ("subject", "subjects", "team", "unit", "issue", "category", "severity", "status", "attribution", "kind", "outcome",
           "about", "decision", "measure", "grade", "conclusion", "forwarded_from", "matter", "reason")  # fmt: skip
SAID = (
    "level",
    "measure",
    "candidates",
    "how",
    "kind",
    "flag",
    "ground",
    "blocker",
    "reason",
    "due",
    "was_due",
    "answer",
)
TABLES = {"level": "levels", "measure": "measures", "how": "closed", "category": "categories", "severity": "severities",
          "status": "statuses", "attribution": "attributions"}  # fmt: skip


def timeline(result: Result, pack: Pack, language: str) -> Iterator[str]:
    """Lines, day by day."""
    scenario = result.scenario
    yield f"{scenario.id}  {scenario.title}"
    yield _line({"zh": "规则包", "en": "rule packs"}[language], "、".join(scenario.world.get("pack") or ()))
    for moment, kind, entry in _entries(scenario, result):
        day = (moment.date() - scenario.moment("d0").date()).days
        if kind == "day":
            yield f"\nd{day}  {moment:%Y-%m-%d}"
        elif kind == "in":
            yield from _arrived(entry, pack, language)
        elif kind == "out":
            yield from _said(entry, pack, language)
    yield ""
    yield from (_line({"zh": "不符", "en": "wrong"}[language], text) for text in result.wrong)


def _entries(scenario: Scenario, result: Result) -> Iterator[tuple[datetime, str, Any]]:
    """Arrivals and outputs in order of time, a head before each new day."""
    rows = [(scenario.moment(row["at"]), 0, row) for row in scenario.given if not row.get("tick")]
    outs = [(one.at.replace(second=0, microsecond=0), 1, one) for one in result.outputs if one.type not in RECEIPTS]
    last = None
    for moment, order, entry in sorted([*rows, *outs], key=lambda one: (one[0], one[1])):
        if moment.date() != last:
            last = moment.date()
            yield moment, "day", None
        yield moment, "out" if order else "in", entry


def _line(name: str, text: str) -> str:
    return f"  {name}: {text}"


def _arrived(row: Mapping[str, Any], pack: Pack, language: str) -> Iterator[str]:
    if "ask" in row:
        yield f"  ? {row['by']}: {row['ask']}"
        return
    data = row["data"]
    parts = [_word(name, data[name], pack, language) for name in ARRIVED if data.get(name) is not None]
    name = pack.text("events", str(row["type"]), language)
    yield f"  → {row['by']}: {name} ({row['type']}) {row['id']}  {'; '.join(parts)}"


def _said(one: Output, pack: Pack, language: str) -> Iterator[str]:
    data = one.data
    rules = [str(rule) for rule in data.get("rules") or ()]
    parts = [_word(name, data[name], pack, language) for name in SAID if data.get(name) is not None]
    about = next((str(data[name]) for name in ("case", "cadre", "team", "unit") if data.get(name)), "")
    name = pack.text("events", one.type, language)
    yield f"  ← {one.to}: {name} ({one.type})  {'  '.join(part for part in (about, *parts) if part)}"
    for rule in rules:
        if rule in pack.rules:
            found = pack.rules[rule]
            yield f"      {rule} [{'、'.join(pack.cites([rule]))}] {found.text.get(language, '')}"
    if data.get("gates"):
        stopped = [gate for gate, state in data["gates"].items() if state in ("fail", "waiting")]
        if stopped:
            said = "; ".join(f"{gate} {pack.text('gates', gate, language)}" for gate in stopped)
            yield f"      {({'zh': '未通过', 'en': 'not passed'})[language]}: {said}"
    explained = (data.get("explanation") or {}).get(language)
    if explained:
        yield f"      {explained}"


def _word(name: str, value: Any, pack: Pack, language: str) -> str:
    """One field; a code with its meaning."""
    if name == "due" and isinstance(value, Mapping):
        return f"{value['key']} {value['date']}"
    if isinstance(value, list):
        return ", ".join(_word(name, one, pack, language) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(str(one) for one in value.values() if isinstance(one, str))
    meaning = pack.text(TABLES[name], str(value), language) if name in TABLES else str(value)
    return str(value) if meaning == str(value) else f"{value} {meaning}"
