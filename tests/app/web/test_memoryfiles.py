"""Files into the memory and out of it by the pages: who may, what they see first, what becomes of it."""

import io
import re
import zipfile

import pytest
from lxml import etree
from sqlalchemy import delete, select

from app import imports, jobkinds, jobs
from app.imports import MemoryImport, MemoryImportPart
from app.models import Job
from memory import recording
from memory.models import Unit
from tests.app.test_imports import a_tmx, a_tu, many


def work(app):
    """What the worker does."""
    kinds = jobkinds.every(app.extensions["models"])
    while jobs.work_once(app.extensions["engine"], kinds):
        pass


def upload(visitor, data, name="oud.tmx"):
    """The address of the page where the file is looked at."""
    answer = visitor.post("/memory/import", {"file": (io.BytesIO(data), name)})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"]


@pytest.mark.parametrize("path", ["/memory/import", "/memory/export", "/memory/export.tmx", "/memory/align"])
def test_only_keepers_take_in_and_give_out(visit, path, translator, staff, administrator):
    for person in (translator, staff):
        answer = visit(person).get(path)
        assert answer.status_code == 403
        assert "kept by its reviewers" in answer.get_data(as_text=True)
    assert visit(administrator).get(path).status_code == 200


def test_a_file_is_looked_at_then_taken_in_by_a_job_and_its_outcome_stays(app, session, visit, administrator):
    visitor = visit(administrator)
    one = upload(visitor, a_tmx(a_tu("Bel <ph>x</ph> ons", "اتصل بنا") + a_tu("Leeg", " ") + a_tu("IND", "IND")))
    page = visitor.get(one).get_data(as_text=True)
    assert 'lang="ar" dir="rtl">اتصل بنا' in page
    assert "chip" in page
    assert session.scalar(select(Unit.id)) is None, "looking keeps nothing"
    answer = visitor.post(one, {"act": "take", "quality": "approved", "project": "leiden"})
    assert answer.status_code == 303
    waiting = visitor.get(one).get_data(as_text=True)
    assert "waits its turn" in waiting and "hx-get" in waiting
    work(app)
    page = visitor.get(one).get_data(as_text=True)
    assert "This file is taken in." in page
    assert "without a translation: left out" in page and "perhaps never translated" in page
    session.expire_all()
    assert {(u.source, u.quality, u.project) for u in session.scalars(select(Unit))} == {
        ("Bel <1/> ons", "approved", "leiden"), ("IND", "approved", "leiden"),
    }  # fmt: skip
    assert session.scalar(select(MemoryImportPart.number)) is None, "the file is deleted"
    assert "oud.tmx" in visitor.get("/memory/import").get_data(as_text=True)


def test_a_table_asks_what_its_columns_are_and_doubts_what_is_exchanged(app, session, visit, administrator):
    nl = "Uw aanvraag voor een verblijfsvergunning is ontvangen en wordt behandeld door de dienst."
    ar = "تم استلام طلبكم للحصول على تصريح الإقامة وسيتم النظر فيه من قبل الدائرة المختصة."
    visitor = visit(administrator)
    one = upload(visitor, f"eerste,tweede\n{nl},{ar}\n".encode(), "lijst.csv")
    page = visitor.get(one).get_data(as_text=True)
    assert "Two languages are needed" in page
    answer = visitor.post(one, {"act": "look", "quality": "unreviewed", "column-0": "ar", "column-1": "nl"})
    page = visitor.get(answer.headers["Location"].partition("#")[0]).get_data(as_text=True)
    assert "The languages seem to be exchanged: what is called Arabic looks like Dutch" in page
    visitor.post(one, {"act": "take", "quality": "unreviewed", "column-0": "nl", "column-1": "ar"})
    work(app)
    [unit] = session.scalars(select(Unit))
    assert (unit.source_language, unit.source, unit.target_language, unit.target) == ("nl", nl, "ar", ar)


