"""A wrong unit is found with everything that was made with it; a unit knows the concepts in it."""

import pytest
from sqlalchemy import select

from app import concepts, recalling, workflow
from glossary import editing
from glossary.exchange import load_concepts
from memory import erasing, recording
from memory.models import Unit, UnitConcept
from tests.factories import a_document, a_person, segments_of


@pytest.fixture
def wrong(session):
    unit = recording.remember(
        session, source_language="nl", target_language="ar", source="Uw bezwaar is ontvangen.", target="تم استلام شكواكم."
    )
    session.commit()
    return unit


def translated(session, translator, reviewer, text, target, unit=None, approve=True):
    from app import suggestions

    document = a_document(session, text)
    [segment] = segments_of(session, document.translations[0])
    workflow.draft(session, translator, segment, target, segment.version)
    suggestions.record_use(session, translator, segment, unit.id if unit else None)
    workflow.save(session, translator, segment, target, segment.version)
    if approve:
        workflow.hand_over(session, translator, document.translations[0])
        workflow.approve(session, reviewer, segment, segment.version)
    session.commit()
    return segment


def test_everything_that_was_built_on_a_wrong_unit_is_listed(session, visit, translator, reviewer, administrator, wrong):
    changed = translated(session, translator, reviewer, "Uw bezwaar is binnen.", "تم استلام شكواكم اليوم.", wrong)
    same = translated(session, translator, reviewer, "Uw bezwaar is ontvangen.", "تم استلام شكواكم.", approve=False)
    other = translated(session, translator, reviewer, "Iets anders.", "شيء آخر.")
    child = session.get(Unit, changed.memory_unit_id)
    grandchild = translated(session, translator, reviewer, "Uw bezwaar is er.", "وصلت شكواكم اليوم.", child)
    found = recalling.built_on(session, wrong)
    assert {(m.segment.id, m.inserted, m.same) for m in found.segments} == {
        (changed.id, True, False),
        (same.id, False, True),
    }
    assert [u.id for u in found.units] == [child.id, grandchild.memory_unit_id]
    assert other.memory_unit_id not in {u.id for u in found.units}
    page = visit(reviewer).get(f"/memory/units/{wrong.id}/made-with-it").get_data(as_text=True)
    assert f"segment={changed.id}" in page and f"segment={same.id}" in page and "changed since" in page
    assert f"/memory/units/{child.id}" in page
    keeps = visit(administrator).get(f"/memory/units/{wrong.id}").get_data(as_text=True)
    assert f"/memory/units/{wrong.id}/made-with-it" in keeps


def test_who_does_not_keep_a_pair_does_not_learn_what_was_made(session, visit, wrong, translator, staff):
    tigrinya = a_person(session, "Hana", "reviewer:nl-ti")
    for person in (translator, staff, tigrinya):
        assert visit(person).get(f"/memory/units/{wrong.id}/made-with-it").status_code in (403, 404)


def test_a_unit_nobody_used_says_so(session, visit, reviewer, wrong):
    page = visit(reviewer).get(f"/memory/units/{wrong.id}/made-with-it").get_data(as_text=True)
    assert "Nothing was made with this unit." in page


@pytest.fixture
def term_base(session):
    entries = [
        {"code": "bezwaar", "terms": [{"language": "nl", "text": "bezwaar"}, {"language": "ti", "text": "ተቓውሞ"}]},
        {"code": "gemeente", "terms": [{"language": "nl", "text": "gemeente"}]},
    ]
    load_concepts(session, entries, origin="import", origin_name="w", by="test")
    session.commit()


def codes(session, unit_id):
    session.rollback()
    return [concept.code for concept in concepts.of_unit(session, unit_id)]


def test_an_approved_unit_knows_its_concepts_at_once(session, translator, reviewer, term_base):
    segment = translated(session, translator, reviewer, "De gemeente behandelt bezwaren.", "البلدية تعالج الاعتراضات.")
    assert codes(session, segment.memory_unit_id) == ["bezwaar", "gemeente"]
    gemeente = editing.concept_with_code(session, "gemeente")
    assert concepts.units_with(session, gemeente.id) == [segment.memory_unit_id]


def test_imported_units_and_changes_of_the_term_base_are_caught_up_with(engine, session, term_base, wrong):
    tigrinya = recording.remember(
        session, source_language="ti", target_language="nl", source="ተቓውሞ ኣሎና።", target="Wij maken bezwaar."
    )
    session.commit()
    catch_up = concepts.CatchUp()
    assert catch_up(engine) == 2
    assert codes(session, wrong.id) == ["bezwaar"] and codes(session, tigrinya.id) == ["bezwaar"]
    assert catch_up(engine) == 0  # round once
    editing.propose_term(session, editing.new_concept(session, title="ontvangst", by="x"), "nl", "ontvangen", by="x")
    session.commit()
    catch_up = concepts.CatchUp()
    assert catch_up(engine) == 2
    assert len(codes(session, wrong.id)) == 2
    erasing.forget(session, phrase="ተቓውሞ")
    session.commit()
    assert {row.unit_id for row in session.scalars(select(UnitConcept))} == {wrong.id}
