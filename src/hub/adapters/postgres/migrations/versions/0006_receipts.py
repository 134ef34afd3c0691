"""Receipts by the event that they answer."""

from hub.adapters.postgres.migrations import run_sql

revision: str | None = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Create the table and fill it from the ledger."""
    run_sql("0006_receipts.sql")
