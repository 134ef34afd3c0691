"""Named points at which a process can be told to kill itself; for fault campaigns alone.

``HUB_FAULT_POINT`` names a folder. A file of a point's name in it arms the point: the first process that comes by takes
the file away, leaves ``<point>.hit-<process id>`` and ends with SIGKILL. Without the variable nothing is ever looked
at.
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "HUB_FAULT_POINT"
BEFORE_STORE_COMMIT: Final = "before-store-commit"
BEFORE_ACK: Final = "before-ack"
RECOVERING: Final = "recovering"
REBALANCING: Final = "rebalancing"
BEFORE_KAFKA_COMMIT: Final = "before-kafka-commit"
BEFORE_MARK: Final = "before-mark"
POINTS: Final = (BEFORE_STORE_COMMIT, BEFORE_ACK, RECOVERING, REBALANCING, BEFORE_KAFKA_COMMIT, BEFORE_MARK)
_FOLDER: Final = os.environ.get(VARIABLE)


def reached(point: str) -> None:
    """Die here if this point is armed."""
    if _FOLDER:
        _die(os.path.join(_FOLDER, point))


def _die(armed: str) -> None:
    try:
        os.rename(armed, f"{armed}.hit-{os.getpid()}")  # of several processes one alone gets it
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
