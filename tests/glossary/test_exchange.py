"""Entries in and out: repeatable loads, errors with their place, taking a load back."""

import copy
import json

import pytest
from sqlalchemy import func, select

from glossary import editing
from glossary.exchange import export_entries, load_concepts, remove_origin, undo_load
from glossary.history import ChangedSince
from glossary.models import Concept, History, Relation, Term

ENTRY = {
    "code": "verblijfsvergunning-asiel-bepaalde-tijd",
    "subject": "asylum",
    "jurisdiction": "NL",
    "keep_source": True,
    "sensitivity": None,
    "definitions": {
        "nl": {"text": "Vergunning om …", "plain": "U mag vijf jaar blijven.", "source": "Vreemdelingenwet 2000, art. 28"},
        "en": {"text": "Permit to stay …", "plain": "You may stay for five years."},
    },
    "terms": [
        {"language": "nl", "text": "verblijfsvergunning asiel voor bepaalde tijd", "register": "official",
         "part_of_speech": "noun", "gender": "f", "variants": ["verblijfsvergunningen asiel"], "abbreviation_of": None,
         "note": None, "transliteration": None},
        {"language": "ar", "text": "تصريح إقامة لجوء لمدة محددة"},
        {"language": "ti_ER", "text": "ናይ ዑቕባ ፍቓድ"},
    ],
    "equivalence": {"ar": {"degree": "partial", "strategy": "describe", "differs": {"en": "no such thing", "ar": "لا يوجد"}}},
    "law": [{"act": "Vreemdelingenwet 2000", "bwb": "BWBR0011823", "article": "28", "paragraph": "1"}],
    "relations": [{"kind": "broader", "to": "verblijfsvergunning"}],
    "notes": [{"kind": "culture", "audience": "public", "language": "en", "text": "…"}],
}  # fmt: skip
WIDER = {"code": "verblijfsvergunning", "terms": [{"language": "nl", "text": "verblijfsvergunning"}, {"language": "fa", "text": "اجازهٔ اقامت"}]}
PACK = [ENTRY, WIDER]
AS_STARTER = {"origin": "starter", "origin_name": "starter pack", "by": "starter pack"}


def load(session, entries, **options):
    loaded = load_concepts(session, copy.deepcopy(entries), **(AS_STARTER | options))
    session.commit()
    return loaded


def changed(entry, **values):
    return copy.deepcopy(entry) | values


def test_an_entry_comes_in_whole_and_everything_waits_for_a_person(session):
    loaded = load(session, PACK)
    assert (loaded.added, loaded.changed, loaded.unchanged, loaded.rejected) == (2, 0, 0, [])
    concept = editing.concept_with_code(session, ENTRY["code"])
    assert {term.status for term in concept.terms} == {"proposed"}
    assert [term.text for term in concept.terms_in("ti-ER")] == ["ናይ ዑቕባ ፍቓድ"]
    assert concept.terms[0].variants == ["verblijfsvergunningen asiel"]
    assert concept.equivalence("ar").differs["ar"] == "لا يوجد"
    assert concept.law[0].juriconnect() == "jci1.3:c:BWBR0011823&artikel=28&lid=1"
    assert concept.definition("en").plain == "You may stay for five years."
    assert [(relation.kind, relation.other.code) for relation in concept.relations] == [("broader", "verblijfsvergunning")]
    assert concept.keep_source and concept.origin == "starter"


def test_loading_the_same_again_changes_nothing_at_all(session):
    load(session, PACK)
    acts = session.scalar(select(func.count(History.id)))
    again = load(session, PACK)
    assert (again.added, again.changed, again.unchanged, again.rejected) == (0, 0, 2, [])
    assert session.scalar(select(func.count(History.id))) == acts


def test_what_was_exported_loads_elsewhere_as_the_same_and_comes_out_the_same(session):
    load(session, PACK)
    term = session.scalar(select(Term).where(Term.language == "ar"))
    editing.approve_term(session, term, by="Rana", by_id=2)
    out = json.loads(json.dumps(list(export_entries(session))))
    remove_origin(session, "starter", by="Rana", everything=True)
    session.commit()
    assert session.scalar(select(func.count(Concept.id))) == 0
    assert load(session, out, origin="import", origin_name="own.json", keep_status=True).added == 2
    assert json.loads(json.dumps(list(export_entries(session)))) == out


