"""Plain text: paragraphs, lists and addresses, encodings, line ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers import plaintext
from importers.units import Translation, UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, DocumentContract


class TestPlainText(DocumentContract):
    format = plaintext.FORMAT
    samples = ("brief.txt",)

    def of_paragraphs(self, texts):
        return "\n\n".join(texts).encode()

    def kept(self, text):
        # a bullet or number at the start of a line is seen as one, and stays outside the unit
        text = text.replace("\0", "\ufffd").strip(" \t\x0b\x0c")
        marker = plaintext._MARKER.match(text)
        return text[marker.end() :].strip(" \t\x0b\x0c") if marker else text

    def typed(self, text):
        return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def texts(data):
    return [unit.text for unit in plaintext.read(data, "x.txt").units]


CASES = {
    "an address is a unit per line": ("IND\nPostbus 1\n2500 AA Den Haag", ["IND", "Postbus 1", "2500 AA Den Haag"]),
    "blank lines part paragraphs": ("Een.\n\n \t\nTwee.", ["Een.", "Twee."]),
    "a wrapped paragraph is one unit": (
        "U heeft een aanvraag ingediend voor een verblijfsvergunning\nasiel voor bepaalde tijd. De IND heeft meer tijd nodig.",
        ["U heeft een aanvraag ingediend voor een verblijfsvergunning asiel voor bepaalde tijd. De IND heeft meer tijd nodig."],
    ),
    "lines that were not wrapped stay apart": (
        "De aanvraag van mevrouw Haile is ontvangen op maandag\nDe brief\nis weg.",
        ["De aanvraag van mevrouw Haile is ontvangen op maandag", "De brief", "is weg."],
    ),
    "two spaces at the end part lines": (
        "U heeft een aanvraag ingediend voor een verblijfsvergunning  \nasiel voor bepaalde tijd.",
        ["U heeft een aanvraag ingediend voor een verblijfsvergunning", "asiel voor bepaalde tijd."],
    ),
    "bullets and numbers stay outside": (
        "- een\n* twee\n 3. drie\n(4) vier\na) vijf\n٤. ستة\n• ሸውዓተ",
        ["een", "twee", "drie", "(4) vier", "vijf", "ستة", "ሸውዓተ"],
    ),
    "an indented line belongs to its bullet": ("1. een\n   twee\ndrie", ["een twee", "drie"]),
    "a rule of dashes is no unit": ("Een\n-----\nTwee", ["Een", "Twee"]),
    "Chinese lines are joined without a space": ("居留许可" * 12 + "\n" + "难民" * 3, ["居留许可" * 12 + "难民" * 3]),
    "a date is no list": ("1.1.2026 is een feestdag\n12-03-2027", ["1.1.2026 is een feestdag", "12-03-2027"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_paragraphs(case):
    text, expected = CASES[case]
    assert texts(text.encode()) == expected


def test_a_line_end_in_a_translation_is_a_line_end_in_the_file():
    data = b"Een\r\n\r\nTwee\r\n"
    written = plaintext.write(data, {"1": Translation(f"{ARABIC}\n{ETHIOPIC}")}, "ar", None)
    assert written.decode() == f"{ARABIC}\r\n{ETHIOPIC}\r\n\r\nTwee\r\n"


def test_translated_lines_that_happen_to_look_wrapped_stay_apart():
    data = b"Naam\nAdres\nPlaats"
    long = "ሀ" * 50
    written = plaintext.write(data, {"1": Translation(long), "2": Translation(long), "3": Translation("x")}, "ti", None)
    assert texts(written) == [long, long, "x"]


def test_a_translated_bullet_is_not_joined_with_the_lines_after_it():
    data = b"- Neem mee:\n  uw paspoort en een foto\nen verder uw W-document,\nook als het verlopen is"
    before = texts(data)
    assert before == ["Neem mee: uw paspoort en een foto", "en verder uw W-document,", "ook als het verlopen is"]
    for words in (ARABIC, ETHIOPIC * 3, "x"):
        written = plaintext.write(data, {"1": Translation(words), "2": Translation(words * 2)}, "ti", None)
        assert texts(written) == [words, words * 2, before[2]]


def test_text_that_looks_like_a_tag_becomes_a_literal_code():
    (unit,) = plaintext.read(b"Zie <1> en </2> en <3/> en </4/>", "x.txt").units
    assert unit.text == "Zie <1/> en <2/> en <3/> en </4/>"
    assert [code.shows for code in unit.codes] == ["<1>", "</2>", "<3/>"]
    assert {code.kind for code in unit.codes} == {"literal"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_byte_order_marks_come_back_as_they_were(end, encoding):
    text = end.join(["Een regel.", "", f"{ARABIC}", "", ETHIOPIC, "", ""])
    data = text.encode(encoding)
    assert plaintext.write(data, {}, "nl", None) == data
    written = plaintext.write(data, {"1": Translation("ሓደ")}, "ti", None)
    assert written == text.replace("Een regel.", "ሓደ").encode(encoding)


def test_mixed_line_ends_stay_mixed():
    data = b"Een\r\n\r\nTwee\n\nDrie\r\rVier\r\n"
    assert plaintext.write(data, {"2": Translation("إثنان")}, "ar", None) == data.replace(b"Twee", "إثنان".encode())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Eén café, één bezwaar: € 5 – ‘ja’", "windows-1252"),
        ("رقم القرار 12 والمادة 29 من القانون", "windows-1256"),
        ("شماره پرونده شما ۱۲ است", "windows-1256"),
    ],
)
def test_a_guessed_encoding_is_a_warning_that_says_so(text, encoding):
    data = text.replace("۱۲", "12").replace("ی", "ي").encode(encoding)
    found = plaintext.read(data, "x.txt")
    assert found.units[0].text == data.decode(encoding)
    (warning,) = found.warnings
    assert warning.key == "encoding-guessed"
    assert warning.fields["encoding"] == encoding
    assert plaintext.write(data, {}, "nl", None) == data


def test_text_the_old_encoding_cannot_hold_makes_the_file_utf_8():
    data = "Eén besluit".encode("windows-1252")
    written = plaintext.write(data, {"1": Translation(ETHIOPIC)}, "ti", None)
    assert written.decode("utf-8-sig") == ETHIOPIC
    assert written.startswith(b"\xef\xbb\xbf")


def test_utf_8_with_a_damaged_byte_is_refused_with_its_line_and_not_read_as_something_else():
    data = (f"{ARABIC}\n{ETHIOPIC}\n" * 3).encode()
    with pytest.raises(UnreadableFile) as refused:
        plaintext.read(data[:-5] + b"\xff\n", "x.txt")
    assert refused.value.reason == "not-text"
    assert refused.value.where == "line 6"


def test_a_wrapped_paragraph_is_wrapped_again():
    data = TestPlainText().sample("brief.txt")
    unit = next(u for u in plaintext.read(data, "x").units if u.text.startswith("U heeft"))
    written = plaintext.write(data, {unit.key: Translation(f"{ETHIOPIC} " * 12)}, "ti", None).decode()
    lines = [line for line in written.split("\n") if "ናይ" in line]
    assert len(lines) > 3
    assert max(map(len, lines)) <= 78


def test_a_million_characters_without_a_full_stop_are_one_unit_soon():
    data = ("ab " * 333_334).encode()
    (unit,) = plaintext.read(data, "x.txt").units
    assert len(unit.text) > 999_000


@settings(max_examples=100, deadline=None, database=None)
@given(st.text(min_size=1))
def test_any_text_file_is_given_back_byte_for_byte(text):
    data = text.replace("\ufeff", "").encode()
    try:
        units = plaintext.read(data, "x.txt").units
    except UnreadableFile as refused:
        assert refused.reason in ("empty", "not-text")
        return
    assert plaintext.write(data, {}, "nl", None) == data
    same = {unit.key: Translation(unit.text) for unit in units}
    assert plaintext.write(data, same, "nl", None) == data
