"""The HTTP side of the hub."""

from hub.api.app import build_app
from hub.api.document import openapi
from hub.api.parts import ApiParts

__all__ = ["ApiParts", "build_app", "openapi"]
