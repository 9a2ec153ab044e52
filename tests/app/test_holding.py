"""Every table that can hold a person's words is known, written down, and clean after they were forgotten."""

import itertools
import json
import re
import secrets
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import JSON, LargeBinary, select, update

from app import db, forgetting, holding
from app.forgetting import Wanted, forget, look
from app.holding import Fate, Names, file_texts
from app.models import (
    Block,
    Comment,
    Erasure,
    Event,
    Impact,
    Job,
    MachineSuggestion,
    Original,
    Sentence,
    TermImport,
    TermUse,
)
from app.waiting import Alignment, MemoryImport, MemoryImportPart
from glossary import editing
from glossary.models import History, Proposal
from languages.folding import FOLDED_ALONE, fold, widest_fold
from memory import recording
from memory.keeping import Act, ActChange, Search
from memory.matching import find_matches
from memory.models import Found
from tests.app.test_forgetting import everywhere
from tests.factories import a_document, segments_of

TIGRINYA, ARABIC, LATIN = "ሰላም ተስፋይ", "فاطمة الحسن", "Selam Tesfay"
PHRASES = (TIGRINYA, ARABIC, LATIN)
PRIVACY = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_every_table_says_what_becomes_of_a_persons_words_in_it():
    known = set(holding.FATES) | holding.WORDLESS
    assert {table.name for table in holding.tables()} == known
    assert not set(holding.FATES) & holding.WORDLESS
    assert all(holding.worded(table) for table in holding.tables() if table.name in holding.FATES)


def test_the_page_on_privacy_lists_every_table_with_words_and_what_becomes_of_it():
    rows = re.findall(r"^\| `([a-z_`, ]+)` \|.*\| (\w+)", PRIVACY.read_text(), re.M)
    told = {name: fate for names, fate in rows for name in names.replace("`", "").split(", ")}
    assert told == {name: str(fate) for name, fate in holding.FATES.items()}


def _rows(session) -> dict[str, object]:
    """table -> a function that makes a row of it about nobody."""
    number = itertools.count(1)

    def document(session):
        return a_document(session, f"Een brief over iets {next(number)}.")

    def segment(session):
        return segments_of(session, document(session).translations[0])[0]

    def unit(session):
        return recording.remember(
            session, source_language="nl", target_language="ti", source=f"Zij komt {next(number)}.", target="ትመጽእ እያ።",
            origin="import", origin_name="a.tmx",
        )  # fmt: skip

    def found(session):
        one = unit(session)
        recording.remember(
            session, source_language="nl", target_language="ti", source=one.source, target=one.target, origin="import",
            origin_name="b.tmx",
        )  # fmt: skip
        return session.scalars(select(Found).where(Found.unit_id == one.id)).one()

    def added(made):
        session.add(made)
        session.flush()
        return made

    def an_import(**more):
        return added(MemoryImport(file_name="a.tmx", kind="tmx", size=1, **more))

    def suggestion(session):
        return added(MachineSuggestion(
            sentence_id=segment(session).sentence_id, target_language="ar", rank=0, models="m", engine="e", path=[], text="x",
        ))  # fmt: skip

    def act(session):
        return added(Act(kind="subject", source_language="nl", target_language="ti", by="Anna", by_key="1"))

    def impact(session):
        return added(Impact(concept_id=1, wanted="law", terms=[]))

    return {
        "document": document,
        "original": lambda s: s.get(Original, document(s).id),
        "block": lambda s: s.scalars(select(Block).where(Block.document_id == document(s).id)).one(),
        "sentence": lambda s: s.get(Sentence, segment(s).sentence_id),
        "segment": segment,
        "translation": lambda s: document(s).translations[0],
        "comment": lambda s: added(Comment(segment_id=segment(s).id, text="x")),
        "event": lambda s: added(Event(action="saved", segment_id=segment(s).id)),
        "machine_suggestion": suggestion,
        "memory_unit": unit,
        "memory_found": found,
        "memory_import": lambda s: an_import(),
        "memory_import_part": lambda s: added(MemoryImportPart(import_id=an_import().id, number=0, data=b"x")),
        "term_import": lambda s: added(TermImport(once=secrets.token_hex(8), file_name="a.csv")),
        "alignment": lambda s: added(Alignment(
            source_language="nl", target_language="ti", source_name="a.txt", target_name="b.txt", rows=[],
        )),
        "job": lambda s: added(Job(kind="import-memory", subject={"import": 1})),
        "memory_search": lambda s: added(Search(
            finder="selection", source_language="nl", target_language="ti", selection={}, by="Anna",
        )),
        "memory_act": act,
        "memory_act_change": lambda s: added(ActChange(act_id=act(s).id, unit_id=unit(s).id, before={}, after={})),
        "term": lambda s: editing.propose_term(
            s, editing.new_concept(s, title=f"begrip {next(number)}", by="x"), "ar", "اعتراض", by="x"
        ),
        "concept_history": lambda s: added(History(
            concept_id=1, concept_code="x", by="Anna", action="changed", before={}, after={},
        )),
        "concept_proposal": lambda s: added(Proposal(
            concept_id=1, kind="term", language="ar", values={}, before={}, by="Anna",
        )),
        "term_impact": impact,
        "term_use": lambda s: added(TermUse(
            impact_id=impact(s).id, segment_id=segment(s).id, term_id=1, side="source", source_language="nl", language="ar",
            certainty="exact",
        )),
    }  # fmt: skip


