"""What one person wrote and another has to see: reading through a file's words, definitions, and the waiver."""

import pytest
from lxml import html
from sqlalchemy import select

from glossary import editing
from glossary.models import Definition, Equivalence, History
from tests.factories import a_person


@pytest.fixture
def brought(session):
    """A concept as a file brings it: words in three languages, a comparison and a definition nobody decided on."""
    concept = editing.new_concept(session, "bezwaar", by="Dragoman", subject="procedure")
    for language, text, wish in (("nl", "bezwaar", "preferred"), ("ti", "ተቓውሞ", "admitted"), ("ti-ER", "ተቓውሞ ኣቤቱታ", "preferred"), ("ti", "ጥርዓን", "preferred"), ("ti", "ክስ", "forbidden"), ("ar", "اعتراض", None)):
        editing.propose_term(session, concept, language, text, by="Dragoman", wish=wish)
    concept.definitions += [Definition(language="ti", text="ናብ ቤት ጽሕፈት ትጽሕፍ።"), Definition(language="nl", text="U bent het niet eens.")]
    concept.equivalences += [
        Equivalence(language=tag, degree="partial", differs={tag: text}, created_by="Dragoman") for tag, text in (("ti", "ይፈላለ"), ("ar", "يختلف"))
    ]
    session.commit()
    return concept


@pytest.fixture
def selam(session):
    person = a_person(session, "Selam", "reviewer:nl-ti")
    session.commit()
    return person


def said(answer) -> str:
    return answer.get_data(as_text=True)


def boxes(page) -> list[str]:
    return html.fromstring(said(page)).xpath('//input[@name="read"]/@value')


def test_what_was_read_is_approved_in_one_language_and_nothing_else(session, visit, selam, brought):
    browser = visit(selam)
    page = browser.get("/to-review/terms/read?language=ti")
    for text in ("ተቓውሞ", "ናብ ቤት ጽሕፈት ትጽሕፍ።", "ይፈላለ"):
        assert text in said(page)
    assert "ክስ" not in said(page)  # to be forbidden: a decision of its own
    assert browser.post("/to-review/terms/read", {"language": "ti", "read": boxes(page)}).status_code == 303
    session.expire_all()
    statuses = {t.text: t.status for t in brought.terms}
    assert statuses == {
        "bezwaar": "proposed", "ተቓውሞ": "admitted", "ተቓውሞ ኣቤቱታ": "preferred", "ጥርዓን": "preferred", "ክስ": "proposed", "اعتراض": "proposed",
    }  # fmt: skip
    assert {e.language: e.status for e in brought.equivalences} == {"ti": "approved", "ar": "proposed"}
    assert {d.language: d.seen for d in brought.definitions} == {"ti": True, "nl": False}
    assert all(t.decided_by_id == selam.id for t in brought.terms if t.status in ("preferred", "admitted"))
    assert not boxes(browser.get("/to-review/terms/read?language=ti"))


def test_nothing_of_ones_own_and_nothing_that_changed_is_approved(session, visit, selam, brought):
    mine = editing.propose_term(session, brought, "ti", "ናተይ ቃል", by=selam.name, by_id=selam.id)
    row = brought.equivalence("ti")
    row.created_by, row.created_by_id = selam.name, selam.id
    session.commit()
    browser = visit(selam)
    (old,) = boxes(browser.get("/to-review/terms/read?language=ti"))
    editing.change_term(session, brought.terms[1], by="Rana", by_id=77, note="ሓድሽ")
    session.commit()
    browser.post("/to-review/terms/read", {"language": "ti", "read": old})
    session.expire_all()
    assert brought.terms[1].status == "proposed"
    assert "read it again" in said(browser.get("/to-review/terms/read?language=ti"))
    browser.post("/to-review/terms/read", {"language": "ti", "read": boxes(browser.get("/to-review/terms/read?language=ti"))})
    session.expire_all()
    assert brought.terms[1].status == "admitted" and mine.status == "proposed" and brought.equivalence("ti").status == "proposed"


