"""For WSGI servers: `gunicorn wsgi:app`. Run `dragoman migrate` first."""

from app import create_app

app = create_app()
