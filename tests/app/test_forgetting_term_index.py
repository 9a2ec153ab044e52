"""After a text is forgotten the files of the index of terms hold nothing that the term base does not hold itself."""

import os
import signal

import pytest

from app import db, terms
from app.forgetting import Wanted
from app.terms import index_in
from glossary import editing, termindex
from glossary.history import recorded
from glossary.lookup import search
from glossary.models import Concept
from glossary.termindex import TermIndex
from languages.folding import fold
from tests import processes
from tests.app.test_forgetting import forgotten

NAME, ARABIC, TIGRINYA = "Fatima Al-Hassan", "فاطمة الحسن", "ፋጢማ ኣልሓሰን"
#: As the index writes them: folded, each word for itself.
TRACES = {"fatima", "hassan", *fold(ARABIC, "ar").split(), *fold(TIGRINYA, "ti").split()}


def held(folder):
    """Which of the name's words stand in any file of the index of terms."""
    whole = b"".join(path.read_bytes() for path in (folder / "terms").rglob("*") if path.is_file())
    return {word for word in TRACES if word.encode() in whole}


def codes(session, folder, query):
    session.rollback()
    return [session.get(Concept, hit.concept_id).code for hit in search(session, index_in(folder / "terms"), query)]


@pytest.fixture
def concept(session, folder):
    """A concept that named a client, until somebody saw it; looked up before and after."""
    concept = editing.new_concept(session, "bezwaar", by="Marijke", by_id=900)
    for language, text in (("nl", "bezwaar"), ("ar", "اعتراض"), ("ti", "ተቓውሞ")):
        editing.propose_term(session, concept, language, text, by="Marijke", by_id=900)
    named = [
        editing.propose_term(session, concept, language, text, by="Marijke", by_id=900)
        for language, text in (("nl", f"zaak {NAME}"), ("ar", f"قضية {ARABIC}"), ("ti", f"ጉዳይ {TIGRINYA}"))
    ]
    session.commit()
    assert codes(session, folder, "ተቓውሞ") == ["bezwaar"]
    with recorded(session, [concept], "changed", by="Marijke"):
        for term in named:
            concept.terms.remove(term)
    session.commit()
    assert codes(session, folder, "اعتراض") == ["bezwaar"]
    return concept


@pytest.fixture(autouse=True)
def every_index_anew():
    terms.index_in.cache_clear()
    yield
    terms.index_in.cache_clear()


def test_a_forgotten_name_is_in_no_file_of_the_index_of_terms(engine, session, folder, concept):
    assert held(folder) == TRACES  # a change stays in the file until many are merged
    report = forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
    assert "index" not in report.left
    assert [place["bytes"] for place in report.searched if place["place"] == "index/terms"][0] > 0
    assert held(folder) == set()
    assert codes(session, folder, "ተቓውሞ") == codes(session, folder, "bezwar") == ["bezwaar"]


def test_erasing_anything_empties_the_index_of_what_the_term_base_lost_before(engine, session, folder, concept, staff):
    from tests.factories import a_document

    document = a_document(session, "سر صغير. ምስጢር።", source="ar", targets=("nl",), by=staff)
    report = forgotten(engine, session, folder, Wanted(document_id=document.id))
    assert report.left == {} and held(folder) == set()


def killed_when_its_file_is_written(url: str, folder: str) -> None:
    """What a process does that is killed before its file becomes the current one."""
    real = termindex.write

    def killed(*args, **more):
        real(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    termindex.write = killed
    with db.new_session(db.make_engine(url), writes=False) as session:
        TermIndex(folder).rebuild(session)


def test_what_a_killed_process_left_half_done_goes_too(engine, session, folder):
    concept = editing.new_concept(session, "bezwaar", by="Marijke", by_id=900)
    for language, text in (("nl", f"zaak {NAME}"), ("ar", f"قضية {ARABIC}"), ("ti", f"ጉዳይ {TIGRINYA}")):
        editing.propose_term(session, concept, language, text, by="Marijke", by_id=900)
    session.commit()
    url = engine.url.render_as_string(hide_password=False)
    done = processes.run(
        killed_when_its_file_is_written, url, str(folder / "terms"), environment=os.environ, check=False
    )
    assert done.returncode == -9 and held(folder) == TRACES
    editing.remove_concept(session, concept, by="Marijke", why="names a client")
    session.commit()
    forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
    assert held(folder) == set()


def test_an_index_that_cannot_be_written_anew_goes_as_a_whole_and_one_that_stays_is_told(
    engine, session, folder, concept, monkeypatch
):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(termindex, "write", full)
        report = forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
        assert held(folder) == set() and "index" not in report.left
        assert codes(session, folder, "اعتراض") == ["bezwaar"]  # by the database
    monkeypatch.setattr(TermIndex, "erase", lambda *_: False)
    report = forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
    assert report.left["index"] == 1


def test_forgetting_makes_no_index_where_nobody_looked_anything_up(engine, session, folder):
    forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
    assert not (folder / "terms").exists()


def test_other_threads_go_on_looking_up_with_the_new_file(engine, session, folder, concept):
    before = index_in(folder / "terms")._opened
    forgotten(engine, session, folder, Wanted(phrases=(NAME, ARABIC, TIGRINYA)))
    other = TermIndex(folder / "terms")
    opened, fresh = other._up_to_date(session)
    assert not fresh and opened.name != before.name
    assert "fatima" in before.file.words["word"].sorted and "fatima" not in opened.file.words["word"].sorted
    other.close()
