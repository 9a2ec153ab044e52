"""Which language is this? Hints for people and for checks, never a decision.

py3langid restricted to our languages, and geezswitch for the Ethiopic script, where py3langid has no Tigrinya. Nothing
tells Dari from Persian in writing, so `identify` never says ``prs``: a person chooses.
"""

from __future__ import annotations

from functools import cache, lru_cache
from threading import Lock
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

_one_at_a_time = Lock()


@lru_cache(maxsize=20_000)
def _in_script(letter: str, script: str) -> bool:
    return name(letter, "").startswith(_LETTER_NAMES[script])


def script_share(text: str, language: str) -> float:
    """The share of letters that are of the language's script, 0 to 1; 1 for a text without letters, and for a
    language whose script we cannot tell."""
    script = tags.script(language)
    letters = [c for c in text if c.isalpha()]
    if not letters or script not in _LETTER_NAMES:
        return 1.0
    return sum(_in_script(c, script) for c in letters) / len(letters)


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


def _ethiopic(text: str) -> list[tuple[str, float]]:
    from geezswitch import DetectorFactory, LangDetectException, detect_langs

    with _one_at_a_time:  # the seed and the profiles are the module's own
        DetectorFactory.seed = 0
        try:
            guesses = detect_langs(text)
        except LangDetectException:  # nothing in it that any profile knows
            guesses = []
    shares = {"ti": 0.0, "am": 0.0}
    for guess in guesses:
        tag = {"tir": "ti", "amh": "am"}.get(guess.lang)
        if tag:
            shares[tag] += float(guess.prob)
    total = sum(shares.values())
    if not total:
        return [("ti", 0.5), ("am", 0.5)]  # it is Ethiopic, and that is all one can say
    return sorted(((tag, share / total) for tag, share in shares.items()), key=lambda found: -found[1])
