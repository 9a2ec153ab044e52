"""Language tags: read as they are found in the wild, written as BCP 47; their names, scripts and directions.

Names, aliases and likely scripts are CLDR's, through Babel. Babel does not know Dari as ``prs`` (ISO 639-3), only
as ``fa_AF``; the small tables below hold that and what else files in this field get wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Tags that files in the field carry and that are no alias anywhere.
_ODD_LANGUAGES = {"cb": "ckb", "jp": "ja", "cz": "cs", "gr": "el", "ua": "uk", "kmr": "ku", "kurm": "ku"}
_ODD_TAGS = {
    "es-la": "es-419",  # Facebook, mBART and TMX exports: Latin America, not Laos
    "ar-ar": "ar",  # mBART: Arabic of nowhere in particular, not Argentina
    "ar-001": "ar",
    "en-uk": "en-GB",
    "zh-chs": "zh-Hans",
    "zh-cht": "zh-Hant",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "fa-af": "prs",
    "no-bok": "nb",
    "no-nyn": "nn",
}
_SPECIAL = {"und", "mul", "zxx", "mis", "root", "art", "all"}
_NO_REGION = {"XX", "ZZ", "XA", "XB", "AA", "001"}
# ISO 639-3 codes that neither CLDR's names nor its aliases hold: (what we write, its macrolanguage).
_MORE_ALIASES = {"pbt": "ps", "pbu": "ps", "pst": "ps", "azb": "az-Arab", "npi": "ne", "pan": "pa", "ory": "or"}
# A text in the key can be read by who reads the value, mostly: used for falling back, never for writing.
_READS_ALSO = {
    "prs": "fa", "haz": "prs", "apc": "ar", "ary": "ar", "arz": "ar", "acm": "ar", "ars": "ar", "aeb": "ar",
    "apd": "ar", "shu": "ar", "arq": "ar", "ayl": "ar", "acq": "ar", "afb": "ar", "sdh": "ckb", "nb": "no",
    "nn": "no",
}  # fmt: skip
_OUR_NAMES = {
    "en": {"prs": "Dari", "haz": "Hazaragi", "apc": "Levantine Arabic", "acm": "Iraqi Arabic",
           "apd": "Sudanese Arabic", "aii": "Assyrian Neo-Aramaic", "ku": "Kurdish (Kurmanji)",
           "ckb": "Kurdish (Sorani)"},
    "nl": {"prs": "Dari", "haz": "Hazaragi", "apc": "Levantijns-Arabisch", "acm": "Iraaks-Arabisch",
           "apd": "Soedanees-Arabisch", "aii": "Assyrisch Neo-Aramees", "ku": "Koerdisch (Kurmanci)",
           "ckb": "Koerdisch (Sorani)", "zh_Hans": "Chinees (vereenvoudigd)", "zh_Hant": "Chinees (traditioneel)"},
    "ar": {"ku": "الكردية (الكرمانجية)", "ckb": "الكردية (السورانية)"},
    # CLDR calls Dari "Faarsi" in Somali, which is Persian, and has no word for it in Sorani.
    "so": {"prs": "Dari"},
    "ckb": {"prs": "دەری"},
}  # fmt: skip
_OUR_NATIVE_NAMES = {"prs": "دری", "haz": "هزارگی"}

OUR_LANGUAGES: tuple[str, ...] = (
    "nl", "en", "ar", "fa", "prs", "ti", "am", "tr", "fr", "ru", "es", "zh-Hans", "so", "uk", "ku", "ckb", "ps",
    "ur", "pl",
)  # fmt: skip
"""The languages offered in menus. ``ku`` is Kurmanji (ISO 639-3 ``kmr``, written ``ku`` by CLDR), ``ckb`` Sorani."""

RIGHT_TO_LEFT_SCRIPTS = frozenset({"Arab", "Aran", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"})


class UnknownLanguage(ValueError):
    """A tag that names no language. `tag` is the tag as it was given."""

    def __init__(self, tag: object):
        self.tag = tag
        super().__init__(f"“{tag}” is no language tag we know. Use a BCP 47 tag such as nl, ar-SY, prs or ti-ER.")


@lru_cache(maxsize=1)
def _cldr() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    """(language aliases, likely subtags, territories), as Babel carries them."""
    from babel import Locale
    from babel.core import get_global

    aliases = {**get_global("language_aliases"), **_MORE_ALIASES}
    return dict(aliases), dict(get_global("likely_subtags")), frozenset(Locale("en").territories)


@lru_cache(maxsize=64)
def _names(locale: str) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """CLDR's names of languages, scripts and territories in one locale of Babel's."""
    from babel import Locale

    found = Locale.parse(locale)
    return dict(found.languages), dict(found.scripts), dict(found.territories)


def _is_language(code: str) -> bool:
    _, likely, _ = _cldr()
    return code not in _SPECIAL and (code == "prs" or code in likely or code in _names("en")[0])


@lru_cache(maxsize=2048)
def normalise(tag: str) -> str:
    """Any tag found in the wild, as BCP 47: ``ti_ER`` -> ``ti-ER``, ``nld`` -> ``nl``, ``tir_Ethi`` -> ``ti``.

    A script or region that says nothing (``nl-Latn``, ``nl_XX``) is left out; Chinese always says its script;
    ``fa-AF`` is written ``prs``. Extensions (``-u-…``, ``-t-…``) and private subtags (``-x-…``) are dropped.
    Raises `UnknownLanguage`.
    """
    if not isinstance(tag, str):
        raise UnknownLanguage(tag)
    name, _, modifier = tag.strip().partition("@")
    name = name.partition(".")[0].replace("_", "-").lower()
    if not re.fullmatch(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", name) or len(name) > 64:
        raise UnknownLanguage(tag)
    name = re.split(r"-[a-z0-9](?:-|$)", name)[0]
    subtags = _ODD_TAGS.get(name, name).lower().split("-")
    language = _ODD_LANGUAGES.get(subtags[0], subtags[0])
    rest = subtags[1:]
    if rest and re.fullmatch(r"[a-z]{3}", rest[0]) and language in ("zh", "ar", "ms", "sgn", "sw", "fa", "ku", "az"):
        if not _is_language(rest[0]) and rest[0] not in _cldr()[0]:
            raise UnknownLanguage(tag)
        language = rest.pop(0)  # an extended language subtag names the language by itself (RFC 5646, 4.5)
    aliases, _, territories = _cldr()
    alias = aliases.get(language)
    if alias:
        language, *from_alias = alias.replace("_", "-").split("-")
        rest += [s.lower() for s in from_alias if all(len(s) != len(own) for own in rest)]
    if not _is_language(language):
        raise UnknownLanguage(tag)
    script = region = ""
    variants: list[str] = []
    for subtag in rest:
        if re.fullmatch(r"[a-z]{4}", subtag) and not script:
            script = subtag.title()
        elif re.fullmatch(r"[a-z]{2}|\d{3}", subtag) and not region:
            region = subtag.upper()
        elif re.fullmatch(r"[a-z0-9]{5,8}|\d[a-z0-9]{3}", subtag):
            variants.append(subtag)
        elif subtag.upper() not in _NO_REGION:
            raise UnknownLanguage(tag)
    if modifier.lower() in ("latin", "cyrillic", "arabic"):
        script = {"latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab"}[modifier.lower()]
    if region == "UK":
        region = "GB"
    if region in _NO_REGION:
        region = ""
    if region and region not in territories:
        raise UnknownLanguage(tag)
    if script and script not in _names("en")[1]:
        raise UnknownLanguage(tag)
    if language == "fa" and region == "AF":
        language, region = "prs", ""
    if language == "prs" and region == "AF":
        region = ""
    return _written(language, script, region, variants)


def _written(language: str, script: str, region: str, variants: list[str]) -> str:
    if language == "zh":
        own = _likely_script("zh", region)
        script = script or own
        if region == {"Hans": "CN", "Hant": "TW"}.get(script):
            region = ""
    elif script == _likely_script(language, region):
        script = ""
    return "-".join(part for part in (language, script, region, *variants) if part)


def _likely_script(language: str, region: str = "") -> str:
    if language == "prs":
        return "Arab"
    _, likely, _ = _cldr()
    full = likely.get(f"{language}_{region}") if region else None
    full = full or likely.get(language, "")
    return full.split("_")[1] if full.count("_") == 2 else ""


def is_known(tag: str) -> bool:
    """Whether `normalise` would accept the tag."""
    try:
        normalise(tag)
    except UnknownLanguage:
        return False
    return True


def base(tag: str) -> str:
    """The primary subtag: ``ar-SY`` -> ``ar``; Dari stays ``prs``."""
    return normalise(tag).partition("-")[0]


@lru_cache(maxsize=2048)
def fallbacks(tag: str) -> tuple[str, ...]:
    """The tag and what may stand in for it, nearest first: ``ar-SY`` -> (``ar-SY``, ``ar``), ``prs`` -> (``prs``, ``fa``)."""
    chain = []
    current: str | None = normalise(tag)
    while current:
        if current not in chain:
            chain.append(current)
        current = current.rpartition("-")[0] or None
    while also := _READS_ALSO.get(chain[-1]):
        chain.append(also)
    return tuple(chain)


#: Their plain tag means what every country reads; a region after it is always a variety.
_ABOVE_VARIETIES = ("ar", "ti")


@lru_cache(maxsize=2048)
def variety(tag: str) -> str:
    """The tag without a region that only says where the language is mostly at home: ``nl-NL`` -> ``nl``, ``fa-IR`` -> ``fa``,
    as other programs write them; ``nl-BE``, ``ar-EG`` and ``ti-ET`` stay, because they say more."""
    written = normalise(tag)
    language, _, rest = written.partition("-")
    if language in _ABOVE_VARIETIES or not rest:
        return written
    likely = _cldr()[1].get(language, "").rpartition("_")[2]
    return _written(language, "", "", []) if rest == likely else written


def same_language(a: str, b: str) -> bool:
    """Whether two tags share their language, whatever the variety: ``ti-ER`` and ``ti-ET``, but not ``fa`` and ``prs``."""
    return base(a) == base(b)


@lru_cache(maxsize=2048)
def script(tag: str) -> str:
    """The script the language is written in, as ISO 15924: ``Arab``, ``Ethi``, ``Latn``, ``Hans``, ``Cyrl``.

    ``Zyyy`` (undetermined) for the few languages of which CLDR does not say.
    """
    subtags = normalise(tag).split("-")
    for subtag in subtags[1:]:
        if len(subtag) == 4 and subtag.isalpha():
            return subtag
    region = next((s for s in subtags[1:] if len(s) == 2), "")
    return _likely_script(subtags[0], region) or "Zyyy"


def direction(tag: str) -> str:
    """``rtl`` or ``ltr``: what belongs into HTML's `dir` for a text of this language."""
    return "rtl" if script(tag) in RIGHT_TO_LEFT_SCRIPTS else "ltr"


