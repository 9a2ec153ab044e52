"""Starting the service."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

import click
from sqlalchemy import Engine

from app import accounts, concepts, create_app, db, jobkinds, jobs, pictures
from app.cli import CouldNot, prepare
from app.config import Config


class WithoutAddresses(logging.Filter):
    """The server logs an address when an answer breaks off: tokens and texts stand in some of them. Only the first
    part is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                f"/{arg.split('/')[1]}/…" if isinstance(arg, str) and arg.startswith("/") else arg for arg in record.args
            )
        return True


def first_administrator_link(engine: Engine, config: Config) -> str | None:
    """A link with which the first administrator signs in; None when there is an administrator."""
    with db.transaction(engine) as session:
        if accounts.has_administrator(session):
            return None
        _invitation, token = accounts.invite_first_administrator(session, days=config.invitation_days)
    return f"{config.base_url}/welcome/{token}"


def warm_up(engine: Engine, config: Config) -> None:
    """Load what the first person would otherwise wait for: the terms of the languages in use, and the index. A failure
    here is none: it happens again, and is told, when somebody asks."""
    from sqlalchemy import select

    from app import terms
    from app.models import Document, Translation
    from glossary import lookup, recognition

    try:
        with db.new_session(engine, writes=False) as session:
            used = select(Document.source_language, Translation.target_language).join(Translation).distinct()
            pairs = {tuple(row) for row in session.execute(used)} | {("nl", "ar")}
            index = terms.index_in(config.index / "terms")
            index.refresh(session)
            for word in ("verblijfsvergunning", "محكمة", "ፍርድ ቤት", "суд", "难民"):  # what each script needs
                lookup.search(session, index, word, limit=1)
            for source, target in sorted(pairs):
                recognition.recognise(
                    session, "U maakt bezwaar.", source_language=source, target_language=target
                )
                recognition.forbidden_in(session, "-", target)
    except Exception:
        logging.getLogger(__name__).info("the warm-up did not finish", exc_info=True)


def _idle() -> Callable[[Engine], object]:
    """What the worker does when nobody waits for it: one thing at a time."""
    catch_up, sweep = concepts.CatchUp(), pictures.Sweep()
    return lambda engine: catch_up(engine) or sweep(engine)


def run(config: Config) -> None:
    """Serve until stopped. Raises CouldNot when the port is taken."""
    import waitress

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("waitress", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("waitress").addFilter(WithoutAddresses())
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise CouldNot(
                f"{config.host}:{config.port} cannot be used: {error.strerror}. "
                "Is the service running already? Choose another port with DRAGOMAN_PORT."
            ) from error
    app = create_app(config)
    engine = app.extensions["engine"]
    prepare(engine, config)
    link = first_administrator_link(engine, config)
    worker = jobs.Worker(
        engine,
        jobkinds.every(app.extensions["models"]),
        idle=_idle(),
        forgetting=jobkinds.FORGETTING,
        beginning=jobkinds.BEGINNING,
        patient=jobkinds.PATIENT,
    )
    if config.worker:
        worker.start()
    # not at once: it would take the processor from the first page, which needs none of it
    warming = threading.Timer(1.0, warm_up, (engine, config))
    warming.name, warming.daemon = "dragoman-warm-up", True
    warming.start()
    click.echo(f"Dragoman is ready on {config.base_url}  (stop with Ctrl+C)")
    if link:
        click.echo(f"First administrator, sign in here (works once, {config.invitation_days} days):\n  {link}")
    try:
        waitress.serve(app, host=config.host, port=config.port, threads=config.threads, ident=None, channel_timeout=60,
                       max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1024 * 1024)
    finally:
        warming.cancel()
        worker.stop()
        engine.dispose()
