"""Two concepts that are one: what moves, what is chosen, what leads where, and that all of it can be taken back."""

import pytest

from glossary import editing, merging, proposing
from glossary.history import history_of, rows_of, take_back
from glossary.models import Concept, Definition, Equivalence, LegalReference, Note, Proposal
from tests.glossary.test_editing import REVIEWER, TRANSLATOR, _without_marks, full_concept

OTHER = {"by": "Yusuf", "by_id": 3}


def same_rows(before, after):
    return {key: _without_marks(row) for key, row in after.items()} == {key: _without_marks(row) for key, row in before.items()}


@pytest.fixture
def pair(session):
    """Two concepts with a word, a definition and a comparison of their own for the same thing, in Arabic and Tigrinya."""
    kept, other = (editing.new_concept(session, code, **REVIEWER) for code in ("bezwaar", "bezwaarschrift"))
    kept.subject, other.subject, other.jurisdiction = "procedure", "law", "NL"
    for concept, arabic, plain in ((kept, "اعتراض", None), (other, "تظلّم", "እንታይ እዩ")):
        concept.definitions.append(Definition(language="ti", text=f"ትርጉም {arabic}", plain=plain))
        concept.equivalences.append(
            Equivalence(language="ar", degree="partial" if concept is kept else "none", differs={"ar": f"يختلف {arabic}"}, created_by="Rana", created_by_id=2)
        )
        term = editing.propose_term(session, concept, "ar", arabic, **TRANSLATOR)
        editing.approve_term(session, term, **OTHER)
        editing.propose_term(session, concept, "ti", "ተቓውሞ", register="plain" if concept is other else None, **TRANSLATOR)
    other.equivalences.append(Equivalence(language="ti", degree="full", created_by="Rana", created_by_id=2))
    other.law.append(LegalReference(act="Awb", bwb="BWBR0005537", article="6:4", quoted="Het maken van bezwaar"))
    other.notes.append(Note(kind="usage", audience="public", language="ar", text="يُستعمل في الرسائل"))
    session.commit()
    return kept, other


def test_merging_moves_everything_once_and_one_act_takes_it_back(session):
    kept, merged, other = (full_concept(session, code) for code in ("asielzoeker", "vluchteling", "iemand"))
    editing.propose_term(session, merged, "nl", "asielzoeker", **TRANSLATOR)
    editing.add_relation(session, merged, "broader", other, **REVIEWER)
    editing.add_relation(session, kept, "near", merged, **REVIEWER)
    session.commit()
    before = rows_of(session, kept.id, merged.id)
    merged_id = merged.id
    merging.merge(session, kept, merged, why="one meaning", **REVIEWER)
    session.commit()
    assert session.get(Concept, merged_id) is None
    assert sorted(term.text for term in kept.terms if term.language == "nl") == ["asielzoeker", "vluchteling"]
    assert [(relation.kind, relation.other.code) for relation in kept.relations] == [("broader", "iemand")]
    assert len(kept.definitions) == len(kept.equivalences) == len(kept.law) == 1
    act = history_of(session, kept.id)[0]
    take_back(session, act.id, **TRANSLATOR)
    session.commit()
    assert same_rows(before, rows_of(session, kept.id, merged_id))


def test_a_plan_names_what_both_say_and_changes_nothing(session, pair):
    kept, other = pair
    before = rows_of(session, kept.id, other.id)
    planned = merging.plan(session, kept, other)
    assert {c.key for c in planned.conflicts} == {"concept:subject", "definition:ti", "equivalence:ar", "preferred:ar:"}
    assert [t.text for t in planned.terms] == ["تظلّم"] and len(planned.twins) == 1
    assert (planned.equivalences, planned.definitions, planned.notes, len(planned.law)) == (["ti"], [], 1, 1)
    session.flush()
    assert rows_of(session, kept.id, other.id) == before


def test_what_is_not_chosen_stays_as_the_kept_one_has_it(session, pair):
    kept, other = pair
    merging.merge(session, kept, other, **REVIEWER)
    session.commit()
    assert (kept.subject, kept.jurisdiction) == ("procedure", "NL")
    (definition,) = kept.definitions
    # what only the other says is added
    assert (definition.text, definition.plain) == ("ትርጉም اعتراض", "እንታይ እዩ")
    assert {(e.language, e.degree) for e in kept.equivalences} == {("ar", "partial"), ("ti", "full")}
    assert {(t.text, t.status) for t in kept.terms if t.language == "ar"} == {("اعتراض", "preferred"), ("تظلّم", "admitted")}
    assert [t.register for t in kept.terms if t.language == "ti"] == ["plain"]
    assert [n.text for n in kept.notes] == ["يُستعمل في الرسائل"] and kept.law[0].quoted == "Het maken van bezwaar"


