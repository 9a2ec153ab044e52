"""Looking up, reading and writing concepts through the pages."""

import io

import pytest
from lxml import html
from PIL import Image

from glossary import editing
from glossary.models import Definition, History, Note, Picture
from tests.factories import a_person


@pytest.fixture
def objection(session):
    concept = editing.new_concept(session, "bezwaar", by="Marijke", by_id=900, subject="procedure")
    for language, text in (("nl", "bezwaar"), ("ar", "اعتراض"), ("ti", "ተቓውሞ"), ("fa", "اعتراض کتبی")):
        editing.propose_term(session, concept, language, text, by="Marijke", by_id=900)
    concept.definitions.append(Definition(language="nl", text="Verzoek om een besluit te heroverwegen.", plain="U bent het niet eens met een besluit."))
    session.commit()
    return concept


def fields(page) -> dict:
    """What a browser would send back of the big form, unchanged."""
    return dict(html.fromstring(page.get_data(as_text=True)).xpath('//form[@class="concept-form"]')[0].form_values())


def said(answer) -> str:
    return answer.get_data(as_text=True)


# looking up


def test_results_can_be_narrowed_by_subject_language_and_status(session, visit, staff, objection):
    browser = visit(staff)
    assert "bezwaar" in said(browser.get("/look-up?q=bezw&subject=law"))  # procedure is below law
    assert "Nothing found" in said(browser.get("/look-up?q=bezw&subject=health"))
    assert "Nothing found" in said(browser.get("/look-up?q=bezw&words_in=ar"))
    assert "bezwaar" in said(browser.get("/look-up?q=ተቓውሞ&words_in=ti"))
    assert "Nothing found" in said(browser.get("/look-up?q=bezw&status=forbidden"))
    assert browser.get("/look-up?q=bezw&subject=nonsense&words_in=%00&status=x&language=??").status_code == 200


@pytest.mark.parametrize(
    ("typed", "language"),
    [("U kunt tegen het besluit bezwaren indienen.", "en"), ("قدمت الاعتراض أمس إلى البلدية", "ar"), ("ናይ ተቓውሞ ጽሑፍ እየ ጽሒፈ", "ti")],
)
def test_a_sentence_from_a_letter_shows_the_concepts_in_it(visit, staff, objection, typed, language):
    page = said(visit(staff).get("/look-up", query_string={"q": typed, "language": language}))
    assert "Not found as a whole" in page and 'href="/concepts/bezwaar' in page
    assert "Nothing found" in said(visit(staff).get("/look-up", query_string={"q": "fiets zonder bel", "language": language}))
    assert "Not found as a whole" not in said(visit(staff).get("/look-up?q=bezwaar&language=" + language))


def test_what_was_typed_is_marked_in_the_spelling_that_people_wrote(visit, staff, objection):
    page = html.fromstring(said(visit(staff).get("/look-up?q=اعتراض&language=ar")))
    assert "اعتراض" in [mark.text_content() for mark in page.xpath("//li//mark")]


def test_a_line_shows_the_word_that_answered_and_the_clients_although_others_are_not_read(session, visit, staff, objection):
    for language, text in (("tr", "itiraz"), ("prs", "عریضه"), ("ar-SY", "تظلّم")):
        editing.propose_term(session, objection, language, text, by="Marijke", by_id=900)
    line = html.fromstring(said(visit(staff).get("/look-up?q=ተቓውሞ&language=ar-SY"))).xpath('//li[@class="found"]')[0]
    assert [(t.get("lang"), t.text_content()) for t in line.xpath('.//*[@class="text"]')] == [
        ("nl", "bezwaar"), ("ti", "ተቓውሞ"), ("ar-SY", "تظلّم"),
    ]  # fmt: skip
    dari = html.fromstring(said(visit(staff).get("/look-up?q=bezwaar&language=fa"))).xpath('//li[@class="found"]')[0]
    assert "اعتراض کتبی" in dari.text_content() and "itiraz" not in dari.text_content()


def test_the_clients_language_is_remembered(visit, staff, objection):
    browser = visit(staff)
    browser.get("/look-up?q=bezwaar&language=ti")
    assert "ተቓውሞ" in html.fromstring(said(browser.get("/concepts/bezwaar"))).xpath("//section[@class='answer']")[0].text_content()


