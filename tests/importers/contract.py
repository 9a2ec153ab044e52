"""What every document format promises. A format's tests inherit `DocumentContract` and name their samples.

    class TestPlainText(DocumentContract):
        format = plaintext.FORMAT
        samples = ("brief.txt",)
        def of_paragraphs(self, texts): ...
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.inline import TAG, tags
from importers.nesting import pieces
from importers.units import Catalogue, Format, Translation, Unit, UnreadableFile

FILES = Path(__file__).parent / "files"
SAMPLES = FILES / "samples"

ARABIC = "رقم القرار 12-03-2027 (المادة 29)"
ETHIOPIC = "ናይ ዑቕባ ውሳነ፡ ዓንቀጽ 29።"


def naughty_strings() -> list[str]:
    """The lines of the Big List of Naughty Strings that are no comments."""
    text = (FILES / "blns" / "blns.txt").read_text("utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def letters() -> st.SearchStrategy[str]:
    """Text in several scripts with everything that means something to some format."""
    words = st.sampled_from(
        ["IND", "verblijfsvergunning", ARABIC, ETHIOPIC, "عربي", "ትግርኛ", "中文", "1.", "# x", "- y", "a|b", "**", "_x_",
         "`", "<b>", "</p>", "&amp;", "&", "<", ">", '"', "'", "\\", "\\n", "%s", "{x}", "[a](b)", "![", "~~", "\u00a0",
         "\u200f", "\u200e", "e\u0301", "\U0001f600", "<!--", "]]>", "---", "===", "::", "\t", "  ", "0", "|"]
    )  # fmt: skip
    return st.lists(words | st.text(max_size=6), min_size=1, max_size=8).map(" ".join)


class DocumentContract:
    """Promises about reading a document and writing it back."""

    format: Format
    samples: tuple[str, ...] = ()
    #: the language the samples are written in: writing nothing in it gives the file back
    language = "nl"
    #: whether writing nothing gives back every byte
    byte_for_byte = True
    #: how many units of the first sample come before anything a reader sees: the title of a page
    unseen = 0
    #: whether the source stays in the file next to the target
    bilingual = False

    def of_paragraphs(self, texts: list[str]) -> bytes:
        """A file of this format with a unit for each of these plain texts."""
        raise NotImplementedError(f"{type(self).__name__} must say how a {self.format.name} file is made")

    def kept(self, text: str) -> str:
        """A text as far as this format can hold it. By default all but NUL and white space at its ends."""
        return text.replace("\0", "\ufffd").strip()

    def typed(self, text: str) -> str:
        """A text as somebody can type it for this format; formats whose units are lines take no line ends."""
        return text

    # -- how the tests look at units -----------------------------------------------------------------------------

    def read(self, data: bytes) -> Catalogue:
        return self.format.read(data, "file" + self.format.extensions[0])

    def write(self, data: bytes, texts: dict[str, str], language: str = "ar", draft: str | None = None) -> bytes:
        return self.format.write(data, {k: Translation(t, True) for k, t in texts.items()}, language, draft)

    def sample(self, name: str) -> bytes:
        return (SAMPLES / name).read_bytes()

    def said(self, unit: Unit) -> str:
        return (unit.target or "") if self.bilingual else unit.text

    def spoken(self, text: str, unit: Unit) -> str:
        """A text with its codes named by kind, numbers aside, literal ones as the text they are."""
        kinds = {code.number: code.kind for code in unit.codes}
        out = []
        for piece in pieces(text, unit.codes):
            out.append(piece.text if piece.role == "text" else f"⟦{piece.role} {kinds[piece.number]}⟧")
        return self.kept("".join(out))

    @pytest.fixture(params=["sample"])
    def data(self, request: pytest.FixtureRequest) -> bytes:
        return self.sample(self.samples[0])

    # -- reading ---------------------------------------------------------------------------------------------------

    def test_every_sample_has_units_in_reading_order_with_keys_of_their_own(self):
        for name in self.samples:
            units = self.read(self.sample(name)).units
            assert units, name
            assert len({unit.key for unit in units}) == len(units), name
            assert self.read(self.sample(name)).units == units, name

    def test_every_code_has_its_tag_and_every_tag_its_code(self):
        for name in self.samples:
            for unit in self.read(self.sample(name)).units:
                found = tags(unit.text)
                assert list(dict.fromkeys(tag.number for tag in found)) == [code.number for code in unit.codes]
                assert [code.number for code in unit.codes] == list(range(1, len(unit.codes) + 1))
                for code in unit.codes:
                    roles = [tag.role for tag in found if tag.number == code.number]
                    assert roles == (["open", "close"] if code.paired else ["alone"]), (name, unit)

    # -- writing ---------------------------------------------------------------------------------------------------

    def test_writing_nothing_gives_the_file_back(self):
        for name in self.samples:
            data = self.sample(name)
            written = self.format.write(data, {}, self.language, None)
            if self.byte_for_byte:
                assert written == data, name
            assert self.read(written).units == self.read(data).units, name

    def test_writing_the_source_as_translation_keeps_every_unit(self):
        for name in self.samples:
            data = self.sample(name)
            units = self.read(data).units
            again = self.read(self.write(data, {unit.key: unit.text for unit in units}, self.language)).units
            assert [(u.key, u.text, u.codes) for u in again] == [(u.key, u.text, u.codes) for u in units], name

    def test_writing_twice_gives_the_same_bytes(self):
        data = self.sample(self.samples[0])
        texts = {unit.key: ARABIC for unit in self.read(data).units}
        assert self.write(data, texts, draft="مسودة") == self.write(data, texts, draft="مسودة")

    @pytest.mark.parametrize(("words", "language"), [(ARABIC, "ar"), (ETHIOPIC, "ti"), ("Uw besluit", "nl")])
    def test_a_translation_is_read_back_as_it_was_written(self, words, language):
        for name in self.samples:
            data = self.sample(name)
            units = self.read(data).units
            texts = {u.key: words + " " + TAG.sub(lambda m: f"{m[0]} ", u.text) + " " + words for u in units}
            again = self.read(self.write(data, texts, self.language if self.bilingual else language)).units
            assert len(again) == len(units)
            for before, after in zip(units, again, strict=True):
                assert self.spoken(self.said(after), after) == self.spoken(texts[before.key], before), before

    def test_units_without_a_translation_keep_their_text(self):
        data = self.sample(self.samples[0])
        units = self.read(data).units
        again = self.read(self.write(data, {u.key: f"{ARABIC} {u.text}" for u in units[::2]}, self.language)).units
        assert [(u.text, u.target) for u in again[1::2]] == [(u.text, u.target) for u in units[1::2]]

    def test_an_empty_translation_is_no_translation(self):
        data = self.sample(self.samples[0])
        units = self.read(data).units
        again = self.read(self.write(data, {unit.key: " " for unit in units}, self.language)).units
        assert [u.text for u in again] == [u.text for u in units]

    def test_damaged_tags_never_damage_the_file(self):
        """Tags repeated, crossed, left open, made up: the words all arrive and the other units are untouched."""
        data = self.sample(self.samples[0])
        units = self.read(data).units
        damaged = ["<1>ሀ<2>ለ</1>ሐ</2>", "</1>ب<1>", "<1><1><1>ت", "<1/><2/><3/>ث<77>", "<2>ج</2><2>ح</2>", "</3/>خ<0>"]
        for position, unit in enumerate(units):
            text = damaged[position % len(damaged)]
            again = self.read(self.write(data, {unit.key: text})).units
            words = self.kept("".join(p.text for p in pieces(text, unit.codes) if p.role == "text"))
            found = [(u, self.kept("".join(p.text for p in pieces(self.said(u), u.codes) if p.role == "text"))) for u in again]
            assert words in [said for _, said in found], (text, unit)
            # words that hang on a tag, a link's title, go and come with it; nothing else may change
            assert {u.text for u, said in found if said != words} <= {u.text for u in units}

    def test_naughty_strings_come_back_as_they_went_in(self):
        strings = [s for s in naughty_strings() if any(ch.isalnum() for ch in s)]
        texts = strings + ["ሀ " + s for s in naughty_strings()] + [s + " ع" for s in naughty_strings()]
        data = self.of_paragraphs([f"Alinea {n}." for n in range(len(texts))])
        units = self.read(data).units
        assert len(units) == len(texts)
        wanted = {unit.key: text for unit, text in zip(units, texts, strict=True)}
        again = self.read(self.write(data, wanted)).units
        assert len(again) == len(units)
        for before, after in zip(units, again, strict=True):
            assert self.spoken(self.said(after), after) == self.spoken(wanted[before.key], before)

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(texts=st.lists(letters().map(lambda t: f"x{t}") | letters().map(lambda t: f"{t}ع"), min_size=3, max_size=3))
    def test_any_text_comes_back_as_it_went_in(self, texts):
        data = self.of_paragraphs(["Een.", "Twee.", "Drie."])
        units = self.read(data).units
        wanted = {unit.key: self.typed(text) for unit, text in zip(units, texts, strict=True)}
        again = self.read(self.write(data, wanted)).units
        assert [self.spoken(self.said(u), u) for u in again] == [
            self.spoken(wanted[u.key], u) for u in units
        ]

    def test_a_draft_says_so_before_anything_else(self):
        data = self.sample(self.samples[0])
        units = self.read(data).units
        banner = "مسودة: لم تتم مراجعة هذه الترجمة"
        again = self.read(self.write(data, {u.key: f"{ARABIC} {u.text}" for u in units}, draft=banner)).units
        assert banner in again[self.unseen].text
        assert len(again) == len(units) + 1

    # -- bad input -------------------------------------------------------------------------------------------------

    def test_what_is_no_such_file_is_refused_with_a_reason(self):
        for data in (b"", b"  \n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), b"\0" * 500):
            with pytest.raises(UnreadableFile) as refused:
                self.read(data)
            assert refused.value.reason in ("empty", "not-text", "mislabelled", "syntax", "broken-zip")
            assert refused.value.text()

    def test_a_damaged_file_is_read_or_refused_and_nothing_else(self):
        """Cut short anywhere, or with bytes changed."""
        data = self.sample(self.samples[0])
        rng = random.Random(1)
        for _ in range(60):
            cut = data[: rng.randrange(len(data))]
            changed = bytearray(data)
            for _ in range(rng.randrange(1, 8)):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            for bad in (cut, bytes(changed)):
                try:
                    units = self.read(bad).units
                    self.write(bad, {unit.key: ARABIC for unit in units})
                except UnreadableFile as refused:
                    assert refused.text()
