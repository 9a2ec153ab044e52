"""The index of terms beside people who write and read at once: never behind, never built anew for nothing."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.db import new_session
from glossary import editing, vocabulary
from glossary.lookup import search
from glossary.models import Concept
from glossary.recognition import recognise
from glossary.termindex import MOST_FRESH, TermIndex
from storage import changes
from tests.glossary.test_lookup import fill


def codes(session, index, query, **options):
    return [session.get(Concept, hit.concept_id).code for hit in search(session, index, query, **options)]


def crowd(number, prefix):
    return [(f"{prefix}{n}", "law", {"nl": [f"{prefix}begrip{n}"], "ti": [f"ቃል{prefix}{n}"], "ar": [f"كلمة{n}"]}) for n in range(number)]


@pytest.fixture
def writes(monkeypatch):
    """How often a file was written, by whichever index."""
    from glossary import termindex

    done = []
    real = termindex.write

    def counted(*args, **more):
        done.append(args[0].name)
        return real(*args, **more)

    monkeypatch.setattr(termindex, "write", counted)
    return done


@pytest.fixture
def index(tmp_path):
    index = TermIndex(tmp_path / "terms")
    yield index
    index.close()


def another_session(session):
    return new_session(session.get_bind().engine, writes=False)


def test_who_began_to_read_before_a_change_is_answered_and_has_nothing_built_again(engine, session, tmp_path, writes):
    fill(session)
    index = TermIndex(tmp_path / "terms", another_session)
    with new_session(engine, writes=False) as early, new_session(engine, writes=False) as late:
        assert codes(early, index, "محكمة") == ["rechtbank"]
        early.rollback()
        early.get(Concept, 1)  # a request that has begun: it asked who is signed in
        concept = editing.new_concept(session, "hoorzitting", by="Rana")
        editing.propose_term(session, concept, "ti", "ናይ ምስማዕ ኣኼባ", by="Rana")
        session.commit()
        assert codes(late, index, "ምስማዕ") == ["hoorzitting"]
        del writes[:]
        assert codes(early, index, "ፍርድ ቤት") == ["rechtbank"]
        assert codes(early, index, "rechtbnak") == ["rechtbank"]  # by the index: the database alone knows no typos of many
        assert codes(late, index, "ምስማዕ") == ["hoorzitting"]
        assert writes == []
    index.close()


def test_who_began_to_read_before_the_file_was_written_is_answered_and_has_nothing_built_again(
    engine, session, tmp_path, writes
):
    fill(session)
    index = TermIndex(tmp_path / "terms", another_session)
    with new_session(engine, writes=False) as early, new_session(engine, writes=False) as late:
        codes(early, index, "محكمة")
        early.rollback()
        early.get(Concept, 1)
        fill(session, crowd(MOST_FRESH + 5, "x"), "more")
        assert codes(late, index, "ቃልx7")[0] == "x7"
        for searching in (index, TermIndex(tmp_path / "terms", another_session)):
            del writes[:]
            assert codes(early, searching, "ፍርድ ቤት") == ["rechtbank"]
            assert codes(late, searching, "ቃልx7")[0] == "x7"
            assert writes == []
            searching.close()


def test_many_changes_beside_a_long_transaction_are_written_once_for_all_who_share_a_folder(engine, session, index, tmp_path, writes):
    fill(session)
    codes(session, index, "محكمة")
    session.rollback()
    with new_session(engine, writes=engine.dialect.name == "postgresql") as long:
        if engine.dialect.name == "postgresql":
            long.connection().exec_driver_sql("SELECT pg_current_xact_id()")
        fill(session, crowd(MOST_FRESH + 5, "x"), "more")
        del writes[:]
        other = TermIndex(tmp_path / "terms")
        for searching in (index, other, index, other, index):
            assert codes(session, searching, "ቃልx7")[0] == "x7"
            assert codes(session, searching, "ፍርድ ቤት") == ["rechtbank"]
            session.rollback()
        assert len(writes) == 1
        again = TermIndex(tmp_path / "terms")
        assert codes(session, again, "xbegirp7")[0] == "x7"
        assert len(writes) == 1
        session.rollback()
        long.rollback()
    # and what is new then is not taken for something that is known
    concept = session.get_one(Concept, 1)
    editing.propose_term(session, concept, "am", "አዲስ ቃል", by="Rana")
    session.commit()
    for searching in (index, other, again):
        assert codes(session, searching, "አዲስ") == [concept.code]
        searching.close()


def test_a_lower_id_that_commits_later_is_found(engine, session, index, tmp_path):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time: ids cannot commit out of order there")
    fill(session)
    other = TermIndex(tmp_path / "other")
    searching = (index, other)
    with new_session(engine) as slow, new_session(engine) as quick:
        for number, (writer, word) in enumerate(((slow, "ስደት"), (quick, "محضر"))):
            concept = editing.new_concept(writer, f"new-{number}", by="Rana")
            editing.propose_term(writer, concept, "ti" if number == 0 else "ar", word, by="Rana")
            writer.flush()
        quick.commit()
        for one in searching:
            assert codes(session, one, "محضر") == ["new-1"] and "new-0" not in codes(session, one, "ስደት")
        fill(session, crowd(MOST_FRESH + 5, "x"), "more")  # and the file is written meanwhile
        assert codes(session, index, "ቃልx7")[0] == "x7"
        session.rollback()
        slow.commit()
        for one in (*searching, TermIndex(tmp_path / "terms")):
            assert "new-0" in codes(session, one, "ስደት")
            one.close()


def test_what_another_process_approves_forbids_changes_or_removes_counts_from_the_next_search_on(engine, session, index):
    fill(session)
    codes(session, index, "محكمة")
    session.rollback()

    def elsewhere(act):
        with new_session(engine) as writer:
            act(writer, editing.concept_with_code(writer, "rechtbank"))
            writer.commit()

    def term(concept, language):
        return next(t for t in concept.terms if t.language == language)

    with new_session(engine, writes=False) as reader:
        elsewhere(lambda writer, c: editing.approve_term(writer, term(c, "ar"), by="Yusuf", by_id=5))
        assert codes(reader, index, "محكمة", status="preferred") == ["rechtbank"]
        reader.rollback()
        elsewhere(lambda writer, c: editing.forbid_term(writer, term(c, "ar"), "no", by="Yusuf", by_id=5))
        assert codes(reader, index, "محكمة", status="preferred") == []
        assert codes(reader, index, "محكمة", status="forbidden") == ["rechtbank"]
        reader.rollback()
        elsewhere(lambda writer, c: editing.change_term(writer, term(c, "am"), by="Selam", by_id=6, text="ችሎት"))
        assert codes(reader, index, "ችሎት") == ["rechtbank"]
        assert "rechtbank" not in codes(reader, index, "ፍርድ ቤት")
        reader.rollback()
        elsewhere(lambda writer, c: editing.remove_concept(writer, c, by="Rana", why="ሓደ ጥራይ"))
        assert codes(reader, index, "ችሎት") == codes(reader, index, "محكمة") == []




def test_who_began_to_read_before_a_change_reads_sentences_with_the_terms_of_that_moment_and_nothing_is_built_for_others(
    engine, session, monkeypatch
):
    fill(session)
    built = []
    real = vocabulary._fill
    monkeypatch.setattr(vocabulary, "_fill", lambda own, stock: (built.append(stock.language), real(own, stock)))

    def found(reader, text, source="am"):
        return {session.get(Concept, hit.concept_id).code for hit in recognise(reader, text, source_language=source, target_language="nl")}

    with new_session(engine, writes=False) as early, new_session(engine, writes=False) as late:
        assert found(early, "ፍርድ ቤት") == {"rechtbank"} and found(early, "هذه محكمة", "ar") == {"rechtbank"}
        early.rollback()
        early.get(Concept, 1)
        changes.record(session, "memory", [1])  # somebody approved a sentence meanwhile
        session.commit()
        assert found(late, "ፍርድ ቤት") == {"rechtbank"} and found(late, "هذه محكمة", "ar") == {"rechtbank"}
        del built[:]
        assert found(early, "ፍርድ ቤት") == {"rechtbank"} and found(early, "هذه محكمة", "ar") == {"rechtbank"}
        assert built == []
        editing.propose_term(session, editing.concept_with_code(session, "bezwaar"), "am", "ተቃውሞ", by="Selam")
        session.commit()
        late.rollback()
        assert found(late, "ተቃውሞ") == {"bezwaar"}
        del built[:]
        # PostgreSQL reads what is committed at every question, SQLite as it was when the transaction began
        assert found(early, "ተቃውሞ") == (set() if engine.dialect.name == "sqlite" else {"bezwaar"})
        del built[:]
        assert found(late, "ተቃውሞ") == {"bezwaar"}
        assert built == []


@pytest.mark.parametrize("verb", ["candidates", "refresh", "rebuild", "erase"])
def test_who_waits_for_the_database_to_write_keeps_nobody_from_looking_up(engine, session, index, verb):
    fill(session)
    codes(session, index, "محكمة")
    session.rollback()

    def write():
        with new_session(engine) as writer:
            if verb == "candidates":
                codes(writer, index, "ፍርድ ቤት")
            else:
                getattr(index, verb)(writer)

    with ThreadPoolExecutor(2) as threads, new_session(engine) as holder:
        holder.connection()  # on SQLite nobody else can write now
        waiting = threads.submit(write)
        time.sleep(0.3)
        assert threads.submit(look_apart, engine, index, "ፍርድ ቤት").result(5) == ["rechtbank"]
        assert waiting.done() == (engine.dialect.name == "postgresql")
        holder.rollback()
        waiting.result(20)


def look_apart(engine, index, query):
    with new_session(engine, writes=False) as reader:
        return codes(reader, index, query)
