"""Proposing from the editor, deciding in the queue, and being told."""

import re

import pytest
from sqlalchemy import select

from app.models import AnswerRead, Confidentiality
from glossary import editing, proposing, recognition
from glossary.models import History, Proposal, Term
from tests.factories import a_document, a_person, segments_of

AR, TI = "اعتراض", "መቃወሚ"


@pytest.fixture
def concept(session, translator):
    concept = editing.new_concept(session, "bezwaar", by="Marijke", by_id=None)
    for language, text in (("nl", "bezwaar"), ("ar", "شكوى")):
        term = editing.propose_term(session, concept, language, text, by="Marijke", by_id=None)
        editing.approve_term(session, term, by="Yusuf", by_id=None)
    session.commit()
    return concept


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


def propose(visitor, segment, **form):
    return visitor.post(f"/segments/{segment.id}/terms", {"source": "bezwaar", "text": AR, **form}, headers={"X-Requested-With": "fetch"})


def waiting_term(session, text=AR):
    return session.scalars(select(Term).where(Term.text == text, Term.status == "proposed")).one()


def test_a_word_is_proposed_beside_the_segment_with_its_sentence(session, visit, translator, segments, concept):
    answer = propose(visit(translator), segments[0])
    assert answer.status_code == 200 and AR in text_of(answer) and "<html" not in text_of(answer)
    term = waiting_term(session)
    assert (term.concept_id, term.language, term.context) == (concept.id, "ar", segments[0].sentence.text)
    assert re.fullmatch(r"document \d+ · 1", term.context_source)
    page = text_of(visit(translator).get("/concepts/bezwaar?language=ar"))
    assert re.search(r"document \d+, sentence 1", page) and term.context_source not in page
    assert (term.created_by_id, term.status) == (translator.id, "proposed")


def test_without_a_script_the_page_of_the_segment_comes_back(visit, translator, segments, concept):
    answer = visit(translator).post(f"/segments/{segments[1].id}/terms", {"source": "bezwaar", "text": AR})
    assert answer.status_code == 303 and f"segment={segments[1].id}" in answer.headers["Location"]


def test_a_confidential_sentence_is_never_sent_along_whatever_the_form_says(session, visit, translator, staff, concept):
    document = a_document(session, by=staff, confidentiality=Confidentiality.CONFIDENTIAL)
    segment = segments_of(session, document.translations[0])[0]
    visitor = visit(translator)
    panel = text_of(visitor.get(f"/segments/{segment.id}/panel"))
    assert "This document is confidential" in panel and 'name="context"' not in panel
    assert propose(visitor, segment, context="Uw aanvraag is ontvangen.").status_code == 200
    term = waiting_term(session)
    assert term.context is None and term.context_source is None
    visitor.post("/concepts/bezwaar/propose", {"about": "new:ar", "text": "تظلم", "segment": str(segment.id), "context": "Uw aanvraag"})
    assert waiting_term(session, "تظلم").context is None
    history = session.scalars(select(History)).all()
    assert not any("aanvraag" in str(act.after) for act in history)


def test_a_word_of_several_concepts_asks_which_one_is_meant(session, visit, translator, segments, concept):
    other = editing.new_concept(session, "bezwaar-gevoel", by="Marijke")
    editing.propose_term(session, other, "nl", "bezwaar", by="Marijke")
    visitor = visit(translator)
    asked = propose(visitor, segments[0])
    assert asked.status_code == 422
    assert "bezwaar-gevoel" in text_of(asked) and AR in text_of(asked)
    assert propose(visitor, segments[0], concept="bezwaar-gevoel").status_code == 200
    assert waiting_term(session).concept.code == "bezwaar-gevoel"


@pytest.mark.parametrize(
    ("form", "said"),
    [({"text": "…"}, "at least one letter"), ({"text": "ቃ" * 501}, "at most 500"), ({"text": "شكوى"}, "already has this term"), ({"source": " "}, "missing")],
)
def test_what_cannot_be_a_term_is_told_at_the_form_with_everything_kept(session, visit, translator, segments, concept, form, said):
    answer = propose(visit(translator), segments[0], note="ማስታወሻ", **form)
    assert answer.status_code == 422 and said in text_of(answer) and "ማስታወሻ" in text_of(answer)
    assert editing.count_proposals(session) == 0


def test_the_queue_says_what_it_is_who_asks_and_shows_invisible_signs(session, visit, translator, reviewer, segments, concept):
    sly = "اعت\u200bراض\u202e"
    propose(visit(translator), segments[0], text=sly)
    page = text_of(visit(reviewer).get("/to-review/terms"))
    assert "A new word" in page and "Samira" in page and "Arabic" in page
    assert ">ZWSP</bdi>" in page and ">RLO</bdi>" in page
    assert "شكوى" in page and "preferred" in page, "what the concept already has"
    assert sly in page, "in the field it stands as it was written"
    assert waiting_term(session, sly).text == sly


