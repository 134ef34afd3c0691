"""What a change of a JSON Schema breaks for those on the other side.

Inbound, senders must find that what was valid stays valid: nothing removed, narrowed or newly required. Outbound, readers
must find what they were promised: no field removed, no type widened beyond what they can read, nothing required turned
optional. New enum values count as breaking for readers, who may not know them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LOWER = ("minLength", "minItems", "minimum", "exclusiveMinimum")
UPPER = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
Schema = Mapping[str, Any]


def breaking(old: Schema, new: Schema, *, inbound: bool) -> list[str]:
    """Breaking changes, each with the place where it is. ``inbound``: senders are to be kept whole, else readers."""
    return list(_Comparison(old, new, inbound).walk(old, new, "data"))


class _Comparison:
    def __init__(self, old: Schema, new: Schema, inbound: bool) -> None:
        self.old_root, self.new_root, self.inbound = old, new, inbound
        self.seen: set[tuple[int, int]] = set()

    def walk(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        old, new = _resolve(old, self.old_root), _resolve(new, self.new_root)
        if (id(old), id(new)) in self.seen:
            return
        self.seen.add((id(old), id(new)))
        yield from self._shapes(old, new, at)
        yield from self._limits(old, new, at)
        yield from self._objects(old, new, at)
        if "items" in old and "items" in new:
            yield from self.walk(old["items"], new["items"], f"{at}[]")
        values = (old.get("additionalProperties"), new.get("additionalProperties"))
        if isinstance(values[0], dict) and isinstance(values[1], dict):
            yield from self.walk(values[0], values[1], f"{at}{{}}")

    def _shapes(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = _shape(old, self.old_root), _shape(new, self.new_root)
        lost, gained = before - after, after - before
        if lost and self.inbound and not _widened(lost, after):
            yield f"{at}: no longer takes {', '.join(sorted(lost))}"
        if gained and not self.inbound and not _widened(gained, before):
            yield f"{at}: may now be {', '.join(sorted(gained))}"
        branches = [_members(one, root) for one, root in ((old, self.old_root), (new, self.new_root))]
        for kind in branches[0].keys() & branches[1].keys():
            if "anyOf" in old or "anyOf" in new:
                yield from self.walk(branches[0][kind], branches[1][kind], at)

    def _limits(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if not self.inbound:
            return
        for name in LOWER:
            if new.get(name, float("-inf")) > old.get(name, float("-inf")):
                yield f"{at}: {name} rises from {old.get(name, 'none')} to {new[name]}"
        for name in UPPER:
            if new.get(name, float("inf")) < old.get(name, float("inf")):
                yield f"{at}: {name} falls from {old.get(name, 'none')} to {new[name]}"
        if "pattern" in new and new["pattern"] != old.get("pattern"):
            yield f"{at}: another pattern"

    def _objects(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before.keys() - after.keys()):
            yield f"{at}.{name}: the field is gone"
        required = (set(old.get("required", ())), set(new.get("required", ())))
        if self.inbound:
            yield from (f"{at}.{name}: is required now" for name in sorted(required[1] - required[0]))
        else:
            kept = required[0] - required[1]
            yield from (f"{at}.{name}: may be missing now" for name in sorted(kept & after.keys()))
        for name in sorted(before.keys() & after.keys()):
            yield from self.walk(before[name], after[name], f"{at}.{name}")


def _resolve(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _branches(schema: Schema, root: Schema) -> list[Schema]:
    schema = _resolve(schema, root)
    if "anyOf" not in schema:
        return [schema]
    return [inner for one in schema["anyOf"] for inner in _branches(one, root)]


def _shape(schema: Schema, root: Schema) -> set[str]:
    """The kinds of value that a schema allows: JSON types, and for closed vocabularies their values."""
    found: set[str] = set()
    for one in _branches(schema, root):
        if "enum" in one or "const" in one:
            found |= {f"{value!r}" for value in one.get("enum", [one.get("const")])}
        else:
            types = one.get("type", "anything")
            found |= set(types if isinstance(types, list) else [types])
    return found


def _members(schema: Schema, root: Schema) -> dict[str, Schema]:
    """Branches by JSON type, where there is one of each."""
    return {str(one["type"]): one for one in _branches(schema, root) if "type" in one and "enum" not in one}


def _widened(values: set[str], other: set[str]) -> bool:
    """Whether a vocabulary was merely opened to any text (or anything)."""
    return "anything" in other or ("string" in other and all(one.startswith("'") for one in values))
