"""Bad input gets a clear answer, in the reader's language, and leaves nothing behind."""

import io
import zipfile

import docx
import pytest
from sqlalchemy import func, select

from app.models import Document
from tests.factories import a_person, segments_of


def a_docx(**parts: bytes) -> bytes:
    document = docx.Document()
    document.add_paragraph("Uw aanvraag is ontvangen.")
    out = io.BytesIO()
    document.save(out)
    if parts:
        with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """The letter with one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_docx())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, data if entry == name else old.read(entry))
    return out.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"""

FILES = {
    "cut short": (a_docx()[:-300], "brief.docx"),
    "encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "brief.docx"),
    "with macros": (a_docx(word__vbaProject=b"x" * 100, **{"word__vbaProject.bin": b"x" * 100}), "brief.docx"),
    "a PDF named docx": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "brief.docx"),
    "a picture named txt": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "brief.txt"),
    "entities": (with_part("word/document.xml", ENTITIES), "brief.docx"),
    # made when it is asked for: every worker imports this module
    "a zip bomb": (lambda: with_part("word/document.xml", b"<" + b" " * 400_000_000), "brief.docx"),
    "no text": (b"   \n\n \t", "brief.txt"),
    "nothing": (b"", "brief.txt"),
    "an unknown kind": (b"PK\x03\x04" + b"\0" * 100, "brief.zip"),
}


def upload(visitor, data: bytes, name: str, **form):
    values = {"once": "een", "source": "nl", "targets": "ar", "confidentiality": "internal", "title": "رسالة ደብዳቤ", **form}
    return visitor.post("/documents/new", {**values, "file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(session, visit, staff, kind):
    data, name = FILES[kind]
    answer = upload(visit(staff), data() if callable(data) else data, name)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page
    assert "Nothing was saved." in page
    assert 'id="f-file-error"' in page
    assert "رسالة ደብዳቤ" in page, "what was typed is kept"
    assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_the_answer_is_in_the_readers_language(session, visit, staff):
    for language, words in (("nl", "Er is niets opgeslagen"), ("ar", "لم يُحفظ")):
        staff.interface_language = language
        page = upload(visit(staff), *FILES["encrypted"]).get_data(as_text=True)
        assert words in page, language
        assert f'lang="{language}"' in page


def test_a_file_over_the_limit_is_refused_with_the_limit(app, visit, staff):
    limit = app.extensions["config"].max_upload_bytes
    answer = upload(visit(staff), b"a" * (limit + 1024 * 1024), "brief.txt")
    assert answer.status_code in (413, 422)
    assert "20" in answer.get_data(as_text=True)


@pytest.mark.parametrize("unit", ["woord ", "كلمة ", "ቃል", "x"])
def test_a_million_characters_without_a_full_stop_are_taken_in(session, visit, staff, unit):
    text = (unit * (1_000_000 // len(unit)))[:1_000_000]
    answer = upload(visit(staff), text.encode(), "lang.txt")
    assert answer.status_code == 303
    document = session.scalar(select(Document))
    segments = segments_of(session, document.translations[0])
    assert max(len(s.sentence.text) for s in segments) <= 5_000
    from app import models

    assert session.get(models.Original, document.id).data == text.encode()


@pytest.mark.parametrize("tag", ["klingon", "xx-yy-zz-qq", "<b>", "ar'; DROP TABLE document", "", "عربي"])
def test_a_language_nobody_knows_is_named(session, visit, staff, tag):
    answer = upload(visit(staff), b"Een zin.", "a.txt", targets="", other=tag)
    assert answer.status_code == 422
    assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_stale_form_is_told_so_and_both_texts_are_shown(session, visit, translator, segments):
    first = segments[0]
    at_home = visit(translator)
    at_home.send(f"/segments/{first.id}/draft", "PUT", text="نص جديد", version=1)
    answer = at_home.post(f"/segments/{first.id}/save", {"text": "نص قديم", "version": "1", "as": "translate"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "نص جديد" in page and "نص قديم" in page


def test_the_same_save_sent_twice_is_done_once(session, visit, translator, segments):
    first = segments[0]
    at_home = visit(translator)
    one = at_home.send(f"/segments/{first.id}/save", text="تم", version=1)
    two = at_home.send(f"/segments/{first.id}/save", text="تم", version=1)
    assert (one.status_code, two.status_code) == (200, 200)
    assert one.json["version"] == two.json["version"]


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": None, "version": "x"}, {"text": "\ud800", "version": 1}, {"text": "a\x00b", "version": 1}])
def test_what_no_form_sends_breaks_nothing(session, visit, translator, segments, body):
    answer = visit(translator).send(f"/segments/{segments[0].id}/draft", "PUT", **body)
    assert answer.status_code < 500


def test_two_people_save_at_the_same_moment_and_one_is_told(engine, app, session, visit, translator, reviewer, segments):
    """Truly at once, in two threads: exactly one text is kept, the other comes back to its writer."""
    from concurrent.futures import ThreadPoolExecutor

    first = segments[0]
    one, two = visit(translator), visit(reviewer)
    for visitor in (one, two):
        assert visitor.token
    session.commit()
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0]._client.open(
                    f"/segments/{first.id}/draft",
                    method="PUT",
                    json={"text": pair[1], "version": 1},
                    headers={"X-CSRFToken": pair[0].token, "Accept": "application/json"},
                ),
                [(one, "نص سميرة"), (two, "ጽሑፍ")],
            )
        )
    assert sorted(a.status_code for a in answers) == [200, 409]
    refused = next(a for a in answers if a.status_code == 409)
    session.rollback()
    session.refresh(first)
    assert first.target == refused.json["theirs"]["text"]
    assert {first.target, refused.json["yours"]} == {"نص سميرة", "ጽሑፍ"}


def test_hostile_names_are_shown_as_text(session, visit, staff):
    name = '"><script>alert(1)</script>\u202egnp.txt'
    upload(visit(staff), b"Een zin.", name, title="")
    page = visit(staff).get("/documents").get_data(as_text=True)
    assert "<script>alert" not in page


def test_a_reviewer_learns_why_a_form_without_a_reason_is_refused(session, visit, translator, segments):
    yusuf = a_person(session, "Yusuf", "reviewer:nl-ar")
    first = segments[0]
    at_home = visit(translator)
    at_home.send(f"/segments/{first.id}/save", text="تم", version=1)
    at_home.post(f"/translations/{first.translation_id}/hand-over", {"part": "all"})
    session.refresh(first)
    answer = visit(yusuf).send(f"/segments/{first.id}/send-back", version=first.version, reason="", comment="")
    assert answer.status_code == 422
    assert "reason" in answer.json["message"]
