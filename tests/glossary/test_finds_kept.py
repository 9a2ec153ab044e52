"""What was found in a sentence is kept while the terms are the same: never longer, never what others may not see yet, never the
sentence itself."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from app.db import new_session
from glossary import editing, spotting, vocabulary
from glossary.exchange import load_concepts
from glossary.recent import Recent
from glossary.recognition import forbidden_in, missing_terms, recognise, recognise_all
from tests import processes

CONCEPTS = {
    "hoorzitting": {"nl": "hoorzitting", "ar": "جلسة استماع", "ti": "ናይ ምስማዕ ኣኼባ", "am": "ችሎት"},
    "rechtbank": {"nl": "rechtbank", "ar": "محكمة", "ti": "ቤት ፍርዲ", "am": "ፍርድ ቤት"},
}
SENTENCES = {
    "nl": "De hoorzitting is bij de rechtbank.",
    "ar": "جلسة الاستماع في المحكمة",
    "ti": "ናይ ምስማዕ ኣኼባ ኣብ ቤት ፍርዲ",
    "am": "ችሎቱ በፍርድ ቤት ነው",
}


@pytest.fixture
def terms(session):
    entries = [
        {"code": code, "terms": [{"language": language, "text": text} for language, text in by.items()]}
        for code, by in CONCEPTS.items()
    ]
    assert not load_concepts(session, entries, origin="import", origin_name="words", by="test").rejected
    session.commit()
    return session


@pytest.fixture
def looked_for(monkeypatch):
    """The texts in which terms were looked for anew."""
    texts = []
    read_places = spotting.read_places

    def watched(seen, text):
        texts.append(text)
        return read_places(seen, text)

    monkeypatch.setattr(spotting, "read_places", watched)
    return texts


def codes(session, language, target="en"):
    return [hit.code for hit in recognise(session, SENTENCES[language], source_language=language, target_language=target)]


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_read_once_while_its_terms_are_the_same(terms, looked_for, language):
    first = recognise(terms, SENTENCES[language], source_language=language, target_language="en")
    assert {hit.code for hit in first} == set(CONCEPTS)
    terms.commit()
    again = recognise_all(terms, [SENTENCES[language]] * 2, source_language=language, target_language="en")
    assert again == [first, first]
    assert looked_for == [SENTENCES[language]]


def test_the_same_letters_in_another_language_are_another_sentence(terms, looked_for):
    assert codes(terms, "ti") and not recognise(terms, SENTENCES["ti"], source_language="am", target_language="en")
    assert len(looked_for) == 2


@pytest.mark.parametrize("language", SENTENCES)
def test_a_term_that_is_added_changed_or_removed_counts_in_a_sentence_that_was_read_before(terms, language):
    assert set(codes(terms, language)) == set(CONCEPTS)
    concept = editing.new_concept(terms, "bij", by="Rana")
    word = SENTENCES[language].split()[0]
    added = editing.propose_term(terms, concept, language, word, by="Rana")
    terms.commit()
    assert "bij" in codes(terms, language)
    editing.change_term(terms, added, text="ዘይርከብ كلمة", by="Rana")
    terms.commit()
    assert "bij" not in codes(terms, language)
    editing.remove_concept(terms, editing.concept_with_code(terms, "rechtbank"), by="Rana", why="twice")
    terms.commit()
    assert set(codes(terms, language)) == {"hoorzitting"}


def test_what_is_not_committed_counts_for_nobody_else_and_a_return_for_nobody(terms, engine):
    with new_session(engine, writes=False) as other:
        assert set(codes(terms, "ar")) == set(codes(other, "ar")) == set(CONCEPTS)
        other.rollback()
        concept = editing.new_concept(terms, "zitting", by="Rana")
        editing.propose_term(terms, concept, "ar", "جلسة", by="Rana")
        assert "zitting" in codes(terms, "ar") and "zitting" not in codes(other, "ar")
        other.rollback()
        terms.rollback()
        assert "zitting" not in codes(terms, "ar") and "zitting" not in codes(other, "ar")


#: Another process: it gives up a word, adds one, and says what its own sentence then holds.
ELSEWHERE = """
import sys
from app import db
from glossary import editing
engine = db.make_engine(sys.argv[1])
with db.transaction(engine) as session:
    concept = editing.concept_with_code(session, "rechtbank")
    for term in list(concept.terms):
        if term.language == sys.argv[2]:
            editing.change_term(session, term, text=sys.argv[3], by="Omar")
