"""A person's text is forgotten: by document, by reference, by phrase, in every table, index and file; the report proves
it and holds none of it."""

import io
import json
import zipfile

import docx
import pytest
from sqlalchemy import select, text

from app import workflow
from app.forgetting import NothingAsked, Wanted, forget, look
from app.holding import Names
from app.models import Comment, Document, Erasure, Event, MachineSuggestion, Original, Segment
from glossary import editing
from memory import recording
from memory.matching import find_matches
from memory.models import Unit
from tests.factories import a_document, segments_of

NAME = "Fatima Al-Hassan"
ARABIC = "فاطمة الحسن"
LETTER = f"Mevrouw {NAME} woont in Leiden.\n\nUw aanvraag is ontvangen en wordt behandeld."
TARGETS = {0: f"السيدة {ARABIC} تسكن في لايدن.", 1: "تم استلام طلبكم وهو قيد المعالجة."}


def approved(session, translator, reviewer, text=LETTER, **more):
    """A document about a person, translated, commented on, approved: its text is in every table there is."""
    document = a_document(session, text, targets=("ar",), title=f"Brief {NAME}", **more)
    document.client_reference = "V-123.456.7890"
    translation = document.translations[0]
    for number, segment in enumerate(segments_of(session, translation)):
        workflow.draft(session, reviewer, segment, f"مسودة: {TARGETS[number]}", segment.version)
        workflow.save(session, translator, segment, TARGETS[number], segment.version)
        workflow.comment(session, translator, segment, f"Vraag het aan {NAME}.")
        session.add(
            MachineSuggestion(
                sentence_id=segment.sentence_id, target_language="ar", rank=0, models="m", engine="e", path=[],
                text=f"آلة: {TARGETS[number]}",
            )
        )  # fmt: skip
    workflow.hand_over(session, translator, translation)
    for segment in segments_of(session, translation):
        workflow.approve(session, reviewer, segment, segment.version)
    session.commit()
    return document


