"""Languages of which a table of endings says all that is said here: what goes in pairs in English, French and Spanish (a
woman who is what the term calls a man, plurals that no stem shows); Kurdish, Pashto and Urdu, on the folded word."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_PAIRS = {
    "en": (("ves", "fe"), ("ves", "f")),
    "fr": (("eaux", "eau"), ("aux", "al"), ("aux", "ail"),
           ("trices", "teur"), ("trice", "teur"), ("euses", "eur"), ("euse", "eur"), ("eures", "eur"), ("eure", "eur"),
           ("ères", "er"), ("ère", "er"), ("iennes", "ien"), ("ienne", "ien")),
    "es": (("oras", "or"), ("ora", "or"), ("adas", "ado"), ("ada", "ado"), ("eras", "ero"), ("era", "ero"), ("anas", "ano"),
           ("ana", "ano"), ("arias", "ario"), ("aria", "ario"), ("inas", "ino"), ("ina", "ino"), ("icas", "ico"),
           ("ica", "ico"), ("idas", "ido"), ("ida", "ido"), ("esas", "és"), ("esa", "és"), ("hijas", "hijo"), ("hija", "hijo")),
}  # fmt: skip


def in_pairs(word: str, language: str) -> set[str]:
    """abogado for abogada, traducteur for traductrice, wife for wives: forms that go in pairs."""
    return {
        word[: -len(ending)] + instead
        for ending, instead in _PAIRS.get(language, ())
        if word.endswith(ending) and len(word) >= len(ending) + (0 if ending.startswith("hij") else 1 if ending == "aux" else 2)
    }


ENDINGS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    # (letters that must be left, (ending, what stands in its place))
    "ku": (3, (("ekî", ""), ("eke", ""), ("an", ""), ("en", ""), ("ek", ""), ("eki", ""), ("ya", ""), ("ye", ""),
               ("yen", ""), ("yan", ""), ("a", ""), ("e", ""), ("i", ""))),
    "ckb": (3, (("هكانيان", ""), ("هكان", ""), ("هكه", ""), ("يهكان", ""), ("يهكه", ""), ("كه", ""), ("كان", ""), ("يك", ""), ("ان", ""),
                ("يان", ""), ("مان", ""), ("تان", ""), ("هكاني", ""), ("هكهي", ""), ("ي", ""), ("م", ""), ("ت", ""))),
    "ps": (2, (("ونه", ""), ("ونو", ""), ("انو", ""), ("ان", ""), ("انې", ""), ("ې", ""), ("ې", "ه"), ("و", ""), ("و", "ه"))),
    "ur": (3, (("وں", ""), ("یں", ""), ("ين", ""), ("يں", ""), ("ياں", "ي"), ("وں", "ه"), ("ے", "ه"), ("ے", "ا"), ("ات", ""),
               ("يوں", "ي"))),
}  # fmt: skip


def one_less(language: str) -> Callable[[str], Iterable[str]]:
    """What takes one ending of a language off a word."""
    least, endings = ENDINGS[language]

    def step(word: str) -> Iterable[str]:
        for ending, instead in endings:
            if word.endswith(ending) and len(word) >= len(ending) + least:
                yield word[: -len(ending)] + instead

    return step
