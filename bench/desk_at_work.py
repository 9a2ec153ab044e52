"""Translators at work: each has a document open, types, and saves one segment after the other."""

from __future__ import annotations

import csv
import http.client
import json
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.installation import Answer, Installation, Visitor, signed_in
from bench.letter import a_letter

ROOT = Path(__file__).resolve().parent.parent
#: What the desk translates into; each translator has one of these.
TARGETS = ("ar", "fa", "ti", "am", "tr")
#: Seconds between two drafts of somebody who types on: with saves at 0.3 a second, 50 people send 50 and 15 a second.
TYPING_PAUSE = 1.0
DRAFTS = (3, 3, 4)


@dataclass(slots=True)
class Times:
    """Seconds per kind of request, and what went wrong: (kind, status) -> how often."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    lasted: float = 0.0
    processor: float = 0.0


@dataclass(slots=True)
class Translator:
    """A visitor with the segments that are theirs: (id, version)."""

    visitor: Visitor
    language: str
    segments: Iterator[tuple[int, int]]
    texts: Sequence[str]


def sentences_in(language: str) -> list[str]:
    """Sentences of the Universal Declaration in a language, to be typed."""
    from languages.sentences import split

    with (ROOT / "app/starter/udhr.tsv").open(encoding="utf-8", newline="") as file:
        paragraphs = [row[language] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return [s.strip() for text in paragraphs if text for s in split(text, language) if 20 < len(s.strip()) < 200]


def upload(staff: Visitor, data: bytes, name: str, targets: Sequence[str]) -> Answer:
    """Upload a letter, as an internal document in Dutch."""
    page = staff.get("/documents/new")
    staff.refresh_token(page)
    once = re.search(r'name="once" value="([^"]+)"', page.text)[1]
    fields = [("once", once), ("source", "nl"), ("confidentiality", "internal"), *(("targets", t) for t in targets)]
    answer = staff.upload("/documents/new", data, name, fields)
    if answer.status != 303:
        raise RuntimeError(f"the upload was answered with {answer.status}")
    return answer


def translations_of(page: Answer) -> list[int]:
    """The translations a document's page links to, in its order."""
    return list(dict.fromkeys(int(n) for n in re.findall(r'href="/translations/(\d+)"', page.text)))


def open_desk(installation: Installation, people: int, segments: int) -> list[Translator]:
    """Letters, each with `segments` segments and five languages, and `people` signed-in translators with equal parts
    of them: five people work on each translation."""
    (staff,) = signed_in(installation, [("Marijke", [("staff", "", "")])])
    opened: dict[str, list[int]] = {target: [] for target in TARGETS}
    for number in range(-(-people // (5 * len(TARGETS)))):
        answer = upload(staff, a_letter(segments, 9000 + number), f"brief-{number}.docx", TARGETS)
        page = staff.get(answer.headers["Location"])
        for language, translation in zip(TARGETS, translations_of(page), strict=True):
            opened[language].append(translation)
    staff.close()
    wanted = [
        (f"Translator {n}", [("translator", "nl", TARGETS[n % len(TARGETS)])]) for n in range(people)
    ]
    parts: dict[int, list[tuple[int, int]]] = {}
    translators = []
    for number, visitor in enumerate(signed_in(installation, wanted)):
        language = TARGETS[number % len(TARGETS)]
        turn = number // len(TARGETS)
        translation = opened[language][turn // 5]
        page = visitor.get(f"/translations/{translation}")
        visitor.refresh_token(page)
        rows = re.findall(r'data-segment="(\d+)" data-number="\d+" data-version="(\d+)"', page.text)
        parts.setdefault(translation, [(int(a), int(b)) for a, b in rows])
        # five on each translation, each with a part of their own
        mine = parts[translation][turn % 5 :: 5]
        translators.append(Translator(visitor, language, iter(mine), sentences_in(language)))
    return translators


def work(installation: Installation, translators: Sequence[Translator], seconds: float, *, thinking: bool) -> Times:
    """Let them work at once, each in a thread, and stop after `seconds`. With `thinking` each types like a person:
    a draft about every second and a save after three or four; otherwise each sends the next request at once."""
    times = Times()
    lock = threading.Lock()
    gate = threading.Barrier(len(translators) + 1)
    until = [0.0]

    def one(translator: Translator, chance: random.Random) -> None:
        mine = Times()
        gate.wait()
        if thinking:
            # people do not start in step
            time.sleep(min(chance.uniform(0, 3.5), seconds / 2))
        while time.perf_counter() < until[0] and (row := next(translator.segments, None)) is not None:
            _translate(translator, *row, mine, chance, until[0], thinking=thinking)
        translator.visitor.close()
        with lock:
            for kind, values in mine.seconds.items():
                times.seconds[kind] += values
            for what, number in mine.refused.items():
                times.refused[what] += number

    threads = [
        threading.Thread(target=one, args=(translator, random.Random(number)), daemon=True)
        for number, translator in enumerate(translators)
    ]
    for thread in threads:
        thread.start()
    before = installation.processor_time()
    begun = time.perf_counter()
    until[0] = begun + seconds
    gate.wait()
    for thread in threads:
        thread.join(seconds + 90)
    times.lasted = time.perf_counter() - begun
    times.processor = installation.processor_time() - before
    return times


def _translate(
    translator: Translator, segment: int, version: int, times: Times, chance: random.Random, until: float, *, thinking: bool
) -> None:
    """One segment as the editor's script does it: the panel, drafts of a growing text, the save."""
    visitor, address = translator.visitor, f"/segments/{segment}"
    text = chance.choice(translator.texts)

    def asked(kind: str, method: str, path: str, **content: object) -> Answer | None:
        try:
            answer = visitor.send(method, path, **content) if content else visitor.get(path)
        except (http.client.HTTPException, OSError):
            times.refused[kind, 0] += 1
            return None
        if answer.status == 200:
            times.seconds[kind].append(answer.seconds)
            return answer
        times.refused[kind, answer.status] += 1
        return None

    asked("panel", "GET", f"{address}/panel")
    drafts = chance.choice(DRAFTS)
    for number in range(1, drafts + 1):
        if thinking:
            # the whole keeps its rate when answers are slow: a person types on meanwhile
            time.sleep(chance.uniform(0.8, 1.2) * TYPING_PAUSE)
        if time.perf_counter() > until:
            return
        typed = text[: len(text) * number // (drafts + 1)]
        answer = asked("draft", "PUT", f"{address}/draft", text=typed, version=version)
        if answer is not None:
            version = json.loads(answer.body)["version"]
    asked("save", "POST", f"{address}/save", text=text, version=version)
