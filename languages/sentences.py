"""A text cut into sentences, losing nothing: ``"".join(split(t, l)) == t``.

sentencex (Wikimedia) proposes, the layer here decides. It joins again what was cut after an abbreviation, an initial,
a number or inside an address, and it cuts where sentencex does not: after ፡፡ and ``::``, after words it takes for
abbreviations, before a quotation that opens with two commas.
"""

from __future__ import annotations

import re
from functools import lru_cache

from languages.abbreviations import (
    AT_THE_END,
    BEFORE,
    LIST_ENDINGS,
    NAME_PARTICLES,
    NUMBERED,
    ORDINARY,
    STARTERS,
)
from languages.tags import UnknownLanguage, base

SEGMENTER_VERSION: str = "1"
"""Raised when any text may be cut differently; stored with each document, so that it is never cut anew by surprise."""

LONGEST_PIECE = 5_000
"""Characters. A longer stretch without a sentence end is cut at white space (or, without any, at this length)."""

_OPENERS = "\"'“”„«‹‘‚([{（「『《〈¿¡"
_CLOSERS = "\"'”’»›)]}）」』》〉"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_ETHIOPIC = "\u1200-\u135a\u1380-\u138f\u2d80-\u2dde"
_ENDS = ".!?…።፧፨؟۔"
_NEVER_FIRST = frozenset(".,;:!?…،؛؟。")
_WINDOW = 80

# Every pattern here is matched at many places of one text: each consumes what it looked at, or looks a bounded way.
_OWN_END = re.compile(
    rf"(?:[{_ENDS}]|፡፡|(?<=[{_ETHIOPIC}])\s?::)[{_ENDS}፡{re.escape(_CLOSERS)}{_INVISIBLE}]*\s*"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*|\u2029\s*")
_ANSWERED = re.compile(r"(?<=[?؟፧])\s{0,2}[(（][^().?!؟。！？።]{1,40}[)）]\s*")
_ASIDE = re.compile(r"[(（][^().?!؟。！？።]{1,40}[)）]")
_LAST_TOKEN = re.compile(rf"[^\s{re.escape(_OPENERS)}]+\Z")
_FIRST_LETTER = re.compile(rf"[\s{re.escape(_OPENERS + _CLOSERS)},‚\-–—•*·{_INVISIBLE}]*(\S)?")
_FIRST_WORD = re.compile(r"\W*(\w+)")
_LISTED = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]{1,2}\s|\(?[A-Z]\)\s")
_LIST_MARK = re.compile(
    rf"\s*[{re.escape(_OPENERS)}]*(?:\d{{1,3}}|[^\W\d_]|[ivxlcIVXLC]{{1,5}})(?:\.\d{{1,2}})*[.)]+\s*\Z"
)
_ELIDED = re.compile(r"\s*['’‘][a-z]\s+[A-Z]")  # 's Avonds, 't Is
_CAMEL = re.compile(r"\W*[a-z]{1,2}[A-Z]")  # eHerkenning, iPhone
_ADDRESS = re.compile(r"://|www\.|@|\.(?:nl|com|org|net|eu|gov|info|be|de|fr|uk)\.?\Z", re.IGNORECASE)
_DOTTED_LETTERS = re.compile(r"(?:[^\W\d_]\u0640?\u200d?\.){2,}\Z")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_WHOLE_WORD = re.compile(r"[^\W\d_]+(?![.@/\w])")

_THEIRS, _OURS, _ANSWER, _BLANK = range(4)


@lru_cache(maxsize=512)
def _language(tag: str) -> str:
    try:
        return base(tag)
    except UnknownLanguage:
        return "en"


def split(text: str, language: str) -> list[str]:
    """The sentences of a text, each with the white space after it; [] for an empty text.

    A blank line ends a sentence, a single line break does not. No piece is longer than `LONGEST_PIECE`. A language
    that is not known is cut like English.
    """
    if not text:
        return []
    code = _language(language)
    pieces: list[str] = []
    start = 0
    for end, kind in sorted(_proposals(text, code).items()):
        if start < end < len(text) and (
            kind == _BLANK or (kind == _ANSWER and not text[end].islower()) or _ends_here(text, start, end, code, kind)
        ):
            pieces.append(text[start:end])
            start = end
    pieces.append(text[start:])
    return [part for piece in _with_text(pieces) for part in _bounded(piece)]


def _proposals(text: str, code: str) -> dict[int, int]:
    """Where a next sentence might begin, and who says so."""
    import sentencex

    found: dict[int, int] = {}
    for m in _OWN_END.finditer(text):
        found[m.end()] = _OURS
    at = 0
    whole = _LONE_SURROGATE.sub("\ufffd", text)  # half a character from a broken file: sentencex takes UTF-8 only
    for boundary in sentencex.get_sentence_boundaries({"prs": "fa"}.get(code, code), whole):
        at = max(at, boundary["end_index"])
        while at < len(text) and text[at].isspace():
            at += 1
        found[at] = _THEIRS
    for m in _ANSWERED.finditer(text):
        found[m.end()] = _ANSWER
    for m in _BLANK_LINE.finditer(text):
        found[m.end()] = _BLANK
    return found


