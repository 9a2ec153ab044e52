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


def test_a_dry_run_writes_nothing_and_tells_what_a_run_does(session):
    load(session, PACK)
    edition = [changed(ENTRY, subject="residence"), WIDER, {"code": "ሀ", "terms": [{"language": "ti", "text": "ሀ"}], "relations": [{"kind": "broader", "to": WIDER["code"]}]}]
    edition[0]["terms"].append({"language": "fa", "text": "اجازهٔ اقامت"})
    acts = session.scalar(select(func.count(History.id)))
    tried = load_concepts(session, copy.deepcopy(edition), dry_run=True, **AS_STARTER)
    session.commit()
    assert session.scalar(select(func.count(History.id))) == acts
    assert session.scalar(select(func.count(Concept.id))) == 2
    assert [(o.code, o.kind) for o in tried.outcomes] == [(ENTRY["code"], "changed"), (WIDER["code"], "same"), ("ሀ", "new")]
    assert {(d.where, d.here, d.there) for d in tried.outcomes[0].changes} == {
        ("concept.subject", "asylum", "residence"), ("term.fa.اجازهٔ اقامت", None, "اجازهٔ اقامت"),
    }  # fmt: skip
    done = load(session, edition)
    assert (done.added, done.changed, done.unchanged, done.digest) == (tried.added, tried.changed, tried.unchanged, tried.digest)


def test_a_dry_run_and_a_run_say_the_same_of_wrong_relations(session):
    circle = [
        {"code": code, "terms": [{"language": "ar", "text": f"حق {code}"}], "relations": [{"kind": "broader", "to": to}, {"kind": "related", "to": "nergens"}]}
        for code, to in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"))
    ]
    tried = load_concepts(session, copy.deepcopy(circle), dry_run=True, **AS_STARTER)
    done = load(session, circle)
    assert [(p, str(r)) for p, r in tried.rejected] == [(p, str(r)) for p, r in done.rejected]
    assert sum("circle" in reason for _, reason in done.rejected) == 2
    assert sum("no concept with the code" in reason for _, reason in done.rejected) == 4
    assert tried.digest == done.digest


HERE = {"code": "beroep", "terms": [{"language": "nl", "text": "beroep", "note": "de onze"}], "definitions": {"nl": {"text": "Ons."}}}
THERE = {"code": "beroep", "subject": "procedure", "terms": [{"language": "nl", "text": "beroep", "note": "de hunne"}, {"language": "am", "text": "ይግባኝ"}],
         "definitions": {"nl": {"text": "Hun."}, "ar": {"text": "تعريف"}}, "relations": [{"kind": "related", "to": "bezwaar"}]}  # fmt: skip
BEZWAAR = {"code": "bezwaar", "terms": [{"language": "nl", "text": "bezwaar"}], "relations": [{"kind": "near", "to": "beroep"}]}


@pytest.mark.parametrize(("how", "terms", "note", "definition", "codes"), [
    ("leave", {"beroep"}, "de onze", "Ons.", {"beroep", "bezwaar"}),
    ("add", {"beroep", "ይግባኝ"}, "de onze", "Ons.", {"beroep", "bezwaar"}),
    ("replace", {"beroep", "ይግባኝ"}, "de hunne", "Hun.", {"beroep", "bezwaar"}),
    ("apart", {"beroep"}, "de onze", "Ons.", {"beroep", "beroep-hun-lijst", "bezwaar"}),
])  # fmt: skip
def test_a_concept_from_elsewhere_is_left_joined_or_kept_apart(session, how, terms, note, definition, codes):
    load(session, [HERE], origin="import", origin_name="ons.csv")
    theirs = {"origin": "import", "origin_name": "hun lijst.csv", "on_conflict": how}
    tried = load_concepts(session, copy.deepcopy([THERE, BEZWAAR]), dry_run=True, by="x", **theirs)
    before = json.dumps(list(export_entries(session)), sort_keys=True)
    done = load(session, [THERE, BEZWAAR], **theirs)
    assert (tried.digest, tried.added, tried.changed) == (done.digest, done.added, done.changed)
    concept = editing.concept_with_code(session, "beroep")
    assert {t.text for t in concept.terms} == terms
    assert (concept.terms_in("nl")[0].note, concept.definition("nl").text) == (note, definition)
    assert set(session.scalars(select(Concept.code))) == codes
    # relations follow the concept of the file, wherever it went
    near = session.scalar(select(Relation).where(Relation.kind == "near"))
    assert near.other.code == ("beroep-hun-lijst" if how == "apart" else "beroep")
    acts = session.scalar(select(func.count(History.id)))
    again = load(session, [THERE, BEZWAAR], **theirs)
    assert (again.added, again.changed) == (0, 0)
    assert session.scalar(select(func.count(History.id))) == acts
    undo_load(session, done.batch, by="Rana")
    session.commit()
    assert json.dumps(list(export_entries(session)), sort_keys=True) == before


