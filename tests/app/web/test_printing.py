"""Paper for a client: what stands on it, what never does, and that what people wrote stays text."""

import datetime as dt
import io
import json

import pytest
from fontTools.ttLib import TTFont
from PIL import Image
from pypdf import PdfReader

from app import printing
from app.printing import sheets
from glossary import editing
from glossary.models import Definition, Note


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def permit(session):
    """A Dutch concept with an approved Arabic word, a proposed Tigrinya one, and notes for three audiences."""
    concept = editing.new_concept(session, "vergunning", by="Marijke", by_id=1, keep_source=True)
    dutch = editing.propose_term(session, concept, "nl", "verblijfsvergunning", by="Marijke", by_id=1)
    arabic = editing.propose_term(session, concept, "ar", "تصريح", by="Marijke", by_id=1)
    editing.propose_term(session, concept, "ti", "ፍቓድ", by="Marijke", by_id=1)
    forbidden = editing.propose_term(session, concept, "ar", "فيزا", by="Marijke", by_id=1)
    for term in (dutch, arabic):
        editing.approve_term(session, term, by="Yusuf", by_id=2)
    editing.forbid_term(session, forbidden, "een visum is iets anders", by="Yusuf", by_id=2)
    concept.definitions.append(Definition(language="nl", text="Besluit dat iemand mag blijven.", plain="U mag hier wonen."))
    for audience in ("public", "organisation", "reviewers"):
        concept.notes.append(Note(kind="usage", audience=audience, language="nl", text=f"Notitie {audience}"))
    editing.describe_equivalence(
        session, concept, "ar", "partial", strategy="describe", differs={"ar": "الإقامة شيء آخر", "nl": "Iqama is iets anders"},
        by="Marijke", by_id=1,
    )  # fmt: skip
    session.commit()
    return concept


def test_a_card_says_what_the_word_means_and_how_it_differs(visit, staff, permit):
    answer = visit(staff).get("/concepts/vergunning/card.pdf?language=ar")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    said = text_of(answer.data)
    for words in ("verblijfsvergunning", "U mag hier wonen.", "تصريح", "Iqama is iets anders", "(verblijfsvergunning)"):
        assert words in said


def test_a_card_never_carries_what_is_not_meant_for_the_public(visit, staff, permit):
    said = text_of(visit(staff).get("/concepts/vergunning/card.pdf?language=ar").data)
    assert "Notitie public" in said
    assert "Notitie organisation" not in said and "Notitie reviewers" not in said
    assert "فيزا" not in said


def test_what_nobody_approved_says_so_on_paper(visit, staff, permit):
    browser = visit(staff)
    assert "proposed, not approved" not in text_of(browser.get("/concepts/vergunning/card.pdf?language=ar").data)
    said = text_of(browser.get("/concepts/vergunning/card.pdf?language=ti").data)
    assert "ፍቓድ" in said and "proposed, not approved" in said


def test_a_variety_without_a_word_gets_the_nearest_and_the_card_says_which(visit, staff, permit):
    said = text_of(visit(staff).get("/concepts/vergunning/card.pdf?language=ar-SY").data)
    assert "تصريح" in said and "العربية" in said


def test_a_language_without_a_word_says_that_there_is_none(visit, staff, permit):
    assert "No word in Amharic yet." in text_of(visit(staff).get("/concepts/vergunning/card.pdf?language=am").data)


@pytest.mark.parametrize(
    "word",
    ['#eval("1+1")', '#read("/etc/passwd")', "*vet* _schuin_ $x^2$ <label> @bron", '\\u{41} ] } #set page(width: 1cm)', '"], "x": ["'],
)
def test_a_word_that_looks_like_markup_is_printed_as_it_is(session, visit, staff, word):
    concept = editing.new_concept(session, "vreemd", by="Marijke")
    editing.propose_term(session, concept, "nl", word, by="Marijke")
    editing.propose_term(session, concept, "ar", f"كلمة {word}", by="Marijke")
    said = text_of(visit(staff).get("/concepts/vreemd/card.pdf?language=ar").data)
    assert "".join(word.split()) in "".join(said.split())


