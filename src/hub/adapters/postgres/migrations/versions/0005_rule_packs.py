"""The deployment's own rule pack versions, with a revision that every unit of work reads."""

from hub.adapters.postgres.migrations import run_sql

revision: str | None = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Make room for them."""
    run_sql("0005_rule_packs.sql")
