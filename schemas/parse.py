"""From an event to its payload model."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from schemas.base import Payload
from schemas.codec import Event
from schemas.inbound import INBOUND

PREFIX: Final = "hub."
MAX_PROBLEMS: Final = 20
_SAFE_LIMITS: Final = ("expected", "min_length", "max_length", "ge", "pattern", "class_name")


class Invalid(ValueError):
    """The event's type is unknown or its data breaks the type's model. Refused; the same event is never valid later.

    ``fields``: at most :data:`MAX_PROBLEMS` of {``loc``: path in the data, ``problem``: English}. Neither holds a value
    of the message nor a field name that the contract does not know.
    """

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{one['loc']}: {one['problem']}" for one in fields))
        self.fields = fields


def parse(event: Event) -> Payload:
    """The payload by its ``type``, ``hub.`` + a name of :data:`INBOUND`. Raises :class:`Invalid`."""
    name = str(event.attributes.get("type", ""))
    kind = INBOUND.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if kind is None:
        raise Invalid([{"loc": "type", "problem": "not an inbound event type of this contract"}])
    try:
        return kind.model.model_validate(event.data)
    except ValidationError as error:
        raise Invalid(problems(error)) from None


def problems(error: ValidationError) -> list[dict[str, str]]:
    """Pydantic's errors, without a trace of what was sent."""
    found = error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
    return [{"loc": _path(one["type"], one["loc"]), "problem": _problem(one)} for one in found]


def _path(kind: str, loc: tuple[int | str, ...]) -> str:
    if kind == "extra_forbidden":
        loc = (*loc[:-1], "?")
    return ".".join(str(part) for part in loc) or "data"


def _problem(error: Any) -> str:
    """What is wrong. Texts of our own validators name fields and codes of closed vocabularies only."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "extra_forbidden":
        return "a field that this type does not have"
    limits = {name: value for name, value in error.get("ctx", {}).items() if name in _SAFE_LIMITS}
    words = str(error["type"]).replace("_", " ")
    return words + "".join(f", {name} {value}" for name, value in limits.items())
