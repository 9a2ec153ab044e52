"""Tags come through machine translation: in their place where that is sure, and never lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.mt import tags as inside
from importers import inline

# text, before, inner, after
ENDS = [
    ("Hallo.", "", "Hallo.", ""),
    ("<1>Hallo.</1>", "<1>", "Hallo.", "</1>"),
    (" <1><2/>Hallo <3>u</3>.</1><4/>\n", " <1><2/>", "Hallo <3>u</3>.", "</1><4/>\n"),
    ("<1>a</1> b <2>c</2>", "", "<1>a</1> b <2>c</2>", ""),
    ("<1><2>مرحبا</2></1>", "<1><2>", "مرحبا", "</2></1>"),
    ("<1></1>ሰላም<2></2>", "<1></1>", "ሰላም", "<2></2>"),
    ("<1/> <2/>", "<1/> <2/>", "", ""),
    ("</1>a<1>", "", "</1>a<1>", ""),
    ("<1>a</2>", "", "<1>a</2>", ""),
    ("", "", "", ""),
]


@pytest.mark.parametrize(("text", "before", "inner", "after"), ENDS)
def test_what_stands_at_the_ends_stays_there(text, before, inner, after):
    found = inside.take_apart(text)
    assert (found.before, found.inner, found.after) == (before, inner, after)
    assert found.plain == inline.plain(inner)


# source, translation of its plain text, translations of its fragments, the translation with tags or None: not all
# tags have a sure place
PLACES = [
    ("De <1>brief</1> is er.", "The letter is there.", {"brief": "letter"}, "The <1>letter</1> is there."),
    ("De <1>brief</1> is er.", "The letter is there.", {"brief": "Letter."}, "The <1>letter</1> is there."),
    ("De <1>brief</1> is er.", "وصلت الرسالة.", {"brief": "الرسالة"}, "وصلت <1>الرسالة</1>."),
    ("De <1>brief</1> is er.", "ደብዳበ ኣሎ።", {"brief": "ደብዳበ።"}, "<1>ደብዳበ</1> ኣሎ።"),
    ("De <1>brief</1> is er.", "信在那里。", {"brief": "信"}, "<1>信</1>在那里。"),
    ("De <1>brief</1> is er.", "وصلت الرسالة.", {"brief": "خطاب"}, None),
    # inside a longer word is no place
    ("Een <1>brief</1> hier.", "Letters here.", {"brief": "letter"}, None),
    ("Een <1>طلب</1> hier.", "هذا مطلب.", {"طلب": "طلب"}, None),
    # twice in the translation, once in the source: which one?
    ("De <1>brief</1> is de brief.", "The letter is the letter.", {"brief": "letter"}, None),
    ("De <1>brief</1> en de <2>brief</2>.", "Letter, letter.", {"brief": "letter"}, "<1>Letter</1>, <2>letter</2>."),
    # nested, and two pairs around the same words
    (
        "Lees <1>de <2>nieuwe</2> brief</1> goed.", "Read the new letter well.",
        {"de nieuwe brief": "the new letter", "nieuwe": "new"}, "Read <1>the <2>new</2> letter</1> well.",
    ),
    ("Lees <1><2>brief</2></1> goed.", "اقرأ الرسالة جيدا.", {"brief": "الرسالة"}, "اقرأ <1><2>الرسالة</2></1> جيدا."),
    # numbers and signs are their own translation
    ("Voor <1>12 mei 2027</1>.", "Before 12 May 2027.", {"12 mei 2027": "12 May 2027"}, "Before <1>12 May 2027</1>."),
    ("Bel <1>112</1> nu.", "اتصل بالرقم 112 الآن.", {}, "اتصل بالرقم <1>112</1> الآن."),
    # lone tags
    ("De wet<1/> zegt.", "The law says.", {"De wet": "The law", "zegt.": "says."}, "The law<1/> says."),
    ("De wet <1/>zegt.", "The law says.", {"De wet": "The law.", "zegt.": "says."}, "The law <1/>says."),
    ("De wet zegt<1/>.", "يقول القانون.", {}, "يقول القانون<1/>."),
    ("De wet zegt<1/>.", "ሕጊ ይብል።", {}, "ሕጊ ይብል<1/>።"),
    ("De wet<1/> zegt.", "يقول القانون.", {"De wet": "القانون", "zegt.": "يقول."}, None),
    ("Ja<1/>, de wet.", "نعم، القانون.", {"Ja": "نعم", ", de wet.": "، القانون."}, "نعم<1/>، القانون."),
    # a lone tag inside a pair stays inside
    (
        "De <1>wet<2/></1> zegt.", "The law says.", {"wet": "law", "De wet": "The law", "zegt.": "says."},
        "The <1>law<2/></1> says.",
    ),
    ("De <1></1>wet is er.", "The law is.", {"De": "The", "wet is er.": "law is."}, "The <1></1>law is."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target", "said", "expected"), PLACES)
def test_tags_go_where_the_translation_of_their_words_stands(source, target, said, expected):
    tagged = inside.take_apart(source)
    assert set(tagged.fragments) <= {*said, *[f for f in tagged.fragments if f not in said]}
    text, lost = inside.place(tagged, target, said)
    if expected is None:
        assert lost
        assert inline.plain(text) == target
    else:
        assert (text, lost) == (expected, ())
        assert inline.tag_problems(tagged.inner, text) == []


# inner text, what a model made of it, tidy or None
ANSWERS = [
    ("De <1>brief</1> is er.", "The <1> letter </1> is there.", "The <1>letter</1> is there."),
    ("De <1>brief</1> is er.", "The < 1 >letter< / 1 > is there.", "The <1>letter</1> is there."),
    ("De <1>brief</1> is er.", "وصلت <1>الرسالة</1>.", "وصلت <1>الرسالة</1>."),
    ("De <1>brief</1> is er.", "<١>ደብዳበ</١> ኣሎ።", "<1>ደብዳበ</1> ኣሎ።"),
    ("De <1> brief </1> is er.", "The <1> letter </1> is there.", "The <1> letter </1> is there."),
    ("De wet<1/> zegt.", "The law <1/> says.", "The law <1/> says."),
    ("De <1>brief</1> is er.", "The letter is there.", None),
    ("De <1>brief</1> is er.", "The <1>letter is there.", None),
    ("De <1>brief</1> is er.", "The </1>letter<1> is there.", None),
    ("De <1>brief</1> is er.", "The <1>letter</1> <1>is</1> there.", None),
    ("De <1>brief</1> is <2>er</2>.", "The <1>letter <2>is</1> there</2>.", None),
]


@pytest.mark.parametrize(("inner", "answer", "expected"), ANSWERS)
def test_an_answer_with_tags_counts_only_when_every_tag_came_back(inner, answer, expected):
    assert inside.tidy(inner, answer) == expected


words = st.sampled_from(["de", "brief", "112", "الرسالة", "ደብዳበ", "信", ".", "، ", " ", "ــ", "a\u200cb"])


@st.composite
def tagged_texts(draw) -> str:
    """Any well nested text."""
    number = iter(range(1, 50))

    def block(depth: int) -> str:
        parts = []
        for _ in range(draw(st.integers(0, 3))):
            kind = draw(st.sampled_from(["text", "text", "alone", "pair"])) if depth else "text"
            if kind == "text":
                parts.append("".join(draw(st.lists(words, max_size=3))))
            elif kind == "alone":
                parts.append(f"<{next(number)}/>")
            else:
                own = next(number)
                parts.append(f"<{own}>{block(depth - 1)}</{own}>")
        return "".join(parts)

    return block(3)


@settings(max_examples=300, deadline=None)
@given(tagged_texts(), st.lists(words, max_size=6).map("".join), st.data())
def test_no_tag_is_ever_lost_or_wrongly_nested(source, target, data):
    tagged = inside.take_apart(source)
    assert tagged.before + tagged.inner + tagged.after == source
    said = {part: data.draw(st.lists(words, max_size=2).map("".join)) for part in tagged.fragments}
    text, lost = inside.place(tagged, target, said)
    text = inside.put_back(text, lost)
    assert inline.plain(text) == target
    assert inline.tag_problems(source, tagged.before + text + tagged.after) == []


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/12 aب"), max_size=30))
def test_any_text_is_taken_apart_and_nothing_of_it_is_lost(text):
    tagged = inside.take_apart(text)
    assert tagged.before + tagged.inner + tagged.after == text
    if not tagged.whole:
        said = inside.all_at_the_end(tagged, "x")
        assert inline.plain(said) == "x"
        assert len(inline.tags(said)) == len(inline.tags(tagged.inner))


# --- through a real engine ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "text", "expected"),
    [
        ("en", "ar", "The <1>doctor</1> needs clean water.", "<1>الطبيب</1> يحتاج إلى ماء نظيف."),
        ("nl", "ar", "De dokter heeft nodig <1>schoon water</1>.", "الطبيب يحتاج إلى <1>ماء نظيف</1>."),
        ("nl", "ti", "<1>Hallo</1>, de dokter is in <2>huis</2><3/>.", "<1>ሰላም</1>, ሓኪም እዩ ኣብ <2>ገዛ</2><3/>."),
        ("en", "nl", "<1>The letter</1>", "<1>De brief</1>"),
    ],
)
def test_tags_come_through_a_model(everything, source, target, text, expected):
    found = everything.translate([text], source, target)[0][0]
    if expected.startswith("<1>الطبيب"):
        # “the doctor” is one word in the sentence and another alone: the model was given the tags then
        assert inline.tag_problems(text, found.text) == []
        return
    assert found.text == expected
    assert not found.tags_lost


def test_tags_without_a_sure_place_are_kept_and_said(everything):
    text = "Hello, the <1>doctor</1> is a doctor."
    found = everything.translate([text], "en", "ar")[0][0]
    assert inline.tag_problems(text, found.text) == []
    assert found.tags_lost == ("tags" in found.notes)


def test_tags_that_are_not_well_nested_come_after_the_text(argos):
    found = argos.translate(["The </1>letter<1> is"], "en", "nl")[0][0]
    assert found.text == "De brief is</1><1>"
    assert found.tags_lost
    assert "tags" in found.notes
