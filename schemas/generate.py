"""Generated documents: JSON Schema 2020-12 of every type and AsyncAPI 3.0 of the whole.

python -m schemas.generate                  write schemas/generated/
python -m schemas.generate --check          exit 1 where it is stale
python -m schemas.generate --breaking DIR   exit 1 where DIR (an older generated/) promised what no longer holds
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from schemas.asyncapi import document
from schemas.breaking import breaking
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND

FOLDER = Path(__file__).parent / "generated"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMMAND = "python -m schemas.generate"


def json_schemas() -> dict[str, dict[str, Any]]:
    """Path below ``generated/`` → JSON Schema of the payload (``data``) of one type, in both directions."""
    found: dict[str, dict[str, Any]] = {}
    for direction, types in (("inbound", INBOUND), ("outbound", OUTBOUND)):
        for name, kind in types.items():
            schema = kind.model.model_json_schema(by_alias=True)
            head = {"$schema": DIALECT, "$id": f"urn:hub:schema:{direction}:{name}"}
            found[f"{direction}/{name}.json"] = head | schema
    return found


def files() -> dict[str, str]:
    """Path below ``generated/`` → content. The same on every machine."""
    found = json_schemas()
    everything: dict[str, Any] = {**found, "asyncapi.json": document(found)}
    return {path: json.dumps(content, ensure_ascii=False, indent=2) + "\n" for path, content in everything.items()}


def stale(folder: Path = FOLDER) -> list[str]:
    """Paths whose committed content is missing, different or left over."""
    wanted = files()
    there = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.json")}
    return sorted(path for path in wanted.keys() | there.keys() if wanted.get(path) != there.get(path))


def write(folder: Path = FOLDER) -> None:
    """Write everything, remove what is left over."""
    wanted = files()
    for path in folder.rglob("*.json"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def broken_promises(base: Path) -> list[str]:
    """Breaking changes of today's contracts against the JSON Schemas in ``base``, an older ``generated/``."""
    now = json_schemas()
    found: list[str] = []
    for path in sorted(base.glob("*bound/*.json")):
        name = path.relative_to(base).as_posix()
        if name not in now:
            found.append(f"{name}: the type is gone")
            continue
        inbound = name.startswith("inbound/")
        found += [f"{name}: {what}" for what in breaking(json.loads(path.read_text()), now[name], inbound=inbound)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 in order, 1 stale or breaking, 2 used wrongly."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="JSON Schema and AsyncAPI from the contracts")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the committed files are stale")
    parser.add_argument("--breaking", type=Path, metavar="DIR", help="compare with an older schemas/generated")
    options = parser.parse_args(arguments)
    if options.breaking is not None:
        if not any(options.breaking.glob("*bound/*.json")):
            parser.error(f"{options.breaking} holds no generated schemas (expected inbound/*.json and outbound/*.json)")
        return _report(broken_promises(options.breaking), "Breaking: make the change additive, or add a new type.")
    if options.check:
        return _report(stale(), f"Stale: run `{COMMAND}` and commit schemas/generated.")
    write()
    return 0


def _report(lines: list[str], advice: str) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print(advice, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
