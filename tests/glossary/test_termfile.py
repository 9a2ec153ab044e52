"""The file of the index: it says what was written, and what changed is merged into what a build would have written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.termfile import FIELDS, TermFile, write
from storage.arrays import DamagedFile

WORDS = st.sampled_from(["recht", "rechtbank", "محكمة", "المحاكم", "ፍርድ", "ፍርድ ቤት", "ስደተኛ", "难民", "беженец", "mxkm", "🙂", "𞤀"])
CONTENT = st.fixed_dictionaries({name: st.sets(WORDS, max_size=4) for name in FIELDS})
CONCEPTS = st.dictionaries(st.integers(1, 40), CONTENT, max_size=12)


def said(file):
    """{field: {word: the concepts under it}}, with every word that the file has."""
    return {
        name: {word: sorted(file.concepts[doc] for doc in file.documents(name, word)) for word in file.words[name].sorted}
        for name in FIELDS
    }


def expected(concepts):
    found = {name: {} for name in FIELDS}
    for concept_id, content in concepts.items():
        for name, words in content.items():
            for word in words:
                found[name].setdefault(word, []).append(concept_id)
    return {name: {word: sorted(ids) for word, ids in words.items()} for name, words in found.items()}


@settings(max_examples=60)
@given(CONCEPTS, CONCEPTS, st.sets(st.integers(1, 40)))
def test_what_changed_is_merged_into_what_a_build_would_write(tmp_path_factory, before, changed, removed):
    folder = tmp_path_factory.mktemp("terms")
    write(folder / "old.terms", before.items(), 3)
    old = TermFile(folder / "old.terms")
    assert said(old) == expected(before) and old.position == 3 and sorted(old.concepts) == sorted(before)
    removed -= set(changed)
    write(folder / "new.terms", changed.items(), 8, [5, 9], old, {*changed, *removed})
    after = {concept_id: content for concept_id, content in {**before, **changed}.items() if concept_id not in removed}
    new = TermFile(folder / "new.terms")
    assert said(new) == expected(after) and new.position == 8 and new.again == {5, 9} and sorted(new.concepts) == sorted(after)
    assert said(old) == expected(before)  # who still reads it goes on
    for name in FIELDS:
        alive = new.holding(name, ["محكمة", "ፍርድ"])
        assert {new.concepts[doc] for doc in alive.nonzero()[0]} == {
            concept_id for concept_id, content in after.items() if content[name] & {"محكمة", "ፍርድ"}
        }


def test_a_word_that_no_concept_has_any_more_is_not_in_the_file(tmp_path):
    def content(*words):
        return {name: set(words) for name in FIELDS}

    write(tmp_path / "old.terms", [(1, content("ምስጢር", "سر")), (2, content("ስደተኛ"))], 1)
    assert "ምስጢር".encode() in (tmp_path / "old.terms").read_bytes()
    write(tmp_path / "new.terms", [(1, content("لاجئ"))], 2, (), TermFile(tmp_path / "old.terms"), [1])
    kept = (tmp_path / "new.terms").read_bytes()
    assert "ስደተኛ".encode() in kept and "لاجئ".encode() in kept
    assert "ምስጢር".encode() not in kept and "سر".encode() not in kept


@pytest.mark.parametrize("change", [lambda whole: whole[:-64], lambda whole: whole.replace("ስ".encode(), "ሠ".encode(), 1), lambda whole: b""])
def test_a_file_that_is_not_what_was_written_does_not_open(tmp_path, change):
    path = tmp_path / "one.terms"
    write(path, [(7, {name: {"ስደተኛ", "لاجئ"} for name in FIELDS})], 1)
    TermFile(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DamagedFile):
        TermFile(path)
