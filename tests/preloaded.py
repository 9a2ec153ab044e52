"""Everything that a process of Dragoman imports, imported once: what `tests.processes` starts is forked from here.

No engine is opened and no model loaded: connections and threads do not survive a fork.
"""

import importlib
import pkgutil

import alembic.command  # noqa: F401
import psycopg  # noqa: F401
import waitress  # noqa: F401
from sqlalchemy.orm import configure_mappers

import app
import glossary
import importers
import languages
import memory
import storage

#: Scripts, which do something when they are imported, and what only a migration imports.
LEFT_OUT = ("app.migrations", "app.starter.build_samples")

for package in (storage, languages, importers, glossary, memory, app):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
configure_mappers()
