"""What operations need: more about dead letters, recovery after a restore, webhooks and their deliveries."""

from hub.adapters.postgres.migrations import run_sql

revision: str | None = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """Create and extend the tables."""
    run_sql("0003_operations.sql")