def test_the_oldest_waits_first_and_words_from_files_do_not_hide_it(session, visit, translator, reviewer, concept):
    for text in (AR, "تظلم"):
        editing.propose_term(session, concept, "ar", text, by="Samira", by_id=translator.id)
    other = editing.new_concept(session, "elders", by="starter pack")
    for number in range(30):
        editing.propose_term(session, other, "ar", f"كلمة {number}", by="starter pack")
    page = text_of(visit(reviewer).get("/to-review/terms"))
    assert page.index(AR) < page.index("تظلم") and "كلمة 3" not in page
    files = text_of(visit(reviewer).get("/to-review/terms?from=files"))
    assert "كلمة 3" in files and "page=1" in files


def test_a_reviewer_of_another_language_neither_sees_nor_decides(session, visit, translator, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    other = visit(a_person(session, "Hana", "reviewer:nl-ti"))
    assert AR not in text_of(other.get("/to-review/terms"))
    assert other.post(f"/terms/{term.id}/decide", {"decision": "prefer"}).status_code == 403
    assert visit(translator).post(f"/terms/{term.id}/decide", {"decision": "prefer"}).status_code == 403


def test_an_approval_counts_from_the_next_look_up_and_the_proposer_is_told(session, visit, translator, reviewer, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    answer = visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "prefer", "reason": "ጽቡቕ", "back": "queue"})
    assert answer.status_code == 303 and "/to-review/terms" in answer.headers["Location"]
    session.expire_all()
    (hit,) = recognition.recognise(session, "U kunt bezwaar maken.", source_language="nl", target_language="ar")
    assert hit.targets[0].text == AR and hit.targets[0].status == "preferred"
    page = text_of(visit(translator).get("/my-work"))
    assert "Answers to your proposals" in page and AR in page and "approved" in page and "ጽቡቕ" in page
    number = re.search(r'name="answer" value="(\d+)"', page)[1]
    # what is a digit and no number is nobody's answer
    assert visit(translator).post("/my-proposals/read", {"answer": "²", "back": "my-work"}).status_code == 303
    visit(translator).post("/my-proposals/read", {"answer": number, "back": "my-work"})
    assert AR not in text_of(visit(translator).get("/my-work"))
    assert AR in text_of(visit(translator).get("/my-proposals")), "what was read is still there to read"
    assert session.scalars(select(AnswerRead.person_id)).all() == [translator.id]


def test_a_refusal_needs_a_reason_and_reaches_its_proposer(session, visit, translator, reviewer, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    written = {"decision": "refuse", "text": "اعتراض إداري", "register": "plain", "note": "ጽሑፍ", "back": "queue", "from": "people"}
    told = visit(reviewer).post(f"/terms/{term.id}/decide", written)
    page = told.get_data(as_text=True)
    assert told.status_code == 422 and "Say why" in page and "<details class=\"whole\" open>" in page
    assert 'value="اعتراض إداري"' in page and 'value="ጽሑፍ"' in page and '<option value="plain" selected>' in page
    assert 'name="back" value="queue"' in page and f'href="#f-new-{term.id}-reason"' in page
    visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "refuse", "reason": "هذا شيء آخر"})
    page = text_of(visit(translator).get("/my-work"))
    assert "refused" in page and "هذا شيء آخر" in page and AR in page


def test_a_reviewer_reaches_what_uses_a_word_from_its_concept(session, visit, translator, reviewer, concept):
    arabic = concept.terms_in("ar")[0]
    arabic.status = "preferred"
    editing.propose_term(session, concept, "ti", "ተቓውሞ", by="x").status = "admitted"
    session.commit()
    page = visit(reviewer).get("/concepts/bezwaar?language=ar").get_data(as_text=True)
    links = set(re.findall(r"/terms/(\d+)/impact\?wanted=(\w+)", page))
    assert links == {(str(arabic.id), "forbidden"), (str(arabic.id), "deprecated")}, "of the reviewer's own languages"
    assert visit(reviewer).get(f"/terms/{arabic.id}/impact?wanted=forbidden").status_code == 200
    assert "/impact" not in visit(translator).get("/concepts/bezwaar?language=ar").get_data(as_text=True)