def _with(column, phrase: str):
    """A value that holds the phrase somewhere inside."""
    if column.name == "rows":
        return [{"source": [f"Mevrouw {phrase} belt."], "target": ["ትድውል ኣላ።"], "keep": True, "sure": None}]
    if isinstance(column.type, LargeBinary):
        return f"<p>Mevrouw {phrase} belt.</p>".encode()
    if isinstance(column.type, JSON):
        inner = {"context": f"Mevrouw {phrase} belt.", "nog": [f"{phrase}!", 1]}
        return [inner] if column.name in ("warnings", "codes", "notes") else {"term:1": inner, "term:2": {"getal": 5}}
    return f"bij {phrase}"


def test_a_forgotten_phrase_is_nowhere_that_a_text_can_be(engine, session, folder):
    """In every column of every table that is not the organisation's own, one row each."""
    makers = _rows(session)
    phrases = itertools.cycle(PHRASES)
    filled = 0
    assert set(makers) == {name for name, fate in holding.FATES.items() if fate is not Fate.KEPT}
    for table in holding.tables():
        for name in holding.worded(table):
            if holding.is_kept(table.name, name):
                continue
            for phrase in PHRASES if isinstance(table.c[name].type, JSON | LargeBinary) else (next(phrases),):
                row = makers[table.name](session)
                key = [getattr(row, c.name) for c in table.primary_key]
                session.execute(
                    update(table).where(*holding.is_row(table, key)).values({name: _with(table.c[name], phrase)})
                )
                filled += 1
    session.commit()
    session.expire_all()
    assert filled > 80
    # so that the index's files hold them too
    assert find_matches(session, "Zij komt 1.", source_language="nl", target_language="ti", threshold=50)
    session.rollback()
    held = set(everywhere(engine, folder, PHRASES))
    assert set(makers) <= held
    if engine.dialect.name == "sqlite":
        assert held & {"dragoman.sqlite3", "dragoman.sqlite3-wal"}
    report = session.get_one(Erasure, forget(engine, folder, Wanted(phrases=PHRASES), by="Anna"))
    assert report.left == {}
    session.rollback()
    assert everywhere(engine, folder, PHRASES) == []
    assert set(report.counts) >= {"documents", "units", "places", "alignments", "uploads", "jobs", "searches", "contexts"}


def test_what_stands_beside_the_phrase_stays(engine, session, folder):
    makers = _rows(session)
    history = makers["concept_history"](session)
    history.before = {"term:1": {"text": f"{LATIN}-regeling", "context": f"{TIGRINYA} ትብል።", "note": "blijft"}}
    act = makers["memory_act"](session)
    act.reason, act.value = f"om {ARABIC}", "huren"
    unit = makers["memory_unit"](session)
    unit.next_source, unit.notes = f"{ARABIC} هنا", "blijft"
    session.commit()
    number = forget(engine, folder, Wanted(phrases=PHRASES), by="Anna")
    session.rollback()
    session.expire_all()
    assert history.before["term:1"] == {"text": f"{LATIN}-regeling", "context": None, "note": "blijft"}
    # the term base's own word in a history is left to a person, and told
    assert session.get_one(Erasure, number).left == {"concept_history.before": 1}
    assert (act.reason, act.value) == ("", "huren")
    assert (unit.next_source, unit.next_key, unit.notes) == (None, 0, "blijft")


def test_aligned_documents_go_with_the_document_they_are_copies_of(engine, session, folder):
    letter = a_document(session, "ሰላም ተስፋይ ትነብር። ጽባሕ ትመጽእ እያ። ሓገዝ ትደሊ።", source="ti", targets=("nl",))
    texts = list(session.scalars(select(Sentence.text).where(Sentence.document_id == letter.id)))
    makers = _rows(session)
    copy, other = makers["alignment"](session), makers["alignment"](session)
    copy.rows = [{"source": [text], "target": [f"Zin {n}."], "keep": True, "sure": 9} for n, text in enumerate(texts)]
    other.rows = [{"source": [text], "target": ["Zin."], "keep": True, "sure": 9} for text in (texts[1], "ካልእ።", "ሳልሳይ።")]
    session.commit()
    wanted = Wanted(document_id=letter.id)
    assert look(session, wanted).counts["alignments"] == 1
    # nobody reads while it is erased, or cleaning up waits for them; even a number of the letter would be read anew
    session.rollback()
    forget(engine, folder, wanted, by="Anna")
    session.rollback()
    assert list(session.scalars(select(Alignment.id))) == [other.id]


