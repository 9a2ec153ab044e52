"""The verbs of the term base, what they refuse, and that all of it can be taken back."""

import pytest
from sqlalchemy import select

from glossary import editing
from glossary.editing import (
    CyclicRelation,
    DuplicateCode,
    DuplicateTerm,
    EmptyTerm,
    NotDecidable,
    OwnProposal,
    TermTooLong,
)
from glossary.history import ChangedSince, NothingToUndo, rows_of
from glossary.models import Concept, Definition, Equivalence, LegalReference, Relation, Term, text_hash
from languages.tags import UnknownLanguage
from storage import changes

TRANSLATOR, REVIEWER = {"by": "Selam", "by_id": 1}, {"by": "Rana", "by_id": 2}


@pytest.fixture
def asylum(session):
    concept = editing.new_concept(session, "verblijfsvergunning-asiel", subject="asylum", **REVIEWER)
    editing.propose_term(session, concept, "nl", "verblijfsvergunning asiel", **REVIEWER)
    return concept


WORDS = [("ar", "تصريح إقامة لجوء"), ("ti", "ፍቓድ ዑቕባ"), ("am", "የጥገኝነት ፈቃድ"), ("fa", "اجازهٔ اقامت پناهندگی"), ("nl", "asielvergunning")]


def test_a_proposal_keeps_what_was_written_and_waits(session, asylum):
    for language, text in WORDS:
        term = editing.propose_term(session, asylum, language, text, context="…", reason="used at the desk", **TRANSLATOR)
        session.commit()
        stored = session.get(Term, term.id)
        assert (stored.text, stored.status, stored.created_by_id) == (text, "proposed", 1)
        assert stored in editing.proposals(session, [language])
        assert stored not in editing.proposals(session, ["so"])


def test_the_queue_of_a_language_holds_its_varieties_and_not_its_namesakes(session, asylum):
    syrian = editing.propose_term(session, asylum, "ar_SY", "إقامة لجوء", **TRANSLATOR)
    editing.propose_term(session, asylum, "arc", "ܬܓܪܒܬܐ", **TRANSLATOR)
    assert editing.proposals(session, ["ar"]) == [syrian]
    assert editing.count_proposals(session, ["ar"]) == 1
    assert syrian.language == "ar-SY"


def test_a_second_person_approves_and_the_indexes_are_told(session, asylum):
    term = editing.propose_term(session, asylum, "ti", "ፍቓድ ዑቕባ", **TRANSLATOR)
    session.commit()
    seen = changes.position(session)
    editing.approve_term(session, term, **REVIEWER)
    session.commit()
    assert (term.status, term.decided_by, term.decided_by_id) == ("preferred", "Rana", 2)
    assert asylum.id in changes.since(session, "glossary", seen).keys
    assert term not in editing.proposals(session)


def test_nobody_approves_what_they_wrote_or_last_changed(session, asylum):
    term = editing.propose_term(session, asylum, "ar", "تصريح إقامة لجوء", **TRANSLATOR)
    with pytest.raises(OwnProposal):
        editing.approve_term(session, term, **TRANSLATOR)
    with pytest.raises(OwnProposal):
        editing.forbid_term(session, term, "no", **TRANSLATOR)
    editing.change_term(session, term, text="تصريح لجوء", **REVIEWER)
    with pytest.raises(OwnProposal):
        editing.approve_term(session, term, **REVIEWER)
    assert term.status == "proposed"
    editing.approve_term(session, term, by="Hanna", by_id=3)
    assert term.status == "preferred"


def test_two_people_of_one_name_are_two_people(session, asylum):
    term = editing.propose_term(session, asylum, "fa", "پناهندگی", by="Ali", by_id=7)
    editing.approve_term(session, term, by="Ali", by_id=8)
    assert term.decided_by_id == 8


def test_a_waiver_lets_one_person_do_both_and_stays_in_the_history(session, asylum):
    term = editing.propose_term(session, asylum, "ti", "ዑቕባ", **TRANSLATOR)
    editing.approve_term(session, term, waiver="no second reviewer of Tigrinya", **TRANSLATOR)
    assert editing.history_of(session, asylum.id)[0].why == "waiver: no second reviewer of Tigrinya"


def test_a_new_preferred_term_makes_the_old_one_admitted_in_its_register_only(session, asylum):
    plain = editing.propose_term(session, asylum, "ar", "ورقة اللجوء", register="plain", **TRANSLATOR)
    old = editing.propose_term(session, asylum, "ar", "تصريح لجوء", register="official", **TRANSLATOR)
    new = editing.propose_term(session, asylum, "ar", "تصريح إقامة لجوء", register="official", **TRANSLATOR)
    for term in (plain, old, new):
        editing.approve_term(session, term, **REVIEWER)
    assert (plain.status, old.status, new.status) == ("preferred", "admitted", "preferred")
    assert asylum.terms_in("ar", "nl")[0].status == "preferred"


