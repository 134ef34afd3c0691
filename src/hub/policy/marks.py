"""YAML with the line of every entry, so that a finding names the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hub.yaml12 import Loader, loads

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a pack: where, in which rule (or entry), what."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        named = f"{self.rule}: " if self.rule else ""
        return f"{self.file}:{self.line}: {named}{self.message}"


@dataclass(slots=True)
class Source:
    """One pack file: its data, and the line of every place in it."""

    file: Path
    data: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    name: str = ""
    text: str = ""

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def finding(self, place: Place, rule: str, message: str) -> Finding:
        """Something wrong at a place."""
        return Finding(self.name or str(self.file), self.line(place), rule, message)

    @property
    def is_version(self) -> bool:
        """A dated version of a layer, as opposed to a part of the base."""
        return bool({"name", "layer", "effective_from"} & set(self.data))


def read(file: Path, name: str = "") -> Source:
    """A pack file. What is no YAML mapping, or says a key twice, becomes a finding."""
    try:
        return parsed(file.read_text(encoding="utf-8"), name or str(file))
    except UnicodeDecodeError:
        source = Source(file, {}, name=name or str(file))
        source.findings.append(source.finding((), "", "not UTF-8 text"))
        return source


def parsed(text: str, name: str) -> Source:
    """The same of a text that came from elsewhere."""
    source = Source(Path(name), {}, name=name, text=text)
    try:
        data, node = loads(text), yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, reason = (mark.line + 1 if mark else 1), getattr(error, "problem", None) or "cannot be read"
        source.findings.append(Finding(source.name, line, "", f"not YAML: {reason}"))
        return source
    if not isinstance(data, dict):
        source.findings.append(source.finding((), "", "not a mapping; a pack file has rules:, parameters: and so on"))
        return source
    source.data = data
    for place, line, twice in _walk(node, ()):
        source.lines[place] = line
        if twice:
            source.findings.append(Finding(source.name, line, _rule_at(data, place), f"{place[-1]} is written twice"))
    return source


def _walk(node: yaml.Node | None, place: Place) -> Iterator[tuple[Place, int, bool]]:
    if node is None:
        return
    if not place:
        yield place, 1, False
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            inner = (*place, str(key.value))
            yield inner, key.start_mark.line + 1, key.value in seen
            seen.add(key.value)
            yield from _walk(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*place, index), value.start_mark.line + 1, False
            yield from _walk(value, (*place, index))


def _rule_at(data: dict[str, Any], place: Place) -> str:
    rules = data.get("rules")
    if len(place) > 1 and place[0] == "rules" and isinstance(place[1], int) and isinstance(rules, list):
        entry = rules[place[1]]
        return str(entry.get("id", "")) if isinstance(entry, dict) else ""
    return ""


def rule_at(source: Source, place: Place) -> str:
    """The id of the rule in which a place lies."""
    return _rule_at(source.data, place)
