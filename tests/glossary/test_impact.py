"""What a change of a term touches, in any inflection and nowhere else."""

from glossary import editing
from glossary.exchange import load_concepts
from glossary.impact import TextUsing, uses_of, uses_of_concept

TEXTS = {
    "ar": ["ذهب إلى المحكمة", "القاضي هنا", "وبمحكمة لاهاي"],
    "ti": ["ናብ ቤት ፍርዲ ከይዱ", "እቲ ዳኛ"],
    "nl": ["De rechtbanken", "De rechte bank", "Het <1>rechtbank</1>gebouw"],
}


def find(session, language, words):
    """Every text of the language: too many, never too few."""
    return [TextUsing((language, number), text) for number, text in enumerate(TEXTS[language])]


def test_the_texts_that_use_a_term_are_found_in_any_inflection(session):
    terms = [
        {"language": "nl", "text": "rechtbank"},
        {"language": "ar", "text": "محكمة"},
        {"language": "ti", "text": "ቤት ፍርዲ"},
    ]
    load_concepts(
        session, [{"code": "rechtbank", "terms": terms}], origin="import", origin_name="x", by="test"
    )
    session.commit()
    concept = editing.concept_with_code(session, "rechtbank")
    (arabic,) = concept.terms_in("ar")
    found = list(uses_of(session, arabic, find, batch=2))
    assert [(use.reference, [spot.surface for spot in use.spots]) for use in found] == [
        (("ar", 0), ["المحكمة"]),
        (("ar", 2), ["وبمحكمة"]),
    ]
    everywhere = [use.reference for _, use in uses_of_concept(session, concept, ["nl", "ti"], find)]
    assert everywhere == [("nl", 0), ("nl", 2), ("ti", 0)]


def test_how_far_a_language_has_the_concept_is_a_proposal_until_a_second_person_agrees(session):
    import pytest

    concept = editing.new_concept(session, "verblijfsvergunning", by="Rana", by_id=2)
    row = editing.describe_equivalence(
        session,
        concept,
        "ar_SY",
        "partial",
        strategy="describe",
        differs={"ar": "الإقامة غير ذلك", "ti": "ካልእ እዩ"},
        by="Omar",
        by_id=1,
    )
    with pytest.raises(editing.OwnProposal):
        editing.approve_equivalence(session, row, by="Omar", by_id=1)
    editing.approve_equivalence(session, row, by="Rana", by_id=2)
    assert (concept.equivalence("ar-SY").status, row.decided_by) == ("approved", "Rana")
    editing.describe_equivalence(session, concept, "ar-SY", "none", by="Omar", by_id=1)
    assert (row.degree, row.status, row.decided_by) == ("none", "proposed", None)
    editing.undo(session, editing.history_of(session, concept.id)[0].id, by="Rana", by_id=2)
    assert (row.degree, row.status) == ("partial", "approved")