def test_words_of_an_imported_file_do_not_stand_among_what_people_ask_for(session, administrator, brought):
    from glossary import waiting
    from glossary.exchange import load_concepts

    load_concepts(
        session, [{"code": "uit-een-bestand", "terms": [{"language": "ti", "text": "ካብ ፋይል"}]}],
        origin="import", origin_name="x.csv", by=administrator.name, by_id=administrator.id,
    )  # fmt: skip
    asked = editing.propose_term(session, brought, "ti", "ናተይ ቃል", by=administrator.name, by_id=administrator.id)
    people, files = (waiting.waiting(session, ["ti"], **only) for only in ({"people_only": True}, {"files_only": True}))
    assert [w.term for w in people] == [asked]
    assert "ካብ ፋይል" in [w.term.text for w in files] and waiting.count_waiting(session, ["ti"]) == len(people) + len(files)


def test_only_reviewers_of_the_language_read_through(visit, selam, translator, staff, brought):
    assert visit(selam).get("/to-review/terms/read?language=ar").status_code == 403
    assert visit(selam).post("/to-review/terms/read", {"language": "ar", "read": "1.1"}).status_code == 403
    for person in (translator, staff):
        assert visit(person).get("/to-review/terms/read").status_code == 403
    assert visit(selam).post("/to-review/terms/read", {"language": "ti", "read": "x"}).status_code == 303


def test_a_definition_says_that_only_its_author_has_read_it(session, visit, staff, selam, translator, brought):
    other = a_person(session, "Rana", "staff")
    session.commit()
    browser = visit(staff)
    page = browser.get("/concepts/bezwaar/edit")
    fields = dict(html.fromstring(said(page)).xpath('//form[@class="concept-form"]')[0].form_values())
    assert browser.post("/concepts/bezwaar/edit", {**fields, "d-nl-text": "U schrijft waarom het anders moet."}).status_code == 303
    session.expire_all()
    dutch = brought.definition("nl")
    where = "/concepts/bezwaar/definitions/nl/seen"
    assert "Not yet seen by a second person" in said(browser.get("/concepts/bezwaar")) and where not in said(browser.get("/concepts/bezwaar"))
    words = {"words": dutch.words_hash()}
    assert browser.post(where, words).status_code == 403  # one's own
    assert visit(translator).post(where, words).status_code == 403
    assert where in said(visit(other).get("/concepts/bezwaar"))
    assert visit(other).post(where, {"words": "older"}).status_code == 303
    session.expire_all()
    assert not dutch.seen
    visit(other).post(where, words)
    session.expire_all()
    assert dutch.seen and (dutch.seen_by, dutch.seen_by_id) == ("Rana", other.id)
    # in the client's language its reviewers say it
    assert visit(other).post("/concepts/bezwaar/definitions/ti/seen", {"words": brought.definition("ti").words_hash()}).status_code == 403
    dutch.text = "Weer anders."
    session.commit()
    assert not dutch.seen and where in said(visit(other).get("/concepts/bezwaar"))


def test_an_administrator_waives_the_rule_for_one_word_with_a_reason(session, visit, administrator, selam, brought):
    word = editing.propose_term(session, brought, "ti", "ናተይ ቃል", by=selam.name, by_id=selam.id)
    session.commit()
    decide, waive = f"/terms/{word.id}/decide", f"/terms/{word.id}/waiver"
    assert visit(selam).post(decide, {"decision": "prefer"}).status_code == 403
    assert visit(selam).post(waive, {"reason": "ኣነ ጥራይ"}).status_code == 403
    admin = visit(administrator)
    assert admin.post(waive, {"reason": ""}).status_code == 422
    assert waive in said(admin.get("/concepts/bezwaar?language=ti"))
    assert admin.post(waive, {"reason": "Niemand anders leest Tigrinya"}).status_code == 303
    assert "Niemand anders leest Tigrinya" in said(visit(selam).get("/to-review/terms?from=people"))
    assert visit(selam).post(decide, {"decision": "prefer"}).status_code == 303
    session.expire_all()
    assert word.status == "preferred" and word.waived_by == administrator.name
    whys = [act.why for act in session.scalars(select(History).where(History.concept_id == brought.id).order_by(History.id.desc()).limit(2))]
    assert whys == ["waiver: Niemand anders leest Tigrinya", "Niemand anders leest Tigrinya"]
    assert "Niemand anders leest Tigrinya" in said(visit(selam).get("/concepts/bezwaar?language=ti"))
    # other words are another decision
    editing.change_term(session, word, by=selam.name, by_id=selam.id, text="ካልእ ቃል")
    session.commit()
    assert word.waiver is None and visit(selam).post(decide, {"decision": "prefer"}).status_code == 403
