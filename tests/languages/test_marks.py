"""Numbers that would read backwards after Arabic letters, and only those, get marks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from languages.marks import LRM, needs_mark, with_marks

REVERSED = [
    ("اتصل 088-0430430 الآن", ["088-0430430"]),
    ("في 12-03-2027", ["12-03-2027"]),
    ("في 12.03-2027 و 5-7", ["12.03-2027", "5-7"]),
    ("تلفن ۰۸۸-۰۴۳", ["۰۸۸-۰۴۳"]),
    ("رقم +31612345678", ["+31612345678"]),
    ("مادة (3-4)", ["3-4"]),
    ("اتصل\n088-043 أو بعد 088-044", ["088-044"]),
    ("\u2066ab\u2069 بعد \u206612-3\u2069 ثم 4-5", ["4-5"]),
    ("من 10:30-12:00", ["10:30-12:00"]),
    ("ساعت 9./10", ["9./10"]),
]
IN_ORDER = [
    "في 12/03/2027",  # a slash, colon or stop alone keeps Arabic numbers together (UAX #9, W4)
    "الساعة 10:30",
    "المادة 3.4",
    "عام 2027",
    "088-0430430",  # nothing before it
    "088-0430430 اتصل",
    "bel 088-0430430",
    "قرار IND 12-03-2027",  # Latin letters protect it
    f"اتصل {LRM}088-0430430{LRM}",
    "اتصل \u2066088-0430430\u2069",
    "اتصل \u202a088-0430430\u202c",
    "שלום 088-0430430",  # after Hebrew letters digits stay European
    "هاتف ٠٨٨-٠٤٣",  # Arabic digits read from right to left by themselves; no mark would change it
    "ደውል 088-0430430",
    "اتصل\n088-043",
    "",
]


@pytest.mark.parametrize(("text", "numbers"), REVERSED)
def test_a_number_that_would_read_backwards_is_found_and_marked(text, numbers):
    assert [text[start:end] for start, end in needs_mark(text)] == numbers
    marked = with_marks(text)
    for number in numbers:
        assert f"{LRM}{number}{LRM}" in marked
    assert marked.count(LRM) == text.count(LRM) + 2 * len(numbers)


@pytest.mark.parametrize("text", IN_ORDER)
def test_a_number_that_reads_right_is_left_alone(text):
    assert needs_mark(text) == []
    assert with_marks(text) == text


ANY_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from("ابش0123456789۱٢-/.:+ \n\u200e\u200f\u2066\u2067\u2068\u2069\u202a\u202caאሀ()")),
    max_size=60,
)


@settings(deadline=None)
@given(ANY_TEXT)
def test_marking_only_ever_adds_marks_and_once_is_enough(text):
    marked = with_marks(text)
    assert marked.replace(LRM, "") == text.replace(LRM, "")
    assert with_marks(marked) == marked
    assert needs_mark(marked) == []