def test_a_new_edition_changes_what_nobody_touched_and_keeps_what_people_made(session):
    load(session, PACK)
    concept = editing.concept_with_code(session, ENTRY["code"])
    arabic = concept.terms_in("ar")[0]
    editing.approve_term(session, arabic, by="Rana", by_id=2)
    concept.definition("nl").plain = "Eigen woorden van de helpdesk."
    session.commit()
    edition = changed(ENTRY, subject="residence", relations=[])
    edition["definitions"]["nl"] |= {"plain": "Nieuw.", "text": "Vergunning …"}
    edition["terms"] = [*edition["terms"][:1], {"language": "tr", "text": "süreli iltica oturma izni"}]
    loaded = load(session, [edition, WIDER])
    assert (loaded.added, loaded.changed, loaded.unchanged) == (0, 1, 1)
    session.refresh(concept)
    assert concept.subject == "residence" and concept.relations == []
    assert concept.definition("nl").text == "Vergunning …"
    assert concept.definition("nl").plain == "Eigen woorden van de helpdesk."
    assert {(term.language, term.status) for term in concept.terms} == {("nl", "proposed"), ("ar", "preferred"), ("tr", "proposed")}
    assert [place.partition(": ")[2] for place in loaded.kept] == ["definition.nl.plain", "term.ar.تصريح إقامة لجوء لمدة محددة"]
    assert load(session, [edition, WIDER]).unchanged == 2


BROKEN = [
    ("entry 1", "not an object", ["bezwaar"]),
    ("entry 1: code", "no code", [{"terms": [{"language": "nl", "text": "x"}]}]),
    ("a/b c: code", "a code that cannot stand in an address", [changed(WIDER, code="a/b c")]),
    ("verblijfsvergunning: terms", "no term", [changed(WIDER, terms=[])]),
    ("verblijfsvergunning: terms[1].language", "a language nobody knows", [changed(WIDER, terms=[{"language": "ti", "text": "ፍቓድ"}, {"language": "xx-yy-zz", "text": "x"}])]),
    ("verblijfsvergunning: terms[0].text", "an empty term", [changed(WIDER, terms=[{"language": "ar", "text": " "}])]),
    ("verblijfsvergunning: terms[0].text", "10,000 characters", [changed(WIDER, terms=[{"language": "am", "text": "ሀ" * 10_000}])]),
    ("verblijfsvergunning: terms[1].text", "one term twice", [changed(WIDER, terms=[{"language": "ti_ET", "text": "ፍቓድ"}, {"language": "ti-ET", "text": "ፍቓድ"}])]),
    ("verblijfsvergunning: terms[0].status", "a status that is none", [changed(WIDER, terms=[{"language": "nl", "text": "x", "status": "approved"}])]),
    ("verblijfsvergunning: terms[0].gendre", "a misspelt field", [changed(WIDER, terms=[{"language": "nl", "text": "x", "gendre": "f"}])]),
    ("verblijfsvergunning: definition", "a misspelt field", [changed(WIDER, definition={})]),
    ("verblijfsvergunning: definitions.nl.text", "a definition without text", [changed(WIDER, definitions={"nl": {"plain": "x"}})]),
    ("verblijfsvergunning: equivalence.ar.degree", "no degree", [changed(WIDER, equivalence={"ar": {"strategy": "borrow"}})]),
    ("verblijfsvergunning: law[0].bwb", "not a BWB id", [changed(WIDER, law=[{"act": "Vw 2000", "bwb": "11823"}])]),
    ("verblijfsvergunning: law[0].valid_from", "not a date", [changed(WIDER, law=[{"act": "Vw 2000", "valid_from": "1 juli"}])]),
    ("verblijfsvergunning: notes[0].audience", "an audience that is none", [changed(WIDER, notes=[{"kind": "usage", "audience": "all", "language": "nl", "text": "x"}])]),
    ("verblijfsvergunning: code", "the same code twice", [WIDER, WIDER]),
]  # fmt: skip


