"""Arabic, Persian and Ethiopic words are found by what people type in Latin letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.folding import latin_key, transliterations

FOUND_BY = {
    "محكمة": ["mahkama", "mahkamah", "mehkeme", "Maḥkama", "mahkamat"],
    "المحكمة": ["mahkama", "al-mahkama", "almahkama"],
    "السفارة": ["sifara", "as-sifara", "assifara", "al-sifara", "sefarat"],
    "اللجوء": ["lujuu", "al-luju'", "allujuu"],
    "تصريح إقامة": ["tasrih", "tasreeh iqama", "iqama", "tasrih ikama"],
    "قانون": ["qanun", "kanun", "ghanoon", "ganun"],
    "خدمة": ["khidma", "khedmat", "hidmet"],
    "شرطة": ["shurta", "churta"],
    "ولاية": ["wilaya", "vilayat"],
    "عدل": ["'adl", "adl", "ʿadl"],
    "ثقافة": ["thaqafa", "saqafa"],
    "پناهنده": ["panahandeh", "panahande"],
    "پناه‌جو": ["panahjoo", "panahju"],
    "وکیل": ["vakil", "wakeel"],
    "اقامت": ["eqamat", "eghamat", "iqamat"],
    "دادگاه": ["dadgah", "daadgaah"],
    "ፍርዲ": ["firdi", "frdi"],
    "ቤት ፍርዲ": ["bet firdi", "beet frdi"],
    "ዑቕባ": ["uqba", "ukba"],
    "ስደተኛ": ["sidetegna", "sidetenya", "sdeteña"],
    "አስተርጓሚ": ["astergwami", "asterguami"],
    "ጸሓፊ": ["tsehafi", "sehafi", "tsahafi"],
}
NOT_FOUND_BY = {
    "محكمة": ["hukm", "makam", "mahkum alayh"],
    "پناهنده": ["panah", "parvandeh"],
    "ፍርዲ": ["bet", "ferenji"],
    "قانون": ["qahwa", ""],
}


@pytest.mark.parametrize(("word", "typed"), [(w, t) for w, spellings in FOUND_BY.items() for t in spellings])
def test_a_word_is_found_by_its_latin_spelling(word, typed):
    assert latin_key(typed) in transliterations(word)


@pytest.mark.parametrize(("word", "typed"), [(w, t) for w, spellings in NOT_FOUND_BY.items() for t in spellings])
def test_a_word_is_not_found_by_another_word(word, typed):
    assert latin_key(typed) not in transliterations(word)


def test_latin_text_has_a_key_and_no_transliteration():
    assert transliterations("verblijfsvergunning 12") == set()
    assert latin_key("محكمة ፍርዲ 12") == ""


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("aeiouhstkgdjzçşğıwvy'- ")), max_size=25))
def test_a_key_is_its_own_key(text):
    assert latin_key(latin_key(text)) == latin_key(text)


@settings(deadline=None)
@given(st.text(st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءپچژگ \u064eሀለሐመሠረሰሸቀበተኀነኘአከወዘየደጀገጠጨጸፀፈ"), max_size=20))
def test_a_transliteration_is_a_key_and_their_number_is_bounded(text):
    found = transliterations(text)
    assert all(latin_key(key) == key for key in found)
    assert len(found) <= 24 * (len(text.split()) + 1)
