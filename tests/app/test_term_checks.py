"""A draft against the term base: each disagreement once, none where there is none."""

import pytest

from app.checks import term_problems
from glossary import editing
from glossary.exchange import load_concepts

CONCEPTS = {
    "verblijfsvergunning": {"nl": ["verblijfsvergunning"], "ar": ["تصريح إقامة"], "ti": ["ፍቓድ መንበሪ"], "tr": ["oturma izni"]},
    "asiel": {"nl": ["asiel"], "ar": ["لجوء"], "ti": ["ዑቕባ"], "tr": ["iltica"]},
    "verblijfsvergunning-asiel": {"nl": ["verblijfsvergunning asiel"], "ar": ["تصريح إقامة لجوء"], "ti": ["ፍቓድ መንበሪ ዑቕባ"], "tr": ["iltica oturma izni"]},
    "beroep-procedure": {"nl": ["beroep"], "ar": ["استئناف"], "ti": ["ይግባይ"], "tr": ["temyiz"]},
    "beroep-werk": {"nl": ["beroep"], "ar": ["مهنة"], "ti": ["ሞያ"], "tr": ["meslek"]},
    "illegaal": {"nl": ["vreemdeling zonder papieren"], "ar": ["شخص بلا أوراق"], "ti": ["ሰብ ብዘይ ወረቐት"], "tr": ["belgesiz kişi"]},
}  # fmt: skip


@pytest.fixture
def terms(session):
    entries = [
        {"code": code, "terms": [{"language": language, "text": text} for language, texts in by_language.items() for text in texts]}
        for code, by_language in CONCEPTS.items()
    ]
    assert not load_concepts(session, entries, origin="import", origin_name="words", by="test").rejected
    for code in CONCEPTS:
        for term in editing.concept_with_code(session, code).terms:
            editing.approve_term(session, term, by="Rana", by_id=2)
    editing.change_concept(session, editing.concept_with_code(session, "verblijfsvergunning"), keep_source=True, by="Rana")
    concept = editing.concept_with_code(session, "illegaal")
    for language, words in {"ar": ("متسلل", "أجنبي متسلل"), "ti": ("ዘይሕጋዊ",), "tr": ("kaçak",)}.items():
        for word in words:
            term = editing.propose_term(session, concept, language, word, by="Omar", by_id=1)
            editing.forbid_term(session, term, "hurts", by="Rana", by_id=2)
    old = editing.propose_term(session, editing.concept_with_code(session, "asiel"), "ar", "ملاذ", by="Omar", by_id=1)
    editing.deprecate_term(session, old, "old", by="Rana", by_id=2)
    session.commit()
    return session


# source, target, language, [(kind, concept)]
DRAFTS = [
    ("Een verblijfsvergunning asiel", "تصريح إقامة لجوء", "ar", []),
    ("Een verblijfsvergunning asiel", "بطاقة", "ar", [("term-missing", "verblijfsvergunning-asiel")]),
    ("Uw verblijfsvergunningen", "تصاريح إقامتكم (verblijfsvergunningen)", "ar", []),
    ("Uw verblijfsvergunning", "تصريح إقامتك", "ar", [("term-brackets", "verblijfsvergunning")]),
    ("Uw verblijfsvergunning", "ፍቓድ መንበሪኻ", "ti", [("term-brackets", "verblijfsvergunning")]),
    ("Uw verblijfsvergunning", "Oturma izniniz (verblijfsvergunning)", "tr", []),
    ("Uw beroep", "استئنافك", "ar", []),
    ("Uw beroep", "مهنتك", "ar", []),
    ("Uw beroep", "شيء", "ar", [("term-missing", "beroep-procedure")]),
    ("Uw beroep en uw beroep", "ሓደ ነገር", "ti", [("term-missing", "beroep-procedure")]),
    ("Een vreemdeling zonder papieren", "أجنبي متسلل", "ar", [("term-forbidden", "illegaal")]),
    ("Een vreemdeling zonder papieren", "kaçaklar", "tr", [("term-forbidden", "illegaal")]),
    ("Iemand", "ዘይሕጋዊ እዩ", "ti", [("term-forbidden", "illegaal")]),
    ("Een huis", "ملاذ", "ar", []),
    ("Recht op asiel", "الحق في الملاذ", "ar", [("term-forbidden", "asiel")]),
    ("Recht op asiel", "الحق في اللجوء", "ar", []),
    ("Uw beroep", "", "ar", []),
]


def test_each_disagreement_with_the_term_base_is_told_once(terms):
    for source, target, language, expected in DRAFTS:
        found = term_problems(terms, source, target, "nl", language)
        assert [(problem.kind, problem.concept) for problem in found] == expected, (source, target)


def test_a_forbidden_word_says_what_to_say_instead(terms):
    (problem,) = term_problems(terms, "Iemand", "هذا المتسلل", "nl", "ar")
    assert (problem.fields["term"], problem.fields["instead"], problem.fields["reason"]) == ("المتسلل", "شخص بلا أوراق", "hurts")
    assert not problem.severe
