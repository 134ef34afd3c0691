"""Bodies of ledger lines can be removed: the chain covers their digests. A chain of the first kind cannot be carried on."""

from alembic import op

from hub.adapters.postgres.migrations import run_sql
from hub.errors import RefusedError

revision: str | None = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Extend the ledger. Raises RefusedError where lines are sealed under the earlier rule."""
    if op.get_bind().exec_driver_sql("select exists (select from seal)").scalar():
        raise RefusedError(
            "this ledger was sealed by an earlier build, under another rule",
            reason="old_chain",
            hint="keep it with that build, and begin with a new folder (--data) or schema (HUB_SCHEMA_NAME)",
        )
    run_sql("0004_retention.sql")
