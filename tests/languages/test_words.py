"""Words of a text, and which word of a sentence is recognised as which word of a term."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.folding import fold
from languages.tags import OUR_LANGUAGES
from languages.words import Word, dutch_compound_parts, keys, search_keys, term_keys, words

CUT = [
    ("nl", "Bel 's avonds: foto's, IND-besluit (art. 8).", ["Bel", "s", "avonds", "foto's", "IND", "besluit", "art", "8"]),
    ("ar", "«قَرَارُ المحكمة»، نعم؟", ["قَرَارُ", "المحكمة", "نعم"]),
    ("fa", "می‌گیرند؛ پناهنده‌ها.", ["می‌گیرند", "پناهنده‌ها"]),
    ("ti", "ሰላም፡ከመይ፧ ጽቡቕ፡፡ዶ/ር", ["ሰላም", "ከመይ", "ጽቡቕ", "ዶ", "ር"]),
    ("am", "የሰው፡ልጅ፣ሁሉ።", ["የሰው", "ልጅ", "ሁሉ"]),
    ("zh-Hans", "我有权利，IND 法。", ["我", "有", "权", "利", "IND", "法"]),
    ("uk", "п’ять днів", ["п’ять", "днів"]),
    ("so", "go'aanka", ["go'aanka"]),
    ("fr", "l’asile", ["l’asile"]),
    ("tr", "IND'nin 3. kararı", ["IND'nin", "3", "kararı"]),
    ("nl", "een\u00adwoord \u200eA1\u200e _x_", ["een\u00adwoord", "A1", "x"]),
    ("hi", "हिन्दी भाषा", ["हिन्दी", "भाषा"]),
    ("ar", "", []),
    ("ti", "።፡፡ … 、", []),
]

# word of a sentence:word of a term, that must be recognised
RECOGNISED = {
    "nl": "verblijfsvergunningen:verblijfsvergunning asielzoekers:asielzoeker asielzoekerscentrum:asielzoeker "
    "vluchtelingenstatus:vluchteling gezinsherenigingsaanvragen:gezinshereniging advocaten:advocaat bezwaren:bezwaar "
    "uitkeringsinstantie:uitkering kinderopvangtoeslag:toeslag kinderopvangtoeslag:kinderopvang statushouders:statushouder "
    "gemeenten:gemeente huisartsen:huisarts IND's:IND Verblijfsdocumenten:verblijfsdocument tolken:tolk "
    "besluiten:besluit terugkeerbesluit:besluit verhoorde:verhoren inburgeringsplicht:inburgering ÉÉN:een",
    "en": "seekers:seeker refugees:refugee applications:application lawyer's:lawyer applied:apply permits:permit "
    "families:family",
    "ar": "وبتصريح:تصريح إقامته:إقامة للاجئين:لاجئ اللاجئون:لاجئ المحكمة:محكمة بالمحكمة:محكمة محاميها:محامي "
    "والمترجمين:مترجم طلباتهم:طلب القرار:قرار قرارا:قرار لعائلتك:عائلة الإقامات:إقامة أسرتي:أسرة للجوء:اللجوء "
    "فللمحكمة:المحكمة قَرارُ:قرار",
    "fa": "پناهندگان:پناهنده پناهنده‌ها:پناهنده پناهجویان:پناهجو اقامتش:اقامت دادگاه‌ها:دادگاه درخواست‌هایشان:درخواست "
    "درخواستی:درخواست خانواده‌ام:خانواده تصمیمات:تصمیم وکیلتان:وکیل مترجمان:مترجم اجازه‌ی:اجازه دادگاههای:دادگاه "
    "كتابها:کتاب",
    "prs": "پناهندگان:پناهنده محکمه‌ها:محکمه وکیلم:وکیل",
    "ti": "ንሓታቲ:ሓታቲ ሓታቲን:ሓታቲ ብፍቓድ:ፍቓድ ፍቓዶም:ፍቓድ መሰላትኩም:መሰል ተርጓምቲ:ተርጓሚ ስደተኛታት:ስደተኛ ውሳነታት:ውሳነ ቤትካ:ቤት "
    "ቤቶም:ቤት ስድራቤተይ:ስድራቤት ጠበቓኹም:ጠበቓ ጉዳያት:ጉዳይ ሕቶኹም:ሕቶ ፀገማት:ጸገም",
    "am": "የስደተኞች:ስደተኛ መብቶችዎን:መብት ቤቶቻችን:ቤት ለፍርድ:ፍርድ ቤቱ:ቤት ጠበቃዬ:ጠበቃ ጠበቆች:ጠበቃ ውሳኔዎች:ውሳኔ ማመልከቻዎን:ማመልከቻ "
    "ቤተሰቦቻቸው:ቤተሰብ ከአስተርጓሚው:አስተርጓሚ ፈቃዱን:ፈቃድ በፈቃዳችን:ፈቃድ ጥያቄያቸው:ጥያቄ ስለመብታቸው:መብት እንደስደተኛ:ስደተኛ የሕፃናት:ህጻናት",
    "tr": "izninizi:izin IND'nin:IND mültecilerin:mülteci başvurunuz:başvuru avukatınızla:avukat mahkemeye:mahkeme "
    "kararları:karar sığınmacılar:sığınmacı ailesinin:aile tercümanımız:tercüman İZİNLER:izin hakkınız:hak",
    "fr": "l'asile:asile demandeurs:demandeur Réfugiés:réfugié d'avocat:avocat familiaux:familial",
    "ru": "беженцев:беженец решения:решение ходатайством:ходатайство адвокату:адвокат суда:суд разрешений:разрешение",
    "es": "refugiados:refugiado solicitudes:solicitud abogada:abogado decisiones:decisión",
    "uk": "біженців:біженець рішенням:рішення адвоката:адвокат дозволу:дозвіл перекладачі:перекладач",
    "so": "qaxootiga:qaxooti sharciga:sharci magangelyada:magangelyo qareenka:qareen go'aanka:go'aan dalabkaaga:dalab "
    "qoyskiisa:qoys maxkamadda:maxkamad",
    "ku": "penaberên:penaber dadgehê:dadgeh mafên:maf biryara:biryar",
    "ckb": "پەنابەران:پەنابەر پەنابەرەکان:پەنابەر دادگاکە:دادگا مافەکانی:ماف",
    "ps": "محکمې:محکمه حقونه:حق",
    "ur": "عدالتوں:عدالت درخواستیں:درخواست فیصلے:فیصلہ وکیلوں:وکیل",
    "zh-Hans": "法:法",
    "pl": "uchodźców:uchodźca decyzji:decyzja sądu:sąd",
}
# and that must not be
NOT_RECOGNISED = {
    "nl": "beroep:roep overheid:heid gemeente:meen besluit:luit verzoek:zoek uitkering:kering voorwaarde:waarde "
    "regering:regen tolk:tol brief:rief kantoor:kant vergunning:verblijfsvergunning zoeker:asielzoeker minister:ster "
    "document:ment behandeling:deling",
    "en": "seeker:seed university:universe",
    "ar": "أنه:أن كتاب:تاب ولد:لد بيت:يت لكن:كن كلمة:لمة قلب:كلب لجوء:لاجئ قرار:قرن",
    "fa": "دست:دس ایران:ایر زمان:زم مادر:ماد خانه:خان کشور:کش گل:کل پناهندگی:پناهجو",
    "ti": "ቤት:ቤተ ሰብ:ሰበ ስራሕ:ራሕ ሃገር:ሓገር ስደተኛ:ሓታቲ",
    "am": "ቤት:ቤተ በሬ:ሬ ስደት:ስደተኛ መብት:መንግስት",
    "tr": "sınırdan:sınav anne:an karar:kar",
    "ru": "право:правда судьба:суд",
    "fr": "asile:asiatique droit:endroit",
    "zh-Hans": "人:入",
}


def pairs(table):
    return [(language, *pair.split(":")) for language, listed in table.items() for pair in listed.split()]


@pytest.mark.parametrize(("language", "text", "expected"), CUT)
def test_a_text_is_cut_into_words_as_its_readers_see_them(language, text, expected):
    found = words(text, language)
    assert [word.text for word in found] == expected
    assert all(text[word.start : word.end] == word.text for word in found)


@pytest.mark.parametrize(("language", "in_sentence", "in_term"), pairs(RECOGNISED))
def test_an_inflected_or_compounded_form_is_recognised_as_its_term(language, in_sentence, in_term):
    assert keys(in_sentence, language) & term_keys(in_term, language)


@pytest.mark.parametrize(("language", "in_sentence", "in_term"), pairs(NOT_RECOGNISED))
def test_a_word_is_not_recognised_as_another(language, in_sentence, in_term):
    assert not keys(in_sentence, language) & term_keys(in_term, language)


COMPOUNDS = {
    "verblijfsvergunning": ("verblijf", "vergunning"), "asielzoekerscentrum": ("asielzoekers", "centrum"),
    "gezinsherenigingsaanvraag": ("gezin", "hereniging", "aanvraag"), "huurtoeslag": ("huur", "toeslag"),
    "geboorteakte": ("geboorte", "akte"), "burgerservicenummer": ("burger", "service", "nummer"),
    "identiteitskaart": ("identiteit", "kaart"), "gemeentehuis": ("gemeente", "huis"),
    "zorgverzekeringspolis": ("zorg", "verzekeringspolis"), "minderheidstalen": ("minderheid", "talen"),
    "politiemacht": ("politie", "macht"), "inreisverbod": ("inreis", "verbod"),
}  # fmt: skip
SIMPLE = re.findall(
    r"\w+",
    """
    besluit gemeente beroep verzoek overheid inburgering toeslag uitkering kantoor aanvraag beschikking vergunning
    verblijf vluchteling procedure minister nationaliteit termijn bezwaar advocaat document vertrouwen familie moeder
    huwelijk woning gezondheid verzekering betaling inkomen belasting politie rechter uitspraak datum formulier
    medewerker organisatie voorziening voorwaarden onderzoek overeenkomst december woensdag ministerie behandeling a
    """,
)


@pytest.mark.parametrize(("word", "parts"), COMPOUNDS.items())
def test_a_dutch_compound_is_taken_apart(word, parts):
    assert dutch_compound_parts(word) == parts
    assert dutch_compound_parts(word.upper()) == parts


@pytest.mark.parametrize("word", SIMPLE)
def test_a_simple_dutch_word_stays_whole(word):
    assert dutch_compound_parts(word) == ()


def test_words_the_caller_knows_are_parts_too():
    assert dutch_compound_parts("xyzlocatie") == ()
    assert dutch_compound_parts("xyzlocatie", known={"xyz"}) == ("xyz", "locatie")


def test_full_text_keys_hold_each_word_and_its_stem_in_order():
    assert search_keys("Verblijfsvergunningen, nu!", "nl") == ["verblijfsvergunningen", "verblijfsvergunn", "nu"]
    assert search_keys("የሕፃናት፡መብት", "am") == ["የህጻናት", "መብት"]
    assert search_keys("المحكمة", "ar")[0] == fold("المحكمة", "ar")
    assert search_keys("", "fa") == []


LETTERS = st.text(
    st.one_of(st.characters(), st.sampled_from("المحكمةوبتصريحپناهندگان\u200cሓታቲስደተኛኞችንበverblijfsvergunning'’-İıß")),
    max_size=25,
)


@settings(deadline=None)
@given(LETTERS, st.sampled_from([*OUR_LANGUAGES, "no such language"]))
def test_any_text_has_words_whose_keys_hold_their_fold_and_their_terms_keys(text, language):
    end = 0
    for word in words(text, language):
        assert isinstance(word, Word)
        assert end <= word.start < word.end
        assert text[word.start : word.end] == word.text
        end = word.end
        own = fold(word.text, language)
        assert (not own) or own in term_keys(word.text, language)
        assert term_keys(word.text, language) <= keys(word.text, language) | {own.removeprefix("ال")}
        assert all(keys(word.text, language))
