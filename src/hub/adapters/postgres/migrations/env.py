"""What alembic runs: the connection and the schema come from :func:`hub.adapters.postgres.migrate.migrate`."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
    version_table="migration",
)
with context.begin_transaction():
    context.run_migrations()