def test_a_glossary_holds_the_chosen_concepts_in_two_languages(session, visit, staff, permit):
    other = editing.new_concept(session, "huur", by="Marijke")
    editing.propose_term(session, other, "nl", "huur", by="Marijke")
    editing.propose_term(session, other, "ti", "ክራይ", by="Marijke")
    session.commit()
    answer = visit(staff).post(
        "/print/glossary.pdf",
        {"chosen": f"{permit.id}.{other.id}", "from": "nl", "language": "ti", "title": "Avond over wonen", "big": "1"},
    )
    assert answer.status_code == 200
    said = text_of(answer.data)
    for words in ("Avond over wonen", "Nederlands", "ትግርኛ", "huur", "ክራይ", "ፍቓድ", "2 concepts", "Page 1 of"):
        assert words in said
    assert "Notitie organisation" not in said
    untitled = visit(staff).post("/print/glossary.pdf", {"chosen": f"{permit.id}.{other.id}", "from": "nl", "language": "ar"})
    assert "Glossary" not in text_of(untitled.data), "an Arabic sheet is called so in Arabic"


def test_chosen_concepts_stay_in_the_address_and_can_be_taken_out(session, visit, staff, permit):
    browser = visit(staff)
    page = browser.get(f"/print?add={permit.id}&language=ar", follow_redirects=True)
    assert page.request.args["chosen"] == str(permit.id)
    assert "verblijfsvergunning" in page.get_data(as_text=True)
    assert "Nothing is chosen yet" in browser.get("/print?chosen=99999").get_data(as_text=True)
    assert browser.get("/print?chosen=1.x.-3.99999999999999999999").status_code == 200


def test_a_glossary_of_nothing_or_of_one_language_is_refused(visit, staff, permit):
    browser = visit(staff)
    assert browser.post("/print/glossary.pdf", {"chosen": "", "language": "ar"}).status_code == 422
    same = browser.post("/print/glossary.pdf", {"chosen": str(permit.id), "from": "ar", "language": "ar"})
    assert same.status_code == 422
    assert browser.post("/print/glossary.pdf", {"chosen": str(permit.id), "language": "xx1"}).status_code == 422


def test_letters_that_no_font_has_are_named(app, session):
    concept = editing.new_concept(session, "teken", by="Marijke")
    editing.propose_term(session, concept, "nl", "teken 𒀀", by="Marijke")
    with app.test_request_context("/"):
        sheet = sheets.concept_card([concept], "nl", "ar", interface="en", source="", on=dt.date(2026, 1, 2))
    assert "U+12000" in sheet["missing"]
    assert printing.unprintable("ሀገር پناهنده إقامة الإقامة Ўзбек 庇护 ş ğ ێ ۆ \u200c\u200f") == []


def test_the_list_of_letters_is_that_of_the_fonts():
    covered = {code for first, last in json.loads((printing.FONTS / "coverage.json").read_text()) for code in range(first, last + 1)}
    files = sorted(printing.FONTS.glob("*/*.[to]tf"))
    there = set()
    for file in files:
        with TTFont(file, lazy=True) as font:
            there |= set(font.getBestCmap())
    assert covered == there
    assert all((file.parent / "OFL.txt").is_file() for file in files)


def test_numbers_keep_their_order_between_letters_from_right_to_left():
    assert sheets.piece("اتصل 088-0430430", "ar")["text"] == "اتصل \u200e088-0430430\u200e"
    assert sheets.piece("ደውል 088-0430430", "am")["text"] == "ደውል 088-0430430"


def test_an_outsider_prints_nothing(visit, outsider, permit):
    browser = visit(outsider)
    assert browser.get("/concepts/vergunning/card.pdf").status_code == 404
    assert browser.get("/print").status_code == 404


def test_a_card_shows_the_picture_of_its_concept(visit, staff, permit):
    browser = visit(staff)
    plain = browser.get("/concepts/vergunning/card.pdf?language=ti").data
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(picture, "PNG")
    browser.post(
        "/concepts/vergunning/picture",
        {"picture": (io.BytesIO(picture.getvalue()), "pas.png"), "alt": "ፍቓድ መንበሪ"},
        content_type="multipart/form-data",
    )
    shown = browser.get("/concepts/vergunning/card.pdf?language=ti").data
    count = [sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages) for pdf in (plain, shown)]
    assert count == [0, 1]
