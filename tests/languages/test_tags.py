"""Tags as files carry them become BCP 47, or are refused by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.tags import (
    OUR_LANGUAGES,
    UnknownLanguage,
    babel_locale,
    base,
    direction,
    fallbacks,
    is_known,
    name,
    native_name,
    normalise,
    same_language,
    script,
    variety,
)

IN_THE_WILD = {
    "ti_ER": "ti-ER", "TI-et": "ti-ET", "nl_XX": "nl", "cb_IQ": "ckb-IQ", "EN-US": "en-US", "es-LA": "es-419",
    "zh_CN": "zh-Hans", "zh-Hans-CN": "zh-Hans", "zh": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant-HK",
    "zh-cmn-Hans": "zh-Hans", "cmn": "zh-Hans", "zho_Hant": "zh-Hant", "fa-AF": "prs", "fa_AF": "prs", "drw": "prs",
    "prs_Arab": "prs", "prs-AF": "prs", "nld": "nl", "dut": "nl", "tir": "ti", "tir_Ethi": "ti", "amh": "am",
    "arb": "ar", "ar_AR": "ar", "ar-001": "ar", "arb_Arab": "ar", "ar-arz": "arz", "apc_Arab": "apc", "pes": "fa",
    "per": "fa", "pbt_Arab": "ps", "kmr_Latn": "ku", "kmr": "ku", "ckb_Arab": "ckb", "ku_Arab": "ku-Arab",
    "som": "so", "swa": "sw", "nl-Latn": "nl", "ar-Arab-SY": "ar-SY", "sr@latin": "sr-Latn", "uz-Cyrl": "uz-Cyrl",
    "nl_NL.UTF-8": "nl-NL", "en-UK": "en-GB", "iw": "he", " fr ": "fr", "nl-x-b1": "nl", "ar-u-nu-arab": "ar",
    "de-1996": "de-1996",
}  # fmt: skip

NO_LANGUAGE = [
    "", " ", "xx", "zz_ZZ", "und", "mul", "zxx", "*all*", "x-private", "q", "qaa", "Dutch", "العربية", "nl-QQ",
    "nl-Latx", "en-", "-en", "nl--NL", "nl'; drop table", "ar-xyz", "a" * 300, "<tuv>",
]  # fmt: skip


@pytest.mark.parametrize(("found", "written"), IN_THE_WILD.items())
def test_a_tag_from_the_wild_is_written_as_bcp_47(found, written):
    assert normalise(found) == written


@pytest.mark.parametrize("written", sorted({*IN_THE_WILD.values(), *OUR_LANGUAGES}))
def test_what_we_write_stays_as_it_is(written):
    assert normalise(written) == written


@pytest.mark.parametrize("found", NO_LANGUAGE)
def test_what_is_no_language_is_refused_by_name(found):
    assert not is_known(found)
    with pytest.raises(UnknownLanguage) as refused:
        normalise(found)
    assert refused.value.tag == found


@settings(deadline=None)
@given(st.text(max_size=20) | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z]{2,4}){0,2}", fullmatch=True))
def test_any_text_is_refused_or_written_once_and_for_all(text):
    try:
        written = normalise(text)
    except UnknownLanguage:
        return
    assert normalise(written) == written
    assert fallbacks(written)[0] == written
    assert direction(written) in ("ltr", "rtl")
    assert name(written) and name(written, "ar") and native_name(written)


def test_a_tag_falls_back_to_what_its_readers_also_read():
    assert fallbacks("ar-SY") == ("ar-SY", "ar")
    assert fallbacks("ti-ER") == ("ti-ER", "ti")
    assert fallbacks("prs") == ("prs", "fa")
    assert fallbacks("fa-AF") == ("prs", "fa")
    assert fallbacks("apc") == ("apc", "ar")
    assert fallbacks("zh-Hant-HK") == ("zh-Hant-HK", "zh-Hant", "zh")
    assert fallbacks("nl") == ("nl",)


def test_a_region_where_the_language_is_at_home_is_no_variety():
    same = {"nl-NL": "nl", "fa-IR": "fa", "am-ET": "am", "tr_TR": "tr", "uk-UA": "uk", "zh-CN": "zh-Hans", "ckb-IQ": "ckb"}
    assert {tag: variety(tag) for tag in same} == same
    for tag in ("nl-BE", "en-GB", "ar-EG", "ar-SY", "ti-ET", "ti-ER", "prs", "ku-Arab", "es-419"):
        assert variety(tag) == normalise(tag)


def test_varieties_share_a_language_and_neighbours_do_not():
    assert same_language("ti-ER", "ti_ET")
    assert same_language("zh-Hans", "zh-TW")
    assert base("ar-SY") == "ar"
    assert base("fa_AF") == "prs"
    assert not same_language("fa", "prs")
    assert not same_language("ku", "ckb")


@pytest.mark.parametrize(
    ("tag", "written_in", "reads"),
    [
        ("ar", "Arab", "rtl"), ("ar-SY", "Arab", "rtl"), ("prs", "Arab", "rtl"), ("ckb", "Arab", "rtl"),
        ("ps", "Arab", "rtl"), ("ur", "Arab", "rtl"), ("ku", "Latn", "ltr"), ("ku-Arab", "Arab", "rtl"),
        ("ti", "Ethi", "ltr"), ("am", "Ethi", "ltr"), ("zh", "Hans", "ltr"), ("ru", "Cyrl", "ltr"), ("uk", "Cyrl", "ltr"),
        ("so", "Latn", "ltr"), ("he", "Hebr", "rtl"), ("aii", "Syrc", "rtl"), ("rhg", "Rohg", "rtl"),
        ("uz-AF", "Arab", "rtl"),
    ],
)  # fmt: skip
def test_script_and_direction(tag, written_in, reads):
    assert (script(tag), direction(tag)) == (written_in, reads)


@pytest.mark.parametrize(
    ("tag", "locale", "called"),
    [
        ("ar", "nl", "Arabisch"), ("ar-SY", "nl", "Arabisch (Syrië)"), ("ar-SY", "en", "Arabic (Syria)"),
        ("prs", "en", "Dari"), ("prs", "nl", "Dari"), ("prs", "ar", "الدارية"), ("prs", "fa", "دری"),
        ("fa", "prs", "فارسی"), ("ti-ER", "ti", "ትግርኛ (ኤርትራ)"), ("ti-ER", "am", "ትግርኛ (ኤርትራ)"),
        ("ku", "en", "Kurdish (Kurmanji)"), ("ckb", "nl", "Koerdisch (Sorani)"),
        ("ckb-IQ", "nl", "Koerdisch (Sorani, Irak)"), ("apc", "ar", "Levantine Arabic"),
    ],
)  # fmt: skip
def test_a_language_is_called_by_its_name_variety_included(tag, locale, called):
    assert name(tag, locale) == called


def test_languages_call_themselves_by_their_own_name():
    assert native_name("ar") == "العربية"
    assert native_name("ti") == "ትግርኛ"
    assert native_name("am") == "አማርኛ"
    assert native_name("prs") == "دری"
    assert native_name("ckb") == "کوردیی ناوەندی"


def test_dates_and_numbers_have_a_locale_for_every_language():
    assert babel_locale("prs") == "fa_AF"
    assert babel_locale("ti-ER") == "ti_ER"
    assert babel_locale("ar-SY") == "ar_SY"
    assert babel_locale("aii") == "en"
    assert all(babel_locale(tag) != "en" for tag in OUR_LANGUAGES if tag != "en")


def test_the_languages_of_the_menus_are_distinct_and_know_their_names():
    assert len({normalise(tag) for tag in OUR_LANGUAGES}) == len(OUR_LANGUAGES)
    assert len({name(tag, "nl") for tag in OUR_LANGUAGES}) == len(OUR_LANGUAGES)
    assert len({native_name(tag) for tag in OUR_LANGUAGES}) == len(OUR_LANGUAGES)
