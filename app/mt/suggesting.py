"""From a segment with tags to suggestions: translate, look whether the answer is fit, put the tags in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.mt import sanity
from app.mt import tags as inside
from app.mt.engine import Engine
from app.mt.routes import Route
from app.mt.sentences import translate_text
from importers import inline

#: Answers asked for when the first one is not fit to be shown.
SECOND_TRIES = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One translation a machine suggests. `path` are the languages the text went through ("nl", "en", "ar"); `model`
    the ids of the models; `score` the mean log probability of a piece in the last hop. `notes` say what to look at, as
    keys of `app.mt.sanity`; "tags" among them, and `tags_lost`, that tags found no sure place and stand at the end or
    around the whole text. `licences`: of each model, None where nobody said."""

    text: str
    score: float
    engine: str
    path: tuple[str, ...]
    model: str
    notes: tuple[str, ...] = ()
    tags_lost: bool = False
    licences: tuple[str | None, ...] = ()


def suggest(route: Route, engines: Sequence[Engine], texts: Sequence[str], n: int) -> list[list[Suggestion]]:
    """At most `n` suggestions for each text, the best first; none for a text without letters, or when nothing the
    models said is fit to be shown. Raises EngineUnavailable."""
    parts = [inside.take_apart(text) for text in texts]
    fragments = list(dict.fromkeys(fragment for part in parts for fragment in part.fragments))
    plains = [part.plain for part in parts]
    answers = translate_text(route, engines, [*plains, *fragments], n)
    said = {fragment: found[0][0] for fragment, found in zip(fragments, answers[len(parts) :], strict=True) if found}
    fit = [_fit(route, plain, found) for plain, found in zip(plains, answers, strict=False)]
    _try_again(route, engines, plains, fit, n)
    found = [
        [_with_tags(route, part, one, said) for one in hypotheses]
        for part, hypotheses in zip(parts, fit, strict=True)
    ]
    _try_with_tags(route, engines, parts, found)
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    score: float
    notes: tuple[str, ...]


def _fit(route: Route, plain: str, answers: Sequence[tuple[str, float]]) -> list[_Answer]:
    source, target = route.path[0], route.path[-1]
    looked_at = [_Answer(text, score, sanity.notes(plain, text, source, target)) for text, score in answers]
    return [answer for answer in looked_at if not sanity.refused(answer.notes)]


def _try_again(
    route: Route, engines: Sequence[Engine], plains: Sequence[str], fit: list[list[_Answer]], n: int
) -> None:
    """Where nothing was fit, the model's further answers may be."""
    empty = [i for i, plain in enumerate(plains) if not fit[i] and any(c.isalpha() for c in plain)]
    if not empty:
        return
    answers = translate_text(
        route, engines, [plains[i] for i in empty], max(n, SECOND_TRIES), tries=SECOND_TRIES
    )
    for i, found in zip(empty, answers, strict=True):
        fit[i] = _fit(route, plains[i], found)[:n]


def _with_tags(route: Route, part: inside.Tagged, answer: _Answer, said: dict[str, str]) -> Suggestion:
    if part.whole:
        text, lost = inside.place(part, answer.text, said)
        text, complete = inside.put_back(text, lost), not lost
    else:
        text, complete = inside.all_at_the_end(part, answer.text), False
    return _suggestion(route, part, text, answer.score, answer.notes, complete=complete)


def _try_with_tags(
    route: Route, engines: Sequence[Engine], parts: Sequence[inside.Tagged], found: list[list[Suggestion]]
) -> None:
    """Where tags found no place, give the model the sentence with its tags: some keep them. Its answer is taken only
    when every tag came back once, well nested, and the words are fit."""
    at = [i for i, suggestions in enumerate(found) if suggestions and suggestions[0].tags_lost and parts[i].whole]
    if not at:
        return
    answers = translate_text(route, engines, [parts[i].inner for i in at], 1)
    for i, answer in zip(at, answers, strict=True):
        text = inside.tidy(parts[i].inner, answer[0][0]) if answer else None
        if text is None:
            continue
        fit = _fit(route, parts[i].plain, [(inline.plain(text), answer[0][1])])
        if fit:
            found[i][0] = _suggestion(route, parts[i], text, fit[0].score, fit[0].notes, complete=True)


def _suggestion(
    route: Route, part: inside.Tagged, text: str, score: float, notes: tuple[str, ...], *, complete: bool
) -> Suggestion:
    suggestion = Suggestion(
        text=part.before + text + part.after,
        score=score,
        engine=route.engine,
        path=route.path,
        model=" ".join(hop.model.id for hop in route.hops),
        notes=notes,
        licences=route.licences,
    )
    return suggestion if complete else replace(suggestion, notes=(*notes, "tags"), tags_lost=True)
