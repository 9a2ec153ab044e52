"""Removing concepts and making two one on the pages: who may, what is shown, and the way back."""

import pytest
from lxml import html

from app import impact
from app.models import Impact
from glossary import editing
from glossary.models import Definition, Equivalence
from tests.factories import a_person


@pytest.fixture
def two(session):
    made = []
    for code, arabic, degree in (("bezwaar", "اعتراض", "partial"), ("bezwaarschrift", "تظلّم", "none")):
        concept = editing.new_concept(session, code, by="Marijke", by_id=900, subject="procedure")
        for language, text in (("nl", code), ("ar", arabic), ("ti", "ተቓውሞ")):
            term = editing.propose_term(session, concept, language, text, by="Selam", by_id=901)
            if language == "ar":
                editing.approve_term(session, term, by="Yusuf", by_id=902)
        concept.definitions.append(Definition(language="ar", text=f"تعريف {arabic}"))
        concept.equivalences.append(Equivalence(language="ar", degree=degree, differs={"ar": "…"}, created_by="Rana"))
        made.append(concept)
    session.commit()
    return made


def said(answer) -> str:
    return answer.get_data(as_text=True)


def form(page) -> dict:
    return dict(html.fromstring(said(page)).xpath('//main//form[@method="post"]')[0].form_values())


def test_a_concept_is_removed_with_a_reason_and_its_page_brings_it_back(session, visit, administrator, two):
    browser = visit(administrator)
    page = browser.get("/concepts/bezwaar/remove")
    assert "What uses it" in said(page)
    sent = form(page)
    assert browser.post("/concepts/bezwaar/remove", sent).status_code == 422  # no reason
    assert browser.post("/concepts/bezwaar/remove", {**sent, "why": "ሓደ ጥራይ"}).status_code == 303
    gone = browser.get("/concepts/bezwaar")
    assert gone.status_code == 410 and "ሓደ ጥራይ" in said(gone) and "اعتراض" in said(gone)
    assert "اعتراض" in said(browser.get("/concepts/removed"))
    assert browser.post("/concepts/bezwaar/bring-back", {}).status_code == 303
    assert "اعتراض" in said(browser.get("/concepts/bezwaar?language=ar"))
    assert "Nobody removed a concept" in said(browser.get("/concepts/removed"))


def test_who_saw_an_older_page_removes_nothing(session, visit, administrator, two):
    browser = visit(administrator)
    sent = form(browser.get("/concepts/bezwaar/remove"))
    editing.propose_term(session, two[0], "fa", "اعتراض کتبی", by="Rana", by_id=903)
    session.commit()
    assert browser.post("/concepts/bezwaar/remove", {**sent, "why": "x"}).status_code == 409
    session.expire_all()
    assert editing.concept_with_code(session, "bezwaar") is not None


def test_decided_words_go_only_with_who_decides_on_their_languages(session, visit, staff, translator, outsider, two):
    undecided = editing.new_concept(session, "nieuw", by="Marijke", by_id=900)
    editing.propose_term(session, undecided, "ti", "ሓድሽ", by="Marijke", by_id=900)
    session.commit()
    arabic = a_person(session, "Yusuf", "reviewer:nl-ar")
    tigrinya = a_person(session, "Selam", "reviewer:nl-ti")
    session.commit()
    for path in ("/concepts/bezwaar/remove", "/concepts/bezwaar/merge"):
        assert visit(arabic).get(path).status_code == 200
        for person in (staff, translator, tigrinya):
            assert visit(person).get(path).status_code == 403
            assert visit(person).post(path, {"why": "x", "version": "1", "other": "bezwaarschrift"}).status_code == 403
        assert visit(outsider).get(path).status_code == 404
    assert visit(staff).get("/concepts/nieuw/remove").status_code == 200
    assert visit(translator).get("/concepts/removed").status_code == 403
    assert "/concepts/bezwaar/remove" not in said(visit(staff).get("/concepts/bezwaar"))
    assert "/concepts/bezwaar/remove" in said(visit(arabic).get("/concepts/bezwaar"))


def test_two_become_one_as_chosen_and_the_old_address_leads_there(session, visit, administrator, two):
    browser = visit(administrator)
    kept, other = two
    found = impact.ask(session, other, "law", other.terms, by=administrator)
    found_id, other_id, twin = found.id, other.id, next(t.id for t in other.terms if t.language == "ti")
    session.commit()
    assert "ተቓውሞ" in said(browser.get("/concepts/bezwaar/merge"))  # the same word: perhaps the same
    page = browser.get("/concepts/bezwaar/merge?other=bezwaarschrift")
    sent = form(page)
    assert {"choose:definition:ar", "choose:equivalence:ar", "choose:preferred:ar:"} <= set(sent)
    answer = browser.post("/concepts/bezwaar/merge", {**sent, "choose:definition:ar": "there", "why": "twee keer"})
    assert answer.status_code == 303
    session.expire_all()
    kept = editing.concept_with_code(session, "bezwaar")
    assert kept.definition("ar").text == "تعريف تظلّم" and kept.equivalence("ar").degree == "partial"
    moved = session.get(Impact, found_id)
    assert moved.concept_id == kept.id and twin not in {term["id"] for term in moved.terms}
    old = browser.get("/concepts/bezwaarschrift")
    assert old.status_code == 303 and old.headers["Location"].endswith("/concepts/bezwaar")
    act = editing.history_of(session, kept.id)[0]
    assert browser.post(f"/concepts/bezwaar/history/{act.id}/take-back", {}).status_code == 303
    session.expire_all()
    moved = session.get(Impact, found_id)
    assert moved.concept_id == other_id and twin in {term["id"] for term in moved.terms}
    assert browser.get("/concepts/bezwaarschrift").status_code == 200


def test_a_merge_with_itself_or_with_nothing_says_so(visit, administrator, two):
    browser = visit(administrator)
    assert "concept itself" in said(browser.get("/concepts/bezwaar/merge?other=bezwaar"))
    assert browser.get("/concepts/bezwaar/merge?other=bestaat-niet").status_code == 422
    assert browser.post("/concepts/bezwaar/merge", {"other": "bezwaarschrift", "versions": "0.0"}).status_code == 409
