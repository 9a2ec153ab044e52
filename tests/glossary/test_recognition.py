"""Terms in sentences: inflected, compounded, with clitics and tags; and what is not one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary import editing
from glossary.exchange import load_concepts
from glossary.models import Equivalence, Term
from glossary.recognition import forbidden_in, mask_tags, missing_terms, recognise, recognise_all

CONCEPTS = {
    "verblijfsvergunning": {"nl": ["verblijfsvergunning"], "ar": ["تصريح إقامة"], "fa": ["اجازهٔ اقامت"], "tr": ["oturma izni"], "en": ["residence permit"]},
    "verblijfsvergunning-asiel": {"nl": ["verblijfsvergunning asiel"], "ar": ["تصريح إقامة لجوء"]},
    "asielzoeker": {"nl": ["asielzoeker"], "ar": ["طالب لجوء"], "fa": ["پناهجو"], "ti": ["ሓታቲ ዑቕባ"], "am": ["ጥገኝነት ጠያቂ"], "tr": ["sığınmacı"], "en": ["asylum seeker"]},
    "vluchteling": {"nl": ["vluchteling"], "ar": ["لاجئ"], "fa": ["پناهنده"], "ti": ["ስደተኛ"], "am": ["ስደተኛ"], "tr": ["mülteci"], "en": ["refugee"]},
    "rechtbank": {"nl": ["rechtbank"], "ar": ["محكمة"], "fa": ["دادگاه"], "ti": ["ቤት ፍርዲ"], "am": ["ፍርድ ቤት"], "tr": ["mahkeme"]},
    "ind": {"nl": ["IND", "Immigratie- en Naturalisatiedienst"], "ar": ["دائرة الهجرة والتجنيس"], "tr": ["IND"]},
    "bezwaar": {"nl": ["bezwaar"], "ar": ["اعتراض"], "tr": ["itiraz"], "ti": ["ተቓውሞ"], "am": ["ተቃውሞ"]},
    "gemeente": {"nl": ["gemeente"], "ar": ["بلدية"], "tr": ["belediye"]},
}  # fmt: skip


@pytest.fixture
def terms(session):
    entries = [
        {"code": code, "terms": [{"language": language, "text": text} for language, texts in by_language.items() for text in texts]}
        for code, by_language in CONCEPTS.items()
    ]
    loaded = load_concepts(session, entries, origin="import", origin_name="words", by="test")
    assert not loaded.rejected
    session.commit()
    return session


# (language, sentence, [(what stands there, concept, certainty)])
SENTENCES = [
    ("nl", "U krijgt een verblijfsvergunning asiel.", [("verblijfsvergunning asiel", "verblijfsvergunning-asiel", "exact"), ("verblijfsvergunning", "verblijfsvergunning", "exact")]),
    ("nl", "Verblijfsvergunningen worden verlengd.", [("Verblijfsvergunningen", "verblijfsvergunning", "possible")]),
    ("nl", "Het asielzoekerscentrum ligt in Leiden.", [("asielzoekerscentrum", "asielzoeker", "possible")]),
    ("nl", "De gemeentes en de rechtbanken zijn dicht.", [("gemeentes", "gemeente", "possible"), ("rechtbanken", "rechtbank", "possible")]),
    ("nl", "Bel de IND of maak bezwaar.", [("IND", "ind", "exact"), ("bezwaar", "bezwaar", "exact")]),
    ("nl", "Indien u komt, is er een rechte bank in de gang.", []),
    ("nl", "De vlucht naar Wenen is vertraagd.", []),
    ("ar", "حصل على تصريح إقامة.", [("تصريح إقامة", "verblijfsvergunning", "exact")]),
    ("ar", "وبتصريح إقامته يعمل.", [("وبتصريح إقامته", "verblijfsvergunning", "possible")]),
    ("ar", "ذهب إلى المحكمة مع اللاجئين.", [("المحكمة", "rechtbank", "possible"), ("اللاجئين", "vluchteling", "possible")]),
    ("ar", "اشترى الخبز من السوق.", []),
    ("fa", "پناهندگان به دادگاه رفتند.", [("پناهندگان", "vluchteling", "possible"), ("دادگاه", "rechtbank", "exact")]),
    ("fa", "اجازه اقامت او تمام شد.", [("اجازه اقامت", "verblijfsvergunning", "exact")]),
    ("fa", "پناهجو‌ها منتظرند.", [("پناهجو‌ها", "asielzoeker", "possible")]),
    ("fa", "امروز هوا خوب است.", []),
    ("ti", "ንሓታቲ ዑቕባ ሓበሬታ ኣሎ።", [("ንሓታቲ ዑቕባ", "asielzoeker", "possible")]),
    ("ti", "እቲ ስደተኛ ናብ ቤት ፍርዲ ከይዱ።", [("ስደተኛ", "vluchteling", "exact"), ("ቤት ፍርዲ", "rechtbank", "exact")]),
    ("ti", "ሎሚ ጽቡቕ መዓልቲ እዩ።", []),
    ("am", "ለስደተኞች እርዳታ አለ።", [("ለስደተኞች", "vluchteling", "possible")]),
    ("am", "ጉዳዩ በፍርድ ቤት ነው።", [("በፍርድ ቤት", "rechtbank", "possible")]),
    ("am", "ዛሬ ጥሩ ቀን ነው።", []),
    ("tr", "Oturma izninizi uzatın.", [("Oturma izninizi", "verblijfsvergunning", "possible")]),
    ("tr", "IND'nin kararına itiraz ettim.", [("IND'nin", "ind", "possible"), ("itiraz", "bezwaar", "exact")]),
    ("tr", "MÜLTECİLER MAHKEMEDE", [("MÜLTECİLER", "vluchteling", "possible"), ("MAHKEMEDE", "rechtbank", "possible")]),
    ("tr", "Bugün hava güzel.", []),
    ("en", "Asylum seekers and refugees", [("Asylum seekers", "asielzoeker", "possible"), ("refugees", "vluchteling", "possible")]),
    ("so", "Waa maxay?", []),
    ("zh", "今天天气很好。", []),
]  # fmt: skip


def test_terms_are_found_where_they_stand_and_nowhere_else(terms):
    for language, sentence, expected in SENTENCES:
        found = recognise(terms, sentence, source_language=language, target_language="en")
        assert [(hit.surface, hit.code, hit.certainty) for hit in found] == expected, sentence
        assert all(sentence[hit.start : hit.end] == hit.surface for hit in found)


def test_a_longer_term_comes_first_and_the_one_inside_says_so(terms):
    outer, inner = recognise(terms, "Een verblijfsvergunning asiel", source_language="nl", target_language="ar")
    assert (outer.code, outer.within) == ("verblijfsvergunning-asiel", False)
    assert (inner.code, inner.within) == ("verblijfsvergunning", True)


def test_a_part_of_a_compound_says_so_and_an_inflection_does_not(terms):
    part, whole = recognise(terms, "Asielzoekerscentrum of asielzoekers", source_language="nl", target_language="ar")
    assert (part.part, whole.part) == (True, False)


TAGGED = [
    ("nl", "Een <1>verblijfsvergunning</1> asiel", "verblijfsvergunning</1> asiel", "verblijfsvergunning-asiel"),
    ("nl", "Een verblijfs<1>vergunning</1>.", "verblijfs<1>vergunning", "verblijfsvergunning"),
    ("nl", "rechtbank<2/>Den Haag", "rechtbank", "rechtbank"),
    ("ar", "<1>تصريح</1> <2>إقامة</2>", "تصريح</1> <2>إقامة", "verblijfsvergunning"),
    ("ti", "<1>ሓታቲ</1><2/><3>ዑቕባ</3>", "ሓታቲ</1><2/><3>ዑቕባ", "asielzoeker"),
    ("am", "በ<1>ፍርድ</1> ቤት", "በ<1>ፍርድ</1> ቤት", "rechtbank"),
]


def test_tags_are_looked_through(terms):
    for language, text, surface, code in TAGGED:
        hit = recognise(terms, text, source_language=language, target_language="en")[0]
        assert (hit.surface, hit.code) == (surface, code)
        assert hit.certainty == ("possible" if language == "am" else "exact")
        assert text[hit.start : hit.end] == surface


@given(st.lists(st.sampled_from(["<1>", "</1>", "<2/>", "ፍርድ", " ", "محكمة", "a<b", "1>", "<12>"]), max_size=12))
def test_masking_tags_keeps_every_other_letter_in_its_place(pieces):
    text = "".join(pieces)
    plain, places = mask_tags(text)
    assert len(plain) == len(places) and places == sorted(places)
    assert all(letter == text[place] or (letter == " " and text[place] == "<") for letter, place in zip(plain, places, strict=True))


SMALL = [
    ("nl", "Bel de ind.", []),
    ("nl", "bel de ind", ["ind"]),
    ("nl", "BEL DE IND", ["IND"]),
    ("nl", "De IND-medewerker belt", ["IND"]),
    ("tr", "IND’nin mektubu", ["IND’nin"]),
    ("tr", "Index ve indirim", []),
]


def test_an_abbreviation_is_not_the_small_word_that_is_spelt_like_it(terms):
    for language, text, surfaces in SMALL:
        found = recognise(terms, text, source_language=language, target_language="ar")
        assert [hit.surface for hit in found] == surfaces, text


@pytest.mark.parametrize("end", ["", " ", ".", "\n", "</1>", " <2/>"])
@pytest.mark.parametrize(("language", "text", "surface"), [("nl", "<1>Hij wijst het af", "wijst"), ("ar", "<1>رفض طلب اللجوء", "رفض"), ("am", "<1>ፍርድ ቤቱ ውድቅ አደረገ", "ውድቅ አደረገ")])
def test_a_term_is_found_however_its_sentence_ends(session, language, text, surface, end):
    concept = editing.new_concept(session, "afwijzen", by="Rana")
    for tag, word in (("nl", "afwijzen"), ("ar", "رفض"), ("am", "ውድቅ አደረገ")):
        editing.propose_term(session, concept, tag, word, by="Rana")
    hits = recognise(session, text + end, source_language=language, target_language="en")
    assert [hit.surface for hit in hits] == [surface]


@pytest.mark.parametrize(("language", "one", "other", "surface"), [("nl", "rechtbank", "rechtbankje", "rechtbanken"), ("ar", "محكمة", "المحكمة", "بالمحكمة"), ("am", "ስደተኛ", "የስደተኛ", "ለስደተኞች")])
@pytest.mark.parametrize("turned", [False, True])
def test_of_two_terms_that_a_word_may_be_the_older_is_told(session, language, one, other, surface, turned):
    concept = editing.new_concept(session, "rechtbank", by="Rana")
    older, _ = [editing.propose_term(session, concept, language, text, by="Rana") for text in ((other, one) if turned else (one, other))]
    hits = recognise(session, surface, source_language=language, target_language="en")
    assert [(hit.surface, hit.term_id, hit.certainty) for hit in hits] == [(surface, older.id, "possible")]


def test_variants_are_exact_ways_to_write_a_term(terms):
    term = next(term for term in editing.concept_with_code(terms, "rechtbank").terms if term.language == "ar")
    editing.change_term(terms, term, variants=["محاكم"], by="Rana", by_id=2)
    terms.commit()
    hit, = recognise(terms, "في محاكم هولندا", source_language="ar", target_language="nl")
    assert (hit.surface, hit.certainty, hit.term) == ("محاكم", "exact", "محكمة")


def test_the_reader_gets_what_was_approved_first_what_differs_and_what_not_to_say(terms):
    concept = editing.concept_with_code(terms, "verblijfsvergunning")
    concept.keep_source = True
    concept.equivalences.append(
        Equivalence(language="ar", degree="partial", strategy="describe", differs={"nl": "In Syrië …"}, created_by="Rana")
    )
    admitted = editing.propose_term(terms, concept, "ar", "رخصة إقامة", by="Omar", by_id=1)
    syrian = editing.propose_term(terms, concept, "ar-SY", "إقامة", by="Omar", by_id=1)
    bad = editing.propose_term(terms, concept, "ar", "فيزا", by="Omar", by_id=1)
    wished = editing.propose_term(terms, concept, "ar", "أوراق", wish="forbidden", by="Omar", by_id=1)
    editing.approve_term(terms, admitted, "admitted", by="Rana", by_id=2)
    editing.approve_term(terms, syrian, by="Rana", by_id=2)
    editing.forbid_term(terms, bad, "a visa is not a permit", by="Rana", by_id=2)
    terms.commit()
    (hit,) = recognise(terms, "De verblijfsvergunning", source_language="nl-NL", target_language="ar_SY")
    assert [(term.text, term.status) for term in hit.targets] == [("إقامة", "preferred"), ("رخصة إقامة", "admitted"), ("تصريح إقامة", "proposed")]
    assert [term.text for term in hit.approved] == ["إقامة", "رخصة إقامة"]
    assert {term.text for term in hit.forbidden} == {bad.text, wished.text}
    assert (hit.degree, hit.strategy, hit.differs, hit.keep_source) == ("partial", "describe", {"nl": "In Syrië …"}, True)
    (hit,) = recognise(terms, "De verblijfsvergunning", source_language="nl", target_language="ti")
    assert (hit.targets, hit.degree) == ((), None)


def test_a_dari_reader_is_offered_persian_and_a_dari_text_is_read_with_it(terms):
    (hit,) = recognise(terms, "De rechtbank", source_language="nl", target_language="prs")
    assert [(term.text, term.language) for term in hit.targets] == [("دادگاه", "fa")]
    (hit,) = recognise(terms, "به دادگاه رفت", source_language="fa-AF", target_language="nl")
    assert hit.code == "rechtbank"


def test_an_approval_and_a_removal_count_from_the_next_call_on(terms):
    def found(text, language):
        return [hit.code for hit in recognise(terms, text, source_language=language, target_language="en")]

    assert found("De hoorzitting", "nl") == found("ናይ ምስማዕ ኣኼባ", "ti") == []
    concept = editing.new_concept(terms, "hoorzitting", by="Rana")
    editing.propose_term(terms, concept, "nl", "hoorzitting", by="Rana")
    editing.propose_term(terms, concept, "ti", "ናይ ምስማዕ ኣኼባ", by="Rana")
    terms.commit()
    assert found("De hoorzitting", "nl") == found("ናይ ምስማዕ ኣኼባ", "ti") == ["hoorzitting"]
    editing.change_term(terms, concept.terms[0], text="zitting", by="Rana")
    terms.commit()
    assert found("De hoorzitting", "nl") == ["hoorzitting"]
    assert found("De zittingen", "nl") == ["hoorzitting"]
    editing.remove_concept(terms, concept, by="Rana", why="twice")
    terms.commit()
    assert found("De zitting", "nl") == found("ናይ ምስማዕ ኣኼባ", "ti") == []


def test_what_was_given_up_is_never_recognised_again(terms):
    def found(text):
        return [hit.code for hit in recognise(terms, text, source_language="nl", target_language="en")]

    assert found("De hoorzitting") == []
    concept = editing.new_concept(terms, "hoorzitting", by="Rana")
    editing.propose_term(terms, concept, "nl", "hoorzitting", by="Rana")
    assert found("De hoorzitting") == ["hoorzitting"]
    terms.rollback()
    assert found("De hoorzitting") == []
    concept = editing.new_concept(terms, "zitting", by="Rana")
    editing.propose_term(terms, concept, "nl", "zitting", by="Rana")
    terms.commit()
    assert found("De zitting en de hoorzitting") == ["zitting", "zitting"]


def test_another_session_sees_an_approval_at_once_and_nothing_before_it(terms):
    from sqlalchemy.orm import Session

    with Session(terms.get_bind()) as other:
        def found():
            return [hit.code for hit in recognise(other, "De hoorzitting", source_language="nl", target_language="en")]

        assert found() == []
        other.rollback()
        concept = editing.new_concept(terms, "hoorzitting", by="Rana")
        editing.propose_term(terms, concept, "nl", "hoorzitting", by="Rana")
        recognise(terms, "De hoorzitting", source_language="nl", target_language="en")
        terms.commit()
        assert found() == ["hoorzitting"]


def test_many_texts_are_read_at_once_with_the_same_result(terms):
    texts = [sentence for language, sentence, _ in SENTENCES if language == "nl"]
    one_by_one = [recognise(terms, text, source_language="nl", target_language="ar") for text in texts]
    assert recognise_all(terms, texts, source_language="nl", target_language="ar") == one_by_one


def approve(session, code, language):
    for term in editing.concept_with_code(session, code).terms:
        if term.language == language:
            editing.approve_term(session, term, by="Rana", by_id=2)
    session.commit()


DRAFTS = [
    # source, target, language of the target, [(kind, expected)]
    ("De rechtbank beslist.", "المحكمة تقرر.", "ar", []),
    ("De rechtbank beslist.", "وبمحكمة لاهاي", "ar", []),
    ("De rechtbank beslist.", "القاضي يقرر.", "ar", [("approved", ("محكمة",))]),
    ("De rechtbank beslist.", "እቲ ዳኛ ይውስን።", "ti", [("approved", ("ቤት ፍርዲ",))]),
    ("De rechtbank beslist.", "ብቤት ፍርዲ ይውሰን።", "ti", []),
    ("De rechtbank beslist.", "", "ar", [("approved", ("محكمة",))]),
    ("De rechtbanken en de rechtbank", "القاضي", "ar", [("approved", ("محكمة",))]),
    ("Het rechtbankgebouw is dicht.", "المبنى مغلق.", "ar", []),
    ("Maak bezwaar.", "xxx", "ar", []),
]


def test_a_draft_without_the_approved_term_is_pointed_out_in_any_inflection(terms):
    for language in ("ar", "ti"):
        approve(terms, "rechtbank", language)
    for source, target, language, expected in DRAFTS:
        found = missing_terms(terms, source, target, source_language="nl", target_language=language)
        assert [(missing.kind, missing.expected) for missing in found] == expected, target
        assert all(source[missing.start : missing.end] == missing.source_term for missing in found)


BRACKETS = [
    ("Uw verblijfsvergunning", "تصريح إقامتك (verblijfsvergunning)", []),
    ("Uw verblijfsvergunning", "تصريح إقامتك (<1>Verblijfsvergunning</1>)", []),
    ("Uw verblijfsvergunning", "تصريح إقامتك", ["source-word"]),
    ("Uw verblijfsvergunningen", "تصريح إقامتك (verblijfsvergunning)", []),
    ("De Immigratie- en Naturalisatiedienst", "دائرة الهجرة والتجنيس (IND)", []),
]


def test_a_draft_keeps_the_dutch_word_where_the_concept_asks_for_it(terms):
    for code in ("verblijfsvergunning", "ind"):
        editing.change_concept(terms, editing.concept_with_code(terms, code), keep_source=True, by="Rana")
    terms.commit()
    for source, target, expected in BRACKETS:
        found = missing_terms(terms, source, target, source_language="nl", target_language="ar")
        assert [missing.kind for missing in found] == expected, target
        assert missing_terms(terms, source, source, source_language="nl", target_language="nl-BE") == []


FORBIDDEN = [
    ("ar", "هو المتسلل هنا", ["المتسلل"]),
    ("ar", "اسمه تسلسل", []),
    ("tr", "Kaçakların dosyası", ["Kaçakların"]),
    ("tr", "sığınmacılar", []),
    ("am", "ህገወጦች", ["ህገወጦች"]),
]


def test_a_forbidden_word_is_found_in_any_inflection_with_what_to_say_instead(terms):
    concept = editing.concept_with_code(terms, "asielzoeker")
    for language, word in {"ar": "متسلل", "tr": "kaçak", "am": "ህገወጥ"}.items():
        approve(terms, "asielzoeker", language)
        term = editing.propose_term(terms, concept, language, word, by="Omar", by_id=1)
        editing.forbid_term(terms, term, "hurts", by="Rana", by_id=2)
    terms.commit()
    for language, text, surfaces in FORBIDDEN:
        found = forbidden_in(terms, text, language)
        assert [bad.surface for bad in found] == surfaces, text
        for bad in found:
            assert (bad.reason, bad.code, bad.status) == ("hurts", "asielzoeker", "forbidden")
            assert list(bad.instead) == CONCEPTS["asielzoeker"][language]


def test_a_forbidden_word_inside_an_approved_term_or_shared_with_one_is_allowed(terms):
    concept = editing.concept_with_code(terms, "gemeente")
    for word in ("izin", "mülteci"):
        editing.forbid_term(terms, editing.propose_term(terms, concept, "tr", word, by="Omar", by_id=1), "no", by="Rana", by_id=2)
    approve(terms, "verblijfsvergunning", "tr")
    approve(terms, "vluchteling", "tr")
    assert [bad.surface for bad in forbidden_in(terms, "Oturma izni mülteciye verilir, izin yok", "tr")] == ["izin"]


WORDS = st.sampled_from(["verblijfsvergunning", "asiel", "تصريح", "إقامة", "ሓታቲ", "ዑቕባ", "<1>", "</1>", " ", ".", "IND", "x", "‏", "\u200c"])


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, max_size=10))
def test_places_are_always_in_the_text_whatever_it_is(pieces):
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    import storage.changes
    from glossary.models import Base

    text = "".join(pieces)
    global _engine
    if "_engine" not in globals():
        _engine = create_engine("sqlite://")
        Base.metadata.create_all(_engine)
        storage.changes.Base.metadata.create_all(_engine)
        with Session(_engine) as session:
            entries = [{"code": code, "terms": [{"language": tag, "text": text} for tag, texts in by.items() for text in texts]} for code, by in CONCEPTS.items()]
            load_concepts(session, entries, origin="import", origin_name="words", by="test")
            session.commit()
    with Session(_engine) as session:
        for language in ("nl", "ar", "ti"):
            for hit in recognise(session, text, source_language=language, target_language="fa"):
                assert 0 <= hit.start < hit.end <= len(text)
                assert text[hit.start : hit.end] == hit.surface
                assert isinstance(session.get(Term, hit.term_id), Term)


@pytest.mark.parametrize(
    ("term", "surface", "same"),
    [
        ("buurtteam", "buurtteams", True), ("wijkkaart", "wijkkaarten", True), ("woonlening", "woonleningen", True),
        ("buurtrecht", "buurtrechter", False), ("wijkwet", "wijkweten", False), ("stadskas", "stadskast", False),
    ],
)  # fmt: skip
def test_a_dutch_compound_of_its_own_is_known_in_the_plural(session, term, surface, same):
    concept = editing.new_concept(session, term, by="Samira")
    editing.propose_term(session, concept, "nl", term, by="Samira")
    for language, word in (("ar", "فريق"), ("ti", "ጋንታ")):
        editing.propose_term(session, concept, language, word, by="Samira")
        hits = recognise(session, f"Ik zie twee {surface}.", source_language="nl", target_language=language)
        assert [(hit.code, [t.text for t in hit.targets]) for hit in hits] == ([(term, [word])] if same else [])
