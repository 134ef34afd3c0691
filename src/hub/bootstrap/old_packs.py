"""Rule packs that an earlier release kept as files below the data folder: taken into the database, once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import structlog

from hub import log_events
from hub.errors import UsageError
from hub.policy.check import sources
from hub.ports import Store
from hub.service.packs import activate, of_release
from hub.settings import Settings

FOLDER = "policy"
log = structlog.get_logger(__name__)


async def take_over_packs(settings: Settings, store: Store) -> None:
    """Activate what lies in ``DATA/policy`` and set the folder aside as ``policy.before-<time>``.

    Idempotent: what is active already is not activated again. Packs that do not fit stay where they are, with an error
    in the log: no pack stops a hub from starting. Raises TransientError where the database does not answer.
    """
    folder = settings.data / FOLDER
    if not any(folder.glob("*.yaml")):
        return
    try:
        await activate(store, of_release(settings), sources([folder]), succession=True)
        _set_aside(folder)
    except (UsageError, OSError) as error:
        log.error(log_events.POLICY_REFUSED, folder=str(folder), reason=str(error))


def _set_aside(folder: Path) -> None:
    folder.rename(folder.with_name(f"{FOLDER}.before-{datetime.now():%Y%m%d%H%M%S}"))
