"""The roster: records, organs as of a date, and an index in memory for matching."""

from hub.domain.roster.finder import Finder, RosterStore, Stored
from hub.domain.roster.index import RosterIndex
from hub.domain.roster.organs import OrganDirectory
from hub.domain.roster.records import Cadre, Merge, Organ, OrganName, RosterRecordError, Succession, Tenure

__all__ = [
    "Cadre",
    "Finder",
    "Merge",
    "Organ",
    "OrganDirectory",
    "OrganName",
    "RosterIndex",
    "RosterRecordError",
    "RosterStore",
    "Stored",
    "Succession",
    "Tenure",
]