@lru_cache(maxsize=256)
def babel_locale(tag: str) -> str:
    """The nearest locale Babel has, for formatting dates and numbers: ``prs`` -> ``fa_AF``, ``ti-ER`` -> ``ti_ER``; else ``en``."""
    from babel.localedata import exists

    for candidate in fallbacks(tag):
        name = {"prs": "fa_AF"}.get(candidate, candidate.replace("-", "_"))
        if exists(name):
            return name
    return "en"


@lru_cache(maxsize=4096)
def name(tag: str, locale: str = "en") -> str:
    """What the language is called in another, variety included: (``ar-SY``, ``nl``) -> ``Arabisch (Syrië)``.

    In the case CLDR writes it in running text. Where the locale has no word for it, the English one.
    """
    written, of = normalise(tag), babel_locale(locale)
    return _name(written, of) or _name(written, "en") or written


def _name(written: str, locale: str) -> str:
    languages, scripts, territories = _names(locale)
    own = _OUR_NAMES.get(locale.partition("_")[0], {})

    def called(subtags: list[str]) -> str:
        key = "_".join(subtags)
        if key in own:
            return own[key]
        return languages.get({"prs": "fa_AF"}.get(key, key), "")

    subtags = written.split("-")
    for length in range(len(subtags), 0, -1):
        found = called(subtags[:length])
        if found:
            more = [territories.get(s) or scripts.get(s) or s for s in subtags[length:]]
            if not more:
                return found
            if found.endswith(")"):  # "Kurdish (Sorani)" in Iraq is "Kurdish (Sorani, Iraq)"
                return f"{found[:-1]}, {', '.join(more)})"
            return f"{found} ({', '.join(more)})"
    return ""


@lru_cache(maxsize=512)
def native_name(tag: str) -> str:
    """What its speakers call the language: ``العربية``, ``ትግርኛ``, ``دری``."""
    written = normalise(tag)
    language, _, rest = written.partition("-")
    if language in _OUR_NATIVE_NAMES and not rest:
        return _OUR_NATIVE_NAMES[language]
    own = babel_locale(written)
    if own.partition("_")[0] not in (language, "fa" if language == "prs" else language):
        return name(written, "en")
    return name(written, own)
