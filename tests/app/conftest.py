"""The permanent cast, named for what they do."""

import secrets

import pytest
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.databases import until_tidied
from tests.factories import a_document, a_person, segments_of


@pytest.fixture
def translator(session):
    return a_person(session, "Samira", "translator:nl-ar")


@pytest.fixture
def reviewer(session):
    return a_person(session, "Yusuf", "reviewer:nl-ar", "translator:nl-ar")


@pytest.fixture
def staff(session):
    return a_person(session, "Marijke", "staff")


@pytest.fixture
def administrator(session):
    return a_person(session, "Tesfay", "administrator")


@pytest.fixture
def outsider(session):
    return a_person(session, "Nobody")


@pytest.fixture
def letter(session, staff):
    """A Dutch letter of four segments, the first and the last the same, to be translated into Arabic."""
    return a_document(session, by=staff)


@pytest.fixture
def translation(letter):
    return letter.translations[0]


@pytest.fixture
def segments(session, translation):
    return segments_of(session, translation)


SECRET = "a secret of the tests only, long enough"


@pytest.fixture(scope="session")
def application(tmp_path_factory):
    """One web application for all tests of a worker: its routes and its templates are the same for each, and to make
    them takes longer than most tests. It has no database until a test gives it one (`app`)."""
    from app import create_app
    from app.config import Config

    data = tmp_path_factory.mktemp("application")
    app = create_app(Config(data=data, database_url=f"sqlite:///{data / 'nothing.sqlite3'}", secret_key=SECRET))
    app.extensions["engine"].dispose()
    return app


@pytest.fixture
def app(application, engine, database_url, tmp_path):
    """The whole web application on this test's database, with a data folder, a connection pool and an index that only
    this test has. What a test sets in it is as it was for the next one."""
    from app.config import Config
    from app.installation import open_installation

    data = tmp_path / "data"
    data.mkdir()
    settings, extensions = dict(application.config), dict(application.extensions)
    open_installation(application, Config(data=data, database_url=database_url, secret_key=SECRET))
    yield application
    until_tidied()
    application.extensions["engine"].dispose()
    for present, before in ((application.config, settings), (application.extensions, extensions)):
        present.clear()
        present.update(before)


@pytest.fixture
def folder(engine, tmp_path, monkeypatch):
    """This machine's indexes, made also for a small memory."""
    from memory import index

    monkeypatch.setattr(index, "INDEX_FROM", 1)
    place = tmp_path / "index"
    index.attach(engine, place / "memory")
    return place


class Visitor:
    """A browser without a script: keeps cookies, sends the form's token. What the test has pending is committed
    before each request."""

    def __init__(self, app, session, person=None) -> None:
        self._client, self._session, self._token = app.test_client(), session, None
        self._key = app.secret_key
        if person is not None:
            with self._client.session_transaction() as cookies:
                cookies["_user_id"], cookies["_fresh"] = person.get_id(), True

    def open(self, path, **options):
        self._session.commit()
        return self._client.open(path, **options)

    def get(self, path, **options):
        return self.open(path, method="GET", **options)

    @property
    def token(self) -> str:
        """What every page carries for its forms (tests/app/web/test_doors.py reads it there), without asking for a page."""
        if self._token is None:
            with self._client.session_transaction() as cookies:
                known = cookies.setdefault("csrf_token", secrets.token_hex(20))
            self._token = URLSafeTimedSerializer(self._key, salt="wtf-csrf-token").dumps(known)
        return self._token

    def post(self, path, data=None, **options):
        """Send a form."""
        values = {"csrf_token": self.token, **(data or {})}
        if options.get("content_type") == "multipart/form-data":
            # encoded here: the client would leave a temporary file to the garbage collector
            files = {k: FileStorage(v[0], filename=v[1]) if isinstance(v, tuple) else v for k, v in values.items()}
            boundary, body = encode_multipart(files)
            options["content_type"] = f"multipart/form-data; boundary={boundary}"
            return self.open(path, method="POST", data=body, **options)
        return self.open(path, method="POST", data=values, **options)

    def send(self, path, method="POST", **body):
        """What the editor's script sends: JSON, and JSON back."""
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        return self.open(path, method=method, json=body, headers=headers)


@pytest.fixture
def visit(app, session):
    """visit(person): a browser in which that person is signed in; visit(): a stranger's."""

    def visit(person=None) -> Visitor:
        session.commit()
        return Visitor(app, session, person)

    return visit
