"""The only place where parts are put together. Names are loaded at first use: a command pays for what it uses."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hub.bootstrap.enrolling import Enrolled, enrol
    from hub.bootstrap.parts import Hub, open_hub
    from hub.bootstrap.preparing import Prepared, prepare
    from hub.bootstrap.stack import stack_roles
    from hub.bootstrap.store import open_store

_HOME = {
    "Enrolled": "enrolling", "Hub": "parts", "Prepared": "preparing", "enrol": "enrolling", "open_hub": "parts",
    "open_store": "store", "prepare": "preparing", "stack_roles": "stack",
}  # fmt: skip
__all__ = ["Enrolled", "Hub", "Prepared", "enrol", "open_hub", "open_store", "prepare", "stack_roles"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
