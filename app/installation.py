"""What one installation consists of, for whoever answers a request: its settings, its database, its models."""

from __future__ import annotations

from flask import Flask, current_app

from app import db
from app.config import Config
from app.mt.registry import Models


def open_installation(app: Flask, config: Config) -> None:
    """Let this application read and write there. Where it did so before is left as it is, its engine open."""
    from memory import index  # numpy: only a service needs it

    engine = db.make_engine(config.database_url)
    index.attach(engine, config.index / "memory")
    app.extensions.update(config=config, engine=engine, models=Models(config.models))


def config() -> Config:
    """The installation's settings."""
    return current_app.extensions["config"]


def models() -> Models:
    """The machine-translation models of this installation."""
    return current_app.extensions["models"]
