"""Which language is this? Hints for people and checks, never a decision."""

from __future__ import annotations

import functools
import unicodedata

from languages import tags

#: ISO 15924 -> how Unicode's character names begin.
_SCRIPT_NAMES = {
    "Arab": ("ARABIC",),
    "Ethi": ("ETHIOPIC",),
    "Cyrl": ("CYRILLIC",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Latn": ("LATIN",),
}


@functools.lru_cache(maxsize=20_000)
def _in_script(character: str, script: str) -> bool:
    return unicodedata.name(character, "").startswith(_SCRIPT_NAMES.get(script, ("",)))


def script_share(text: str, language: str) -> float:
    """The share of letters that are in the language's script, 0 to 1; 1 for a text without letters."""
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return 1.0
    script = tags.script(language)
    return sum(_in_script(c, script) for c in letters) / len(letters)


@functools.cache
def _identifier():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    ours = {tags.base(tag) for tag in tags.OUR_LANGUAGES} | {"ckb", "sdh", "zh"}
    identifier.set_languages(sorted(ours & known))
    return identifier


def identify(text: str) -> list[tuple[str, float]]:
    """Languages of ours, likeliest first, with a confidence from 0 to 1. Empty without letters. Never says prs:
    nothing tells Dari from Persian."""
    if not any(c.isalpha() for c in text):
        return []
    if script_share(text, "ti") > 0.5:
        return _ethiopic(text)
    ranked = [("ckb" if tag == "sdh" else tag, float(p)) for tag, p in _identifier().rank(text)]
    return [("zh-Hans" if tag == "zh" else tag, p) for tag, p in ranked]


def _ethiopic(text: str) -> list[tuple[str, float]]:
    from geezswitch import DetectorFactory, detect_langs

    DetectorFactory.seed = 0
    found = {"tir": "ti", "amh": "am"}
    return [(found[g.lang], float(g.prob)) for g in detect_langs(text) if g.lang in found]