def test_statuses_of_a_newer_edition_count_only_where_nobody_decided(session):
    first = [{"code": "a", "terms": [{"language": "ti", "text": text, "status": "admitted"} for text in ("ሀ", "ለ")]}]
    load(session, first, keep_status=True)
    term = session.scalar(select(Term).where(Term.text == "ለ"))
    editing.deprecate_term(session, term, "niet meer", by="Rana", by_id=2)
    session.commit()
    second = [{"code": "a", "terms": [{"language": "ti", "text": "ሀ", "status": "forbidden"}, {"language": "ti", "text": "ለ", "status": "preferred"}]}]
    load(session, second, keep_status=True)
    assert {t.text: t.status for t in session.scalars(select(Term))} == {"ሀ": "forbidden", "ለ": "deprecated"}
    # and without the administrator's word a file decides nothing
    load(session, first)
    assert {t.text: t.status for t in session.scalars(select(Term))} == {"ሀ": "forbidden", "ለ": "deprecated"}


def test_taking_back_leaves_what_people_worked_on_only_when_asked_to_and_happens_once(session):
    from glossary.history import NothingToUndo

    loaded = load(session, PACK)
    term = session.scalar(select(Term).where(Term.language == "fa"))
    editing.approve_term(session, term, by="Rana", by_id=2)
    session.commit()
    with pytest.raises(ChangedSince):
        undo_load(session, loaded.batch, by="Rana")
    session.rollback()
    assert session.scalar(select(func.count(Concept.id))) == 2
    undone = undo_load(session, loaded.batch, by="Rana", leave_changed=True)
    session.commit()
    assert (undone.removed, undone.left) == (1, [WIDER["code"]])
    assert [c.code for c in session.scalars(select(Concept))] == [WIDER["code"]]
    with pytest.raises(NothingToUndo):
        undo_load(session, loaded.batch, by="Rana", leave_changed=True)
    with pytest.raises(NothingToUndo):
        undo_load(session, "nooit", by="Rana")


def test_what_was_taken_back_can_come_in_again_or_be_brought_back(session):
    from glossary.history import take_back

    first = load(session, PACK)
    before = json.dumps(list(export_entries(session)), sort_keys=True)
    undo_load(session, first.batch, by="Rana")
    session.commit()
    again = load(session, PACK)
    assert again.added == 2
    assert json.dumps(list(export_entries(session)), sort_keys=True) == before
    undo_load(session, again.batch, by="Rana")
    session.commit()
    for act in session.scalars(select(History).where(History.action == "undo", History.concept_code == WIDER["code"]).order_by(History.id.desc()).limit(1)):
        take_back(session, act.id, by="Rana")
    session.commit()
    assert [c.code for c in session.scalars(select(Concept))] == [WIDER["code"]]


@pytest.mark.parametrize(("entry", "where"), [
    ({"code": "a", "subject": "x" * 201, "terms": [{"language": "ti", "text": "ሀ"}]}, "subject"),
    ({"code": "a", "terms": [{"language": "ti", "text": "ሀ\0"}]}, "terms[0].text"),
    ({"code": "a", "terms": [{"language": "ar", "text": "حق", "note": "\ud800"}]}, "terms[0].note"),
    ({"code": "a", "terms": [{"language": "ar", "text": "حق", "transliteration": "x" * 501}]}, "terms[0].transliteration"),
    ({"code": "a", "terms": [{"language": "ar", "text": "ح" * 10_000}]}, "terms[0].text"),
])  # fmt: skip
def test_what_no_database_holds_stays_out_with_its_place(session, entry, where):
    loaded = load(session, [entry, WIDER])
    assert loaded.added == 1
    assert [place for place, _ in loaded.rejected] == [f"a: {where}"]


def test_a_newer_edition_brings_its_new_relations(session):
    load(session, [WIDER, {"code": "ሀ", "terms": [{"language": "ti", "text": "ሀ"}]}])
    edition = [WIDER, {"code": "ሀ", "subject": "recht", "terms": [{"language": "ti", "text": "ሀ"}], "relations": [{"kind": "broader", "to": WIDER["code"]}]}]
    tried = load_concepts(session, copy.deepcopy(edition), dry_run=True, **AS_STARTER)
    done = load(session, edition)
    assert (tried.digest, tried.changed) == (done.digest, 1)
    assert [(r.kind, r.other.code) for r in session.scalars(select(Relation))] == [("broader", WIDER["code"])]
