"""Where sentences end, in every language; and that nothing is ever lost."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from languages.sentences import LONGEST_PIECE, SEGMENTER_VERSION, split
from languages.tags import OUR_LANGUAGES

# One text a line, with | where a sentence ends; the | replaces nothing: it stands after the white space.
TEXTS = {
    "nl": """
        Zie art. 8 Vw 2000, jo. art. 3:2 Awb. |De IND beslist.
        De ABRvS (r.o. 4.2) oordeelt anders, vgl. Stb. 2000, 495. |Dat is bijv. zo.
        Bel mw. J. de Vries, tel. 071-516 50 00, a.s. vrijdag. |Kom met dhr. A. Jansen.
        Neem papieren mee, o.a. uw paspoort, foto's enz. |Daarna wacht u.
        U krijgt dit d.w.z. een brief. |'s Avonds is niemand bereikbaar.
        Kijk op www.ind.nl. |Of mail info@coa.nl. |Tot ziens.
        De termijn eindigt.|De zoekperiode vangt aan.
        Op 1 jan. 2024 begon het. |Het duurde tot dec. 2025. |Toen was het klaar.
        In het tweede lid. |Het derde lid, aanhef en onder a, geldt ook.
        Bent u getrouwd? (ja/nee) |Vul het in.
        “Ja!” zei hij. |Toen ging hij weg.
        1. Inleiding van de brief
        Hij werkt bij Jansen B.V. in Leiden. |Zij niet.
        De prijs is € 1.250,50 per mnd. en dat is veel. |Nee!
        Het liep uit de hand. |Nadat hij weg was, werd het stil.
        Log in met uw DigiD. |eHerkenning is voor bedrijven.
        U moet op 12.30 uur komen. |Zie nr. 5 en p. 3.
        Dat is waar. |,,Dat is het'', zei zij.
        Wat?! |Echt waar... of niet?
        """,
    "en": """
        See Art. 8 of the Act, e.g. para. 3. |The court decides.
        Dr. A. Smith lives in the U.S. now. |He works.
        Are you married? (yes/no) |Fill it in.
        “Really?” she asked. |Yes.
        Ask J. A. Smith of the desk. |A reply takes a week.
        """,
    "ar": """
        صندوق البريد ص.ب. 12345 لايدن. |هل أنت متزوج؟ (نعم/لا) |شكراً.
        الساعة ١٠.٣٠ صباحاً. |تعال غداً۔ |نعم؟ |لا!
        قال د. أحمد ذلك. |ثم ذهب.
        قال: "نعم." |ثم ذهب.
        """,
    "fa": """
        ساعت ۹.۰۰ صبح بیایید. |بعد بروید؟ |بله.
        در سال ۱۳۹۸ ه‍.ش. آمد. |تمام شد.
        نام، نام خانوادگی و... را بنویسید. |پایان.
        """,
    "prs": "        در سال ۱۳۹۸ هـ.ش. آمد. |تمام شد.",
    "ps": "        دا یو دی. |بل راغی؟ |هو.",
    "ur": "        یہ ایک ہے۔ |دوسرا آیا؟ |ہاں۔",
    "ckb": "        ئەمە یەکە. |دووەم هات؟ |سێیەم.",
    "ti": """
        ሰላም። |ከመይ፧ |ጽቡቕ፡፡ |ሕራይ:: |እሺ።
        ኣብ 2012 ዓ.ም. ተጀሚሩ። |ሰዓት 10:30 ኢዩ።|ደሓን።
        ንሱ፡ ኣብ ገዛ፡ ኣሎ። |ንሳ ግን የላን?|
        """,
    "am": """
        ይህ አንድ ነው። |ሁለተኛው መጣ፡፡ |አዎ፧ |እሺ።
        በ2012 ዓ.ም. ተጀመረ። |ዶ/ር አበበ መጣ።
        """,
    "tr": """
        Bkz. md. 5 ve Av. Ayşe Hanım. |Saat 10.30’da gelin. |Tamam mı? |Evet.
        T.C. Kimlik No. 123 yazın. |Sonra gidin.
        """,
    "ru": """
        Родился в 2020 г. |Он живёт в г. Москва, ул. Ленина, д. 5, кв. 3. |И т.д. |Конец.
        Обратитесь к И. И. Петрову. |Он поможет.
        См. ст. 8 закона. |«Да!» — сказал он.
        """,
    "uk": "        У 2020 р. |Він живе на вул. Лесі, буд. 5. |Так.",
    "fr": "        Voir l'art. 8 al. 2. |M. Dupont est là. |Papiers, photos, etc. |Merci.",
    "es": "        El Sr. Pérez, art. 5. |Ud. debe venir. |¿Vale? |Sí.",
    "pl": "        Zob. art. 8 ust. 2. |To jest ul. Długa. |Tak.",
    "so": "        Waa mid. |Kii labaad ayaa yimid? |Haa.",
    "ku": "        Ev yek e. |Yê din hat? |Erê.",
    "zh-Hans": "        他说：“你好。”|我走了。|对吗？|对！",
}


def cases():
    for language, texts in TEXTS.items():
        for line in texts.splitlines():
            if line.strip():
                yield language, line.strip()


@pytest.mark.parametrize(("language", "marked"), list(cases()))
def test_sentences_end_where_readers_end_them(language, marked):
    expected = [piece for piece in marked.split("|") if piece]
    assert split("".join(expected), language) == expected


def test_a_blank_line_ends_a_sentence_and_a_line_break_does_not():
    assert split("Kopje\n\nEen regel\nnog een regel", "nl") == ["Kopje\n\n", "Een regel\nnog een regel"]
    assert split("عنوان\r\n \r\nسطر", "ar") == ["عنوان\r\n \r\n", "سطر"]
    assert split("ኣርእስቲ\n\n\nጽሑፍ", "ti") == ["ኣርእስቲ\n\n\n", "ጽሑፍ"]


def test_white_space_is_never_a_piece_of_its_own():
    assert split("  \n Ja.  \n\n  ", "nl") == ["  \n Ja.  \n\n  "]
    assert split("   ", "ti") == ["   "]
    assert split("", "ar") == []


ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from(list(".!?…።፧፡:؟۔()\"'«»,, \n\r\t\u200f\u200e1۹aAzZбБحጽ人。"))), max_size=80
)


@settings(deadline=None)
@given(ANY_TEXT, st.sampled_from([*OUR_LANGUAGES, "no such language"]))
@example("a.\u2029b", "nl")
@example("\r\n\r\n", "ar")
@example("።\n\n።", "ti")
def test_nothing_is_lost_and_every_piece_has_text(text, language):
    pieces = split(text, language)
    assert "".join(pieces) == text
    assert all(pieces)
    assert len(pieces) < 2 or not any(piece.isspace() for piece in pieces)
    assert pieces == split(text, language)


@pytest.mark.parametrize("stretch", ["woord ", "a", "كلمة ", "ቃል፡", "字"])
def test_a_million_characters_without_a_full_stop_come_back_whole_and_at_once(stretch):
    held_together_and_quick(stretch * (1_000_000 // len(stretch)), seconds=2)


@pytest.mark.parametrize("stretch", ["(\"", " ", "\n", "\u200f", "a.b.", "፡", ".\u200f", "። ", "ሀ::", "1. ", ".", "jan. ", "(a) "])
def test_no_monotonous_text_takes_longer_than_its_length(stretch):
    held_together_and_quick(stretch * (100_000 // len(stretch)), seconds=5)  # a quadratic pattern takes minutes


def held_together_and_quick(text: str, seconds: float) -> None:
    start = time.process_time()
    pieces = split(text, "nl")
    assert time.process_time() - start < seconds
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= LONGEST_PIECE


def test_a_long_stretch_is_cut_between_words():
    pieces = split("verblijfsvergunning " * 1000, "nl")
    assert all(piece.endswith("verblijfsvergunning ") and piece.startswith("verblijfs") for piece in pieces)


def test_the_segmenter_says_its_version():
    assert SEGMENTER_VERSION
