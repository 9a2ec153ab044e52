"""The memory beside its peers: Weblate's trigram query and amaGama's full-text query, on the same units and questions.

    python bench/peers.py FOLDER [--size 1000000] [--queries 60] [--json FILE]

FOLDER is that of bench/memory.py (its database is made when it is missing); the peers get a private PostgreSQL in it with
the extension pg_trgm, filled and indexed once. Their queries are theirs, read in their code, with their limits:

* Weblate 2026.10 (weblate/memory/models.py): the 50 nearest by trigram distance from a GiST index on the languages and the
  first 2,048 characters;
* amaGama (amagama/tmdb.py): any of the stemmed words against a GIN index of tsvector, within a window of lengths and over a
  bound of ts_rank, all of them.

What they return is scored as we score: the better of the similarities of characters and of words on the folded texts, at
least 70 %, best five. The truth is RapidFuzz over every unit. Each question goes to all of them in turn, so that they meet
the same machine; times are the clock's, because PostgreSQL works in processes of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import psycopg
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.memory import HELD_OUT, connect, database, queries, spread
from bench.memory_corpus import corpus
from memory import forms, index, matching, scoring
from memory.models import Unit

THRESHOLD, BEST = 70, 5
WEBLATE = """
SELECT id FROM unit WHERE source_language = 1 AND target_language = 2
ORDER BY left(source, 2048) <-> left(%(text)s, 2048) LIMIT 50
"""
AMAGAMA = """
SELECT id FROM (
    SELECT id, ts_rank(vector, query, 32) * 1744.93406073519 AS rank
    FROM unit, to_tsquery('english', %(words)s) query
    WHERE length BETWEEN %(shortest)s AND %(longest)s AND vector @@ query
) found WHERE rank > %(cut)s ORDER BY rank DESC
"""


class Peers:
    """PostgreSQL with the same units, and both indexes."""

    def __init__(self, folder: Path, size: int, sentences: list[str]) -> None:
        import pgserver

        self.server = pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
        self.connection = psycopg.connect(self.server.get_uri(), autocommit=True)
        self.connection.execute("SET max_parallel_workers_per_gather = 0")
        name = f"unit_{size}"
        if not self.connection.execute("SELECT to_regclass(%s)", [name]).fetchone()[0]:
            self._fill(name, sentences)
        self.weblate_query, self.amagama_query = (
            q.replace("FROM unit", f"FROM {name}") for q in (WEBLATE, AMAGAMA)
        )

    def _fill(self, name: str, sentences: list[str]) -> None:
        run = self.connection.execute
        run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        run("CREATE EXTENSION IF NOT EXISTS btree_gist")
        run("SET maintenance_work_mem = '1GB'")
        run("DROP TABLE IF EXISTS filling")
        run(
            "CREATE TABLE filling (id integer PRIMARY KEY, source text, length integer, vector tsvector,"
            " source_language integer DEFAULT 1, target_language integer DEFAULT 2)"
        )
        with (
            self.connection.cursor() as cursor,
            cursor.copy("COPY filling (id, source, length) FROM STDIN") as copy,
        ):
            for number, sentence in enumerate(sentences):
                copy.write_row((number, sentence, len(sentence)))
        run("UPDATE filling SET vector = to_tsvector('english', source)")
        run("VACUUM FULL ANALYZE filling")
        run(
            "CREATE INDEX ON filling USING gist (source_language, target_language, left(source, 2048) gist_trgm_ops)"
        )
        run("CREATE INDEX ON filling USING gin (vector)")
        run(f"ALTER TABLE filling RENAME TO {name}")

    def weblate(self, text: str) -> list[int]:
        return [id for (id,) in self.connection.execute(self.weblate_query, {"text": text})]

    def amagama(self, text: str) -> list[int]:
        words = self.connection.execute(
            "SELECT string_agg(quote_literal(token), '|') FROM ts_parse('default', %s) WHERE tokid <> 12",
            [text],
        ).fetchone()[0]
        if not words:
            return []
        share = THRESHOLD / 100
        more = {
            "words": words,
            "shortest": math.ceil(max(len(text) * share, 2)),
            "longest": math.floor(min(len(text) / share, 1000)),
        }
        return [
            id
            for (id,) in self.connection.execute(self.amagama_query, more | {"cut": max(THRESHOLD / 2, 30)})
        ]

    def close(self) -> None:
        self.connection.close()
        self.server.cleanup()


class Scores:
    """Similarities as we define them, of a question with any unit."""

    def __init__(self, session: Session) -> None:
        self.forms = list(session.scalars(select(Unit.form).order_by(Unit.id)))
        self.words = [forms.words(form) for form in self.forms]

    def best(self, text: str, numbers: list[int]) -> list[float]:
        form = forms.form(text, "en")
        words = forms.words(form)
        found = [max(_similarity(form, self.forms[n]), _similarity(words, self.words[n])) for n in numbers]
        return sorted((s for s in found if s >= THRESHOLD / 100 - 1e-9), reverse=True)[:BEST]

    def truth(self, text: str) -> list[float]:
        form = forms.form(text, "en")
        words = forms.words(form)
        near = {
            n
            for _, _, n in process.extract(
                form, self.forms, scorer=Levenshtein.distance, score_cutoff=_widest(form), limit=None
            )
        }
        near |= {
            n
            for _, _, n in process.extract(
                words, self.words, scorer=Levenshtein.distance, score_cutoff=_widest(words), limit=None
            )
        }
        return self.best(text, sorted(near))


def _widest(text) -> int:
    return int(len(text) / 0.7 * 0.3) + 1


def _similarity(one, other) -> float:
    return 1 - Levenshtein.distance(one, other) / max(len(one), len(other), 1)


def recall(found: list[float], truth: list[float]) -> float:
    """The share of the best five scores that were found."""
    rounded = [Counter(round(score, 9) for score in scores) for scores in (found, truth)]
    return (rounded[0] & rounded[1]).total() / len(truth)


def measure(folder: Path, size: int, many: int) -> dict[str, object]:
    sentences, real = corpus(size + HELD_OUT, folder)
    known = sentences[HELD_OUT:]
    engine = connect(database(folder, size, known))
    index.attach(engine, folder / f"index-{size}")
    with Session(engine) as session:
        # as they stand in the memory: a text that no database holds was refused
        peers = Peers(folder, size, list(session.scalars(select(Unit.source).order_by(Unit.id))))
    nothing_off = dict.fromkeys(scoring.PENALTIES, 0)
    with Session(engine) as session:
        index.prepare(session)
        places = {id: place for place, id in enumerate(session.scalars(select(Unit.id).order_by(Unit.id)))}
        scores = Scores(session)
        session.rollback()

        def dragoman(text: str) -> list[int]:
            found = matching.find_matches(
                session,
                text,
                source_language="en",
                target_language="nl",
                threshold=THRESHOLD,
                penalties=nothing_off,
            )
            session.rollback()
            return [places[match.unit_id] for match in found]

        methods: dict[str, Callable[[str], list[int]]] = {
            "dragoman": dragoman, "weblate": peers.weblate, "amagama": peers.amagama,
        }  # fmt: skip
        for method in methods.values():
            method("warm up the caches with this sentence")
        times: dict[str, list[float]] = {name: [] for name in methods}
        recalls: dict[str, list[float]] = {name: [] for name in methods}
        order = list(methods)
        for text in queries(sentences[:HELD_OUT], known, many):
            truth = scores.truth(text)
            random.Random(text).shuffle(order)
            for name in order:
                begun = time.perf_counter()
                found = methods[name](text)
                times[name].append((time.perf_counter() - begun) * 1000)
                if truth:
                    recalls[name].append(recall(scores.best(text, found), truth))
    peers.close()
    report: dict[str, object] = {
        "units": size,
        "real": min(real - HELD_OUT, size),
        "questions with a match": len(recalls["dragoman"]),
    }
    for name in methods:
        report[name] = {
            **spread(times[name]),
            "recall": round(statistics.mean(recalls[name]), 3),
            "times dragoman, median per question": round(
                statistics.median(t / o for t, o in zip(times[name], times["dragoman"], strict=True)), 1
            ),
        }
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    report = measure(given.folder, given.size, given.queries)
    print(json.dumps(report, indent=2))
    if given.json:
        given.json.write_text(json.dumps(report, indent=2), "utf-8")


if __name__ == "__main__":
    main()
