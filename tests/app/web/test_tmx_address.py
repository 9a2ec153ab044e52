"""The memory as a TMX file behind an address: right, and sent only when it changed."""

import http.client
import io
import logging
import threading

import pytest
import waitress
from waitress import wasyncore

from app import tokens
from app.cli.serving import WithoutAddresses
from app.web import tmx as tmx_address
from importers import tmx
from memory import recording
from storage import changes

UNITS = (
    ("nl", "ar", "U moet <1>zes weken</1> wachten.", "يجب أن تنتظر <1>ستة أسابيع</1>.", "approved"),
    ("nl", "ar", "Bel ons & kom.", "اتصل بنا ثم تعال.", "unreviewed"),
    ("nl", "ar", "Machine.", "آلة.", "machine"),
    ("nl", "ti", "Uw aanvraag is ontvangen.", "ሕቶኹም በጺሑ ኣሎ።", "approved"),
)


@pytest.fixture
def units(session):
    return [
        recording.remember(session, source_language=s, target_language=t, source=one, target=other, quality=quality)
        for s, t, one, other, quality in UNITS
    ]


@pytest.fixture
def key(session, translator):
    return tokens.make(session, translator, name="OmegaT", scopes=["memory"], days=30)[1]


@pytest.fixture
def program(app, session, units):
    def get(path, method="GET", **headers):
        session.commit()
        return app.test_client().open(path, method=method, headers=headers, buffered=True)

    return get


def read(answer):
    return [(u.texts["nl"], next(t for tag, t in u.texts.items() if tag != "nl")) for u in tmx.read_tmx(io.BytesIO(answer.data))]


def test_the_file_holds_what_reviewers_approved_with_its_tags(program, key):
    answer = program(f"/tmx/t/{key}/nl/ar.tmx")
    assert answer.status_code == 200 and answer.mimetype == "application/x-tmx+xml"
    assert read(answer) == [UNITS[0][2:4]]
    assert read(program(f"/tmx/t/{key}/nl/ar.tmx?quality=unreviewed")) == [u[2:4] for u in UNITS[:2]]
    assert len(read(program(f"/tmx/t/{key}/nl/ar.tmx?quality=machine"))) == 3
    assert read(program("/tmx/nl/ar.tmx", Authorization=f"Bearer {key}")) == [UNITS[0][2:4]]


def test_a_program_that_has_it_is_told_so_until_something_changes(session, program, key, units):
    first = program(f"/tmx/t/{key}/nl/ar.tmx")
    etag = first.headers["ETag"]
    same = program(f"/tmx/t/{key}/nl/ar.tmx", **{"If-None-Match": etag})
    assert same.status_code == 304 and same.data == b"" and same.headers["ETag"] == etag
    assert program(f"/tmx/t/{key}/nl/ar.tmx", "HEAD").headers["ETag"] == etag
    other = program(f"/tmx/t/{key}/nl/ar.tmx?quality=machine", **{"If-None-Match": etag})
    assert other.status_code == 200
    recording.recall(session, units[0], by="Yusuf", reason="wrong")
    changed = program(f"/tmx/t/{key}/nl/ar.tmx", **{"If-None-Match": etag})
    assert changed.status_code == 200 and changed.headers["ETag"] != etag and read(changed) == []
    assert "no-store" not in changed.headers["Cache-Control"] and "private" in changed.headers["Cache-Control"]