def test_what_is_chosen_wins_and_the_history_has_the_rest(session, pair):
    kept, other = pair
    before, other_id = rows_of(session, kept.id, other.id), other.id
    keys = {c.key for c in merging.plan(session, kept, other).conflicts}
    done = merging.merge(session, kept, other, theirs=keys, **REVIEWER)
    session.commit()
    assert kept.subject == "law" and kept.definitions[0].text == "ትርጉም تظلّم"
    assert kept.equivalence("ar").degree == "none"
    assert {(t.text, t.status) for t in kept.terms if t.language == "ar"} == {("اعتراض", "admitted"), ("تظلّم", "preferred")}
    told = str(session.get(type(history_of(session, kept.id)[0]), done.merge.history_id).before)
    assert "ትርጉም اعتراض" in told and "procedure" in told
    take_back(session, done.merge.history_id, **OTHER)
    session.commit()
    assert same_rows(before, rows_of(session, kept.id, other_id))


def test_a_word_that_two_people_stand_for_stays_decided(session, pair):
    kept, other = pair
    twin = next(t for t in other.terms if t.language == "ti")
    editing.approve_term(session, twin, **OTHER)
    assert not [c for c in merging.plan(session, kept, other).conflicts if c.kind == "term"]
    merging.merge(session, kept, other, **REVIEWER)
    word = next(t for t in kept.terms if t.language == "ti")
    assert (word.status, word.decided_by, word.created_by) == ("preferred", "Yusuf", "Selam")


def test_what_somebody_asked_for_follows_and_comes_back(session, pair):
    kept, other = pair
    twin = next(t for t in other.terms if t.language == "ti")
    about = proposing.propose_change(session, other, "definition", "ti", text="ሓድሽ ትርጉም", **TRANSLATOR)
    on_word = proposing.propose_change(session, other, "term", twin, note="مكتوب", **TRANSLATOR)
    session.commit()
    other_id = other.id
    done = merging.merge(session, kept, other, **REVIEWER)
    session.commit()
    stays = next(t for t in kept.terms if t.language == "ti")
    assert about.concept_id == on_word.concept_id == kept.id and on_word.term_id == stays.id
    take_back(session, done.merge.history_id, **OTHER)
    session.commit()
    session.expire_all()
    assert {session.get(Proposal, n).concept_id for n in (about.id, on_word.id)} == {other_id}
    assert session.get(Proposal, on_word.id).term_id == twin.id


def test_the_old_code_leads_to_the_concept_through_later_merges_too(session, pair):
    kept, other = pair
    third = full_concept(session, "administratief-bezwaar")
    merging.merge(session, kept, other, **REVIEWER)
    done = merging.merge(session, third, kept, **REVIEWER)
    session.commit()
    assert merging.merged_into(session, "bezwaarschrift") is third and merging.merged_into(session, "bezwaar") is third
    assert {act.concept_code for act in history_of(session, third.id)} == {"administratief-bezwaar", "bezwaar", "bezwaarschrift"}
    take_back(session, done.merge.history_id, **OTHER)
    session.commit()
    assert merging.merged_into(session, "bezwaarschrift").code == "bezwaar" and merging.merged_into(session, "bezwaar") is None
    assert merging.merged_into(session, "nooit") is None


def test_relations_that_would_go_round_stay_out_and_are_told(session, pair):
    kept, other = pair
    middle = full_concept(session, "midden")
    editing.add_relation(session, kept, "broader", middle, **REVIEWER)
    editing.add_relation(session, middle, "broader", other, **REVIEWER)
    session.commit()
    assert [(kind, one.code, end.code) for kind, one, end in merging.plan(session, kept, other).left] == [("broader", "midden", "bezwaar")]
    done = merging.merge(session, kept, other, **REVIEWER)
    session.commit()
    assert done.left == [("broader", "midden", "bezwaar")]
    assert [(r.kind, r.other.code) for r in kept.relations] == [("broader", "midden")]


def test_a_file_does_not_bring_back_what_became_a_part_of_another(session):
    from glossary.exchange import load_concepts

    entries = [{"code": code, "terms": [{"language": "ar", "text": text}]} for code, text in (("een", "واحد"), ("twee", "اثنان"))]
    load_concepts(session, entries, origin="import", origin_name="x.csv", by="test")
    kept, other = (editing.concept_with_code(session, code) for code in ("een", "twee"))
    merging.merge(session, kept, other, **REVIEWER)
    session.commit()
    again = load_concepts(session, [entries[0], {**entries[1], "subject": "law"}], origin="import", origin_name="x.csv", by="test")
    assert again.stayed_away == ["twee"] and editing.concept_with_code(session, "twee") is None
