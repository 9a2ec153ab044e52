"""From a text to the sentences a model gets, hop by hop, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.mt.engine import Engine
from app.mt.routes import Route
from app.mt.sanity import notes, refused

#: Characters in one sentence given to an engine; a longer one without a full stop is cut at a space.
MOST_CHARACTERS = 1_000


def translate_text(
    route: Route, engines: Sequence[Engine], texts: Sequence[str], n: int, *, tries: int = 1
) -> list[list[tuple[str, float]]]:
    """Translate plain texts along a route: at most `n` of (text, score) each, the best first. The first hop hands on
    the best of its `tries` answers that is fit to be shown, or nothing; what the second says of it is the answer.
    White space between sentences stays as it is."""
    current = list(texts)
    answers: list[list[tuple[str, float]]] = [[] for _ in texts]
    for hop, engine in zip(route.hops, engines, strict=True):
        if hop is route.hops[-1]:
            return _one_hop(engine, current, hop.source, hop.target, n)
        answers = _one_hop(engine, current, hop.source, hop.target, tries)
        current = [
            next((said for said, _ in found if not refused(notes(text, said, hop.source, hop.target))), "")
            for text, found in zip(current, answers, strict=True)
        ]
    return answers


def _one_hop(
    engine: Engine, texts: Sequence[str], source: str, target: str, n: int
) -> list[list[tuple[str, float]]]:
    cut = [pieces(text, source) for text in texts]
    sentences = list(dict.fromkeys(piece for parts in cut for piece in parts if _translatable(piece)))
    said = dict(zip(sentences, engine.translate(sentences, source, target, n) if sentences else [], strict=True))
    return [_joined(parts, said, n) for parts in cut]


def _translatable(piece: str) -> bool:
    return any(c.isalpha() for c in piece)


def _joined(parts: Sequence[str], said: dict, n: int) -> list[tuple[str, float]]:
    """The i-th answers to the sentences of a text make its i-th answer."""
    asked = [said[part] for part in parts if part in said]
    if not asked or not all(asked):
        return []
    found = []
    for i in range(min(n, max(len(answers) for answers in asked))):
        chosen = {part: said[part][min(i, len(said[part]) - 1)] for part in parts if part in said}
        text = "".join(chosen[part].text if part in chosen else part for part in parts)
        found.append((text, sum(one.score for one in chosen.values()) / len(chosen)))
    return found


def pieces(text: str, language: str) -> list[str]:
    """Sentences and the white space between them, in turn: ``"".join(pieces(t, l)) == t`` for every text."""
    parts: list[str] = []
    for line in re.split(r"(\s*[\n\r\v\f\u2028\u2029\t]\s*)", text):
        if not line.strip():
            parts.append(line)
            continue
        for sentence in _sentences(line, language):
            core = sentence.strip()
            start = sentence.index(core)
            parts += [sentence[:start], *_short(core), sentence[start + len(core) :]]
    return [part for part in parts if part]


def _sentences(line: str, language: str) -> list[str]:
    from languages import sentences

    found = list(sentences.split(line, language))
    return found if "".join(found) == line else [line]


def _short(sentence: str) -> list[str]:
    parts = []
    while len(sentence) > MOST_CHARACTERS:
        space = sentence.rfind(" ", MOST_CHARACTERS // 2, MOST_CHARACTERS)
        at = space if space > 0 else MOST_CHARACTERS
        parts.append(sentence[:at])
        rest = sentence[at:]
        sentence = rest.lstrip(" ")
        if rest != sentence:
            parts.append(rest[: len(rest) - len(sentence)])
    if sentence:
        parts.append(sentence)
    return parts