@pytest.fixture
def address(app):
    """The service behind a real server, as host and port."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", server.effective_port
    # by the thread that waits at the sockets: one that is closed beside it is a bad file descriptor there
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(10)
    assert not thread.is_alive()
    server.task_dispatcher.shutdown()


def test_omegat_fetches_the_file_and_not_again_until_it_changed(session, address, key, units, tmp_path):
    """Step by step what OmegaT does for a repository of type "http" (its HTTPRemoteRepository, retrieve): the ETag as it was
    sent goes back in If-None-Match; 200 is written to a file beside, 304 keeps what is there, anything else is an error."""
    session.commit()
    etags, out = {}, tmp_path / "nl-ar.tmx"

    def retrieve() -> int:
        connection = http.client.HTTPConnection(*address, timeout=20)
        headers = {"User-Agent": "Java/11.0.24", "Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"}
        if "nl-ar.tmx" in etags:
            headers["If-None-Match"] = etags["nl-ar.tmx"]
        connection.request("GET", f"/tmx/t/{key}/nl/ar.tmx", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            # written while it is sent: nobody knew how long it would be
            assert answer.headers["Transfer-Encoding"] == "chunked" and answer.headers["Content-Length"] is None
            out.write_bytes(body)
            etags["nl-ar.tmx"] = answer.headers["ETag"]
        else:
            assert body == b""
        connection.close()
        return answer.status

    assert [retrieve(), retrieve()] == [200, 304]
    assert [u.texts["ar"] for u in tmx.read_tmx(io.BytesIO(out.read_bytes()))] == [UNITS[0][3]]
    recording.remember(session, source_language="nl", target_language="ar", source="Nieuw.", target="جديد.")
    session.commit()
    assert [retrieve(), retrieve()] == [200, 304]
    assert sorted(u.texts["ar"] for u in tmx.read_tmx(io.BytesIO(out.read_bytes()))) == sorted([UNITS[0][3], "جديد."])


def test_the_file_is_sent_while_it_is_written(app, session, program, key, monkeypatch):
    """The first piece is on its way before the last unit was read, however many there are."""
    read = []
    give = tmx_address.memoryexport.tmx_units

    def counted(*arguments):
        for unit in give(*arguments):
            read.append(unit)
            yield unit

    monkeypatch.setattr(tmx_address.memoryexport, "tmx_units", counted)
    for number in range(1500):
        recording.remember(session, source_language="nl", target_language="ar", source=f"Zin {number}.", target=f"جملة {number}.")
    session.commit()
    answer = app.test_client().get(f"/tmx/t/{key}/nl/ar.tmx", buffered=False)
    pieces = answer.iter_encoded()
    assert b"<tu" in next(pieces)
    assert 0 < len(read) < 600
    assert b"</tmx>" in b"".join(pieces) and len(read) == 1501
    answer.close()


def test_pairs_of_others_and_unknown_ones_do_not_exist(program, key):
    for path in ("nl/ti", "nl/nl", "nl/klingon", "nl/ar.tmx?quality=best"):
        assert program(f"/tmx/t/{key}/{path.replace('.tmx', '') if '?' not in path else path}{'' if '?' in path else '.tmx'}").status_code == 404, path
    assert program("/tmx/nl/ar.tmx").status_code == 401


def test_slow_readers_do_not_take_the_whole_service(app, session, program, key):
    open_ = []
    session.commit()
    for _ in range(tmx_address.AT_ONCE):
        open_.append(app.test_client().get(f"/tmx/t/{key}/nl/ar.tmx", buffered=False))
    busy = program(f"/tmx/t/{key}/nl/ar.tmx")
    assert busy.status_code == 503 and busy.headers["Retry-After"] == "60"
    for answer in open_:
        answer.close()
    assert program(f"/tmx/t/{key}/nl/ar.tmx").status_code == 200


def test_a_file_that_breaks_off_says_nothing_of_what_it_held(app, session, program, key, caplog, monkeypatch):
    def broken(_session, _wanted):
        yield b"<tmx>"
        raise ValueError("De heer Geheim")

    monkeypatch.setattr(tmx_address.memoryexport, "tmx_chunks", broken)
    with pytest.raises(tmx_address.Interrupted):
        _ = program(f"/tmx/t/{key}/nl/ar.tmx").data
    assert "ValueError" in caplog.text and "Geheim" not in caplog.text and key not in caplog.text
    monkeypatch.undo()
    assert program(f"/tmx/t/{key}/nl/ar.tmx").status_code == 200


def test_the_server_logs_no_addresses(caplog):
    log = logging.getLogger("waitress.of.the.test")
    log.addFilter(WithoutAddresses())
    log.error("Exception while serving %s", "/tmserver/t/dragoman_secret/nl/ar/unit/De heer Jansen")
    assert "/tmserver/…" in caplog.text
    assert "secret" not in caplog.text and "Jansen" not in caplog.text


def test_a_late_transaction_shows_in_the_version(engine, session):
    """On PostgreSQL a lower id can commit after a higher one; nobody may then be told that nothing changed."""
    from app.db import new_session

    changes.record(session, "memory", [1])
    session.commit()
    if engine.dialect.name != "postgresql":
        before = changes.version(session, "memory")
        changes.record(session, "other", [1])
        assert changes.version(session, "memory") == before
        changes.record(session, "memory", [2])
        assert changes.version(session, "memory") != before
        return
    with new_session(engine) as slow, new_session(engine) as quick:
        changes.record(slow, "memory", [2])
        changes.record(quick, "memory", [3])
        quick.commit()
        session.rollback()
        before = changes.version(session, "memory")
        slow.commit()
        session.rollback()
        assert changes.version(session, "memory") != before