def test_concepts_read_lately_come_first_and_are_this_persons_own(session, visit, staff, administrator, objection):
    browser = visit(staff)
    browser.get("/concepts/bezwaar")
    assert "Read lately" in said(browser.get("/look-up"))
    assert "Read lately" not in said(visit(administrator).get("/look-up"))


# reading


def test_a_variety_gets_the_nearest_word_and_the_page_says_so(visit, staff, objection):
    browser = visit(staff)
    assert "There is no word in Dari itself. This is the word in Persian." in said(browser.get("/concepts/bezwaar?language=prs"))
    assert "This is the word in Arabic" in said(browser.get("/concepts/bezwaar?language=ar-SY"))
    assert "This is the word" not in said(browser.get("/concepts/bezwaar?language=ar"))


def test_people_see_only_the_notes_meant_for_them(session, visit, staff, translator, reviewer, objection):
    for audience in ("public", "organisation", "reviewers"):
        objection.notes.append(Note(kind="culture", audience=audience, language="ar", text=f"ملاحظة {audience}"))
    session.commit()
    for person, sees in ((staff, False), (translator, False), (reviewer, True)):
        page = said(visit(person).get("/concepts/bezwaar"))
        assert "ملاحظة public" in page and "ملاحظة organisation" in page
        assert ("ملاحظة reviewers" in page) is sees


def test_a_warning_stands_before_what_may_hurt(session, visit, staff, objection):
    objection.sensitivity, objection.content_note = "violence", "Gaat over geweld."
    session.commit()
    page = said(visit(staff).get("/concepts/bezwaar"))
    assert page.index("Gaat over geweld.") < page.index("<h1>") < page.index("U bent het niet eens")


def test_relations_are_seen_from_both_ends(session, visit, staff, objection):
    wider = editing.new_concept(session, "rechtsmiddel", by="Marijke")
    editing.propose_term(session, wider, "nl", "rechtsmiddel", by="Marijke")
    confused = editing.new_concept(session, "beroep", by="Marijke")
    editing.propose_term(session, confused, "nl", "beroep", by="Marijke")
    editing.add_relation(session, objection, "broader", wider, by="Marijke")
    editing.add_relation(session, objection, "near", confused, by="Marijke")
    session.commit()
    browser = visit(staff)
    assert "narrower" in said(browser.get("/concepts/rechtsmiddel"))
    for code in ("bezwaar", "beroep"):
        assert "Not to be confused with" in said(browser.get(f"/concepts/{code}"))


# writing


def test_a_form_sent_back_unchanged_changes_nothing(session, visit, staff, objection):
    browser = visit(staff)
    before = len(editing.history_of(session, objection.id))
    answer = browser.post("/concepts/bezwaar/edit", fields(browser.get("/concepts/bezwaar/edit?show=all")))
    assert answer.status_code == 303
    assert len(editing.history_of(session, objection.id)) == before


