"""The store's tables."""

from hub.adapters.postgres.migrations import run_sql

revision: str | None = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create them."""
    run_sql("0001_store.sql")