def test_nobody_decides_on_their_own_word(session, visit, reviewer, segments, concept):
    propose(visit(reviewer), segments[0])
    term = waiting_term(session)
    for decision in ("prefer", "admit", "refuse"):
        answer = visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": decision, "reason": "ok"})
        assert answer.status_code == 403, decision
    page = text_of(visit(reviewer).get("/to-review/terms"))
    assert AR in page and "Another reviewer has to decide" in page and f"/terms/{term.id}/decide" not in page


def test_a_reviewers_own_wording_waits_until_the_proposer_agrees(session, visit, translator, reviewer, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    better = "اعتراض إداري"
    visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "admit", "text": better, "reason": "أدق"})
    session.expire_all()
    assert (term.text, term.status, term.wish) == (better, "proposed", "admitted")
    assert visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "prefer"}).status_code == 403, "last changed it"
    assert visit(reviewer).post(f"/terms/{term.id}/agree").status_code == 403
    page = text_of(visit(translator).get("/my-work"))
    assert better in page and "put your proposal otherwise" in page
    assert "أدق" in page and AR in page, "what was written before, and why it was changed"
    assert visit(translator).post(f"/terms/{term.id}/agree").status_code == 303
    session.expire_all()
    assert (term.status, term.decided_by) == ("admitted", "Samira")


def test_a_new_concepts_dutch_word_is_approved_in_the_same_go(session, visit, translator, reviewer, segments):
    propose(visit(translator), segments[0], source="dwangsom", text="غرامة تهديدية")
    term, dutch = waiting_term(session, "غرامة تهديدية"), waiting_term(session, "dwangsom")
    assert term.concept_id == dutch.concept_id
    page = text_of(visit(reviewer).get("/to-review/terms"))
    assert "Approve the word it stands for as well" in page
    visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "prefer", "also": str(dutch.id)})
    session.expire_all()
    assert (term.status, dutch.status) == ("preferred", "preferred")


def test_two_reviewers_at_once_are_one_after_the_other(session, visit, translator, reviewer, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    second = a_person(session, "Rana", "reviewer:nl-ar")
    visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "refuse", "reason": "لا"})
    answer = visit(second).post(f"/terms/{term.id}/decide", {"decision": "prefer"}, follow_redirects=True)
    assert "Somebody was faster" in text_of(answer)


CHANGES = [
    ("equivalence:ar", {"degree": "partial", "strategy": "describe", "differs-ar": "لا توجد محكمة مثلها"}, "How it differs"),
    ("definition:ti", {"text": "ኣብ ልዕሊ ውሳነ ዝቐርብ መቃወሚ", "plain": "ኣይተሰማማዕኩን"}, "What it means"),
    ("term", {"note": "تُستعمل في الرسائل", "status": "admitted", "variants": "شكاوى\nشكاوي"}, "A change of a word"),
]


@pytest.mark.parametrize(("about", "form", "said"), CHANGES, ids=[change[2] for change in CHANGES])
def test_a_change_waits_is_approved_and_its_proposer_told(session, visit, translator, reviewer, concept, about, form, said):
    reviewer_ti = a_person(session, "Hana", "reviewer:nl-ti")
    decider = reviewer_ti if "ti" in about else reviewer
    arabic = concept.terms_in("ar")[0]
    about = f"term:{arabic.id}" if about == "term" else about
    if about.startswith("term"):
        form = {"text": arabic.text, **form}
    asker = visit(translator)
    assert asker.get(f"/concepts/bezwaar/propose?about={about}&language=ar").status_code == 200
    assert asker.post("/concepts/bezwaar/propose", {"about": about, "language": "ar", "reason": "ስለዚ", **form}).status_code == 303
    proposal = session.scalars(select(Proposal)).one()
    assert proposal.state == "waiting" and not concept.equivalences and not concept.definitions
    page = text_of(visit(decider).get("/to-review/terms"))
    assert said in page and "ስለዚ" in page
    assert visit(translator).post(f"/proposals/{proposal.id}/decide", {"decision": "approve"}).status_code == 403
    field = next(f"{n}-{tag}" for n, v in proposal.values.items() if isinstance(v, dict) for tag in v) if "differs" in proposal.values else "reason"
    refused = visit(decider).post(f"/proposals/{proposal.id}/decide", {"decision": "refuse", field: "ጽሑፍ የተጻፈ"} if field != "reason" else {"decision": "refuse"})
    kept = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "Say why" in kept and ("ጽሑፍ የተጻፈ" in kept) == (field != "reason")
    session.expire_all()
    assert visit(decider).post(f"/proposals/{proposal.id}/decide", {"decision": "approve"}).status_code == 303
    session.expire_all()
    assert proposal.state == "approved" and proposal.decided_by == decider.name
    for name, value in proposal.values.items():
        row = proposing.target_of(session, proposal, concept)
        assert getattr(row, name) == value
    told = text_of(asker.get("/my-work"))
    assert "Answers to your proposals" in told and decider.name in told
    act = session.get(History, proposal.history_id)
    editing.undo(session, act.id, by="Yusuf")
    session.commit()
    assert concept.definition("ti") is None and concept.equivalence("ar") is None