def test_everything_of_a_concept_can_be_written_on_one_page(session, visit, staff):
    wider = editing.new_concept(session, "uitkering", by="x")
    editing.propose_term(session, wider, "nl", "uitkering", by="x")
    form = {
        "subject": "benefits", "jurisdiction": "NL", "sensitivity": "stigma", "content_note": "Gaat over schulden.",
        "keep_source": "1", "keep_source_there": "1", "why": "nieuw in de wet",
        "d-new1-language": "nl", "d-new1-text": "Een recht op geld.", "d-new1-plain": "U krijgt geld.", "d-new1-source": "Pw, art. 11",
        "d-new2-language": "ti", "d-new2-text": "መሰል ገንዘብ",
        "t-new1-language": "nl", "t-new1-text": "bijstand", "t-new1-part_of_speech": "noun", "t-new1-gender": "c",
        "t-new1-register": "official", "t-new1-variants": "bijstandsuitkering\r\nbijstanden\r\n",
        "t-new1-abbreviation_of": "algemene bijstand", "t-new1-context": "U krijgt bijstand.", "t-new1-context_source": "Brief",
        "t-new2-language": "ar_SY", "t-new2-text": "معونة", "t-new2-transliteration": "maʿūna", "t-new2-note": "سوريا",
        "e-new1-language": "ar", "e-new1-degree": "partial", "e-new1-strategy": "describe",
        "e-new1-differs~own": "ليست صدقة", "e-new1-differs~nl": "Geen aalmoes.",
        "l-new1-act": "Participatiewet", "l-new1-bwb": "BWBR0015703", "l-new1-article": "11", "l-new1-paragraph": "1",
        "l-new1-valid_from": "2015-01-01", "l-new1-quoted": "Iedere in Nederland woonachtige Nederlander ...",
        "n-new1-kind": "culture", "n-new1-audience": "organisation", "n-new1-language": "nl", "n-new1-about": "ar", "n-new1-text": "Schaamte.",
        "r-new1-kind": "broader", "r-new1-to": "Uitkering",
    }  # fmt: skip
    browser = visit(staff)
    assert browser.post("/concepts/new", form).status_code == 303
    session.expire_all()
    concept = editing.concept_with_code(session, "bijstand")
    assert (concept.subject, concept.keep_source, concept.content_note) == ("benefits", True, "Gaat over schulden.")
    assert {d.language: (d.text, d.plain, d.source) for d in concept.definitions} == {
        "nl": ("Een recht op geld.", "U krijgt geld.", "Pw, art. 11"), "ti": ("መሰል ገንዘብ", None, None),
    }  # fmt: skip
    dutch, arabic = concept.terms
    assert (dutch.variants, dutch.gender, dutch.register, dutch.context) == (["bijstandsuitkering", "bijstanden"], "c", "official", "U krijgt bijstand.")
    assert (arabic.language, arabic.status, arabic.transliteration) == ("ar-SY", "proposed", "maʿūna")
    assert concept.equivalences[0].differs == {"ar": "ليست صدقة", "nl": "Geen aalmoes."}
    assert concept.law[0].address().endswith("jci1.3:c:BWBR0015703&artikel=11&lid=1&g=2015-01-01")
    assert (concept.notes[0].audience, concept.notes[0].about) == ("organisation", "ar")
    assert concept.relations[0].other.code == "uitkering"
    assert {act.why for act in editing.history_of(session, concept.id) if act.action == "changed"} == {"nieuw in de wet"}
    # and what was written is what the form shows again
    again = fields(browser.get("/concepts/bijstand/edit?show=all"))
    assert again[f"l-{concept.law[0].id}-valid_from"] == "2015-01-01"
    assert browser.post("/concepts/bijstand/edit", again).status_code == 303


def test_mistakes_are_named_at_their_fields_and_nothing_is_lost(session, visit, staff, objection):
    browser = visit(staff)
    form = fields(browser.get("/concepts/bezwaar/edit?show=ar"))
    form |= {
        "t-new1-language": "klingonees!", "t-new1-text": "ተቓውሞ ሓድሽ", "l-new1-act": "", "l-new1-bwb": "12",
        "n-new1-text": "zonder soort", "r-new1-kind": "broader", "r-new1-to": "bestaat niet", "d-nl-text": "",
        "t-new2-language": "ar", "t-new2-text": "ك" * 501,
    }  # fmt: skip
    answer = browser.post("/concepts/bezwaar/edit", form)
    assert answer.status_code == 422
    page = html.fromstring(said(answer))
    for name in ("t-new1-language", "l-new1-act", "l-new1-bwb", "n-new1-kind", "n-new1-language", "r-new1-to", "d-nl-text", "t-new2-text"):
        field = page.get_element_by_id(f"f-{name}")
        assert field.get("aria-invalid") == "true" and field.get("aria-describedby"), name
    assert page.get_element_by_id("f-t-new1-text").get("value") == "ተቓውሞ ሓድሽ"
    session.expire_all()
    assert objection.definitions[0].text == "Verzoek om een besluit te heroverwegen."


def test_whoever_saves_second_sees_both_texts(session, visit, staff, administrator, objection):
    first, second = visit(staff), visit(administrator)
    mine, theirs = fields(first.get("/concepts/bezwaar/edit")), fields(second.get("/concepts/bezwaar/edit"))
    theirs["d-nl-plain"] = "U zegt nee tegen een besluit."
    assert second.post("/concepts/bezwaar/edit", theirs).status_code == 303
    mine["d-nl-plain"] = "መልሲ ኣይተቐበልኩን"
    answer = first.post("/concepts/bezwaar/edit", mine)
    assert answer.status_code == 409
    assert "U zegt nee tegen een besluit." in said(answer) and "መልሲ ኣይተቐበልኩን" in said(answer)
    assert first.post("/concepts/bezwaar/edit", fields(answer)).status_code == 303
    session.expire_all()
    assert objection.definitions[0].plain == "መልሲ ኣይተቐበልኩን"


