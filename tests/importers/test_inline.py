"""Tags in a text: found, cut into sentences, joined again, whatever the text and whatever the translator did."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importers.inline import (
    MAX_OPEN,
    Segment,
    join,
    plain,
    renumber,
    separators,
    split,
    tag_problems,
    tags,
    well_nested,
)
from importers.units import Code


def by_full_stop(text):
    """A lossless splitter simple enough to see through: after a full stop of any script and the spaces behind it."""
    pieces, start, at = [], 0, 0
    while at < len(text):
        at += 1
        if text[at - 1] in ".።؟\n":
            while at < len(text) and text[at].isspace():
                at += 1
            pieces.append(text[start:at])
            start = at
    return [*pieces, text[start:]] if start < len(text) else pieces or [text]


WORDS = [
    "Zie",
    "bijlage 1.",
    "طلب لجوء.",
    "هل؟",
    "ዑቕባ።",
    "ሓታቲ",
    " ",
    "  ",
    "\u00a0",
    "\n",
    "<07/>",
    "<a>",
    "5 < 6",
    "👩‍👩‍👧",
    "x",
]


@st.composite
def tagged(draw, depth=3):
    """A well nested text with unique numbers, and the numbers of some standalone tags taken as line breaks."""
    free = iter(draw(st.permutations(range(1, 40))))
    breaks = {}

    def part(level):
        out = []
        for _ in range(draw(st.integers(0, 4))):
            kind = draw(st.sampled_from(["word", "word", "word", "alone", "break", "pair"]))
            number = next(free, None)
            if kind == "word" or number is None:
                out.append(draw(st.sampled_from(WORDS)))
            elif kind == "pair" and level:
                out.append(f"<{number}>{part(level - 1)}</{number}>")
            else:
                out.append(f"<{number}/>")
                if kind == "break":
                    breaks[number] = "\n"
        return "".join(out)

    return part(depth), breaks


@st.composite
def lossless(draw):
    """Any way at all to cut a text, empty pieces included."""
    seed = draw(st.lists(st.integers(0, 60), max_size=6))

    def sentences(text):
        marks = sorted(min(n, len(text)) for n in seed)
        return [text[a:b] for a, b in zip([0, *marks], [*marks, len(text)], strict=True)]

    return draw(st.sampled_from([by_full_stop, sentences]))


CUTS = [
    # text, texts of the segments, numbers of each
    ("Een zin. Nog een.", ["Een zin.", "Nog een."], [(), ()]),
    ("<1>Alles vet.</1>", ["Alles vet."], [()]),
    ("  <1>  Alles vet. </1> ", ["Alles vet."], [()]),
    ("<1>A. B.</1>", ["A.", "B."], [(), ()]),
    ("Aa <1>b. C</1> d.", ["Aa <1>b.</1>", "<1>C</1> d."], [(1,), (1,)]),
    ("Zie <1>bijlage 1. </1>Daarna dit.", ["Zie <1>bijlage 1.</1>", "Daarna dit."], [(1,), ()]),
    ("<1>Let op! </1>U moet komen.", ["<1>Let op! </1>U moet komen."], [(1,)]),
    ("Zin.<1/> Meer <2>vet</2>.", ["Zin.<1/>", "Meer <1>vet</1>."], [(1,), (2,)]),
    ("<1/> Voor. <2/>Na.", ["<1/> Voor.", "<1/>Na."], [(1,), (2,)]),
    ("<3>هل <1>لديك</1> سؤال؟ نعم.</3>", ["هل <1>لديك</1> سؤال؟", "نعم."], [(1,), ()]),
    ("<1><2>ሓታቲ ዑቕባ። ሓታቲ።</2></1>", ["ሓታቲ ዑቕባ።", "ሓታቲ።"], [(), ()]),
    ("<1></1>Tekst.", ["<1></1>Tekst."], [(1,)]),
    ("", [], []),
    (" <1> </1><2/> ", [], []),
    # not well nested: never cut, never an error
    ("<1>A. <2>B.</1> C.</2>", ["<1>A. <2>B.</1> C.</2>"], [(1, 2)]),
    ("A.</1> B.", ["A.</1> B."], [(1,)]),
]


@pytest.mark.parametrize(("text", "texts", "numbers"), CUTS)
def test_a_block_is_cut_into_sentences_with_tags_of_their_own(text, texts, numbers):
    segments = split(text, by_full_stop)
    assert [s.text for s in segments] == texts
    assert [s.numbers for s in segments] == numbers


def test_a_line_break_at_an_edge_counts_as_white_space_and_inside_a_sentence_stays_a_tag():
    codes = (Code(1, False, "tab"), Code(2, False, "break"), Code(3, False, "break"), Code(4, False, "image"))
    known = separators(codes)
    assert known == {1: "\t", 2: "\n", 3: "\n"}
    block = "<1/>Coby Roos<2/>شارع ١<3/><4/>"
    seen = []
    segments = split(block, lambda text: seen.append(text) or [text], known)
    assert seen == ["\tCoby Roos\nشارع ١\n"]
    assert [(s.before, s.text) for s in segments] == [("<1/>", "Coby Roos<1/>شارع ١<2/><3/>")]
    assert [s.text for s in split(block, by_full_stop, known)] == ["Coby Roos", "شارع ١<1/><2/>"]
    assert join(segments, [s.text for s in segments]) == block


@given(tagged(), lossless())
def test_joining_the_sentences_of_a_block_gives_the_block(block, sentences):
    text, breaks = block
    segments = split(text, sentences, breaks)
    if plain(text).strip():
        assert join(segments, [s.text for s in segments]) == text
    else:
        assert segments == []


@given(tagged(), lossless())
def test_every_segment_stands_on_its_own(block, sentences):
    text, breaks = block
    for segment in split(text, sentences, breaks):
        own = tags(segment.text)
        assert well_nested(segment.text)
        assert plain(segment.text).strip()
        assert segment.text == segment.text.strip()
        assert list(dict.fromkeys(t.number for t in own)) == list(range(1, len(segment.numbers) + 1))
        if own and own[0].start == 0 and own[0].role == "open":
            mate = next(t for t in own if t.role == "close" and t.number == own[0].number)
            assert mate.end < len(segment.text), "a pair around everything says nothing to a translator"


@given(tagged(), lossless())
def test_a_segment_survives_being_stored_as_json(block, sentences):
    text, breaks = block
    for segment in split(text, sentences, breaks):
        stored = json.loads(json.dumps(segment.to_json()))
        assert "text" not in stored
        assert Segment.from_json(stored, segment.text) == segment


TARGETS = st.text(st.sampled_from(list("ab .<>/1239لاማ\n\x00")) | st.characters(), max_size=30)


@given(tagged(), lossless(), st.data())
def test_whatever_a_translator_types_the_words_arrive_in_the_block(block, sentences, data):
    text, breaks = block
    segments = split(text, sentences, breaks)
    targets = [data.draw(TARGETS) for _ in segments]
    joined = join(segments, targets)
    at = 0
    for target in targets:
        for word in plain(target).split():
            if "<" in word or ">" in word:
                continue  # may have met another text's bracket and look like a tag now
            at = joined.index(word, at) + len(word)
    split(joined, sentences, breaks)
    tag_problems(text, joined)


def test_a_tag_nobody_knows_stays_text_and_never_becomes_another_code_of_the_block():
    segments = split("<1>A.</1> <2/>B <3>c</3>.", by_full_stop)
    assert [s.text for s in segments] == ["A.", "<1/>B <2>c</2>."]
    joined = join(segments, ["أ <9/> <2/>", "<1/>ب <2>ج</2> <3/>"])
    assert joined == "<1>أ <9/> <02/></1> <2/>ب <3>ج</3> <03/>"


def test_a_cut_pair_is_made_one_again_unless_the_translator_moved_it():
    segments = split("Aa <1>b. C</1> d.", by_full_stop)
    assert join(segments, ["أأ <1>ب.</1>", "<1>ج</1> د."]) == "أأ <1>ب. ج</1> د."
    assert join(segments, ["<1>أأ</1> ب.", "<1>ج</1> د."]) == "<1>أأ</1> ب. <1>ج</1> د."
    assert join(segments, ["أأ <1>ب.</1>", "ج د."]) == "أأ <1>ب. </1>ج د."
    assert join(segments, ["ሀ.", "ለ።"]) == "ሀ. ለ።"


def test_white_space_between_sentences_survives_a_translator_who_drops_the_tag_it_stood_in():
    segments = split("Zie <1>bijlage 1. </1>Daarna dit.", by_full_stop)
    assert join(segments, ["انظر الملحق 1.", "ثم هذا."]) == "انظر الملحق 1. ثم هذا."
    assert join(segments, ["انظر <1>الملحق 1.</1>", "ثم هذا."]) == "انظر <1>الملحق 1. </1>ثم هذا."


PROBLEMS = [
    ("<1>a</1> <2/>", "<1>ب</1> <2/>", []),
    ("<1>a</1> <2/>", "<2/> <1>ب</1>", []),
    ("<1>a</1>", "ب", [("missing", 1)]),
    ("<1>a</1>", "<1>ب", [("missing", 1)]),
    ("<1/>", "<1/><1/>", [("repeated", 1)]),
    ("a", "ዑቕባ <3/>", [("extra", 3)]),
    ("<1>a</1><2>b</2>", "<1>ا<2></1>ب</2>", [("order", 1)]),
    ("<1>a</1>", "</1>ا<1>", [("order", 1)]),
    ("<1/>", "<1>ا</1>", [("missing", 1), ("extra", 1)]),
    ("5 < 6 <a> </1/> <١/> <01>", "", []),
]


@pytest.mark.parametrize(("source", "target", "problems"), PROBLEMS)
def test_problems_with_tags_are_named(source, target, problems):
    assert tag_problems(source, target) == problems


def test_only_ascii_numbers_without_leading_zeros_are_tags():
    assert [(t.number, t.role) for t in tags("<1>ኣ</1><12/><٣/></4/><0><007/><12345><9999/>")] == [
        (1, "open"),
        (1, "close"),
        (12, "alone"),
        (9999, "alone"),
    ]


def test_tags_are_numbered_anew_and_unknown_ones_stay():
    assert renumber("<1>ب</1> <2/> <3/>", (7, 4)) == "<7>ب</7> <4/> <3/>"


def test_a_splitter_that_loses_text_is_refused():
    with pytest.raises(ValueError, match="whole text"):
        split("Een. Twee.", lambda text: ["Een."])


def test_as_many_targets_as_segments_are_needed():
    with pytest.raises(ValueError):
        join(split("Een. Twee.", by_full_stop), ["واحد."])


HOSTILE = {
    "a million letters": "ل" * 1_000_000,
    "a million letters in sentences": "Een zin van niets. " * 55_000,
    "nested as deep as can be": "".join(f"<{n}>" for n in range(1, 10_000))
    + "a. " * 3000
    + "".join(f"</{n}>" for n in range(9999, 0, -1)),
    "as many pairs as can be": "".join(f"<{n}>ዑቕባ።</{n}> " for n in range(1, 10_000)),
    "brackets": "<" * 300_000 + "1",
    "spaces": "a" + " " * 300_000 + "b." + "</1>" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_cut_and_joined_in_bounded_time(name):
    text = HOSTILE[name]
    start = time.process_time()
    segments = split(text, by_full_stop, {5: "\n"})
    assert join(segments, [s.text for s in segments]) == text
    assert time.process_time() - start < 5
    assert sum(len(s.text) for s in segments) < 2 * len(text)


def test_a_text_is_cut_up_to_the_deepest_nesting_allowed():
    def nested(depth):
        return (
            "".join(f"<{n}>" for n in range(1, depth + 1))
            + "A. B."
            + "".join(f"</{n}>" for n in range(depth, 0, -1))
        )

    assert len(split(nested(MAX_OPEN), by_full_stop)) == 2
    assert len(split(nested(MAX_OPEN + 1), by_full_stop)) == 1
