"""How fast the term base answers: looking up, recognising, loading and building, at sizes people will not reach soon.

    python bench/glossary.py [--concepts 20000] [--terms 50000] [--url URL] [--recognition-only | --lookup-only | --loading]

The terms are made up with a fixed seed, in a real shape: words of the Universal Declaration in twelve languages and of
the starter pack, joined to compounds (Dutch), phrases and new words of two halves; about nine terms a concept, as in
the starter pack. Queries are what people type: the word, its beginning, a typo, a part of a compound, Latin letters
for Arabic, a word that is not there. Times are of this process alone, after one untimed round; p50 and p95 in
milliseconds by the clock, and in brackets of computing: on a machine that does other things too, the second counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, event, func, select
from sqlalchemy.orm import Session

import glossary.models
import storage.changes
from glossary import editing
from glossary.exchange import load_concepts
from glossary.lookup import search
from glossary.models import Concept, Definition, Term
from glossary.recognition import recognise
from glossary.searchindex import DatabaseScan
from glossary.spelling import read_query
from glossary.subjects import SUBJECTS
from glossary.termindex import TermIndex
from languages import folding, tags
from languages.words import words
from storage import bulk
from storage.columns import utc_now

#: For recognition: the share of words that exist (so that a sentence has about as many terms as a dense legal text, and
#: not one at every word), and from how many words in all 50,000 terms are made (IATE's and EMN's repeat theirs).
REAL, POOL = 0.02, 30_000

LANGUAGES = ("nl", "en", "ar", "fa", "ti", "am", "tr", "fr", "ru", "es", "zh-Hans", "so")


def vocabulary() -> dict[str, list[str]]:
    """Words of three letters and more per language, from the Declaration and the starter pack."""
    found: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    with (ROOT / "app/starter/udhr.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for language in LANGUAGES:
                found[language].update(word.text for word in words(row.get(language) or "", language))
    for path in (ROOT / "app/starter/concepts").glob("*.json"):
        for entry in json.loads(path.read_text("utf-8")):
            for term in entry["terms"]:
                language = tags.normalise(term["language"])
                if language in found:
                    found[language].update(word.text for word in words(term["text"], language))
    shortest = {"zh-Hans": 1, "ti": 2, "am": 2}
    return {
        language: sorted(word for word in some if len(word) >= shortest.get(language, 3))
        for language, some in found.items()
    }


def sentences() -> dict[str, list[str]]:
    """The Declaration's paragraphs, cut at their full stops."""
    from languages.sentences import split

    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    with (ROOT / "app/starter/udhr.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for language in LANGUAGES:
                if row.get(language):
                    found[language] += [
                        piece.strip() for piece in split(row[language], language) if piece.strip()
                    ]
    return found


def new_word(known: list[str], chance: random.Random) -> str:
    """The first half of one word and the second of another."""
    one, other = chance.choice(known), chance.choice(known)
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :]


def made_up_term(language: str, known: list[str], chance: random.Random, real: float = 0.5) -> str:
    """A word, a compound, a phrase, or a word of the halves of two; `real` is the share of words that exist."""

    def word() -> str:
        if chance.random() < real:
            return chance.choice(known)
        return new_word(known, chance)

    if language == "zh-Hans":
        return "".join(chance.choice(known) for _ in range(chance.randint(2, 6)))
    if language == "nl" and chance.random() < 0.6:
        return (word() + chance.choice(("", "s")) + word()).lower()
    return " ".join(word() for _ in range(chance.choice((1, 1, 2, 2, 3))))


def entries(number: int, chance: random.Random) -> Iterator[dict]:
    """Concepts with a Dutch definition and on average nine terms."""
    known = vocabulary()
    subjects = sorted(SUBJECTS)
    for place in range(number):
        terms, seen = [], set()
        for language in LANGUAGES:
            if language in ("nl", "en") or chance.random() < 0.65:
                for _ in range(1 + (chance.random() < 0.15)):
                    text = made_up_term(language, known[language], chance)
                    if (language, text) not in seen:
                        seen.add((language, text))
                        terms.append({"language": language, "text": text})
        definition = " ".join(chance.choice(known["nl"]) for _ in range(15))
        yield {
            "code": f"c{place}",
            "subject": chance.choice(subjects),
            "terms": terms,
            "definitions": {"nl": {"text": definition}},
        }