def _ends_here(text: str, start: int, end: int, code: str, kind: int) -> bool:
    proposed = kind == _THEIRS
    left = text[max(start, end - _WINDOW) : end]
    right = text[end : end + _WINDOW]
    spaced = left[-1:].isspace()
    bare = left.rstrip().rstrip(_CLOSERS + _INVISIBLE)
    first = _FIRST_LETTER.match(right)
    letter = (first and first[1]) or ""
    if not bare or not letter or letter in _NEVER_FIRST:
        return False
    last = bare[-1]
    if last in "?؟፧" and _ASIDE.match(right):
        return False  # "Bent u getrouwd? (ja/nee)" is one question
    if last in "።፧፨؟۔" or bare.endswith(("፡፡", "::")):
        return True
    if last not in ".…":
        # after ! and ? (and whatever else sentencex ends with) a small letter goes on: “Ja!” zei hij
        return proposed and (not letter.islower() or _next_point(text, start, end, right, proposed))
    if not spaced:
        return proposed and _ends_without_space(bare, right)
    if end - start < 12 and _LIST_MARK.match(text[start:end]):
        return False  # "1. Inleiding"
    token_found = _LAST_TOKEN.search(bare)
    token = token_found[0] if token_found else bare
    ends, unsure = _after_full_stop(token, letter, right, code, bare)
    if not ends:
        return False
    if letter.islower() and not _ELIDED.match(right):
        return bool(_CAMEL.match(right)) or _next_point(text, start, end, right, proposed)
    if proposed or not unsure:
        return True
    return (
        right.startswith(",,")
        or _next_point(text, start, end, right, proposed)
        or (code == "nl" and bool(_ELIDED.match(right)))
    )


def _next_point(text: str, start: int, end: int, right: str, proposed: bool) -> bool:
    """Whether the next point of a list begins: "… item. 2. The second", "… Smith. a. here"."""
    listed = _LISTED.match(right)
    return bool(listed) and (proposed or bool(_LISTED.match(text, start)))


def _after_full_stop(token: str, letter: str, right: str, code: str, bare: str) -> tuple[bool, bool]:
    """(whether the full stop after this token may end a sentence, whether only sentencex can say that it does)."""
    if token.endswith(("..", "…")):
        # "and so on" in Persian and Arabic is و and an ellipsis
        return not (token[0] == "و" and len(token.rstrip(".…")) == 1), True
    if _ADDRESS.search(token):
        return True, not letter.isupper()
    short = token[:-1].lower()
    word = _FIRST_WORD.match(right)
    # a second initial (J. A. Smith, И. И. Петров) is no first word of a sentence
    initial_next = bool(word) and len(word[1]) == 1 and right.startswith(".", word.end())
    begins = word[1].lower() if word and word[1][:1].isupper() and not initial_next else ""
    starter = begins in STARTERS.get(code, ())
    if token[:1].islower() and short in ORDINARY.get(code, ()):
        return True, not letter.isupper()
    if short in BEFORE.get(code, ()):
        return False, True
    if short in LIST_ENDINGS:
        return letter.isupper(), not letter.isupper()
    if short in AT_THE_END.get(code, ()):
        if short in ("г", "р") and not bare[: -len(token)].rstrip()[-1:].isdigit():
            return False, True  # a city, not a year
        return letter.isupper(), not starter
    if short in NUMBERED.get(code, ()):
        return not letter.isdigit(), True
    if len(short) == 1 and short.isalpha() and token[0].isupper():
        initial = not starter or begins in NAME_PARTICLES
        return not initial, False
    if code == "ku" and len(short) == 1 and token[0].islower():
        return letter.isupper(), False  # "Ev yek e.": e is "is"
    if len(short.rstrip("\u0640\u200d")) == 1 and not short.isascii() and short.isalpha():
        return starter, True
    if _DOTTED_LETTERS.search(token):
        return starter and token[0].isupper(), True
    return True, True


def _ends_without_space(bare: str, right: str) -> bool:
    """A full stop with no space after it ends a sentence only between two plain words: "ontbindt.De zoekperiode"."""
    token_found = _LAST_TOKEN.search(bare)
    token = token_found[0][:-1] if token_found else ""
    following = _WHOLE_WORD.match(right)
    if not following or len(token) < 4 or not token.isalpha():
        return False
    if following[0][0].isupper():
        return token[-1].islower()
    return len(following[0]) > 2 and not token.isascii() and not following[0][0].islower()


def _with_text(pieces: list[str]) -> list[str]:
    """White space alone is no piece: it goes with the sentence before it, or with the first."""
    joined: list[str] = []
    for piece in pieces:
        if joined and (piece.isspace() or joined[-1].isspace()):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _bounded(piece: str) -> list[str]:
    if len(piece) <= LONGEST_PIECE:
        return [piece]
    parts = []
    start = 0
    while len(piece) - start > LONGEST_PIECE:
        at = start + LONGEST_PIECE
        space = max(piece.rfind(c, start + LONGEST_PIECE // 2, at) for c in " \n\t\u00a0፡")
        if space > 0:
            at = space + 1
        parts.append(piece[start:at])
        start = at
    parts.append(piece[start:])
    return parts
