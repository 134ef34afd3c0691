"""The small tables that ship with the matcher, read once: data of the package, never a file of a deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def _lines(name: str) -> list[list[str]]:
    text = (files(__package__) / "data" / name).read_text("utf-8")
    return [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@cache
def kept_apart() -> frozenset[str]:
    """Characters that stay as they are written: names keep them apart from the form a converter would give."""
    return frozenset(line[0] for line in _lines("kept_apart.txt"))


@cache
def written_forms() -> Mapping[str, str]:
    """Written form (Japanese, old print) -> simplified character."""
    return {line[0]: line[1] for line in _lines("variants.txt")}


@cache
def surname_readings() -> Mapping[str, tuple[str, ...]]:
    """Surname -> toneless readings, the usual one first."""
    return {line[0]: tuple(line[1:]) for line in _lines("surnames.txt")}


@cache
def organ_shorts() -> Mapping[str, tuple[str, ...]]:
    """Everyday short form of a kind of organ -> full forms it may stand for."""
    return {line[0].rstrip(":"): tuple(line[1:]) for line in _lines("organ_shorts.txt")}


@cache
def post_words() -> Mapping[str, Any]:
    """Same posts under two names, modifiers, titles that are no post, posts with one seat."""
    loaded: Mapping[str, Any] = json.loads((files(__package__) / "data" / "posts.json").read_text("utf-8"))
    return loaded
