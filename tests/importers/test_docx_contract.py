"""Word documents keep the promises of every format."""

import re
from pathlib import Path

import pytest

from importers import docx, safexml
from tests.importers.contract import ARABIC, DocumentContract
from tests.importers.docx_making import a_docx, a_letter, p

FILES = Path(__file__).parent / "files" / "docx"
EDGES = re.compile(r"^(?:\s|⟦alone (?:tab|break)⟧)+|(?:\s|⟦alone (?:tab|break)⟧)+$")


class TestDocx(DocumentContract):
    format = docx.FORMAT
    samples = ("letter", "BoldWorld.docx", "sample.docx", "lang.docx", "hyperlink.docx")
    byte_for_byte = False  # the zip around the parts is packed anew; test_docx_writing compares the parts

    def sample(self, name):
        return a_letter() if name == "letter" else (FILES / name).read_bytes()

    def of_paragraphs(self, texts):
        return a_docx(*(p(text) for text in texts))

    def kept(self, text):
        """Line ends and tabs become Word's own, XML cannot hold control characters, and edges are no text."""
        text = re.sub("\r\n?|\n", "⟦alone break⟧", safexml.writable(text)).replace("\t", "⟦alone tab⟧")
        return EDGES.sub("", text)

    def test_a_draft_says_so_before_anything_else(self):
        units = self.read(self.sample("letter")).units
        banner = "مسودة: لم تتم مراجعة هذه الترجمة"
        written = self.write(self.sample("letter"), {u.key: f"{ARABIC} {u.text}" for u in units}, draft=banner)
        again = self.read(written).units
        assert again[0].text == banner
        assert [u.context for u in again if u.text == banner] == ["body", "header"]
        assert len(again) == len(units) + 2

    @pytest.mark.parametrize("name", ["arabic_align.docx", "arabic_numbering.docx"])
    def test_a_right_to_left_original_keeps_every_unit_too(self, name):
        data = self.sample(name)
        units = self.read(data).units
        again = self.read(self.write(data, {u.key: u.text for u in units}, "fa")).units
        assert [(u.key, u.text) for u in again] == [(u.key, u.text) for u in units]
