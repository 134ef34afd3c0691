"""The store in PostgreSQL: documents, inbox, ledger with its hash chain, wake-up calls, queue view, roster index."""

from hub.adapters.postgres.migrate import migrate
from hub.adapters.postgres.store import PostgresStore

__all__ = ["PostgresStore", "migrate"]
