"""A Dutch letter becomes a reviewed Arabic letter, through the same addresses that the pages use."""

import io
import re

import docx
import pytest

from app.models import Confidentiality
from memory.matching import find_matches
from tests.factories import a_person, segments_of

ARABIC = {
    "Uw aanvraag is ontvangen.": "تم استلام طلبكم.",
    "U krijgt binnen 6 weken bericht.": "سيصلكم الرد خلال 6 أسابيع.",
}


def a_letter_file() -> bytes:
    document = docx.Document()
    document.add_heading("Uw aanvraag is ontvangen.", 1)
    paragraph = document.add_paragraph("U krijgt binnen ")
    paragraph.add_run("6 weken").bold = True
    paragraph.add_run(" bericht.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def upload(visitor, data: bytes, name="brief.docx", **form):
    values = {"once": "formulier-1", "source": "nl", "targets": "ar", "confidentiality": "internal", **form}
    return visitor.post("/documents/new", {**values, "file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def document_in(answer) -> int:
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(re.search(r"/documents/(\d+)", answer.headers["Location"])[1])


@pytest.fixture
def uploaded(session, visit, staff):
    """The letter, uploaded through the page."""
    from app.models import Document

    return session.get(Document, document_in(upload(visit(staff), a_letter_file())))


def test_a_letter_goes_the_whole_way(session, visit, staff, translator, reviewer, uploaded):
    translation = uploaded.translations[0]
    at_desk, at_home, at_review = visit(staff), visit(translator), visit(reviewer)

    page = at_home.get(f"/translations/{translation.id}").get_data(as_text=True)
    assert 'dir="rtl"' in page and "Uw aanvraag is ontvangen." in page

    heading, body = segments_of(session, translation)
    saved = at_home.send(f"/segments/{heading.id}/save", text=ARABIC[heading.sentence.text], version=1)
    assert saved.json["next"] == body.id
    drafted = at_home.send(f"/segments/{body.id}/draft", "PUT", text="سيصلكم 12", version=1)
    told = {problem["kind"] for problem in drafted.json["problems"]}
    assert told == {"tag-missing", "number-missing", "number-extra"}, "while one types"
    assert drafted.json["version"] == 2
    text = "سيصلكم الرد خلال <1>6 أسابيع</1>."
    assert at_home.send(f"/segments/{body.id}/save", text=text, version=2).status_code == 200
    assert at_home.post(f"/translations/{translation.id}/hand-over", {"part": "all"}).status_code == 303

    draft = at_desk.get(f"/translations/{translation.id}/file")
    assert "DRAFT-brief.ar.docx" in draft.headers["Content-Disposition"]
    assert "DRAFT" in docx.Document(io.BytesIO(draft.get_data())).paragraphs[0].text

    assert "brief" in at_review.get("/to-review").get_data(as_text=True)
    for segment in (heading, body):
        session.refresh(segment)
        assert at_review.send(f"/segments/{segment.id}/approve", version=segment.version).status_code == 200

    finished = at_desk.get(f"/translations/{translation.id}/file")
    assert "DRAFT" not in finished.headers["Content-Disposition"]
    written = docx.Document(io.BytesIO(finished.get_data()))
    assert [p.text for p in written.paragraphs] == ["تم استلام طلبكم.", "سيصلكم الرد خلال 6 أسابيع."]
    assert written.paragraphs[0].style.name == "Heading 1"
    bold = [r.text for r in written.paragraphs[1].runs if r.bold]
    assert bold == ["6 أسابيع"]
    assert all(p._p.xpath("./w:pPr/w:bidi") for p in written.paragraphs)

    session.rollback()
    (match,) = find_matches(session, "Uw aanvraag is ontvangen.", source_language="nl", target_language="ar")
    assert (match.target, match.approved_by) == ("تم استلام طلبكم.", "Yusuf")


@pytest.mark.parametrize(("as_", "ending", "inside"), [("tmx", ".tmx", b"<tmx"), ("xliff", ".xlf", b"urn:oasis:names:tc:xliff")])
def test_a_translation_also_comes_as_tmx_and_xliff(visit, translator, uploaded, session, as_, ending, inside):
    translation = uploaded.translations[0]
    at_home = visit(translator)
    first = segments_of(session, translation)[0]
    at_home.send(f"/segments/{first.id}/save", text="تم استلام طلبكم.", version=1)
    answer = at_home.get(f"/translations/{translation.id}/file?as={as_}")
    assert ending in answer.headers["Content-Disposition"]
    assert inside in answer.get_data()
    assert "تم استلام طلبكم." in answer.get_data().decode()


def test_a_form_sent_twice_is_one_document(session, visit, staff):
    at_desk = visit(staff)
    first = document_in(upload(at_desk, a_letter_file()))
    assert document_in(upload(at_desk, a_letter_file())) == first


def test_two_people_one_segment_and_neither_text_is_lost(session, visit, translator, reviewer, uploaded):
    first = segments_of(session, uploaded.translations[0])[0]
    one, two = visit(translator), visit(reviewer)
    assert one.send(f"/segments/{first.id}/draft", "PUT", text="تم استلام", version=1).status_code == 200
    late = two.send(f"/segments/{first.id}/draft", "PUT", text="وصل طلبكم", version=1)
    assert late.status_code == 409
    assert late.json["theirs"]["text"] == "تم استلام"
    assert late.json["theirs"]["by"] == "Samira"
    assert late.json["yours"] == "وصل طلبكم"


def test_without_a_script_the_same_form_works(session, visit, translator, uploaded):
    first, second = segments_of(session, uploaded.translations[0])
    form = {"text": "سطر\r\nسطر", "version": "1", "as": "translate"}
    answer = visit(translator).post(f"/segments/{first.id}/save", form)
    assert answer.status_code == 303
    assert f"segment={second.id}" in answer.headers["Location"]
    session.refresh(first)
    assert first.target == "سطر\nسطر"


def test_a_reviewer_cannot_approve_their_own_translation(session, visit, reviewer, uploaded):
    first = segments_of(session, uploaded.translations[0])[0]
    alone = visit(reviewer)
    alone.send(f"/segments/{first.id}/save", text="تم استلام طلبكم.", version=1)
    alone.post(f"/translations/{uploaded.translations[0].id}/hand-over", {"part": "all"})
    session.refresh(first)
    refused = alone.send(f"/segments/{first.id}/approve", version=first.version)
    assert refused.status_code == 403
    assert refused.json["reason"] == "own-work"


def test_a_stranger_to_a_pair_cannot_write_in_it(session, visit, staff, uploaded):
    first = segments_of(session, uploaded.translations[0])[0]
    assert visit(staff).send(f"/segments/{first.id}/draft", "PUT", text="x", version=1).status_code == 403
    hana = a_person(session, "Hana", "translator:nl-ti")
    assert visit(hana).send(f"/segments/{first.id}/draft", "PUT", text="x", version=1).status_code == 404


def test_a_confidential_document_is_hidden_from_other_staff(session, visit, staff):
    other = a_person(session, "Piet", "staff")
    number = document_in(upload(visit(staff), a_letter_file(), confidentiality=Confidentiality.CONFIDENTIAL))
    at_desk = visit(other)
    assert at_desk.get(f"/documents/{number}").status_code == 404
    assert "brief" not in at_desk.get("/documents").get_data(as_text=True)
    assert visit(staff).get(f"/documents/{number}").status_code == 200


def test_erasing_a_document_leaves_nothing(session, visit, staff, translator, uploaded):
    first = segments_of(session, uploaded.translations[0])[0]
    visit(translator).send(f"/segments/{first.id}/save", text="تم استلام طلبكم.", version=1)
    answer = visit(staff).post(f"/documents/{uploaded.id}/erase", {"memory": "yes"})
    assert answer.status_code == 303
    session.rollback()
    from sqlalchemy import func, select

    from app import models

    for table in (models.Document, models.Original, models.Block, models.Sentence, models.Segment, models.Event):
        assert session.scalar(select(func.count()).select_from(table)) == 0, table.__tablename__


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"targets": "nl"}, "already in that language"),
        ({"targets": "", "other": "klingon"}, "klingon"),
        ({"confidentiality": ""}, "how far"),
        ({"deadline": "morgen"}, "year-month-day"),
    ],
)
def test_a_form_filled_in_wrongly_keeps_what_was_typed(session, visit, staff, form, word):
    answer = upload(visit(staff), a_letter_file(), instructions="كن لطيفًا ሰላም", **form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert word in page
    assert "كن لطيفًا ሰላም" in page
    from app.models import Document

    assert session.query(Document).count() == 0
