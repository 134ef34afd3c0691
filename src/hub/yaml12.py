"""YAML as people mean it: only ``true`` and ``false`` are booleans, so that ``on``, ``off``, ``yes`` and ``no`` stay words (YAML 1.2)."""

from __future__ import annotations

import re
from typing import Any

import yaml


class Loader(yaml.CSafeLoader):
    """The safe loader with YAML 1.2 booleans."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def loads(text: str) -> Any:
    """Parse one YAML document. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=Loader)
