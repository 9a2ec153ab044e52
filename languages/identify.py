"""Which language is this? Hints for people and for checks, never a decision.

py3langid restricted to our languages, and geezswitch's profiles for the Ethiopic script, where py3langid has no Tigrinya. Nothing
tells Dari from Persian in writing, so `identify` never says ``prs``: a person chooses.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from math import exp, log
from unicodedata import name

from languages import tags

_ENOUGH = 5_000
"""Characters looked at: more do not change the answer."""

# ISO 15924 -> how Unicode's names of its letters begin.
_LETTER_NAMES: dict[str, tuple[str, ...]] = {
    "Arab": ("ARABIC",), "Armn": ("ARMENIAN",), "Beng": ("BENGALI",), "Cyrl": ("CYRILLIC",), "Deva": ("DEVANAGARI",),
    "Ethi": ("ETHIOPIC",), "Geor": ("GEORGIAN",), "Grek": ("GREEK",), "Gujr": ("GUJARATI",), "Guru": ("GURMUKHI",),
    "Hans": ("CJK",), "Hant": ("CJK",), "Hebr": ("HEBREW",), "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Khmr": ("KHMER",), "Kore": ("HANGUL", "CJK"), "Laoo": ("LAO",), "Latn": ("LATIN", "FULLWIDTH LATIN"),
    "Mlym": ("MALAYALAM",), "Mymr": ("MYANMAR",), "Nkoo": ("NKO",), "Rohg": ("HANIFI ROHINGYA",), "Sinh": ("SINHALA",),
    "Syrc": ("SYRIAC",), "Taml": ("TAMIL",), "Telu": ("TELUGU",), "Tfng": ("TIFINAGH",), "Thaa": ("THAANA",),
    "Thai": ("THAI",), "Tibt": ("TIBETAN",),
}  # fmt: skip


@lru_cache(maxsize=20_000)
def _in_script(letter: str, script: str) -> bool:
    return name(letter, "").startswith(_LETTER_NAMES[script])


def script_share(text: str, language: str) -> float:
    """The share of letters that are of the language's script, 0 to 1; 1 for a text without letters, and for a
    language whose script we cannot tell."""
    script = tags.script(language)
    letters = {letter: number for letter, number in Counter(text).items() if letter.isalpha()}
    if not letters or script not in _LETTER_NAMES:
        return 1.0
    return sum(number for letter, number in letters.items() if _in_script(letter, script)) / sum(letters.values())


def identify(text: str) -> list[tuple[str, float]]:
    """(tag, confidence 0 to 1) for our languages, likeliest first; Ethiopic text is only ever ``ti`` or ``am``.

    Empty for a text without letters. One word tells little: look at the confidence. Never ``prs``.
    """
    text = text[:_ENOUGH].encode("utf-8", "ignore").decode()
    if not any(c.isalpha() for c in text):
        return []
    if script_share(text, "ti") > 0.5:
        return _ethiopic(text)
    ranked: dict[str, float] = {}
    for label, share in _identifier().rank(text):
        tag = {"sdh": "ckb", "zh": "zh-Hans"}.get(label, label)
        ranked[tag] = min(1.0, ranked.get(tag, 0.0) + float(share))
    return sorted(ranked.items(), key=lambda found: -found[1])


@cache
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    ours = {tags.base(tag) for tag in tags.OUR_LANGUAGES} | {"sdh"}
    identifier.set_languages(sorted(ours & set(identifier.labels)))
    return identifier


_ETHIOPIC_WORD = re.compile("[\u1200-\u139f\u2d80-\u2ddf]+")
_IN_ETHIOPIC = ("amh", "byn", "gez", "tig", "tir")
_ENOUGH_SYLLABLES = 400
"""Syllables that are looked at, taken from all of a text: some eighty words."""
_UNSEEN = 0.5 / 10_000
"""What geezswitch adds to each share, so that one syllable that a language has never shown does not exclude it."""


@cache
def _ethiopic_profiles() -> tuple[list[str], dict[str, list[float]]]:
    """(languages, one to three syllables -> the logarithm of their share in each), as geezswitch counted them."""
    from geezswitch import DetectorFactory
    from geezswitch.detector_factory import PROFILES_DIRECTORY

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    places = [place for place, code in enumerate(factory.langlist) if code in _IN_ETHIOPIC]
    tables = {
        gram: [log(shares[place] + _UNSEEN) for place in places]
        for gram, shares in factory.word_lang_prob_map.items()
        if _ETHIOPIC_WORD.search(gram)
    }
    return [factory.langlist[place] for place in places], tables


def _ethiopic(text: str) -> list[tuple[str, float]]:
    """geezswitch's profiles, every syllable of them counted once. Its own detector draws syllables at random, seven
    times up to a thousand of them, and takes a hundred times as long."""
    languages, tables = _ethiopic_profiles()
    words = _ETHIOPIC_WORD.findall(text)
    step = max(1, sum(map(len, words)) // _ENOUGH_SYLLABLES)
    sums = [0.0] * len(languages)
    for word in words[::step]:
        padded = f" {word} "
        for end in range(1, len(padded) + 1):
            for start in range(max(0, end - 3), end):
                logs = tables.get(padded[start:end])
                if logs is not None:
                    sums = [one + other for one, other in zip(sums, logs, strict=True)]
    if not any(sums):
        return [("ti", 0.5), ("am", 0.5)]  # it is Ethiopic, and that is all one can say
    most = max(sums)
    shares = {language: exp(found - most) for language, found in zip(languages, sums, strict=True)}
    ours = {"ti": shares.get("tir", 0.0), "am": shares.get("amh", 0.0)}
    total = sum(ours.values())
    if not total or max(ours.values()) < 0.1 * sum(shares.values()):
        return [("ti", 0.5), ("am", 0.5)]  # Tigre, Ge'ez or Blin
    return sorted(((tag, share / total) for tag, share in ours.items()), key=lambda found: -found[1])
