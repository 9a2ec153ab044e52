"""Alembic's environment: every package's tables, on the engine that `app.db.upgrade` gives."""

from alembic import context

from app.config import Config
from app.db import make_engine, metadatas

engine = context.config.attributes.get("engine") or make_engine(Config.from_environment().database_url)

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadatas(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