"""


@pytest.mark.parametrize("language", SENTENCES)
def test_what_another_process_changes_counts_in_a_sentence_that_was_read_before(terms, database_url, language):
    assert set(codes(terms, language)) == set(CONCEPTS)
    assert set(codes(terms, language)) == set(CONCEPTS)
    terms.rollback()
    word = SENTENCES[language].split()[0]
    processes.run(processes.script, ELSEWHERE, database_url, language, word, environment=os.environ)
    hits = recognise(terms, SENTENCES[language], source_language=language, target_language="en")
    assert {hit.surface.casefold() for hit in hits if hit.code == "rechtbank"} == {word.casefold()}


def test_what_the_other_language_says_is_never_what_it_said_before(terms):
    assert codes(terms, "nl", "ar")
    concept = editing.concept_with_code(terms, "rechtbank")
    editing.propose_term(terms, concept, "ar", "هيئة قضائية", by="Rana")
    terms.commit()
    hits = recognise(terms, SENTENCES["nl"], source_language="nl", target_language="ar")
    assert [term.text for hit in hits if hit.code == "rechtbank" for term in hit.targets] == ["محكمة", "هيئة قضائية"]


def test_a_change_that_touches_no_word_of_a_language_lets_its_sentences_be(terms, looked_for):
    assert codes(terms, "nl") and codes(terms, "ti")
    looked_for.clear()
    concept = editing.concept_with_code(terms, "rechtbank")
    editing.change_concept(terms, concept, keep_source=True, by="Rana")
    editing.propose_term(terms, concept, "ti", "ፍርዳዊ መጋባእያ", by="Rana")
    terms.commit()
    hits = recognise(terms, SENTENCES["nl"], source_language="nl", target_language="ti")
    assert [hit.keep_source for hit in hits if hit.code == "rechtbank"] == [True]
    assert looked_for == []
    codes(terms, "ti")
    assert looked_for == [SENTENCES["ti"]]


def test_a_transaction_that_stays_open_makes_nobody_read_a_sentence_twice(terms, engine, looked_for):
    with new_session(engine, writes=False) as long:
        if engine.dialect.name == "postgresql":  # then the feed tells what came since again at every look
            long.execute(sql("SELECT pg_current_xact_id()"))
        else:
            long.execute(sql("SELECT count(*) FROM term"))
        concept = editing.concept_with_code(terms, "rechtbank")
        for language, word in (("am", "ችሎቱ"), ("ar", "الاستماع")):
            editing.propose_term(terms, concept, language, word, by="Rana")
        terms.commit()
        for language in ("am", "ar"):
            codes(terms, language)
            looked_for.clear()
            terms.commit()
            assert len(codes(terms, language)) == 3
            assert looked_for == []
        long.rollback()


def test_checking_a_draft_again_reads_neither_text_again(terms, looked_for):
    def check():
        forbidden_in(terms, SENTENCES["am"], "am")
        return missing_terms(terms, SENTENCES["nl"], SENTENCES["am"], source_language="nl", target_language="am")

    first = check()
    looked_for.clear()
    assert check() == first
    assert looked_for == []


def test_of_a_sentence_a_digest_is_kept_and_none_of_its_words(terms):
    secrets = ["Mevrouw Kidane bij de rechtbank", "ወይዘሮ ኪዳነ ኣብ ቤት ፍርዲ", "السيدة كيداني في المحكمة"]
    for language, text in zip(("nl", "ti", "ar"), secrets, strict=True):
        assert recognise(terms, text, source_language=language, target_language="en")
    kept = dict(vocabulary.views(terms, "nl")[0].finds)
    assert len(kept) == 3
    assert not any(word in repr(kept) for text in secrets for word in (*text.split(), "Kidane", "ኪዳነ", "كيداني") if word not in repr(CONCEPTS))


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 8))
def test_a_table_of_recent_things_forgets_the_oldest_and_never_lies(asked, most):
    table: Recent[int, list[int]] = Recent(most)
    for at, key in enumerate(asked):
        kept = table[key]
        assert kept is None or kept == [key]
        assert kept is not None or key not in asked[max(0, at - most) : at]
        if kept is None:
            table.keep(key, [key])
        assert len(table) <= most
        assert table[key] == [key]
