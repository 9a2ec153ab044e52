"""Which language a text is in, as a hint; and how much of it is in the script its language should have."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.identify import identify, script_share
from languages.tags import OUR_LANGUAGES, normalise

TEXTS = {
    "nl": "Uw aanvraag om een verblijfsvergunning is afgewezen.",
    "en": "Your application for a residence permit was rejected.",
    "ar": "تم رفض طلبك للحصول على تصريح إقامة.",
    "fa": "درخواست شما برای اجازهٔ اقامت رد شد.",
    "ti": "ሕቶኹም ንፍቓድ መንበሪ ተነጺጉ ኣሎ።",
    "am": "የመኖሪያ ፈቃድ ጥያቄዎ ተቀባይነት አላገኘም።",
    "tr": "Oturma izni başvurunuz reddedildi.",
    "fr": "Votre demande de titre de séjour a été rejetée.",
    "ru": "Ваше заявление о виде на жительство отклонено.",
    "es": "Su solicitud de permiso de residencia fue rechazada.",
    "zh-Hans": "您的居留许可申请被拒绝。",
    "so": "Codsigaagii ogolaanshaha deganaanshaha waa la diiday.",
    "uk": "Вашу заяву про посвідку на проживання відхилено.",
    "ku": "Serlêdana we ji bo destûra rûniştinê hat redkirin.",
    "ckb": "داواکارییەکەت بۆ مۆڵەتی نیشتەجێبوون ڕەتکرایەوە.",
    "ps": "د استوګنې د اجازې لپاره ستاسو غوښتنلیک رد شو.",
    "ur": "رہائشی اجازت نامے کے لیے آپ کی درخواست مسترد کر دی گئی ہے۔",
    "pl": "Twój wniosek o zezwolenie na pobyt został odrzucony.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_sentence_tells_its_language(language, text):
    found = identify(text)
    assert found[0][0] == language
    assert found[0][1] > 0.5


def test_dari_is_never_claimed():
    assert all(tag != "prs" for tag, _ in identify("مه از افغانستان استم و درخواست پناهندگی دادم."))


@pytest.mark.parametrize("text", ["", "123 – 456", "  \n", "؟!", "🙂"])
def test_a_text_without_letters_has_no_language(text):
    assert identify(text) == []


def test_one_ethiopic_word_may_leave_it_open_but_never_says_a_third_language():
    assert {tag for tag, _ in identify("ሰላም")} == {"ti", "am"}
    assert identify("ሰላም") == identify("ሰላም")


@settings(deadline=None)
@given(st.text(st.one_of(st.characters(), st.sampled_from("abاበбю中ሀጽ")), max_size=40))
def test_any_text_gets_our_tags_best_first_with_shares_of_one(text):
    found = identify(text)
    shares = [share for _, share in found]
    assert {tag for tag, _ in found} <= set(OUR_LANGUAGES)
    assert all(normalise(tag) == tag for tag, _ in found)
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert len({tag for tag, _ in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [
        ("قرار المحكمة", "ar", 1.0), ("قرار IND", "ar", 4 / 7), ("beschikking", "ar", 0.0), ("ﻻ", "fa", 1.0),
        ("ሕቶ COA", "ti", 2 / 5), ("ሕቶ", "nl", 0.0), ("решение", "ru", 1.0), ("решение", "uk", 1.0), ("法律", "zh", 1.0),
        ("12-03", "ti", 1.0), ("שלום", "he", 1.0), ("שלום", "ar", 0.0), ("がく字", "ja", 1.0), ("beşt", "ku", 1.0),
    ],
)  # fmt: skip
def test_the_share_of_letters_in_the_languages_script(text, language, share):
    assert script_share(text, language) == pytest.approx(share)
