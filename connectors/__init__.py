"""Ways into the hub, one folder per kind of source. They are found by looking: a new folder is a new connector."""

from __future__ import annotations

import importlib
import pkgutil

from connectors.base import Connector

__all__ = ["Connector", "discover"]


def discover() -> dict[str, type[Connector]]:
    """Every connector by name: each package in this folder exports its class as ``CONNECTOR``."""
    packages = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    classes = [importlib.import_module(f"{__name__}.{package}").CONNECTOR for package in packages]
    return {connector.name: connector for connector in classes}
