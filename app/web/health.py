"""Whether the service runs, for whoever watches it."""

from flask import Blueprint, jsonify
from sqlalchemy import text

from app.db import current_session

pages = Blueprint("health", __name__)


@pages.get("/health")
def health():
    """200 when the database answers. Says nothing about what is in it."""
    current_session().execute(text("SELECT 1"))
    return jsonify(status="ok")