def test_a_change_of_what_changed_meanwhile_is_shown_and_not_made(session, visit, translator, reviewer, concept):
    asker = visit(translator)
    asker.post("/concepts/bezwaar/propose", {"about": "definition:nl", "text": "Vragen om een nieuw besluit."})
    proposal = session.scalars(select(Proposal)).one()
    from glossary.models import Definition

    editing.change_concept(session, concept, definitions=[Definition(language="nl", text="Iets anders.")], by="Tesfay")
    answer = visit(reviewer).post(f"/proposals/{proposal.id}/decide", {"decision": "approve"}, follow_redirects=True)
    assert "was changed meanwhile" in text_of(answer)
    session.expire_all()
    assert concept.definition("nl").text == "Iets anders." and proposal.state == "waiting"


def test_a_reviewers_own_wording_of_a_change_waits_too(session, visit, translator, reviewer, concept):
    visit(translator).post("/concepts/bezwaar/propose", {"about": "definition:ar", "text": "طلب"})
    proposal = session.scalars(select(Proposal)).one()
    form = {"decision": "approve", "text": "طلب لإعادة النظر", "reason": "أوضح"}
    visit(reviewer).post(f"/proposals/{proposal.id}/decide", form)
    session.expire_all()
    assert proposal.state == "waiting" and concept.definition("ar") is None
    assert visit(reviewer).post(f"/proposals/{proposal.id}/decide", {"decision": "approve"}).status_code == 403
    assert visit(reviewer).post(f"/proposals/{proposal.id}/agree").status_code == 404
    assert "طلب لإعادة النظر" in text_of(visit(translator).get("/my-work"))
    visit(translator).post(f"/proposals/{proposal.id}/agree")
    session.expire_all()
    assert concept.definition("ar").text == "طلب لإعادة النظر"


def test_another_spelling_is_a_new_word_that_takes_the_place_of_the_old(session, visit, translator, reviewer, concept):
    old = concept.terms_in("ar")[0]
    form = {"about": f"term:{old.id}", "text": AR, "reason": "كلمة القانون"}
    visit(translator).post("/concepts/bezwaar/propose", form)
    term = waiting_term(session)
    assert term.replaces_id == old.id
    visit(reviewer).post(f"/terms/{term.id}/decide", {"decision": "prefer"})
    session.expire_all()
    assert (term.status, old.status, old.reason) == ("preferred", "deprecated", "كلمة القانون")


def test_forbidding_needs_a_reason(session, visit, translator, concept):
    old = concept.terms_in("ar")[0]
    answer = visit(translator).post("/concepts/bezwaar/propose", {"about": f"term:{old.id}", "text": old.text, "status": "forbidden"})
    assert answer.status_code == 422 and "Say why" in text_of(answer)


def test_who_proposed_may_take_it_back(session, visit, translator, reviewer, segments, concept):
    propose(visit(translator), segments[0])
    term = waiting_term(session)
    assert visit(reviewer).post(f"/terms/{term.id}/withdraw").status_code == 404
    assert visit(translator).post(f"/terms/{term.id}/withdraw").status_code == 303
    assert editing.count_proposals(session) == 0


def test_the_sentence_goes_with_its_document_also_from_the_history(session, visit, translator, reviewer, staff, letter, segments, concept):
    propose(visit(translator), segments[0])
    propose(visit(translator), segments[1], text="تظلم", context="Bel 071- als u vragen hebt.")
    visit(reviewer).post(f"/terms/{waiting_term(session, 'تظلم').id}/decide", {"decision": "refuse", "reason": "لا"})
    visit(staff).post(f"/documents/{letter.id}/erase", {"memory": "yes"})
    session.expire_all()
    assert waiting_term(session).context is None
    acts = session.scalars(select(History)).all()
    assert not any(word in str((act.before, act.after)) for act in acts for word in ("aanvraag", "vragen hebt"))
    assert any("تظلم" in str(act.after) for act in acts), "the word itself stays in the history"


def test_an_outsider_learns_nothing(visit, outsider, concept):
    visitor = visit(outsider)
    for path in ("/concepts/bezwaar/propose", "/to-review/terms", "/my-proposals"):
        assert visitor.get(path).status_code == 404