def test_one_more_row_needs_no_script_and_saves_nothing(session, visit, staff, objection):
    browser = visit(staff)
    form = fields(browser.get("/concepts/bezwaar/edit")) | {"d-nl-plain": "nog niet bewaard", "more": "t"}
    answer = browser.post("/concepts/bezwaar/edit", form)
    assert answer.status_code == 200
    assert "t-new1-text" in fields(answer) and "nog niet bewaard" in said(answer)
    session.expire_all()
    assert objection.definitions[0].plain == "U bent het niet eens met een besluit."


def test_a_rewritten_word_waits_for_a_reviewer_again(session, visit, staff, objection):
    arabic = objection.terms[1]
    editing.approve_term(session, arabic, by="Yusuf", by_id=2)
    session.commit()
    browser = visit(staff)
    form = fields(browser.get("/concepts/bezwaar/edit?show=ar"))
    form[f"t-{arabic.id}-text"] = "تظلّم"
    assert browser.post("/concepts/bezwaar/edit", form).status_code == 303
    session.expire_all()
    assert (arabic.text, arabic.status) == ("تظلّم", "proposed")


def test_relations_in_a_circle_are_refused(session, visit, staff, objection):
    other = editing.new_concept(session, "beroep", by="x")
    editing.propose_term(session, other, "nl", "beroep", by="x")
    editing.add_relation(session, objection, "broader", other, by="x")
    session.commit()
    browser = visit(staff)
    form = fields(browser.get("/concepts/beroep/edit")) | {"r-new1-kind": "broader", "r-new1-to": "bezwaar"}
    answer = browser.post("/concepts/beroep/edit", form)
    assert answer.status_code == 422 and "beroep → bezwaar → beroep" in said(answer)


def test_a_translator_proposes_and_does_not_write_concepts(visit, translator, outsider, objection):
    browser = visit(translator)
    assert browser.get("/concepts/bezwaar/edit").status_code == 403
    assert browser.post("/concepts/bezwaar/edit", {"d-nl-text": "x"}).status_code == 403
    assert browser.post("/concepts/new", {"t-new1-text": "x"}).status_code == 403
    assert browser.post("/concepts/bezwaar/picture", {"alt": "x"}).status_code == 403
    assert visit(outsider).get("/concepts/bezwaar/edit").status_code == 404


# taking back


def test_an_act_is_taken_back_and_the_history_shows_both(session, visit, staff, objection):
    browser = visit(staff)
    browser.post("/concepts/bezwaar/edit", fields(browser.get("/concepts/bezwaar/edit")) | {"d-nl-plain": "ስሕተት"})
    act = editing.history_of(session, objection.id)[0]
    page = said(browser.get("/concepts/bezwaar"))
    assert "ስሕተት" in page and f"/history/{act.id}/take-back" in page
    assert browser.post(f"/concepts/bezwaar/history/{act.id}/take-back").status_code == 303
    session.expire_all()
    assert objection.definitions[0].plain == "U bent het niet eens met een besluit."
    assert [a.action for a in editing.history_of(session, objection.id)[:2]] == ["undo", "changed"]
    again = browser.post(f"/concepts/bezwaar/history/{act.id}/take-back", follow_redirects=True)
    assert "changed again later" in said(again)


def test_who_did_not_do_it_and_does_not_review_cannot_take_it_back(session, visit, staff, translator, objection):
    act = editing.history_of(session, objection.id)[0]
    for person in (staff, translator):
        assert visit(person).post(f"/concepts/bezwaar/history/{act.id}/take-back").status_code == 403
    other = editing.new_concept(session, "ander", by="x")
    session.commit()
    theirs = editing.history_of(session, other.id)[0]
    assert visit(staff).post(f"/concepts/bezwaar/history/{theirs.id}/take-back").status_code == 404


def test_nobody_agrees_with_their_own_comparison(session, visit, reviewer, objection):
    editing.describe_equivalence(session, objection, "ar", "partial", by=reviewer.name, by_id=reviewer.id)
    session.commit()
    assert visit(reviewer).post("/concepts/bezwaar/equivalence/ar/agree").status_code == 403
    second = a_person(session, "Rana", "reviewer:nl-ar")
    assert visit(second).post("/concepts/bezwaar/equivalence/ar/agree").status_code == 303
    session.expire_all()
    assert objection.equivalences[0].status == "approved"