def test_a_file_that_cannot_be_read_is_told_at_once_and_nothing_is_kept(session, visit, administrator):
    visitor = visit(administrator)
    for data, name in ((b"", "leeg.tmx"), (b"%PDF-1.4", "a.pdf")):
        answer = visitor.post("/memory/import", {"file": (io.BytesIO(data), name)})
        assert answer.status_code == 422
        assert "Nothing was saved." in answer.get_data(as_text=True)
    assert visitor.post("/memory/import", {}).status_code == 422
    assert session.scalar(select(MemoryImport.id)) is None


def test_what_is_whole_of_a_file_cut_short_is_taken_in_only_when_asked(app, session, visit, administrator):
    visitor = visit(administrator)
    one = upload(visitor, many(300)[:-2000])
    visitor.post(one, {"act": "take", "quality": "unreviewed"})
    work(app)
    page = visitor.get(one).get_data(as_text=True)
    assert "stops in the middle" in page and "Nothing was saved." in page
    assert session.scalar(select(Unit.id)) is None
    visitor.post(f"{one}/again", {"whole": "yes"})
    work(app)
    assert "This file is taken in." in visitor.get(one).get_data(as_text=True)
    assert 250 < len(session.scalars(select(Unit.id)).all()) < 300


def test_a_reviewer_takes_in_their_pair_only_and_sees_their_own_files_only(app, session, visit, reviewer, administrator):
    theirs, other = visit(reviewer), visit(administrator)
    one = upload(other, a_tmx(a_tu("Bel ons", "اتصل بنا")))
    assert theirs.get(one).status_code == 404
    mine = upload(theirs, a_tmx(a_tu("Kom", "تعال") + '<tu><tuv xml:lang="nl"><seg>Kom</seg></tuv><tuv xml:lang="ti"><seg>ንዓ</seg></tuv></tu>'))
    assert theirs.post(mine, {"act": "take", "quality": "approved"}).status_code == 422
    assert theirs.post(mine, {"act": "take", "quality": "approved", "source": "nl", "target": "ti"}).status_code == 422
    assert theirs.post(mine, {"act": "take", "quality": "approved", "source": "nl", "target": "ar", "believe": "yes"}).status_code == 303
    work(app)
    assert [u.target for u in session.scalars(select(Unit))] == ["تعال"]
    assert session.scalars(select(MemoryImport).where(MemoryImport.by_id == reviewer.id)).one().choices["believe"] is False


def test_a_reviewers_own_languages_are_chosen_when_the_file_has_them(app, session, visit, reviewer):
    visitor = visit(reviewer)
    one = upload(visitor, a_tmx(a_tu("Bel ons", "اتصل بنا")).replace(b'"nl"', b'"nl-NL"'))
    page = visitor.get(one).get_data(as_text=True)
    chosen = {side: re.search(rf'id="f-{side}".*?value="([^"]*)" selected', page, re.S)[1] for side in ("source", "target")}
    assert chosen == {"source": "nl", "target": "ar"}
    assert visitor.post(one, {"act": "take", "quality": "unreviewed", **chosen}).status_code == 303
    work(app)
    # the link to what was taken in shows it, in the very languages of the file
    link = re.search(r'href="([^"]*name=oud.tmx[^"]*)"', visitor.get(one).get_data(as_text=True))[1]
    assert "اتصل بنا" in visitor.get(link.replace("&amp;", "&")).get_data(as_text=True)


def test_a_file_that_no_choice_can_mend_is_not_offered_to_be_taken_in(visit, administrator):
    hostile = a_tmx(a_tu("ሰላም", "سلام"), doctype='<!DOCTYPE tmx [<!ENTITY a "b">]>\n')
    visitor = visit(administrator)
    page = visitor.get(upload(visitor, hostile)).get_data(as_text=True)
    assert "can be used to attack a server" in page and "Delete the file" in page and "Take it in" not in page
    assert "Take it in" in visitor.get(upload(visitor, a_tmx(a_tu("ሰላም", "سلام")))).get_data(as_text=True)


