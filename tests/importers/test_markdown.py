"""Markdown: its words are found and written back as words, whatever they look like; the rest stays byte for byte."""

import re

import pytest

from importers import markdown
from importers.units import Translation, UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, DocumentContract


class TestMarkdown(DocumentContract):
    format = markdown.FORMAT
    samples = ("folder.md",)

    def of_paragraphs(self, texts):
        return "\n\n".join(texts).encode()

    def kept(self, text):
        # Markdown reads any white space inside a paragraph as one space, and none around a line break
        return re.sub(" ?(⟦alone break⟧) ?", r"\1", " ".join(super().kept(text).split()))


def units(text):
    return [(unit.context, unit.text) for unit in markdown.read(text.encode(), "x.md").units]


CASES = {
    "headings of both kinds": ("# Een *x* #\n\nTwee\n====\n", [("heading", "Een <1>x</1>"), ("heading", "Twee")]),
    "a paragraph over lines": ("Een\ntwee  \ndrie\\\nvier", [("body", "Een twee<1/>drie<2/>vier")]),
    "list entries": ("- een\n- [x] twee\n\n  drie\n\n1. vier", [("list", w) for w in ("een", "twee", "drie", "vier")]),
    "block quotes": ("> een\n> twee\n>\n> > drie", [("quote", "een twee"), ("quote", "drie")]),
    "tables": ("|a|b \\| c|\n|-|-|\n|**d**||\ne|f", [("table", w) for w in ("a", "b | c", "d", "e", "f")]),
    "strong around everything stays outside": ("**Let op**\n\n***x***", [("body", "Let op"), ("body", "x")]),
    "code is kept": ("    a\n\n```\nb\n```\n\nTyp `c` in", [("body", "Typ <1/> in")]),
    "HTML blocks are kept": ("<div>\nx\n</div>\n\nna", [("body", "na")]),
    "HTML in a line is a code": ("Een <b>twee</b> <br> <i>drie", [("body", "Een <1>twee</1> <2/> <3/>drie")]),
    "links, titles, pictures": (
        'Zie [de site](http://x.y "Titel") en ![foto](a.png).',
        [("body", "Zie <1>de site</1> en <2/>."), ("title", "Titel"), ("alt", "foto")],
    ),
    "links by reference": ("[a b][c] [d] ![e][c]\n\n[c]: http://x\n[d]: http://y", [("body", "<1>a b</1> <2>d</2>"), ("alt", "e")]),
    "addresses": ("Zie <https://ind.nl>.", [("body", "Zie <1/>.")]),
    "entities and escapes are characters": ("caf&eacute; \\*x\\* &lt;1&gt;", [("body", "café *x* <1/>")]),
    "front matter is kept": ("---\ntitel: x\n---\nna", [("body", "na")]),
    "rules are no words": ("een\n\n---\n\n***\n\ntwee", [("body", "een"), ("body", "twee")]),
    "strikethrough": ("~~een~~ twee", [("body", "<1>een</1> twee")]),
    "scripts": (f"**{ETHIOPIC}** {ARABIC}", [("body", f"<1>{ETHIOPIC}</1> {ARABIC}")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_blocks(case):
    text, expected = CASES[case]
    assert units(text) == expected


def written(text, texts, language="ar", draft=None):
    data = text.encode()
    return markdown.write(data, {k: Translation(t) for k, t in texts.items()}, language, draft).decode()


ESCAPES = {
    # what a translator typed -> how it is written, in a paragraph
    "عام_2026_x و 3 * 4": "عام_2026_x و 3 * 4",
    "# رقم": "\\# رقم",
    "1. ኣብ": "1\\. ኣብ",
    "- ቁጽሪ": "\\- ቁጽሪ",
    "*مهم*": "\\*مهم\\*",
    "[x](y)": "\\[x\\](y)",
    "a <b> c": "a \\<b\\> c",
    "a < b > c": "a < b > c",
    "&amp;": "\\&amp;",
    "AT&T": "AT&T",
    "C:\\temp": "C:\\temp",
    "حرف \\* آخر": "حرف \\\\\\* آخر",
    "> ሰላም": "\\> ሰላም",
    "|a|": "|a|",
    "---": "---",
}


@pytest.mark.parametrize("typed", [t for t in ESCAPES if t != "---"])
def test_what_was_typed_is_escaped_only_where_it_would_become_markup(typed):
    assert written("Een\n\nTwee", {"1": typed}) == f"{ESCAPES[typed]}\n\nTwee"


def test_emphasis_next_to_a_letter_still_means_emphasis():
    text = written("Een **vet** woord", {"1": "عربي<1>“نص”</1>عربي"})
    assert units(text) == [("body", "عربي<1>“نص”</1>عربي")]


def test_bars_in_a_cell_do_not_part_it():
    text = written("|a|b|\n|-|-|\n|c|d|\n", {"3": "ع | ب \\"})
    assert [u for _, u in units(text)] == ["a", "b", "ع | ب \\", "d"]


def test_a_shortcut_link_keeps_its_address_when_its_words_change():
    text = written("Zie [IND] nu\n\n[IND]: https://ind.nl\n", {"1": "انظر <1>الدائرة</1> الآن"})
    assert text == "انظر [الدائرة][IND] الآن\n\n[IND]: https://ind.nl\n"


def test_a_paragraph_that_is_one_shortcut_link_keeps_its_address():
    text = written("## [IND][]\n\n[COA]\n\n[IND]: https://ind.nl\n[COA]: https://coa.nl\n", {"1": "<1>ሀ</1>", "2": "<1>ع</1>"})
    assert text.startswith("## [ሀ][IND]\n\n[ع][COA]\n")


def test_only_the_translated_block_changes():
    data = TestMarkdown().sample("folder.md")
    unit = next(u for u in markdown.read(data, "x").units if u.text.startswith("U krijgt een tolk"))
    text = markdown.write(data, {unit.key: Translation("ኣስተርጓሚ ክትረክቡ ኢኹም፦")}, "ti", None).decode()
    assert text == data.decode().replace("U krijgt een tolk:", "ኣስተርጓሚ ክትረክቡ ኢኹም፦")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_translated_quote_over_lines_keeps_its_marks_and_line_ends(end):
    text = end.join(["> een  ", "> twee", "", "drie"])
    assert written(text, {"1": "ع<1/>ب"}) == end.join(["> ع\\", "> ب", "", "drie"])


def test_html_that_is_left_alone_is_a_warning_with_its_line():
    found = markdown.read(b"Een\n\n<div>Twee woorden</div>\n\n<!-- niets -->\n", "x")
    assert [(w.key, w.where) for w in found.warnings] == [("html-kept", "line 3")]


def test_a_draft_says_so_after_the_front_matter():
    text = written("---\na: b\n---\n# Een", {"1": "ع"}, draft="مسودة *1*")
    assert text == "---\na: b\n---\n> **مسودة \\*1\\***\n\n# ع"


HOSTILE = {
    "brackets": "[" * 5000, "stars": "*a " * 4000, "backticks": "`" + "a`" * 4000, "quotes": "> " * 900 + "a",
    "lists": "- " * 900 + "a", "pipes": "|a" * 3000 + "\n" + "|-" * 3000, "tags": "<a " * 4000,
    "references": "\n".join(f"[a{n}]: x" for n in range(1000)) + "\n\n" + "[a1] " * 1000,
}  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_markdown_is_read_soon(kind):
    found = markdown.read(HOSTILE[kind].encode(), "x")
    markdown.write(HOSTILE[kind].encode(), {u.key: Translation("ع " + u.text) for u in found.units[:5]}, "ar", None)


def test_the_words_of_a_law_come_back_whole():
    """Many blocks, each translated, each read back."""
    text = "\n\n".join(f"## Artikel {n}\n\n{n}. Onze Minister *kan* lid {n} van [artikel {n}](#a{n}) toepassen." for n in range(60))
    before = markdown.read(text.encode(), "x").units
    texts = {u.key: re.sub(r"[a-z]{4,}", "ቃል", u.text) for u in before}
    after = markdown.read(written(text, texts).encode(), "x").units
    assert [u.text for u in after] == [texts[u.key] for u in before]


def test_a_markdown_too_large_to_take_apart_soon_is_refused():
    with pytest.raises(UnreadableFile) as refused:
        markdown.read("ሀ ".encode() * (markdown.MAX_BYTES // 4 + 1), "x")
    assert refused.value.reason == "too-large"
