"""Which faults a campaign has, and a seeded order of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hub import faults

PROCESSES = ("worker", "relay", "api", "kafka", "postgres")
SERVERS = ("kafka", "postgres")
SIGNALS = ("SIGKILL", "SIGSTOP", "SIGTERM")
LINES = ("cut", "truncate", "stall", "slow")


@dataclass(frozen=True, slots=True)
class Fault:
    """``how``: a signal, the name of a fault point, or what happens to the connections to ``target``."""

    target: str
    how: str

    @property
    def name(self) -> str:
        """As counted in the result."""
        return f"{self.target}:{self.how}"

    @property
    def from_return(self) -> bool:
        """Whether resuming counts from the server being back, not from the fault itself."""
        return self.target in SERVERS


KINDS: tuple[Fault, ...] = (
    *(Fault(process, how) for process in PROCESSES for how in SIGNALS),
    Fault("worker", faults.BEFORE_STORE_COMMIT),
    Fault("worker", faults.BEFORE_ACK),
    Fault("worker", faults.RECOVERING),
    Fault("worker", faults.REBALANCING),
    Fault("relay", faults.BEFORE_KAFKA_COMMIT),
    Fault("relay", faults.BEFORE_MARK),
    *(Fault(server, how) for server in SERVERS for how in LINES),
)


def plan(seed: int, kills: int, only: str = "") -> list[Fault]:
    """``kills`` faults: rounds of all kinds, each shuffled, so that every kind comes as often as any other.

    ``only``: kinds whose name begins so.
    """
    kinds = [one for one in KINDS if one.name.startswith(only)]
    chance = random.Random(seed)
    found: list[Fault] = []
    while len(found) < kills:
        found += chance.sample(kinds, len(kinds))
    return found[:kills]