def test_an_interrupted_import_can_be_gone_on_with_and_a_file_deleted(app, session, visit, administrator, monkeypatch):
    visitor = visit(administrator)
    one = upload(visitor, many(30))
    visitor.post(one, {"act": "take", "quality": "unreviewed"})

    def broken(*_arguments):
        raise OSError("no disk")

    with monkeypatch.context() as patched:
        patched.setattr(imports, "_keep", broken)
        work(app)
    page = visitor.get(one).get_data(as_text=True)
    assert "going on starts after that" in page
    visitor.post(f"{one}/again", {})
    work(app)
    assert len(session.scalars(select(Unit.id)).all()) == 30
    second = upload(visitor, many(3), "weg.tmx")
    visitor.post(f"{second}/discard", {})
    assert visitor.get(second).status_code == 404
    assert session.scalar(select(MemoryImportPart.number)) is None


def test_what_is_asked_for_is_given_out_as_valid_tmx(session, visit, reviewer, administrator):
    for source, target, language, more in (
        ("Bel ons", "اتصل بنا", "ar", {"client_reference": "V-12", "project": "p"}), ("Kom", "ንዓ", "ti", {"quality": "unreviewed"}),
    ):  # fmt: skip
        recording.remember(session, source_language="nl", target_language=language, source=source, target=target, **more)
    visitor = visit(administrator)

    def units(query="", person=visitor):
        answer = person.get(f"/memory/export.tmx?{query}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith('.tmx"')
        root = etree.fromstring(answer.get_data())
        return [tu.findall("tuv/seg")[1].text for tu in root.iter("tu")], answer.get_data(as_text=True)

    everything, text = units()
    assert everything == ["اتصل بنا", "ንዓ"]
    assert "V-12" not in text
    assert "V-12" in units("references=yes")[1]
    assert units("pair=nl+ti")[0] == ["ንዓ"]
    assert units("quality=approved")[0] == units("project=p")[0] == ["اتصل بنا"]
    assert units("since=2090-01-01")[0] == []
    assert visitor.get("/memory/export.tmx?since=gisteren").status_code == 422
    assert visit(reviewer).get("/memory/export.tmx").status_code == 422
    assert visit(reviewer).get("/memory/export.tmx?pair=nl+ti").status_code == 422
    found, text = units("pair=nl+ar&references=yes", visit(reviewer))
    assert (found, "V-12" in text) == (["اتصل بنا"], False)


def test_a_spreadsheet_and_odd_files_are_looked_at_without_falling_over(visit, administrator):
    visitor = visit(administrator)
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("xl/workbook.xml", "no")
    page = visitor.get(upload(visitor, broken.getvalue(), "stuk.xlsx")).get_data(as_text=True)
    assert "damaged" in page
    trick = a_tmx(a_tu("&x;", "س"), doctype='<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n')
    page = visitor.get(upload(visitor, trick)).get_data(as_text=True)
    assert "declares its own entities" in page and "root:" not in page


def test_the_page_of_an_import_asks_again_until_it_is_over(visit, administrator, app):
    visitor = visit(administrator)
    one = upload(visitor, many(3))
    visitor.post(one, {"act": "take", "quality": "unreviewed"})
    fragment = visitor.get(one, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert re.search(r'hx-trigger="every 2s"', fragment) and "<html" not in fragment
    work(app)
    fragment = visitor.get(one, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "hx-trigger" not in fragment and "What became of it" in fragment


def test_an_import_whose_job_is_gone_can_be_gone_on_with(app, session, visit, administrator):
    visitor = visit(administrator)
    one = upload(visitor, many(3))
    visitor.post(one, {"act": "take", "quality": "unreviewed"})
    session.execute(delete(Job))
    assert "going on starts after that" in visitor.get(one).get_data(as_text=True)
    visitor.post(f"{one}/again", {})
    work(app)
    assert "This file is taken in." in visitor.get(one).get_data(as_text=True)
