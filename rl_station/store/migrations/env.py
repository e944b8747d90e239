"""Run by Alembic: migrate on the connection that `schema.migrate` hands over, inside the transaction it has begun."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
if not isinstance(connection, Connection):
    raise TypeError("migrations run on the store's own connection only")
# SQLite can take back its DDL; only the standard driver could not, and the transaction here is our own.
context.configure(connection=connection, transactional_ddl=True)
context.run_migrations()
