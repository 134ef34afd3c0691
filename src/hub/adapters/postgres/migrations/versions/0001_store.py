"""The store's tables."""

from hub.adapters.postgres.migrations import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    run_sql("0001_store.sql")