def put_in(session: Session, made: Iterable[dict]) -> int:
    """Put entries into a database as rows, past what loading a file decides, and commit; the number of terms."""
    concepts, definitions, terms = [], [], []
    by = {"created_by": "bench"}
    last = session.scalar(select(func.max(Concept.id))) or 0
    for number, entry in enumerate(made, start=last + 1):
        concepts.append({
            "id": number, "code": entry["code"], "subject": entry.get("subject"), "origin": "import", "version": 1,
            "keep_source": False, "created_at": utc_now(), "changed_at": utc_now(), "changed_by": "bench", **by,
        })  # fmt: skip
        definitions += [
            {"concept_id": number, "language": language, "text": definition["text"]}
            for language, definition in (entry.get("definitions") or {}).items()
        ]
        terms += [
            {"concept_id": number, "language": term["language"], "text": term["text"], "status": "preferred",
             "variants": "[]", "created_at": utc_now(), **by}
            for term in entry["terms"]
        ]  # fmt: skip
    for model, rows in ((Concept, concepts), (Definition, definitions), (Term, terms)):
        bulk.insert_many(session, model.__table__, rows)
    session.commit()
    return len(terms)


def queries(session: Session, chance: random.Random, number: int = 400) -> dict[str, list[str]]:
    """What people type, by kind."""
    rows = session.execute(select(Term.language, Term.text).order_by(Term.id)).all()
    some = chance.sample(rows, min(len(rows), number))
    longer = [text for _, text in some if len(text) >= 8]

    def typo(text: str) -> str:
        place = chance.randrange(1, len(text) - 1)
        return text[:place] + text[place + 1 :]

    return {
        "the term": [text for _, text in some],
        "its beginning": [text[: chance.randint(1, max(1, len(text) - 1))] for _, text in some],
        "a typo": [typo(text) for text in longer],
        "a part": [text[3:] for text in longer],
        "Latin letters": [folding.latin_key(key) or key for language, text in some if language in ("ar", "fa", "ti", "am") for key in sorted(folding.transliterations(text))[:1]],
        "not there": ["".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(10)) for _ in range(100)],
    }  # fmt: skip


class Took(float):
    """Milliseconds by the clock; `.cpu` is what of them this process computed."""

    cpu: float


def timed(act: Callable[[], object]) -> Took:
    """How long an act takes."""
    started, computed = time.perf_counter(), time.process_time()
    act()
    took = Took((time.perf_counter() - started) * 1000)
    took.cpu = (time.process_time() - computed) * 1000
    return took


def spread(times: list[Took]) -> str:
    def at(values: list[float], share: float) -> float:
        return sorted(values)[int(len(values) * share)]

    clock, cpu = list(times), [took.cpu for took in times]
    return f"p50 {at(clock, 0.5):6.2f} (cpu {at(cpu, 0.5):6.2f})  p95 {at(clock, 0.95):6.2f} (cpu {at(cpu, 0.95):6.2f})  n {len(times)}"


def memory() -> int:
    """Most megabytes this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def engine_for(url: str):
    engine = create_engine(url)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def on_connect(connection, _record):
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def on_begin(connection):
            connection.exec_driver_sql("BEGIN")

    for metadata in (glossary.models.Base.metadata, storage.changes.Base.metadata):
        metadata.create_all(engine)
    return engine


def bench_lookup(session: Session, folder: Path, chance: random.Random) -> None:
    index = TermIndex(folder)
    built = timed(lambda: index.rebuild(session))
    print(
        f"build the index         {built / 1000:.1f} s (cpu {built.cpu / 1000:.1f}), {sum(p.stat().st_size for p in folder.rglob('*.terms')) >> 20} MB"
    )
    index.close()
    again = TermIndex(folder)
    read_query("vergunning")  # the dictionaries of its languages are not the index's
    print(f"open it again           {timed(lambda: search(session, again, 'vergunning')):.0f} ms")
    kinds = queries(session, chance)
    for query in [query for some in kinds.values() for query in some[:20]]:
        search(session, again, query)
    everything = []
    for kind, some in kinds.items():
        times = [timed(lambda query=query: search(session, again, query)) for query in some]
        everything += times
        print(f"  {kind:20s}  {spread(times)}")
    print(f"  {'all':20s}  {spread(everything)}")
    concept = editing.new_concept(session, "nieuw", by="bench")
    editing.propose_term(session, concept, "nl", "splinternieuw begrip", by="bench")
    session.commit()
    print(f"first look-up after an approval  {timed(lambda: search(session, again, 'splinternieuw')):.0f} ms")
    scan = [
        timed(lambda query=query: search(session, DatabaseScan(), query)) for query in kinds["the term"][:3]
    ]
    print(f"without an index        {spread(scan)}")
    again.close()


def bench_recognition(session: Session, url: str, languages: tuple[str, ...]) -> None:
    from languages.words import load

    texts = sentences()
    for language in languages:
        load(language)
        build = timed(
            lambda language=language: recognise(session, "x", source_language=language, target_language="en")
        )
        cold = [
            timed(lambda text=text, language=language: _spot_only(session, text, language))
            for text in texts[language]
        ]
        hits = sum(
            len(recognise(session, text, source_language=language, target_language="en"))
            for text in texts[language]
        )

        def thrice(act: Callable[[Session, str, str], None], *, new: bool, language: str = language) -> list[Took]:
            # what was found in a sentence is kept: a blank more at its end is a new sentence of the same words
            return [
                timed(lambda text=text + " " * (again + 1) * new: act(session, text, language))
                for again in range(3)
                for text in texts[language]
            ]

        print(
            f"  {language:8s} {hits / len(texts[language]):4.1f} hits a sentence  read and build {build / 1000:5.2f} s (cpu {build.cpu / 1000:5.2f})   find {spread(thrice(_spot_only, new=True))}   with targets {spread(thrice(_with_targets, new=True))}   read before {spread(thrice(_with_targets, new=False))}   cold {spread(cold)}",
            flush=True,
        )
    bench_processes(session, url, languages[0])


def _with_targets(session: Session, text: str, language: str) -> None:
    recognise(session, text, source_language=language, target_language="en")


def bench_processes(session: Session, url: str, language: str, times: int = 20) -> None:
    """A change that this process commits, in the next look of another one that has its terms in memory already."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    other = context.Process(target=_another_process, args=(there, url, language), daemon=True)
    other.start()
    here.recv()
    concept = editing.new_concept(session, "elders", by="bench")
    found, took = 0, []
    for number in range(times):
        word = f"splinternieuw{chr(97 + number)}zaak"
        editing.propose_term(session, concept, language, word, by="bench")
        session.commit()
        here.send(word)
        seen, milliseconds = here.recv()
        found += seen
        took.append(milliseconds)
    here.send(None)
    other.join(30)
    print(f"another process sees a change  {found} of {times} at its next look, {sorted(took)[times // 2]:.1f} ms for that look, at most {max(took):.1f}")


