"""What is wrong somewhere in a pair of the memory, and everything that a filter finds: searches that look at each unit,
a slice at a time, and keep what they found.

A search writes down how far it came with each slice, so that a job can go on after a crash; started again it begins
anew. Nothing is judged for the keeper: what is found is a hint.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from languages import identify, tags
from languages.folding import exact_fold
from memory import forms
from memory.keeping import Finding, Search
from memory.models import Unit
from memory.selection import Selection, ids_in_window, of_pair
from storage.columns import utc_now

#: filter: what a filter finds · contradictions: one source, several targets · duplicates: the same but for case,
#: punctuation or spaces · languages: a side is in another language, or the sides are swapped · untranslated: the
#: target is the source
FINDERS = ("filter", "contradictions", "duplicates", "languages", "untranslated")

#: Units a slice looks at. Identifying a language takes a hundred times as long as comparing two texts.
SLICE = {"languages": 200, "contradictions": 20_000}
_SLICE = 5_000
#: Most units one search keeps: whoever has more to mend begins with these.
MOST = 100_000
#: Texts with fewer letters than this tell nothing about their language; for identifying it takes more.
_FEW_LETTERS, _ENOUGH_LETTERS = 4, 25
_SURE, _NO = 0.95, 0.02

#: What filters found is forgotten after this long.
KEPT = dt.timedelta(days=7)

_Text = tuple[int, str, str]


def begin(session: Session, finder: str, chosen: Selection, by: str) -> Search:
    """A search that has looked at nothing yet. Earlier results of the same finder in this pair go; those of filters
    stay a while, because an act may still work on them."""
    if finder not in FINDERS:
        raise ValueError(f"no such search: {finder}")
    if finder != "filter":
        chosen = Selection(chosen.source_language, chosen.target_language)
        earlier = select(Search.id).where(
            Search.finder == finder,
            Search.source_language == chosen.source_language,
            Search.target_language == chosen.target_language,
        )
        session.execute(delete(Search).where(Search.id.in_(list(session.scalars(earlier)))))
    session.execute(delete(Search).where(Search.finder == "filter", Search.started_at < utc_now() - KEPT))
    search = Search(
        finder=finder,
        source_language=chosen.source_language,
        target_language=chosen.target_language,
        selection=chosen.to_json(),
        by=by,
        position=None,
        looked_at=0,
        total=0,
        found=0,
        started_at=utc_now(),
    )
    session.add(search)
    session.flush()
    return search


@dataclass(frozen=True, slots=True)
class Slice:
    """What was seen of a search: (family, unit, what is wrong) of each unit found, from where to go on, how many units
    have been looked at of how many, whether that was all."""

    found: list[tuple[int, int, str]]
    position: int | None
    looked_at: int
    total: int
    over: bool


def look(session: Session, search: Search) -> Slice:
    """The next slice of a search. Only reads: judging takes a while, and nobody waits for it."""
    chosen = Selection.from_json(search.selection)
    total = search.total or session.scalar(select(func.count()).select_from(Unit).where(of_pair(chosen))) or 0
    if search.finder == "contradictions":
        found, position = _contradictions(session, search, chosen)
    elif search.finder == "duplicates":
        found, position = _duplicates(session, chosen), None
    else:
        found, position = _one_by_one(session, search, chosen)
    found = found[: max(MOST - search.found, 0)]
    over = position is None or search.found + len(found) >= MOST
    looked_at = total if position is None else min(search.looked_at + _size(search.finder), total)
    return Slice(found, position, looked_at, total, over)


def keep(session: Session, search: Search, seen: Slice) -> bool:
    """Write down what a slice saw. Returns whether the search is over; the caller commits after each slice."""
    rows = [
        {"search_id": search.id, "family": family, "unit_id": id, "detail": said}
        for family, id, said in seen.found
    ]
    # a unit may have been erased since
    ids = [row["unit_id"] for row in rows]
    there: set[int] = set()
    for start in range(0, len(ids), 500):
        there |= set(session.scalars(select(Unit.id).where(Unit.id.in_(ids[start : start + 500]))))
    rows = [row for row in rows if row["unit_id"] in there]
    if rows:
        session.execute(insert(Finding), rows)
    search.found += len(rows)
    search.position, search.looked_at, search.total = seen.position, seen.looked_at, seen.total
    if seen.over:
        search.ended_at = utc_now()
        search.selection = Selection.from_json(search.selection).without_phrase().to_json()
    session.flush()
    return seen.over


def go_on(session: Session, search: Search) -> bool:
    """Look at the next slice and write it down. Returns whether the search is over."""
    return search.ended_at is not None or keep(session, search, look(session, search))


def _size(finder: str) -> int:
    return SLICE.get(finder, _SLICE)


def _one_by_one(
    session: Session, search: Search, chosen: Selection
) -> tuple[list[tuple[int, int, str]], int | None]:
    """Newest units first, each judged by itself."""
    looked = ids_in_window(session, chosen, search.position, window=_size(search.finder))
    if search.finder == "filter":
        found = [(id, "") for id in looked.ids]
    else:
        judge = _judged_languages if search.finder == "languages" else _judged_untranslated
        found = judge(_texts(session, looked.ids), chosen.source_language, chosen.target_language)
    return [(id, id, detail) for id, detail in found], looked.next


def _texts(session: Session, ids: Sequence[int]) -> list[_Text]:
    """Of units that are offered."""
    found: list[_Text] = []
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(Unit.id, Unit.source, Unit.target)
            .where(Unit.id.in_(ids[start : start + 500]), Unit.recalled_at.is_(None))
            .order_by(Unit.id.desc())
        )
        found += [(row.id, row.source, row.target) for row in rows]
    return found


# --- one source, several targets --------------------------------------------------------------------


def _contradictions(
    session: Session, search: Search, chosen: Selection
) -> tuple[list[tuple[int, int, str]], int | None]:
    """Along the index of sources: each slice is a range of their keys."""
    pair = of_pair(chosen)
    after = pair if search.position is None else pair & (Unit.source_key > search.position)
    keys = select(Unit.source_key).where(after).order_by(Unit.source_key)
    last = session.scalar(keys.limit(1).offset(_size("contradictions") - 1))
    inside = after if last is None else after & (Unit.source_key <= last)
    several = select(Unit.source_key).where(inside).group_by(Unit.source_key).having(func.count() > 1)
    repeated = list(session.scalars(several.order_by(Unit.source_key)))
    found: list[tuple[int, int, str]] = []
    for start in range(0, len(repeated), 200):
        by_source: dict[str, list[tuple[int, str]]] = defaultdict(list)
        rows = session.execute(
            select(Unit.id, Unit.source, Unit.target)
            .where(pair, Unit.source_key.in_(repeated[start : start + 200]), Unit.recalled_at.is_(None))
            .order_by(Unit.id)
        )
        for row in rows:
            by_source[forms.same_text(row.source)].append((row.id, row.target))
        for family in by_source.values():
            if len({plain(target, chosen.target_language) for _, target in family}) > 1:
                found += [(family[0][0], id, "") for id, _ in family]
    return found, last


# --- the same but for case, punctuation or spaces -----------------------------------------------------


def _duplicates(session: Session, chosen: Selection) -> list[tuple[int, int, str]]:
    """In one go: the database puts the units in the order of the words of their sources (`bare_key`), and only those
    that stand together are read."""
    pair = of_pair(chosen)
    together: list[list[int]] = []
    family: list[int] = []
    last = None
    rows = session.execute(
        select(Unit.bare_key, Unit.id).where(pair, Unit.recalled_at.is_(None)).order_by(Unit.bare_key, Unit.id)
        .execution_options(yield_per=10_000)
    )  # fmt: skip
    for key, id in rows:
        if key != last:
            if len(family) > 1:
                together.append(family)
            family, last = [], key
        family.append(id)
    if len(family) > 1:
        together.append(family)
    found: list[tuple[int, int, str]] = []
    for some in _in_lots(together, 500):
        texts = {id: (source, target) for id, source, target in _texts(session, [i for f in some for i in f])}
        for family in some:
            same: dict[tuple[str, str], list[int]] = defaultdict(list)
            for id in family:
                if id in texts:
                    source, target = texts[id]
                    same[plain(source, chosen.source_language), plain(target, chosen.target_language)].append(
                        id
                    )
            for ids in same.values():
                if len(ids) > 1:
                    found += [(ids[0], id, "") for id in ids]
        if len(found) >= MOST:
            break
    return found


def _in_lots(families: list[list[int]], size: int) -> Iterable[list[list[int]]]:
    lot: list[list[int]] = []
    held = 0
    for family in families:
        lot.append(family)
        held += len(family)
        if held >= size:
            yield lot
            lot, held = [], 0
    if lot:
        yield lot


def plain(text: str, language: str) -> str:
    """A text without what no translator would call another translation: case, punctuation, spaces, spelling variants.
    Numbers and tags count."""
    return " ".join(forms.words(exact_fold(text, language).casefold()))


# --- untranslated ---------------------------------------------------------------------------------------

_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S+|\S+\.(?:nl|eu|org|com|net)\S*", re.IGNORECASE)


def _judged_untranslated(
    texts: Iterable[_Text], source_language: str, target_language: str
) -> list[tuple[int, str]]:
    found = []
    for id, source, target in texts:
        # spelling, punctuation and spaces change a text's length a little: folding each pair takes a hundred times longer
        if abs(len(source) - len(target)) > 5 + len(source) // 5:
            continue
        words = _ADDRESS.sub(" ", forms.TAG.sub(" ", source))
        if sum(c.isalpha() for c in words) > 1 and plain(source, source_language) == plain(
            target, source_language
        ):
            found.append((id, "untranslated"))
    return found


# --- languages ------------------------------------------------------------------------------------------


def _judged_languages(
    texts: Iterable[_Text], source_language: str, target_language: str
) -> list[tuple[int, str]]:
    return [
        (id, detail)
        for id, source, target in texts
        if (detail := judge_languages(source, target, source_language, target_language))
    ]


def judge_languages(source: str, target: str, source_language: str, target_language: str) -> str:
    """ "swapped", "source" or "target" (that side is in another language), or "" when nothing says so.

    First the scripts: a Dutch source in Arabic letters needs no guessing. Where both languages share a script, or the
    script is right, a text of some length is identified, and only a sure answer counts.
    """
    here, there = _Side(source), _Side(target)
    wrong_here, wrong_there = here.is_not(source_language), there.is_not(target_language)
    if (wrong_here or wrong_there) and here.is_in(target_language) and there.is_in(source_language):
        return "swapped"
    if wrong_there:
        return "target"
    return "source" if wrong_here else ""


@dataclass(slots=True)
class _Side:
    text: str
    letters: int = 0
    _ranked: dict[str, float] | None = None

    def __post_init__(self) -> None:
        # names, addresses and tags are no language
        self.text = _ADDRESS.sub(" ", forms.TAG.sub(" ", self.text))
        self.letters = sum(c.isalpha() for c in self.text)

    @property
    def ranked(self) -> dict[str, float]:
        if self._ranked is None:
            self._ranked = {}
            for tag, share in identify.identify(self.text) if self.letters >= _ENOUGH_LETTERS else ():
                of = _told_apart(tag)
                self._ranked[of] = self._ranked.get(of, 0.0) + share
        return self._ranked

    def is_not(self, language: str) -> bool:
        """Whether this is surely another language."""
        if self.letters < _FEW_LETTERS:
            return False
        share = identify.script_share(self.text, language)
        if share < 0.3:
            # a Latin word or two in a text of another script may be a name
            latin = identify.script_share(self.text, "nl") > 0.5
            return not latin or self.letters >= 3 * _FEW_LETTERS
        expected = _told_apart(language)
        ranked = self.ranked
        if expected not in ranked:
            return False  # nothing can tell this language
        return ranked[expected] < _NO and max(ranked.values()) > _SURE

    def is_in(self, language: str) -> bool:
        """Whether this may well be that language."""
        if identify.script_share(self.text, language) < 0.7:
            return False
        return not self.ranked or self.ranked.get(_told_apart(language), 1.0) > 0.5


def _told_apart(language: str) -> str:
    """The language as identifying can tell it: nothing tells Dari or Hazaragi from Persian."""
    base = tags.base(language)
    return {"prs": "fa", "haz": "fa", "arz": "ar", "apc": "ar", "ary": "ar", "arb": "ar"}.get(base, base)


# --- what was found -------------------------------------------------------------------------------------


def families(
    session: Session, search: Search, *, after: int = 0, size: int = 50
) -> tuple[list[tuple[list[Unit], str]], int | None]:
    """What a search found from the finding `after` on, as it is now: (units that belong together, what is wrong), and
    where to go on, None at the end. A family is never cut in two; one whose members were mended meanwhile is gone."""
    rows = session.execute(
        select(Finding.id, Finding.family, Finding.unit_id, Finding.detail)
        .where(Finding.search_id == search.id, Finding.id > after)
        .order_by(Finding.id)
        .limit(size + 1)
    ).all()
    more = len(rows) > size
    if more:
        whole = [r for r in rows if r.family != rows[-1].family]
        rows = whole or rows[:size]  # a family larger than a page is shown in parts
    units = {u.id: u for u in session.scalars(select(Unit).where(Unit.id.in_([r.unit_id for r in rows])))}
    grouped: dict[int, tuple[list[Unit], str]] = {}
    for row in rows:
        unit = units.get(row.unit_id)
        if unit is None or (unit.recalled_at and search.finder != "filter"):
            continue
        grouped.setdefault(row.family, ([], row.detail))[0].append(unit)
    found = list(grouped.values())
    if search.finder in ("contradictions", "duplicates"):
        found = [family for family in found if len(family[0]) > 1]
    return found, rows[-1].id if more else None


def latest(session: Session, source_language: str, target_language: str) -> dict[str, Search]:
    """The newest search of each finder in a pair."""
    query = select(Search).where(
        Search.source_language == source_language, Search.target_language == target_language
    )
    return {search.finder: search for search in session.scalars(query.order_by(Search.id))}
