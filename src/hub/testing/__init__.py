"""Fakes that implement the ports and pass the same contract suites as the real adapters. They ship with the package."""

from hub.testing.clock import FixedClock
from hub.testing.memory import MemoryStore
from hub.testing.memory_deliveries import MemoryDeliveries

__all__ = ["FixedClock", "MemoryDeliveries", "MemoryStore"]