def _another_process(pipe, url: str, language: str) -> None:
    engine = engine_for(url)
    with Session(engine) as session:
        _with_targets(session, "x", language)
    pipe.send("ready")
    while (word := pipe.recv()) is not None:
        with Session(engine) as session:
            begun = time.perf_counter()
            hits = recognise(session, f"Dit is een {word}.", source_language=language, target_language="en")
            pipe.send((any(hit.surface == word for hit in hits), (time.perf_counter() - begun) * 1000))


def _spot_only(session: Session, text: str, language: str) -> None:
    from glossary.spotting import spot_terms
    from glossary.vocabulary import views

    spot_terms(views(session, language), text)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--concepts", type=int, default=20_000, help="for looking up")
    parser.add_argument("--terms", type=int, default=50_000, help="in each language, for recognition")
    parser.add_argument(
        "--languages", default="nl,en,ar,fa,ti,am,tr,fr,ru,es,so,zh-Hans", help="for recognition; the first also for several processes"
    )
    parser.add_argument("--url", help="an empty database; a new SQLite file when not given")
    parser.add_argument("--lookup-only", action="store_true")
    parser.add_argument("--recognition-only", action="store_true")
    parser.add_argument("--loading", action="store_true", help="load the concepts as a file's, twice, instead of putting rows in")
    options = parser.parse_args()
    chance = random.Random(20000)
    with tempfile.TemporaryDirectory() as place:
        if not options.recognition_only:
            with Session(engine_for(options.url or f"sqlite:///{place}/lookup.sqlite3")) as session:
                made = entries(options.concepts, chance)
                if options.loading:
                    made = list(made)
                    load = timed(
                        lambda: (
                            load_concepts(session, made, origin="import", origin_name="bench", by="bench"),
                            session.commit(),
                        )
                    )
                    print(f"load them               {load / 1000:.1f} s (cpu {load.cpu / 1000:.1f})")
                    again = timed(
                        lambda: load_concepts(session, made, origin="import", origin_name="bench", by="bench")
                    )
                    print(f"load the same again     {again / 1000:.1f} s")
                else:
                    put_in(session, made)
                del made
                print(f"{options.concepts} concepts, {session.scalar(select(func.count(Term.id)))} terms")
                bench_lookup(session, Path(place) / "index", chance)
                print(f"memory, at most         {memory()} MB")
        if not options.lookup_only:
            languages = tuple(options.languages.split(","))
            url = options.url or f"sqlite:///{place}/terms.sqlite3"
            with Session(engine_for(url)) as session:
                known = vocabulary()
                pools = {
                    language: [new_word(known[language], chance) for _ in range(POOL)]
                    for language in languages
                }

                def term(language: str) -> dict[str, str]:
                    some = known[language] if chance.random() < REAL else pools[language]
                    return {"language": language, "text": made_up_term(language, some, chance, real=1.0)}

                put = timed(
                    lambda: put_in(
                        session,
                        (
                            {"code": f"t{place}", "terms": [term(language) for language in languages]}
                            for place in range(options.terms)
                        ),
                    )
                )
                print(f"recognition, {options.terms} terms in each of {len(languages)} languages; made and put in in {put / 1000:.0f} s", flush=True)
                bench_recognition(session, url, languages)
                print(f"memory, at most         {memory()} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