def test_approving_a_replacement_deprecates_what_it_replaces(session, asylum):
    old = editing.propose_term(session, asylum, "am", "የስደተኛ ፈቃድ", **TRANSLATOR)
    editing.approve_term(session, old, **REVIEWER)
    new = editing.propose_term(session, asylum, "am", "የጥገኝነት ፈቃድ", replaces_id=old.id, **TRANSLATOR)
    editing.approve_term(session, new, **REVIEWER)
    assert (old.status, new.status, new.replaces_id) == ("deprecated", "preferred", None)


def test_changing_an_approved_text_asks_for_a_second_person_again_and_a_note_does_not(session, asylum):
    term = editing.propose_term(session, asylum, "tr", "iltica izni", **TRANSLATOR)
    editing.approve_term(session, term, **REVIEWER)
    editing.change_term(session, term, note="as on the card", **TRANSLATOR)
    assert term.status == "preferred"
    editing.change_term(session, term, text="iltica oturum izni", **TRANSLATOR)
    assert (term.status, term.wish, term.decided_by) == ("proposed", "preferred", None)


def test_a_refused_proposal_is_gone_and_its_proposer_can_read_why(session, asylum):
    term = editing.propose_term(session, asylum, "ar", "إقامة", **TRANSLATOR)
    editing.refuse_term(session, term, "too wide: every residence permit", **REVIEWER)
    session.commit()
    assert [term.text for term in asylum.terms] == ["verblijfsvergunning asiel"]
    (outcome,) = editing.decisions_for(session, 1)
    assert (outcome.action, outcome.why) == ("refused", "too wide: every residence permit")
    assert [row["text"] for row in outcome.before.values() if "text" in row] == ["إقامة"]
    assert editing.decisions_for(session, 2) == []


def test_only_a_proposal_can_be_refused(session, asylum):
    term = editing.propose_term(session, asylum, "ar", "إقامة", **TRANSLATOR)
    editing.approve_term(session, term, "admitted", **REVIEWER)
    with pytest.raises(NotDecidable):
        editing.refuse_term(session, term, "no", **REVIEWER)


@pytest.mark.parametrize("again", ["تصريح إقامة", "  تصريح إقامة "])
def test_the_same_word_twice_is_refused_whatever_its_composition(session, asylum, again):
    import unicodedata

    term = editing.propose_term(session, asylum, "ar", "تصريح إقامة", **TRANSLATOR)
    with pytest.raises(DuplicateTerm) as refusal:
        editing.propose_term(session, asylum, "ar", unicodedata.normalize("NFD", again), **REVIEWER)
    assert refusal.value.term_id == term.id
    editing.propose_term(session, asylum, "ar-SY", "تصريح إقامة", **REVIEWER)


def test_terms_that_are_no_terms_are_refused_before_anything_is_saved(session, asylum):
    with pytest.raises(EmptyTerm):
        editing.propose_term(session, asylum, "ar", " ‏؟ ", **TRANSLATOR)
    with pytest.raises(TermTooLong) as refusal:
        editing.propose_term(session, asylum, "ti", "ዑ" * 10_000, **TRANSLATOR)
    assert refusal.value.length == 10_000
    with pytest.raises(UnknownLanguage):
        editing.propose_term(session, asylum, "klingon!", "asiel", **TRANSLATOR)
    assert len(asylum.terms) == 1


def test_a_code_is_unique_and_can_be_made_from_a_title_of_any_script(session, asylum):
    with pytest.raises(DuplicateCode):
        editing.new_concept(session, "verblijfsvergunning-asiel", **REVIEWER)
    first = editing.new_concept(session, title="Voorlopige voorziening!", **REVIEWER)
    second = editing.new_concept(session, title="voorlopige voorziening", **REVIEWER)
    arabic = editing.new_concept(session, title="تصريح إقامة", **REVIEWER)
    assert [first.code, second.code, arabic.code] == ["voorlopige-voorziening", "voorlopige-voorziening-2", "تصريح-إقامة"]


def test_wider_concepts_cannot_go_in_a_circle_and_the_circle_is_named(session):
    a, b, c = (editing.new_concept(session, code, **REVIEWER) for code in ("a", "b", "c"))
    editing.add_relation(session, a, "broader", b, **REVIEWER)
    editing.add_relation(session, c, "narrower", b, **REVIEWER)
    with pytest.raises(CyclicRelation) as refusal:
        editing.add_relation(session, c, "broader", a, **REVIEWER)
    assert refusal.value.path == ["c", "a", "b", "c"]
    with pytest.raises(CyclicRelation):
        editing.add_relation(session, a, "broader", a, **REVIEWER)
    one = editing.add_relation(session, a, "false_friend", c, **REVIEWER)
    assert editing.add_relation(session, c, "false_friend", a, **REVIEWER) is one
    assert len(session.scalars(select(Relation)).all()) == 3


