"""The OpenAPI document, generated from the application itself."""

from __future__ import annotations

from typing import Any, cast

from hub.api.app import build_app
from hub.api.parts import ApiParts
from hub.settings import Settings


class _Nothing:
    """Stands for every part: the document needs none of them."""


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the HTTP side, the movable clock of test runners left out. Deterministic."""
    nothing = cast("Any", _Nothing())
    parts = ApiParts(Settings.model_construct(), nothing, nothing, nothing, nothing, nothing, nothing)
    return build_app(parts).openapi()