def test_a_broken_entry_stays_out_and_its_place_is_said(session):
    for place, what, entries in BROKEN:
        attempt = session.begin_nested()
        loaded = load_concepts(session, [*entries, changed(WIDER, code="goed")], **AS_STARTER)
        assert [where for where, _ in loaded.rejected] == [place], what
        codes = set(session.scalars(select(Concept.code)))
        assert "goed" in codes and (entries == [WIDER, WIDER]) == ("verblijfsvergunning" in codes), what
        attempt.rollback()


def test_places_name_the_file_when_the_caller_does(session):
    loaded = load_concepts(session, [("procedure.json", changed(WIDER, terms=[]))], **AS_STARTER)
    assert loaded.rejected[0][0] == "procedure.json verblijfsvergunning: terms"


def test_a_relation_to_nowhere_or_in_a_circle_stays_out_alone(session):
    a = changed(WIDER, code="a", relations=[{"kind": "broader", "to": "b"}, {"kind": "related", "to": "nergens"}])
    b = changed(WIDER, code="b", relations=[{"kind": "narrower", "to": "a"}, {"kind": "broader", "to": "a"}])
    loaded = load(session, [a, b])
    assert loaded.added == 2
    assert [place for place, _ in loaded.rejected] == ["a: relations[1].to", "b: relations[1]"]
    assert len(session.scalars(select(Relation)).all()) == 1


def test_a_load_can_be_previewed_without_leaving_anything(session):
    preview = session.begin_nested()
    assert load_concepts(session, PACK, **AS_STARTER).added == 2
    preview.rollback()
    session.commit()
    assert session.scalar(select(func.count(Concept.id))) == 0
    assert load(session, PACK).added == 2


def test_a_whole_load_is_taken_back_and_so_is_a_second_edition(session):
    load(session, PACK)
    before = list(export_entries(session))
    second = load(session, [changed(ENTRY, subject="residence"), WIDER, changed(WIDER, code="nieuw")])
    undo_load(session, second.batch, by="Rana")
    session.commit()
    assert list(export_entries(session)) == before
    assert load(session, PACK).unchanged == 2


def test_a_load_that_people_built_on_is_not_taken_back(session):
    loaded = load(session, PACK)
    editing.approve_term(session, session.scalar(select(Term).where(Term.language == "fa")), by="Rana", by_id=2)
    with pytest.raises(ChangedSince):
        undo_load(session, loaded.batch, by="Rana")


def test_removing_the_starter_pack_keeps_the_concepts_people_worked_on(session):
    load(session, PACK)
    editing.approve_term(session, session.scalar(select(Term).where(Term.language == "fa")), by="Rana", by_id=2)
    session.commit()
    removed = remove_origin(session, "starter", by="admin")
    session.commit()
    assert (removed.removed, removed.kept) == (1, ["verblijfsvergunning"])
    assert session.scalars(select(Concept.origin)).all() == ["own"]
    assert load(session, [ENTRY]).added == 1


def test_a_starter_concept_that_a_person_removed_stays_away(session):
    load(session, PACK)
    concept = editing.concept_with_code(session, ENTRY["code"])
    editing.remove_concept(session, concept, by="Rana", why="not for us")
    session.commit()
    again = load(session, PACK)
    assert (again.added, again.unchanged, again.stayed_away) == (0, 1, [ENTRY["code"]])


def test_a_code_of_somebody_elses_concept_is_not_overwritten(session):
    editing.new_concept(session, "verblijfsvergunning", by="Rana")
    loaded = load(session, PACK)
    assert loaded.added == 1
    assert [place for place, _ in loaded.conflicts] == ["verblijfsvergunning: code"]


def test_a_forbidden_word_of_a_pack_is_only_a_wish_until_a_person_decides(session):
    load(session, [changed(WIDER, terms=[{"language": "nl", "text": "illegaal", "status": "forbidden", "reason": "hurts"}])])
    term = session.scalar(select(Term))
    assert (term.status, term.wish, term.reason) == ("proposed", "forbidden", "hurts")
