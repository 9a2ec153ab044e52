"""A phrase anywhere in the memory, in any spelling, marked where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory import recording
from memory.concordance import Phrase, concordance

CASES = [
    # language of the text, the text, the phrase, what is marked
    ("nl", "De Verblijfsvergunning is klaar", "verblijfs", ["Verblijfs"]),
    ("ar", "يُقدِّم اللاجئ طلبًا", "اللاجيء", []),
    ("ar", "المدرسة والمدرسه", "مدرسة", ["مدرسة", "مدرسه"]),
    ("fa", "می‌توانید زنگ بزنید", "مي‌توانيد", ["می‌توانید"]),
    ("am", "ፀሐይ ወጣች", "ጸሀይ", ["ፀሐይ"]),
    ("ti", "ፀሓይ ኣላ", "ጸሓይ", ["ፀሓይ"]),
    ("ti", "ሓደ ሰብ", "ሀደ", []),
    ("tr", "İLAÇ ve ilaç", "ilaç", ["İLAÇ", "ilaç"]),
    ("zh-Hans", "庇护申请人的权利", "申请", ["申请"]),
    ("nl", "een twee", "   ", []),
]


@pytest.mark.parametrize(("language", "text", "phrase", "marked"), CASES)
def test_a_phrase_is_marked_in_the_spelling_it_was_written_in(language, text, phrase, marked):
    wanted = Phrase(phrase)
    assert [text[start:end] for start, end in wanted.spans(text, language)] == marked
    assert wanted.occurs(text, language) == bool(marked)


@given(
    before=st.text(max_size=10),
    phrase=st.text(min_size=1, max_size=6).filter(str.strip),
    after=st.text(max_size=10),
    language=st.sampled_from(["nl", "ar", "fa", "am", "ti", "tr"]),
)
def test_whatever_is_found_can_be_marked_inside_the_text(before, phrase, after, language):
    text = f"{before} {phrase} {after}"
    spans = Phrase(phrase).spans(text, language)
    assert bool(spans) == Phrase(phrase).occurs(text, language)
    end = 0
    for start, stop in spans:
        assert end <= start < stop <= len(text)
        end = stop


def test_the_side_and_the_languages_decide_where_is_looked(session, a_unit):
    a_unit("De asielaanvraag", "طلب اللجوء")
    a_unit("De asielaanvraag", "ጥያቄ ዑቕባ", target_language="ti-ER")
    a_unit("L'asile", "اللجوء", source_language="fr")
    session.commit()

    def found(phrase, **more):
        return [c.target for c in concordance(session, phrase, **{"source_language": "nl"} | more)]

    assert sorted(found("asiel")) == ["طلب اللجوء", "ጥያቄ ዑቕባ"]
    assert found("asiel", target_language="ti") == ["ጥያቄ ዑቕባ"]
    assert found("لجوء") == []
    assert found("لجوء", side="target") == ["طلب اللجوء"]
    assert found("لجوء", side="either", source_language="fr") == ["اللجوء"]
    assert len(found("asiel", limit=1)) == 1
    with pytest.raises(ValueError, match="side"):
        found("x", side="both")


def test_a_recalled_unit_is_not_in_the_concordance(session, a_unit):
    unit = a_unit("De asielaanvraag")
    recording.recall(session, unit, by="Sara", reason="wrong")
    assert concordance(session, "asiel", source_language="nl") == []
