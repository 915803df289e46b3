"""Alembic's door: it runs the migrations on the connection that `records/database.py` hands it."""

from __future__ import annotations

from alembic import context

from ml_connector.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