# the picture


def a_picture(format="JPEG", size=(1600, 800), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, format, **options)
    return out.getvalue()


def test_a_picture_is_made_small_and_loses_what_hid_in_it(session, visit, staff, objection):
    exif = Image.Exif()
    exif[0x010E] = "Lange Voort 12"
    browser = visit(staff)
    sent = a_picture(exif=exif) + b"<script>alert(1)</script>"
    assert b"Lange Voort" in sent
    answer = browser.post("/concepts/bezwaar/picture", {"picture": (io.BytesIO(sent), "foto.jpg"), "alt": "ደብዳቤ"}, content_type="multipart/form-data")
    assert answer.status_code == 303
    session.expire_all()
    kept = session.get(Picture, objection.picture.removeprefix("sha256:"))
    assert (kept.width, kept.height, kept.media_type) == (1200, 600, "image/jpeg")
    assert b"Lange Voort" not in kept.content and b"script" not in kept.content
    shown = browser.get("/concepts/bezwaar/picture")
    assert (shown.mimetype, shown.data, shown.headers["X-Content-Type-Options"]) == ("image/jpeg", kept.content, "nosniff")
    assert 'alt="ደብዳቤ"' in said(browser.get("/concepts/bezwaar"))


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.7", a_picture()[:200]],
)
def test_what_is_no_picture_is_refused(session, visit, staff, objection, content):
    answer = visit(staff).post("/concepts/bezwaar/picture", {"picture": (io.BytesIO(content), "foto.png"), "alt": "x"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    session.expire_all()
    assert objection.picture is None


def test_a_picture_that_no_concept_shows_goes_after_a_while_and_not_before(session, visit, staff, administrator, objection):
    import datetime as dt

    from app import pictures
    from app.pictures import GRACE, forget_unused
    from storage.columns import utc_now

    now = utc_now()
    used = pictures.keep(session, pictures.read_picture(a_picture()))
    orphan = pictures.keep(session, pictures.read_picture(a_picture(size=(30, 20))))
    objection.picture = used
    session.commit()
    assert forget_unused(session, now=now) == 0 == forget_unused(session, now=now + GRACE - dt.timedelta(hours=1))
    assert session.get(Picture, orphan.removeprefix(pictures.MARK)) is not None
    # shown again, and the time it was not shown is forgotten
    objection.picture = orphan
    session.flush()
    assert forget_unused(session, now=now + GRACE + dt.timedelta(days=1)) == 0
    objection.picture = used
    session.flush()
    assert forget_unused(session, now=now + GRACE + dt.timedelta(days=2)) == 0
    assert forget_unused(session, now=now + 3 * GRACE) == 1
    session.commit()
    session.expire_all()
    assert session.get(Picture, orphan.removeprefix(pictures.MARK)) is None
    assert session.get(Picture, used.removeprefix(pictures.MARK)) is not None
    # a concept that comes back after its picture went shows none
    objection.picture, objection.picture_alt = orphan, "ደብዳቤ"
    session.commit()
    assert "<figure" not in said(visit(staff).get("/concepts/bezwaar"))


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(visit, staff, objection):
    bomb = io.BytesIO()
    Image.new("1", (20000, 20000)).save(bomb, "PNG")
    answer = visit(staff).post("/concepts/bezwaar/picture", {"picture": (io.BytesIO(bomb.getvalue()), "b.png"), "alt": "x"}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "40 million pixels" in said(answer)


def test_a_removed_picture_comes_back_from_the_history(session, visit, staff, objection):
    browser = visit(staff)
    browser.post("/concepts/bezwaar/picture", {"picture": (io.BytesIO(a_picture("PNG")), "a.png"), "alt": "brief"}, content_type="multipart/form-data")
    browser.post("/concepts/bezwaar/picture", {"remove": "1"})
    assert browser.get("/concepts/bezwaar/picture").status_code == 404
    act = session.query(History).filter_by(concept_id=objection.id).order_by(History.id.desc()).first()
    browser.post(f"/concepts/bezwaar/history/{act.id}/take-back")
    assert browser.get("/concepts/bezwaar/picture").status_code == 200
