"""The look-up index of the roster. Rosters loaded before it have to be loaded again."""

from hub.adapters.postgres.migrations import run_sql

revision: str | None = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Create its tables."""
    run_sql("0002_roster_index.sql")