def test_a_file_that_waits_is_found_over_the_borders_of_its_parts_and_in_any_disguise(engine, session, folder):
    makers = _rows(session)
    whole = f"<seg>Mevrouw {ARABIC} belt.</seg>".encode()
    entry = makers["memory_import"](session)
    for number, data in enumerate((whole[:22], whole[22:])):
        session.add(MemoryImportPart(import_id=entry.id, number=number, data=data))
    other = makers["memory_import"](session)
    session.add(MemoryImportPart(import_id=other.id, number=0, data=b"<seg>niets</seg>"))
    session.commit()
    forget(engine, folder, Wanted(phrases=(ARABIC,)), by="Anna")
    session.rollback()
    assert list(session.scalars(select(MemoryImport.id))) == [other.id]
    names = Names(PHRASES)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<t>{TIGRINYA}</t>")
    for data in (
        f"x {LATIN}".encode("utf-16"),
        "".join(f"&#{ord(c)};" for c in ARABIC).encode(),
        "<b>ሰላም</b> <i>ተስ</i>ፋይ".encode(),
        json.dumps(TIGRINYA).encode(),
        f"é {ARABIC}".replace("é", "").encode("cp1256"),
        packed.getvalue(),
    ):
        assert names.in_value(data), data
    assert not names.in_value("ካልእ ሰብ".encode())


def test_a_file_is_searched_in_stretches_and_nothing_falls_between_them():
    """Wherever the border falls, also inside a character."""
    for lead in range(999_980, 1_000_010, 3):
        pieces = [(b"x" * lead) + f" {TIGRINYA} ".encode() + b"y" * 50]
        assert Names((TIGRINYA,)).in_value(pieces[0]), lead
        cut = len(pieces[0]) - 60
        assert any(Names((TIGRINYA,)).in_text(text) for text in file_texts([pieces[0][:cut], pieces[0][cut:]]))


@pytest.mark.parametrize(
    "text", ["ሓደ ሐኪም ዐይኑ ኣይነ", "ڕۆژنامە و هەواڵ", "ґанок і ніч", "آپ بھی یہاں", "İstanbul ışık", "فَاطِمَةُ الحَسَن", "Straße"]
)
def test_no_languages_fold_is_wider_than_the_widest(text):
    for language in FOLDED_ALONE:
        for start in range(len(text)):
            part = text[start : start + 4].strip()
            if fold(part, language) in fold(text, language):
                assert widest_fold(part) in widest_fold(text)
        for other in FOLDED_ALONE:
            assert widest_fold(fold(text, language)) == widest_fold(fold(text, other))


def test_looking_through_many_texts_at_once_misses_none(session):
    """A phrase at the end of one and the beginning of the next, marks of direction, harakat: as one by one."""
    names = Names(("ab cd", "مرحبا", "ሠላም"))
    texts = ["x ab", "cd y", "AB  CD", "مَرْحَبًا بك", "\u202bمرحبا\u202c", "ሰላም", "ab|cd", "", "a\u200bb cd"]
    alone = [text for text in texts if names.in_text(text)]
    assert alone == ["AB  CD", "مَرْحَبًا بك", "\u202bمرحبا\u202c", "ሰላም", "a\u200bb cd"]
    assert all(names.may_be_in([*texts, text]) for text in alone)
    assert not names.may_be_in(["x ab", "cd y", "ab|cd"])


def test_looking_holds_no_lock_and_what_comes_meanwhile_goes_too(engine, session, folder, monkeypatch):
    """Somebody writes the phrase again while it is erased: it is looked for once more."""
    makers = _rows(session)
    unit = makers["memory_unit"](session)
    unit.notes = f"over {ARABIC}"
    session.commit()
    late = []

    def looked(session, wanted):
        found = look(session, wanted)
        if not late:
            late.append(1)
            with db.transaction(engine) as other:
                other.add(Job(kind="x", subject={"a": TIGRINYA}))
        return found

    monkeypatch.setattr(forgetting, "look", looked)
    number = forget(engine, folder, Wanted(phrases=PHRASES), by="Anna")
    session.rollback()
    session.expire_all()
    assert late and session.scalar(select(Job.id)) is None
    assert session.get_one(Erasure, number).left == {}


def test_a_table_of_the_database_that_nobody_declared_is_none(engine):
    """Nothing outside the models: FTS tables, queues of a library."""
    from sqlalchemy import inspect

    there = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert there == {table.name for table in holding.tables()}
