"""Sentences of two texts find each other, and none is lost."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from languages.alignment import MOST_SENTENCES, Bead, TooLong, align

NL = [
    "De gemeente heeft uw aanvraag op 3 maart 2026 ontvangen.",
    "U krijgt binnen acht weken een besluit.",
    "Bent u het niet eens met het besluit?",
    "Dan kunt u binnen zes weken bezwaar maken bij de IND in Leiden.",
    "Bel voor vragen 088-0430430.",
    "U moet uw paspoort meenemen naar de afspraak en ook een recente pasfoto van uw kinderen.",
]
AR = [
    "استلمت البلدية طلبكم في 3 مارس 2026.",
    "ستحصلون على قرار خلال ثمانية أسابيع.",
    "هل أنتم غير موافقين على القرار؟",
    "يمكنكم عندئذ تقديم اعتراض خلال ستة أسابيع لدى IND في لايدن.",
    "للأسئلة اتصلوا بالرقم ٠٨٨-٠٤٣٠٤٣٠.",
    "يجب عليكم إحضار جواز سفركم إلى الموعد وكذلك صورة شخصية حديثة لأطفالكم.",
]
TI = [
    "ምምሕዳር ከተማ ሕቶኹም ብ3 መጋቢት 2026 ተቐቢሉዎ።",
    "ኣብ ውሽጢ ሸሞንተ ሰሙን ውሳነ ክትረኽቡ ኢኹም።",
    "በቲ ውሳነ ኣይትሰማምዑን ዶ?",
    "ሽዑ ኣብ ውሽጢ ሽዱሽተ ሰሙን ናብ IND ኣብ ላይደን ተቓውሞ ከተቕርቡ ትኽእሉ።",
    "ንሕቶታት 088-0430430 ደውሉ።",
    "ናብ ቆጸራ ፓስፖርትኹምን ሓድሽ ስእሊ ደቅኹምን ሒዝኩም ክትመጹ ኣለኩም።",
]


def found(source, target, **more):
    return [(b.source, b.target) for b in align(source, target, **more)]


def ones(number):
    return [((i, i + 1), (i, i + 1)) for i in range(number)]


@pytest.mark.parametrize("other", [AR, TI], ids=["ar", "ti"])
def test_sentences_that_answer_each_other_are_found(other):
    assert found(NL, other) == ones(6)
    assert found(other, NL) == ones(6)


@pytest.mark.parametrize("other", [AR, TI], ids=["ar", "ti"])
def test_joined_sentences_are_found_on_either_side(other):
    joined = [*other[:2], f"{other[2]} {other[3]}", *other[4:]]
    assert found(NL, joined) == [*ones(2), ((2, 4), (2, 3)), ((4, 5), (3, 4)), ((5, 6), (4, 5))]
    assert found(joined, NL) == [*ones(2), ((2, 3), (2, 4)), ((3, 4), (4, 5)), ((4, 5), (5, 6))]


def test_a_sentence_without_an_answer_stands_alone():
    assert found(NL, AR[:5]) == [*ones(5), ((5, 6), (5, 5))]
    assert found(NL[1:], AR) == [((0, 0), (0, 1)), *[((i, i + 1), (i + 1, i + 2)) for i in range(5)]]


def test_numbers_in_other_digits_hold_texts_together_that_lengths_would_not():
    source = ["Lang verhaal over iets heel anders dat nergens in staat.", "Bel 112.", "Kamer 35.", "Artikel 29."]
    target = ["اتصلوا ١١٢.", "الغرفة ٣٥.", "المادة ٢٩ من القانون المذكور أعلاه في هذه الرسالة."]
    assert found(source, target)[1:] == [((1, 2), (0, 1)), ((2, 3), (1, 2)), ((3, 4), (2, 3))]


def test_ends_of_paragraphs_count():
    source, target = ["Een.", "Twee.", "Drie.", "Vier."], ["واحد. اثنان.", "ثلاثة.", "أربعة."]
    assert found(source, target, source_ends=[1, 3], target_ends=[0, 2])[0] == ((0, 2), (0, 1))


def test_an_empty_text_and_one_that_is_too_long():
    assert align([], AR[:2]) == [Bead((0, 0), (0, 1)), Bead((0, 0), (1, 2))]
    assert align(NL[:1], []) == [Bead((0, 1), (0, 0))]
    assert align([], []) == []
    with pytest.raises(TooLong) as refused:
        align(["x"] * (MOST_SENTENCES + 1), ["y"])
    assert refused.value.found == MOST_SENTENCES + 1


TEXTS = st.lists(st.sampled_from([*NL, *AR, *TI, "", " ", "\u200f", "1", "٢"]), max_size=8)


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(TEXTS, TEXTS, st.booleans())
def test_every_sentence_is_in_one_bead_and_in_its_order(source, target, anchors):
    beads = align(source, target, anchors=anchors)
    for side, number in (("source", len(source)), ("target", len(target))):
        spans = [getattr(bead, side) for bead in beads]
        assert [i for start, end in spans for i in range(start, end)] == list(range(number))
    assert all(bead.sure >= 0 for bead in beads)
    assert all(bead.source[1] - bead.source[0] + bead.target[1] - bead.target[0] <= 4 for bead in beads)


def test_long_texts_stay_near_the_line_between_both_ends_and_are_still_right():
    chance = random.Random(3)
    source = [f"{chance.choice(NL)} {n}" for n in range(400)]
    target = [AR[NL.index(s.rsplit(" ", 1)[0])] + f" {n}" for n, s in enumerate(source)]
    del target[100:110]
    beads = found(source, target)
    right = sum(b == ((i, i + 1), (i, i + 1)) for i, b in enumerate(beads[:100]))
    assert right == 100
    assert beads[-1] == ((399, 400), (389, 390))