def everywhere(engine, folder, words) -> list[str]:
    """Where these words still stand: in the rows of every table, in the bytes of the database's and the indexes' files."""
    from pathlib import Path

    from app import db

    found = []
    with db.new_session(engine, writes=False) as session:
        for metadata in db.metadatas():
            for table in metadata.sorted_tables:
                for row in session.execute(select(table)):
                    if any(word in str(value) or word.encode() in (value if isinstance(value, bytes) else b"") for value in row for word in words):
                        found.append(table.name)
    files = list(folder.rglob("*")) if folder.exists() else []
    if engine.dialect.name == "sqlite":
        files += [Path(engine.url.database), Path(engine.url.database + "-wal")]
    forms = {form for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le"))}
    for path in files:
        if path.is_file() and any(form in path.read_bytes() for form in forms):
            found.append(path.name)
    return found


def forgotten(engine, session, folder, wanted) -> Erasure:
    """Forget it, as another process would, and read the report."""
    session.rollback()
    number = forget(engine, folder, wanted, by="Tesfay")
    session.rollback()
    session.expire_all()
    return session.get_one(Erasure, number)


def looked_up(session, text="Mevrouw Fatima Al-Hassan woont in Leiden."):
    return find_matches(session, text, source_language="nl", target_language="ar", threshold=50)


def test_a_document_goes_from_every_table_index_and_file(engine, session, translator, reviewer, folder):
    document = approved(session, translator, reviewer)
    assert looked_up(session)  # the index is written with the text in it
    session.rollback()
    assert everywhere(engine, folder, [NAME, ARABIC])
    before = look(session, Wanted(document_id=document.id))
    assert before.counts["documents"] == 1 and before.counts["units"] == 2 and before.counts["comments"] == 2
    report = forgotten(engine, session, folder, Wanted(document_id=document.id))
    assert report.left == {}
    assert report.counts["units"] == 2 and report.counts["sentences"] == 2 and report.counts["machine"] == 2
    assert {"memory_unit", "sentence", "event"} <= {place["place"] for place in report.searched}
    session.rollback()
    assert everywhere(engine, folder, [NAME, ARABIC, "behandeld", "المعالجة", "مسودة"]) == []
    assert looked_up(session) == []


def test_a_clients_reference_takes_every_document_and_what_erased_ones_left_in_the_memory(
    engine, session, translator, reviewer, folder
):
    one = approved(session, translator, reviewer)
    two = a_document(session, "ሰነድ ናይ ፋጢማ።", source="ti", targets=("nl",))
    two.client_reference = "v-123.456.7890 "
    other = a_document(session, "ካልእ ሰነድ።", source="ti", targets=("nl",))
    recording.remember(
        session, source_language="nl", target_language="ti", source="Zaak van lang geleden.", target="ናይ ቀደም ጉዳይ።",
        client_reference="V-123.456.7890", document="document:999", position=3,
    )  # fmt: skip
    shared = recording.remember(
        session, source_language="nl", target_language="ar",
        source="Uw aanvraag is ontvangen en wordt behandeld.", target=TARGETS[1], origin="import", origin_name="a.tmx",
    )  # fmt: skip
    session.commit()
    wanted = Wanted(client_reference=" V-123.456.7890")
    assert {d.id for d in look(session, wanted).documents} == {one.id, two.id}
    report = forgotten(engine, session, folder, wanted)
    assert report.left == {}
    assert list(session.scalars(select(Document.id))) == [other.id]
    # what was also imported from elsewhere stays, without a trace of the case
    session.refresh(shared)
    assert (shared.client_reference, shared.document, [f.document for f in shared.found]) == (None, None, [])
    assert [u.id for u in session.scalars(select(Unit))] == [shared.id]
    session.rollback()
    assert everywhere(engine, folder, ["V-123.456.7890", "ፋጢማ", "ናይ ቀደም", NAME]) == []


def test_a_phrase_goes_in_any_spelling_from_documents_memory_terms_and_talk(
    engine, session, translator, reviewer, staff, folder
):
    approved(session, translator, reviewer)
    other = a_document(session, "Een brief over iets anders.", by=staff)
    [segment] = segments_of(session, other.translations[0])
    workflow.comment(session, translator, segment, "Dit is net als bij FATIMA AL‑HASSAN.")
    workflow.comment(session, translator, segment, "Dit blijft staan.")
    workflow.draft(session, translator, segment, "رسالة عن فَاطِمَة الحسن", segment.version)
    workflow.draft(session, reviewer, segment, "رسالة عن شيء آخر", segment.version)
    beside = recording.remember(
        session, source_language="nl", target_language="ti", source="Zij komt morgen.", target="ጽባሕ ክትመጽእ እያ።",
        previous_source=f"Mevrouw {NAME} is ziek.", origin="import", origin_name="b.tmx",
    )  # fmt: skip
    term_concept = editing.new_concept(session, title="bezwaar", by="x")
    term = editing.propose_term(
        session, term_concept, "ar", "اعتراض", by="x", context=f"{NAME} maakt bezwaar.", note="blijft"
    )
    session.commit()
    assert looked_up(session)
    session.rollback()
    wanted = Wanted(phrases=("fatima al-hassan", "فاطمه الحسن"))
    found = look(session, wanted)
    assert len(found.documents) == 1 and found.counts["comments"] >= 3
    report = forgotten(engine, session, folder, wanted)
    assert report.left == {}, report.left
    assert [c.text for c in session.scalars(select(Comment))] == ["Dit blijft staan."]
    assert [d.id for d in session.scalars(select(Document))] == [other.id]
    session.refresh(beside)
    assert (beside.previous_source, beside.previous_key) == (None, 0)
    session.refresh(term)
    assert (term.context, term.note, term.text) == (None, "blijft", "اعتراض")
    session.rollback()
    assert everywhere(engine, folder, [NAME, ARABIC, "FATIMA", "فَاطِمَة"]) == []
    # a sentence of the letter that holds no name was not asked for: it stays in the memory
    assert [u.source for u in session.scalars(select(Unit).where(Unit.target_language == "ar"))] == [
        "Uw aanvraag is ontvangen en wordt behandeld."
    ]


def test_a_name_in_the_properties_of_a_file_is_found(engine, session, folder):
    file = docx.Document()
    file.add_paragraph("Een gewone brief.")
    file.core_properties.author = "ሰላም ተስፋይ"
    out = io.BytesIO()
    file.save(out)
    a_document(session, out.getvalue(), name="brief.docx")
    session.commit()
    wanted = Wanted(phrases=("ሠላም ተስፋይ",))
    assert len(look(session, wanted).documents) == 1
    assert forgotten(engine, session, folder, wanted).left == {}
    assert session.scalar(select(Original.document_id)) is None


def test_what_people_decide_themselves_is_told_and_left(engine, session, folder, translator):
    editing.propose_term(session, editing.new_concept(session, title="Samira-regeling", by="x"), "ar", "قاعدة", by="x")
    session.commit()
    wanted = Wanted(phrases=("Samira",))
    found = look(session, wanted)
    assert found.kept["person.email"] == 1 and found.kept["concept.code"] == 1
    report = forgotten(engine, session, folder, wanted)
    assert report.left["person.email"] == 1
    assert translator.name == "Samira"


def test_what_only_two_columns_side_by_side_spell_is_no_trace(engine, session, folder):
    # SQLite writes "apostille" and "identity" of one row one behind the other: "…leiden…"
    for code, subject, name in (("apostille", "identity", "Leiden"), ("x", "health", "اسم ሰላም")):
        editing.new_concept(session, title=code, by="x", subject=subject)
        a_document(session, f"Woont in {name}.")
        session.commit()
        assert forgotten(engine, session, folder, Wanted(phrases=(name,))).left == {}
    assert session.scalar(select(Document.id)) is None


def test_what_two_columns_spell_hides_no_place_where_it_is_written(engine, session, folder):
    if engine.dialect.name != "sqlite":
        pytest.skip("only SQLite's file is searched byte by byte")
    names = ("Leiden", "አበበ", "أحمد")
    a_document(session, f"Woont in {' '.join(names)}.")
    # a table that forgetting does not know
    session.execute(text("CREATE TABLE kept_elsewhere (first TEXT, noted TEXT)"))
    rows = [("apostille", "identity"), ("ሰላም አበ", "በ ኣዲስ"), ("رقم أح", "مد ثم"), ("apostille", "in leiden, 2019")]
    for first, noted in rows:
        session.execute(text("INSERT INTO kept_elsewhere VALUES (:first, :noted)"), {"first": first, "noted": noted})
    session.commit()
    wanted = Wanted(phrases=names)
    assert forgotten(engine, session, folder, wanted).left == {"database file": 1}
    session.execute(text("DELETE FROM kept_elsewhere WHERE noted LIKE '%2019'"))
    session.commit()
    assert forgotten(engine, session, folder, wanted).left == {}


def test_the_report_holds_nothing_of_what_was_forgotten(engine, session, translator, reviewer, folder):
    document = approved(session, translator, reviewer)
    title = document.title
    for wanted in (Wanted(phrases=(NAME,)), Wanted(client_reference="V-123.456.7890")):
        report = forgotten(engine, session, folder, wanted)
        said = str([report.kind, report.counts, report.searched, report.left])
        assert not any(word in said for word in (NAME, ARABIC, title, "V-123", "Leiden"))


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(phrases=("",)),
        Wanted(phrases=("a",)),
        Wanted(phrases=("  - ",)),
        Wanted(phrases=("ሀ",)),
        Wanted(client_reference="  "),
        Wanted(document_id=1, phrases=("lang genoeg",)),
    ],
)
def test_nothing_is_erased_for_a_question_that_would_take_everything(engine, session, folder, wanted):
    a_document(session)
    session.commit()
    with pytest.raises(NothingAsked):
        forget(engine, folder, wanted, by="x")
    assert session.scalar(select(Document.id)) and session.scalar(select(Erasure.id)) is None


def test_a_damaged_file_is_searched_as_it_is(session):
    names = Names(("Fatima",))
    assert names.in_value(b"PK\x03\x04 Fatima") and not names.in_value(b"PK\x03\x04")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("docProps/core.xml", "<a>Fat<b/>ima</a>")
    assert names.in_value(out.getvalue())
    assert session.scalar(select(Event.id)) is None and session.scalar(select(Segment.id)) is None
