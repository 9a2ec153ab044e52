"""Which language a column of terms is in, whatever its name says.

One term tells little; a column tells much. A column is cut into some ten pieces, each is identified, and they vote: on
the starter pack and TICO-19 (fourteen languages, 57 to 303 terms a column) every piece of seven terms names the right
language. So a column is only doubted when most pieces agree on another language and hardly any on its own.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from languages import identify, tags

PIECES = 9
#: Texts looked at: more do not change the vote.
ENOUGH = 400
#: Letters without which nothing can be said.
FEWEST_LETTERS = 24


@cache
def _told_apart() -> frozenset[str]:
    """Languages that identification knows; a column in another one always looks like something else."""
    return frozenset({tags.base(tag) for tag in tags.OUR_LANGUAGES} - {"prs"} | {"fa"})


def can_tell(language: str) -> bool:
    """Whether a text in this language would be recognised as such."""
    base = tags.base(language)
    return base in _told_apart() or base == "prs"


def _same(one: str, other: str) -> bool:
    # nothing tells Dari from Persian in writing
    plain = {"prs": "fa", "haz": "fa"}
    one, other = tags.base(one), tags.base(other)
    return plain.get(one, one) == plain.get(other, other)


def votes(texts: list[str]) -> Counter[str]:
    """language -> how many pieces of these texts look like it."""
    if len(texts) > ENOUGH:
        texts = [texts[index * len(texts) // ENOUGH] for index in range(ENOUGH)]
    size = max(4, -(-len(texts) // PIECES))
    found: Counter[str] = Counter()
    for start in range(0, len(texts), size):
        piece = "\n".join(texts[start : start + size])
        # what is left over at the end is too short to have a voice
        if sum(c.isalpha() for c in piece) < FEWEST_LETTERS:
            continue
        ranked = identify.identify(piece)
        if ranked and ranked[0][1] >= 0.6:
            found[ranked[0][0]] += 1
    return found


def language_of(texts: list[str]) -> str | None:
    """The language most pieces agree on; None when they do not, or say too little."""
    return _agreed(votes(texts))


def _agreed(found: Counter[str]) -> str | None:
    if not found:
        return None
    language, count = found.most_common(1)[0]
    return language if count >= 0.7 * found.total() else None


def other_language(texts: list[str], declared: str) -> str | None:
    """The language these texts are in when it is clearly not the declared one; None when they may well be in it."""
    found = votes(texts)
    looks = _agreed(found)
    if looks is None or _same(looks, declared):
        return None
    if not can_tell(declared):
        # Portuguese always looks like something else: only another script is a sign
        return looks if identify.script_share(" ".join(texts[:ENOUGH]), declared) < 0.3 else None
    own = sum(count for language, count in found.items() if _same(language, declared))
    return looks if own <= 0.15 * found.total() else None


def odd_one(text: str, declared: str) -> bool:
    """Whether one cell is clearly not in the declared language: words in another script, or a sentence in another
    language. Names and abbreviations in Latin letters are at home everywhere."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 4:
        return False
    if identify.script_share(text, declared) < 0.2:
        return not (text.isascii() and (text.upper() == text or len(letters) < 5))
    if len(letters) < 28 or len(text.split()) < 4 or not can_tell(declared):
        return False
    ranked = identify.identify(text)
    own = sum(share for language, share in ranked if _same(language, declared))
    return bool(ranked) and ranked[0][1] > 0.97 and own < 0.01