def full_concept(session, code: str) -> Concept:
    concept = editing.new_concept(session, code, **REVIEWER)
    concept.definitions.append(Definition(language="nl", text="Besluit waarmee …", plain="Een brief waarin staat dat …"))
    concept.equivalences.append(Equivalence(language="ar", degree="partial", differs={"en": "wider"}, created_by="Rana"))
    concept.law.append(LegalReference(act="Vreemdelingenwet 2000", bwb="BWBR0011823", article="28", paragraph="1"))
    session.flush()
    editing.propose_term(session, concept, "nl", code, **TRANSLATOR)
    editing.propose_term(session, concept, "ti", f"ቃል {code}", **TRANSLATOR)
    return concept


def _without_marks(row):
    return {name: value for name, value in row.items() if name not in ("version", "changed_at", "changed_by", "changed_by_id")}


def test_a_removed_concept_comes_back_as_itself(session):
    concept = full_concept(session, "bezwaar")
    other = full_concept(session, "beroep")
    editing.add_relation(session, other, "related", concept, **REVIEWER)
    session.commit()
    concept_id, before = concept.id, rows_of(session, concept.id)
    act = editing.remove_concept(session, concept, why="imported twice", **REVIEWER)
    session.commit()
    assert rows_of(session, concept_id) == {} and other.relations == []
    full_concept(session, "nieuw")
    editing.undo(session, act.id, **REVIEWER)
    session.commit()
    after = rows_of(session, concept_id)
    assert {key: _without_marks(row) for key, row in after.items()} == {key: _without_marks(row) for key, row in before.items()}
    assert [act.action for act in editing.history_of(session, concept_id)[:2]] == ["undo", "removed"]


def test_taking_back_an_act_leaves_later_work_on_other_things(session, asylum):
    term = editing.propose_term(session, asylum, "ar", "تصريح لجوء", **TRANSLATOR)
    editing.approve_term(session, term, **REVIEWER)
    approval = editing.history_of(session, asylum.id)[0]
    editing.change_term(session, term, note="Syrië", **REVIEWER)
    editing.undo(session, approval.id, **REVIEWER)
    assert (term.status, term.decided_by, term.note) == ("proposed", None, "Syrië")


def test_an_act_that_others_built_on_is_not_taken_back_silently(session, asylum):
    term = editing.propose_term(session, asylum, "ti", "ዑቕባ", **TRANSLATOR)
    proposal = editing.history_of(session, asylum.id)[0]
    editing.approve_term(session, term, **REVIEWER)
    with pytest.raises(ChangedSince) as refusal:
        editing.undo(session, proposal.id, **REVIEWER)
    assert refusal.value.where == f"term:{term.id}"
    creation = editing.history_of(session, asylum.id)[-1]
    with pytest.raises(ChangedSince):
        editing.undo(session, creation.id, **REVIEWER)
    with pytest.raises(NothingToUndo):
        editing.undo(session, 10_000_000, **REVIEWER)


def test_an_undo_can_be_undone(session, asylum):
    term = editing.propose_term(session, asylum, "fa", "پناهندگی", **TRANSLATOR)
    editing.forbid_term(session, term, "means something else", **REVIEWER)
    forbidding = editing.history_of(session, asylum.id)[0]
    undone = editing.undo(session, forbidding.id, **REVIEWER)
    assert term.status == "proposed"
    editing.undo(session, undone.id, **REVIEWER)
    assert (term.status, term.reason) == ("forbidden", "means something else")


def test_an_act_that_changes_nothing_leaves_no_trace(session, asylum):
    before = len(editing.history_of(session, asylum.id))
    editing.change_concept(session, asylum, subject="asylum", **REVIEWER)
    assert len(editing.history_of(session, asylum.id)) == before


def test_replacing_the_definitions_is_one_act(session, asylum):
    for text in ("Toestemming om te blijven.", "Toestemming om hier te blijven."):
        new = [Definition(language="nl", text=text), Definition(language="ar", text="إذن بالبقاء")]
        editing.change_concept(session, asylum, definitions=new, **REVIEWER)
    assert asylum.definition("ti", "nl").text == "Toestemming om hier te blijven."
    editing.undo(session, editing.history_of(session, asylum.id)[0].id, **REVIEWER)
    assert asylum.definition("nl").text == "Toestemming om te blijven."


def test_a_reference_to_law_has_its_juriconnect_link_and_a_hash_blind_to_line_breaks():
    reference = LegalReference(act="Vreemdelingenwet 2000", bwb="BWBR0011823", article="28", paragraph="1")
    assert reference.juriconnect() == "jci1.3:c:BWBR0011823&artikel=28&lid=1"
    assert LegalReference(act="Verordening (EU) nr. 604/2013").juriconnect() is None
    assert text_hash("Onze Minister is\n bevoegd") == text_hash("Onze Minister is bevoegd") != text_hash("Onze Minister")
