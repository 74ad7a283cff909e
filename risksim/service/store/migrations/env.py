"""Run by alembic: takes the connection, its transaction and its lock from `risksim.service.store.upkeep`."""

from __future__ import annotations

from alembic import context

from risksim.service.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    compare_type=True,
)
context.run_migrations()
