"""Files that feed the memory: whatever happens on the way, nothing is lost, doubled or half saved in silence."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import signal
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app import db, exchange, imports, memoryexport, memoryfiles, previewing
from app.imports import DONE, MemoryImport, MemoryImportPart
from app.memoryexport import Filter
from app.memoryfiles import Choices
from importers import tmx
from importers.units import UnreadableFile
from memory import exchange as units
from memory.exchange import UnitRow
from memory.models import Found, Unit
from memory.recording import recall
from tests import processes

MAY = dt.datetime(2026, 5, 3, 12, 30, 15, tzinfo=dt.UTC)


def a_tmx(tus: str, *, source: str = "nl", doctype: str = "", encoding: str = "utf-8") -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{doctype}<tmx version="1.4"><header creationtool="t" creationtoolversion="1" '
        f'segtype="sentence" o-tmf="t" adminlang="en" srclang="{source}" datatype="plaintext"/>\n<body>\n{tus}</body></tmx>'
    )
    return text.encode(encoding)


def a_tu(nl: str, ar: str, *, tuid: str = "") -> str:
    attribute = f' tuid="{tuid}"' if tuid else ""
    return f'<tu{attribute}><tuv xml:lang="nl"><seg>{nl}</seg></tuv><tuv xml:lang="ar"><seg>{ar}</seg></tuv></tu>\n'


def many(number: int) -> bytes:
    return a_tmx("".join(a_tu(f"Zin nummer {n} van dit bestand", f"الجملة رقم {n}", tuid=str(n)) for n in range(number)))


@pytest.fixture
def take_in(engine, tmp_path):
    """take_in(bytes, name, **choices): what became of the file."""

    def taken(data: bytes, name: str = "oud.tmx", **choices) -> MemoryImport:
        file = tmp_path / name
        file.write_bytes(data)
        return exchange.import_units(engine, file, Choices(name=name, **choices))

    return taken


def kept(engine) -> list[tuple[str, str]]:
    with db.new_session(engine, writes=False) as session:
        return [(row.source, row.target) for row in units.give(session)]


def test_a_file_is_taken_in_once_however_often_it_comes(engine, take_in):
    done = take_in(many(5))
    assert (done.state, done.new, done.rows_read, done.unchanged) == (DONE, 5, 5, 0)
    again = take_in(many(5))
    assert (again.new, again.unchanged) == (0, 5)
    assert len(kept(engine)) == 5


def test_a_file_known_as_unreviewed_can_come_again_as_approved(engine, take_in):
    take_in(a_tmx(a_tu("Bel ons", "اتصل بنا")))
    assert take_in(a_tmx(a_tu("Bel ons", "اتصل بنا")), quality="approved").merged == 1
    assert take_in(a_tmx(a_tu("Bel ons", "اتصل بنا")), quality="machine").unchanged == 1
    with db.new_session(engine, writes=False) as session:
        [unit] = session.scalars(select(Unit))
        assert (unit.quality, unit.found) == ("approved", [])


def test_what_was_recalled_does_not_come_back_with_a_file(engine, take_in):
    take_in(a_tmx(a_tu("Bel ons", "خطأ")))
    with db.transaction(engine) as session:
        recall(session, session.scalars(select(Unit)).one(), by="Sara", reason="wrong")
    take_in(a_tmx(a_tu("Bel ons", "خطأ")), name="nieuw.tmx")
    assert kept(engine) == []


def test_copies_are_one_unit_with_its_origins(engine, take_in):
    take_in(a_tmx(a_tu("Bel ons", "اتصل بنا", tuid="1")), name="a.tmx")
    done = take_in(a_tmx(a_tu("Bel ons", "اتصل بنا", tuid="2") + a_tu("Bel ons", "هاتفنا")), name="b.tmx")
    assert (done.new, done.merged) == (1, 1)
    with db.new_session(engine, writes=False) as session:
        unit = session.scalars(select(Unit).where(Unit.target == "اتصل بنا")).one()
        assert sorted((p.origin_name, p.source_tuid) for p in (unit, *unit.found)) == [("a.tmx", "1"), ("b.tmx", "2")]


def test_a_unit_shows_its_most_trusted_place_whichever_comes_first(engine, take_in):
    take_in(a_tmx(a_tu("Bel ons", "اتصل بنا")), name="a.tmx")
    take_in(a_tmx(a_tu("Bel ons", "اتصل بنا") * 3), name="b.tmx", quality="approved")
    with db.new_session(engine, writes=False) as session:
        unit = session.scalars(select(Unit)).one()
        assert (unit.origin_name, unit.quality) == ("b.tmx", "approved")
        assert [(p.origin_name, p.quality) for p in unit.found] == [("a.tmx", "unreviewed")]


def test_a_crowd_of_copies_costs_no_more_than_other_units(engine, take_in):
    """Each with a tuid of its own: without a bound every lookup of the unit would read them all."""
    number = 5_000
    start = time.process_time()
    done = take_in(a_tmx("".join(a_tu("Bel ons", "ደውሉልና", tuid=str(n)) for n in range(number))))
    spent = time.process_time() - start
    assert (done.new, done.merged, done.crowded) == (1, units.MOST_PLACES, number - 1 - units.MOST_PLACES)
    with db.new_session(engine, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Found)) == units.MOST_PLACES
    assert spent < 60, spent
    same = take_in(a_tmx(a_tu("Ja", "نعم") * number))
    assert (same.new, same.unchanged) == (1, number - 1)


# --- files that are not as they should be ------------------------------------------------------


def test_a_file_that_is_cut_short_leaves_nothing_unless_what_is_whole_is_wanted(engine, take_in):
    data = many(3000)[:-1500]
    with pytest.raises(UnreadableFile) as refused:
        take_in(data)
    assert refused.value.reason == "cut-short"
    assert kept(engine) == []
    done = take_in(data, keep_whole=True)
    assert 2900 < done.new == len(kept(engine)) < 3000
    assert [w["key"] for w in done.warnings] == ["cut-short"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_wherever_a_file_is_cut_it_is_known_to_be_cut(encoding):
    data = a_tmx(a_tu("Bel <ph>x</ph> ons &amp; <!-- kom -->", "اتصل بنا") + a_tu("Kom", "تعال"), encoding=encoding)
    for end in range(data.index("<body>".encode(encoding)[-12:]), len(data) - 1):
        with pytest.raises(UnreadableFile) as refused:
            tmx.check_tmx(io.BytesIO(data[:end]))
        assert refused.value.reason == "cut-short", data[:end][-20:]


TRICKS = {
    "an entity": a_tmx(a_tu("&x;", "س"), doctype='<!DOCTYPE tmx [<!ENTITY x "y">]>\n'),
    "a file of the server": a_tmx(a_tu("&x;", "س"), doctype='<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'),
    "a parameter entity": a_tmx(a_tu("x", "س"), doctype='<!DOCTYPE tmx [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]>\n'),
    "an attribute list": a_tmx(a_tu("x", "س"), doctype="<!DOCTYPE tmx [<!ATTLIST tu tuid CDATA 'x'>]>\n"),
    "UTF-16 to hide it": a_tmx(a_tu("&x;", "س"), doctype='<!DOCTYPE tmx [<!ENTITY x "y">]>\n', encoding="utf-16"),
    "too deep": a_tmx(a_tu("x", "س") * 2500 + "<tu>" + "<a>" * 150_000),
    "no XML from somewhere on": a_tmx(a_tu("x", "س") * 2500 + "<tu></body>"),
    "another root": b"<html><body>tmx</body></html>",
    "nothing": b"",
    "only zeroes": b"\0" * 5000,
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_hostile_file_is_refused_and_leaves_nothing(engine, take_in, trick):
    with pytest.raises(UnreadableFile) as refused:
        take_in(TRICKS[trick])
    assert "%(" not in refused.value.text()
    assert "root:" not in refused.value.text()
    assert kept(engine) == []


class Endless(io.RawIOBase):
    """Two gigabytes in one element, made while they are read."""

    def __init__(self) -> None:
        self.given = 0
        self.head = a_tmx("\0").partition(b"\0")[0] + b'<tu><tuv xml:lang="nl"><seg>'

    def read(self, size: int = -1) -> bytes:
        chunk = self.head or (b"x" * size if self.given < 2 * 1024**3 else b"")
        self.head = b""
        self.given += len(chunk)
        return chunk

    def seek(self, offset: int, whence: int = 0) -> int:
        raise AssertionError("nobody should want to read this twice")


def test_two_gigabytes_in_one_element_are_refused_after_ten_megabytes():
    stream = Endless()
    with pytest.raises(UnreadableFile) as refused:
        tmx.check_tmx(stream)
    assert refused.value.reason == "too-large"
    assert stream.given < 13_000_000


def test_texts_are_kept_to_the_last_character(engine, take_in):
    odd = [
        ("a\u200bb\u200c\u200d", "نص\u200f مع \u202bعلامات\u202c"),
        ("\u2066Bel\u2069 088", "اتصل \u200e088-0430430\u200e"),
        ("ሰላም፡ ዓለም።", "سلام\u0640\u0640\u064e"),
        ("e\u0301", "\ufeffé"),
    ]
    take_in(a_tmx("".join(a_tu(*pair) for pair in odd)))
    assert kept(engine) == odd


def test_what_cannot_be_kept_is_counted_by_reason_and_copies_are_counted(engine, take_in):
    tus = (
        a_tu("", "س") + a_tu("Leeg", " ") + a_tu("IND", "IND") + a_tu("Goed", "جيد")
        + '<tu><tuv xml:lang="nl"><seg>Zelfde</seg></tuv><tuv xml:lang="nl_XX"><seg>Zelfde taal</seg></tuv></tu>'
        + '<tu><tuv xml:lang="nl"><seg>x</seg></tuv><tuv xml:lang="qqq-tlh-??"><seg>y</seg></tuv></tu>'
        + '<tu><tuv xml:lang="nl"><seg>Half <ph type="x-char">D800</ph></seg></tuv><tuv xml:lang="ti"><seg>ሀ</seg></tuv></tu>'
    )  # fmt: skip
    done = take_in(a_tmx(tus))
    assert dict(done.refused) == {"empty-source": 1, "empty-target": 1, "same-text": 1, "broken-source": 1}
    assert [w["key"] for w in done.warnings] == ["language-unknown"]
    assert kept(engine) == [("IND", "IND"), ("Goed", "جيد")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "iso-8859-6", "windows-1256"])
def test_any_encoding_the_standard_allows_is_taken_in(engine, take_in, encoding):
    told = {"utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = a_tmx(a_tu("Bel ons", "اتصل بنا")).decode().replace('encoding="utf-8"', f'encoding="{told}"')
    take_in(mark + text.encode(encoding))
    assert kept(engine) == [("Bel ons", "اتصل بنا")]


# --- interruptions -----------------------------------------------------------------------------


def test_an_interrupted_import_goes_on_where_it_stopped(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 100)
    file = tmp_path / "lang.tmx"
    file.write_bytes(many(1000))
    choices = Choices(name=file.name)
    with file.open("rb") as stream:
        with db.transaction(engine) as session:
            first = imports.begin(session, stream, choices)
        stream.seek(0)
        running = imports.run(engine, first.id, stream)
        for _ in range(3):
            next(running)
        running.close()
    assert len(kept(engine)) == 300
    done = exchange.import_units(engine, file, choices)
    assert (done.id, done.state, done.new, done.unchanged) == (first.id, DONE, 1000, 0)
    assert len(kept(engine)) == 1000


def test_other_processes_may_prepare_the_units(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 100)
    file = tmp_path / "lang.tmx"
    file.write_bytes(many(1234))
    done = exchange.import_units(engine, file, Choices(name=file.name), processes=3)
    assert (done.state, done.new) == (DONE, 1234)
    assert [source for source, _ in kept(engine)] == [f"Zin nummer {n} van dit bestand" for n in range(1234)]


def test_a_full_disk_stops_the_import_and_says_what_is_saved(database_url, tmp_path, monkeypatch):
    if not database_url.startswith("sqlite"):
        pytest.skip("a full disk is simulated by SQLite's max_page_count; PostgreSQL has nothing like it")
    monkeypatch.setattr(imports, "BATCH", 200)
    full = db.make_engine(database_url)
    event.listen(full, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=500"))
    file = tmp_path / "lang.tmx"
    file.write_bytes(many(4000))
    with pytest.raises(OperationalError, match="full"):
        exchange.import_units(full, file, Choices(name=file.name))
    full.dispose()
    engine = db.make_engine(database_url)
    with db.new_session(engine, writes=False) as session:
        entry = session.scalars(select(MemoryImport)).one()
        assert 0 < entry.new == entry.rows_read == len(kept(engine)) < 4000
    done = exchange.import_units(engine, file, Choices(name=file.name))
    assert (done.new, done.unchanged, len(kept(engine))) == (4000, 0, 4000)
    engine.dispose()


KILLED = """
import sys
from pathlib import Path
from app import db, exchange, imports
from app.memoryfiles import Choices
imports.BATCH = 40
engine = db.make_engine(sys.argv[1])
done = exchange.import_units(engine, Path(sys.argv[2]), Choices(name="lang.tmx"))
print(done.new, done.unchanged)
"""


def test_kill_9_again_and_again_loses_nothing_and_doubles_nothing(engine, database_url, tmp_path):
    file = tmp_path / "lang.tmx"
    file.write_bytes(many(4000))
    chance = random.Random(7)

    said = tmp_path / "said"

    def start() -> processes.Running:
        said.write_text("")
        return processes.Running(
            processes.script, KILLED, database_url, str(file), environment=os.environ, output=said, errors=tmp_path / "errors"
        )

    def read() -> int:
        """How many units there are, after asking in one statement whether the import says the same of itself."""
        there = select(func.count()).select_from(Unit).scalar_subquery()
        with db.new_session(engine, writes=False) as session:
            told = session.execute(
                select(select(MemoryImport.new).scalar_subquery(), select(MemoryImport.rows_read).scalar_subquery(), there)
            ).one()
        assert told in ((None, None, 0), (told[2],) * 3), "what was read and what is there belong together"
        return told[2]

    kills, before = 0, 0
    for _ in range(6):
        child = start()
        goal, end = before + chance.randint(1, 500), time.monotonic() + 60
        try:
            while child.poll() is None and read() < goal and time.monotonic() < end:
                time.sleep(0.02)
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGKILL)
                kills += 1
            child.wait()
        now = read()
        assert now >= before
        before = now
    assert kills >= 3
    last = start()
    assert last.wait(240) == 0, (tmp_path / "errors").read_text("utf-8")
    assert said.read_text("utf-8").split() == ["4000", "0"]
    assert read() == 4000
    assert len({source for source, _ in kept(engine)}) == 4000


# --- out and in again --------------------------------------------------------------------------


def rows() -> list[UnitRow]:
    return [
        UnitRow(
            "nl", "ar", "U moet <1>zes weken</1> wachten.<2/>", "<2/>عليكم الانتظار <1>ستة أسابيع</1>.", previous_source="",
            next_source="Bel \"ons\" & <IND>.", origin="approved", origin_name="Brief <IND> & co", project="leiden",
            subject="asiel", quality="approved", translated_by="Amal", approved_by="Sara", translated_at=MAY,
            approved_at=MAY + dt.timedelta(days=1), created_at=MAY, used_count=7, last_used_at=MAY, source_tuid="7\"",
            notes="let op\ntwee regels", confidentiality="public", client_reference="2026-0014",
        ),
        UnitRow("nl", "ti", "<2>Goed</1> <3/> <4>", "<4> ጽቡቕ <2></1>", one_to_one=False, created_at=MAY, quality="machine"),
        UnitRow("nl", "ar", "Bel ons", "اتصل\u200f بنا", origin_name="a.tmx", created_at=MAY, source_tuid="1"),
        UnitRow("nl", "ar", "Bel ons", "اتصل\u200f بنا", origin_name="b.tmx", created_at=MAY, source_tuid="2",
                previous_source="ሰላም", next_source=""),
        UnitRow("am", "fa-AF", "ሰላም", "سلام", created_at=MAY),
    ]  # fmt: skip


def facts(row: UnitRow) -> dict:
    return {name: getattr(row, name) for name in UnitRow.__slots__ if name != "changed_at"}


def everything(engine) -> list[dict]:
    with db.new_session(engine, writes=False) as session:
        return sorted(map(facts, units.give(session, every_place=True)), key=lambda row: (row["source"], row["origin_name"]))


def test_a_round_trip_through_tmx_loses_nothing(engine, tmp_path, new_memory_engine):
    with db.transaction(engine) as session:
        units.take(session, rows())
    before = everything(engine)
    assert len(before) == 5
    file = tmp_path / "uit.tmx"
    with db.new_session(engine, writes=False) as session:
        assert exchange.export_tmx(session, file, Filter(references=True)) == 5
    done = exchange.import_units(new_memory_engine, file, Choices(name="uit.tmx", believe=True))
    assert (done.new, done.merged, done.refused) == (4, 1, {})
    assert everything(new_memory_engine) == before


def test_without_being_believed_a_file_gives_no_approval_no_origin_and_no_case(engine, tmp_path, new_memory_engine):
    with db.transaction(engine) as session:
        units.take(session, rows()[:1])
    with db.new_session(engine, writes=False) as session:
        exchange.export_tmx(session, tmp_path / "uit.tmx")
    exchange.import_units(new_memory_engine, tmp_path / "uit.tmx", Choices(name="uit.tmx"))
    [row] = everything(new_memory_engine)
    assert (row["quality"], row["approved_by"], row["origin"], row["origin_name"]) == ("unreviewed", None, "import", "uit.tmx")
    assert row["client_reference"] is None
    assert (row["translated_by"], row["previous_source"], row["project"]) == ("Amal", "", "leiden")


@pytest.fixture
def new_memory_engine(tmp_path):
    """Another installation."""
    other = db.make_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    db.upgrade(other)
    yield other
    other.dispose()


def test_the_header_has_all_seven_attributes_and_the_file_is_what_was_asked_for(engine, tmp_path):
    with db.transaction(engine) as session:
        units.take(session, rows())
    asked = {
        Filter(): 5, Filter(source="nl"): 4, Filter(target="ar"): 3, Filter(target="prs"): 1, Filter(project="leiden"): 1,
        Filter(subject="asiel"): 1, Filter(origin="import"): 4, Filter(min_quality="approved"): 1,
        Filter(min_quality="unreviewed"): 4, Filter(since=MAY + dt.timedelta(hours=1)): 1, Filter(until=MAY + dt.timedelta(hours=1)): 4,
    }  # fmt: skip
    for wanted, number in asked.items():
        file = tmp_path / "uit.tmx"
        with db.new_session(engine, writes=False) as session:
            assert exchange.export_tmx(session, file, wanted) == number, wanted
            assert b"".join(memoryexport.tmx_chunks(session, wanted)).count(b"<tu ") + b"".join(
                memoryexport.tmx_chunks(session, wanted)
            ).count(b"<tu>") == number
        header = etree.parse(str(file)).find("header")
        assert {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"} <= set(header.keys())
        assert header.get("srclang") == (wanted.source or "*all*")
        assert "2026-0014" not in file.read_text("utf-8")


def test_an_export_that_fails_leaves_the_old_file(engine, tmp_path, monkeypatch):
    file = tmp_path / "uit.tmx"
    file.write_text("old")

    def full(*_arguments, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(memoryexport, "write_tmx", full)
    with db.new_session(engine, writes=False) as session, pytest.raises(OSError, match="space"):
        exchange.export_tmx(session, file)
    assert [path.name for path in tmp_path.iterdir() if "uit" in path.name] == ["uit.tmx"]
    assert file.read_text() == "old"


# --- other formats -----------------------------------------------------------------------------


def test_xliff_gives_its_finished_segments_with_their_neighbours(engine, take_in):
    body = "".join(
        f'<trans-unit id="{n}"><source>{s}</source><target state="{state}">{t}</target></trans-unit>'
        for n, (s, t, state) in enumerate([
            ("Goed nieuws.", "خبر سار.", "translated"), ("Nog niet.", "ليس بعد.", "needs-translation"), ("Bel <x id='1'/> ons.", "اتصل <x id='1'/> بنا.", "final"),
        ])
    )  # fmt: skip
    data = (
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="b" source-language="nl" '
        f'target-language="ar" datatype="plaintext"><body>{body}</body></file></xliff>'
    ).encode()
    done = take_in(data, "brief.xlf", believe=True)
    assert (done.new, dict(done.refused)) == (2, {"unfinished": 1})
    with db.new_session(engine, writes=False) as session:
        first, last = units.give(session)
    assert (first.source, first.previous_source, first.next_source, first.quality) == ("Goed nieuws.", "", "Nog niet.", "unreviewed")
    assert (last.source, last.target, last.next_source, last.quality) == ("Bel <1/> ons.", "اتصل <1/> بنا.", "", "approved")


def test_po_gives_its_messages_and_never_what_is_fuzzy(engine, take_in):
    data = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: ti\\n"\n\nmsgid "Sign in"\nmsgstr "እቶ"\n\n'
        '#, fuzzy\nmsgid "Sign out"\nmsgstr "ውጻእ"\n\nmsgid "Empty"\nmsgstr ""\n'
    ).encode()
    done = take_in(data, "ti.po", source="en")
    assert (kept(engine), dict(done.refused)) == ([("Sign in", "እቶ")], {"unfinished": 1, "untranslated": 1})
    with pytest.raises(UnreadableFile) as refused:
        take_in(data, "ti2.po")
    assert refused.value.reason == "no-pair"


TABLE = "id,Nederlands,العربية,ትግርኛ,Opmerking\n1,Bel ons,اتصل بنا,ደውሉልና,kort\n2,Kom binnen,,ኣቲኹም,\n"


def test_a_table_gives_a_unit_for_each_language_and_row(engine, take_in):
    done = take_in(TABLE.encode(), "lijst.csv", columns={0: "id", 1: "nl", 2: "ar", 3: "ti", 4: "notes"}, quality="approved")
    assert (done.new, dict(done.refused)) == (3, {"empty-target": 1})
    with db.new_session(engine, writes=False) as session:
        first = next(units.give(session))
    assert (first.source, first.target, first.notes, first.source_tuid, first.quality) == (
        "Bel ons", "اتصل بنا", "kort", "1", "approved",
    )  # fmt: skip
    assert memoryfiles.guessed_columns(TABLE.splitlines()[0].split(",")) == {0: "id", 1: "nl", 2: "ar", 3: "ti"}


def test_a_preview_doubts_languages_that_are_exchanged_or_others():
    nl = "Uw aanvraag voor een verblijfsvergunning is ontvangen en wordt behandeld door de dienst."
    ar = "تم استلام طلبكم للحصول على تصريح الإقامة وسيتم النظر فيه من قبل الدائرة المختصة."
    ti = "ሕቶኹም ተቐቢልናዮ ኣለና፡ ኣብ ውሽጢ ሽዱሽተ ሰሙን ድማ መልሲ ክንህበኩም ኢና። ሓበሬታ ንምርካብ ናባና ደውሉ።"

    def keys(source, target, *pairs):
        return [w.key for w in previewing.doubts([UnitRow(source, target, *pair) for pair in pairs])]

    assert keys("nl", "ar", (nl, ar)) == []
    assert keys("nl", "ar", (ar, nl)) == ["languages-swapped"]
    assert keys("nl", "ar", (nl, ti)) == ["language-doubtful"]
    assert keys("nl", "prs", (nl, "درخواست شما برای اجازه اقامت دریافت شده است و به زودی بررسی می‌شود و به شما خبر می‌دهیم.")) == []
    assert keys("nl", "ar", *[(nl, ar)] * 9, (nl, "Bel ons")) == ["script-doubtful"]
    assert keys("nl", "en", *[("IND", "IND")] * 5) == ["copies"]


# --- uploaded files ----------------------------------------------------------------------------


def test_an_uploaded_file_is_kept_in_parts_and_read_as_it_was(engine, monkeypatch):
    monkeypatch.setattr(imports, "PART", 1000)
    data = many(300)
    import_id = imports.upload(engine, io.BytesIO(data), "groot.tmx")
    with db.new_session(engine, writes=False) as session:
        entry = session.get_one(MemoryImport, import_id)
        assert (entry.size, entry.kind, entry.state) == (len(data), "tmx", "waiting")
    stream = imports.Parts(engine, import_id, len(data))
    assert stream.read(10) + stream.read(5000) + stream.read() == data
    stream.seek(1500)
    assert stream.read(100) == data[1500:1600]
    [*_, done] = imports.run(engine, import_id, imports.Parts(engine, import_id, len(data)))
    assert (done.state, done.new) == (DONE, 300)
    with db.new_session(engine, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(MemoryImportPart)) == 0


def test_the_job_goes_on_in_another_worker(engine, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 50)
    data = many(1000)
    import_id = imports.upload(engine, io.BytesIO(data), "groot.tmx")
    subject = {"import": import_id}
    done, total, _ = imports.job(engine, subject)
    assert 0 <= done < total
    assert len(kept(engine)) == 250
    imports._running.clear()  # the worker is gone
    while done < total:
        done, total, _ = imports.job(engine, subject)
    with db.new_session(engine, writes=False) as session:
        entry = session.get_one(MemoryImport, import_id)
    assert (entry.state, entry.new, entry.unchanged, entry.rows_read) == (DONE, 1000, 0, 1000)


def test_uploaded_files_that_nobody_goes_on_with_are_deleted(engine, monkeypatch):
    waiting = imports.upload(engine, io.BytesIO(many(2)), "a.tmx")
    stopped = imports.upload(engine, io.BytesIO(many(2)[:-30]), "b.tmx")
    for _ in imports.run(engine, stopped, imports.Parts(engine, stopped, len(many(2)) - 30)):
        pass
    with db.transaction(engine) as session:
        imports.forget_old(session)
        assert session.scalar(select(func.count()).select_from(MemoryImportPart)) == 2
        for entry in session.scalars(select(MemoryImport)):
            entry.created_at -= imports.KEPT + dt.timedelta(hours=1)
        session.flush()
        imports.forget_old(session)
    with db.new_session(engine, writes=False) as session:
        assert session.scalar(select(func.count()).select_from(MemoryImportPart)) == 0
        assert session.get(MemoryImport, waiting) is None
        assert session.get(MemoryImport, stopped).problem["reason"] == "cut-short"


# --- real files --------------------------------------------------------------------------------

REAL = sorted((Path(__file__).parents[1] / "importers" / "files").rglob("*.tmx"))


@pytest.mark.parametrize("path", REAL, ids=[path.name for path in REAL])
def test_real_files_are_taken_in_come_out_and_are_known_then(engine, new_memory_engine, tmp_path, path):
    """Files that nobody here wrote: LISA's compliance kit, Pontoon, TICO-19."""
    done = exchange.import_units(engine, path, Choices(name=path.name))
    with db.new_session(engine, writes=False) as session:
        number = exchange.export_tmx(session, tmp_path / "uit.tmx")
    assert number == done.new + done.merged
    again = exchange.import_units(engine, tmp_path / "uit.tmx", Choices(name="uit.tmx", believe=True))
    assert again.new == 0, "the texts came back as other texts"
    other = exchange.import_units(new_memory_engine, tmp_path / "uit.tmx", Choices(name="uit.tmx", believe=True))
    assert other.new == done.new


TAGS = st.lists(st.sampled_from(["<1>", "</1>", "<2/>", "<3>", "</3>", "<7/>", "<7>", "ሀ ", "ع\u200f", "x & <y>", "\u202b"]), max_size=10)


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(TAGS.map("".join), TAGS.map("".join))
def test_whatever_the_tags_of_a_memory_are_they_come_back(source, target):
    if not source.strip() or not target.strip():
        return
    unit = memoryexport.to_file(UnitRow("nl", "ar", source, target))
    file = io.BytesIO()
    tmx.write_tmx(file, [unit])
    [again] = tmx.read_tmx(io.BytesIO(file.getvalue()))
    assert dict(again.texts) == {"nl": source, "ar": target}
