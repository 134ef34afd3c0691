"""Rosters in files: readers for what departments send, and the packed form that many workers read together."""

from hub.adapters.roster_files.packed import PackedRoster
from hub.adapters.roster_files.packing import PackedRosterWriter
from hub.adapters.roster_files.readers import READERS, read
from hub.adapters.roster_files.rows import BadRow, RosterFileError, RosterRow, check, checked

__all__ = [
    "READERS",
    "BadRow",
    "PackedRoster",
    "PackedRosterWriter",
    "RosterFileError",
    "RosterRow",
    "check",
    "checked",
    "read",
]
