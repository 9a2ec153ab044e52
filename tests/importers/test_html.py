"""Web pages: blocks and attributes are found, all else stays, language and direction are set."""

import re
import time

import pytest
from hypothesis import given, settings

from importers import html, htmlscan
from importers.units import Translation, UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, DocumentContract, letters


class TestHtml(DocumentContract):
    format = html.FORMAT
    samples = ("pagina.html",)
    unseen = 2

    def of_paragraphs(self, texts):
        body = "\n".join(f"<p>{text}</p>" for text in texts)
        return f'<!doctype html><html lang="nl" dir="ltr"><head><meta charset="utf-8"></head><body>{body}</body></html>'.encode()

    def kept(self, text):
        # white space is one space to a browser, and a carriage return never reaches it
        return re.sub("[ \t\n\f\r]+", " ", super().kept(text)).strip()


def units(page):
    return [(u.context, u.text) for u in html.read(page.encode(), "x.html").units]


CASES = {
    "text directly in a div": ("<div>Los <p>vak</p> na</div>", [("body", "Los"), ("body", "vak"), ("body", "na")]),
    "inline tags are pairs": ("<p>Een <b>vet</b> <a href=x>woord</a></p>", [("body", "Een <1>vet</1> <2>woord</2>")]),
    "a pair around everything stays outside": ("<li><a href=x><b>Woord</b></a>", [("list", "Woord")]),
    "breaks and pictures at the ends stay outside": ("<p><img src=a> Een<br>twee<br></p>", [("body", "Een<1/>twee")]),
    "code is a placeholder": ("<p>Typ <code>a &lt; b</code> in</p>", [("body", "Typ <1/> in")]),
    "translate=no is a placeholder in a line": ("<p>Bel <b translate=no>Jan</b>.</p>", [("body", "Bel <1/>.")]),
    "translate=no on a block is skipped": ("<p translate=no>Jan</p><p>Bel</p>", [("body", "Bel")]),
    "scripts and styles are no text": ("<script>a<b</script><style>p{}</style><p>a</p>", [("body", "a")]),
    "pre is kept": ("<pre>a <b>b</b></pre><p>c</p>", [("body", "c")]),
    "entities are characters": ("<p>caf&eacute; &amp; &#1605; &nbsp;x</p>", [("body", "café & م \u00a0x")]),
    "white space is one space": ("<p>\n  een\n\t twee </p>", [("body", "een twee")]),
    "what looks like a tag of ours is literal": ("<p>&lt;1&gt; x</p>", [("body", "<1/> x")]),
    "a bare < is text": ("<p>5 < 6 en 7 <3</p>", [("body", "5 < 6 en 7 <3")]),
    "attributes people read": (
        '<img alt="Foto" title="Titel" src="x.png"><input type=text placeholder=Naam value=niet>',
        [("alt", "Foto"), ("title", "Titel"), ("placeholder", "Naam")],
    ),
    "only spoken buttons have words": ('<input type=submit value="Stuur">', [("button", "Stuur")]),
    "only described meta": (
        '<meta name=description content="Over ons"><meta name=viewport content="width=1">', [("description", "Over ons")],
    ),
    "punctuation alone is no unit": ("<p>|</p><p>»</p><p>•</p>", []),
    "a tag that is never closed": ("<p>Een <b>twee</p><p>drie", [("body", "Een <1/>twee"), ("body", "drie")]),
    "crossed tags": ("<p><b>a <i>b</b> c</i></p>", [("body", "<1>a <2/>b</1> c")]),
    "comments stay": ("<p>a <!-- x --> b</p>", [("body", "a <1/> b")]),
    "headings and cells say where they stand": ("<h2>K</h2><table><td>C", [("heading", "K"), ("table", "C")]),
    "a foreign script in a word": ("<p>ሰላ<b>ም</b> عر<i>بي</i></p>", [("body", "ሰላ<1>ም</1> عر<2>بي</2>")]),
    "svg is no text": ("<p>a <svg><title>t</title><text>x</text></svg> b</p>", [("body", "a <1/> b")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_blocks(case):
    page, expected = CASES[case]
    assert units(page) == expected


def written(page, texts, language="ar", draft=None):
    return html.write(page.encode(), {k: Translation(t) for k, t in texts.items()}, language, draft).decode()


def test_only_what_must_be_is_escaped():
    page = '<html lang="ar" dir="rtl"><p title="x">y</p>'
    text = "a & b < c > d \" ' é \u00a0 &amp; ع"
    assert written(page, {"1": text, "2": text}) == (
        '<html lang="ar" dir="rtl"><p title="a &amp; b &lt; c &gt; d &quot; \' é &nbsp; &amp;amp; ع">'
        "a &amp; b &lt; c &gt; d \" ' é &nbsp; &amp;amp; ع</p>"
    )


def test_codes_go_where_the_translator_put_them_with_their_attributes_translated():
    page = '<html lang=nl><p>Zie <a href="/x" title="Naar x">de site</a> en <b>bel</b>.</p>'
    assert written(page, {"1": "<2>اتصل</2> و<1>الموقع</1>.", "2": "إلى س"}) == (
        '<html dir="rtl" lang="ar"><p><b>اتصل</b> و<a href="/x" title="إلى س">الموقع</a>.</p>'
    )


LANGUAGE_CASES = {
    "replaced": ('<html lang="nl" dir="ltr" class="x"><p>a</p>', '<html lang="ar" dir="rtl" class="x">'),
    "added": ("<!doctype html><html><body><p>a</p></body></html>", '<html lang="ar" dir="rtl"><body>'),
    "without a value": ("<html lang dir=auto><p>a</p>", '<html lang="ar" dir="rtl">'),
    "in XHTML too": ('<html xml:lang="nl" lang="nl"><p>a</p>', '<html dir="rtl" xml:lang="ar" lang="ar">'),
    "html left out": ("<!doctype html><title>t</title><p>a", '<!doctype html><html lang="ar" dir="rtl">'),
    "body too where it says so": ('<html><body dir="ltr" lang="nl"><p>a', '<body dir="rtl" lang="ar">'),
}  # fmt: skip


@pytest.mark.parametrize("case", LANGUAGE_CASES)
def test_language_and_direction_are_set(case):
    page, expected = LANGUAGE_CASES[case]
    assert expected in written(page, {"1": "ع"})


def test_a_fragment_is_wrapped_so_that_it_has_a_direction():
    assert written("<p>a</p>", {"1": "ع"}) == '<div lang="ar" dir="rtl"><p>ع</p></div>'
    assert written("<p>a</p>", {"1": "ሀ"}, "ti").startswith('<div lang="ti" dir="ltr">')


@pytest.mark.parametrize(
    "page",
    ["<html><head><title>t</title></head><body id=x><p>a</p></body></html>", "<html><p>a</p>", "<!doctype html><p>a", "<p>a"],
)
def test_a_draft_has_its_banner_first_in_the_body(page):
    text = written(page, {"1": "ع"}, draft="مسودة <1> & لم تراجع")
    banner = text.index("مسودة &lt;1&gt; &amp; لم تراجع")
    assert banner < text.index("<p>")
    if "<body" in page:
        assert text.index("<body id=x>") + len("<body id=x>") == text.index('<p role="note"')


def test_the_encoding_it_declares_is_the_encoding_it_has():
    page = '<html lang="nl" dir="ltr"><head><meta charset="iso-8859-1"></head><p>café</p>'.encode("windows-1252")
    assert html.read(page, "x").units[0].text == "café"
    assert html.write(page, {}, "nl", None) == page
    text = html.write(page, {"1": Translation(ETHIOPIC)}, "ti", None)
    assert b'<meta charset="utf-8">' in text
    assert html.read(text, "x").units[0].text == ETHIOPIC


def test_a_page_that_says_nothing_of_its_encoding_says_so_once_it_is_translated():
    page = b"<html><head><title>t</title></head><body><p>a</p></body></html>"
    assert b'<head><meta charset="utf-8">' in html.write(page, {"2": Translation(ARABIC)}, "ar", None)


def test_a_page_that_declares_the_wrong_encoding_is_read_with_a_warning():
    page = '<html><meta charset="utf-8"><p>caf\u00e9 na\u00efef</p>'.encode("windows-1252")
    found = html.read(page, "x")
    assert found.units[0].text == "café naïef"
    assert [w.key for w in found.warnings] == ["wrong-encoding-declared"]


def test_the_language_of_the_page_is_what_it_says():
    assert html.read(b"<html lang='nl-BE'><p>a", "x").source_language == "nl-BE"
    assert html.read(b"<p>a", "x").source_language is None


HOSTILE = {
    "less-than signs": "<" * 20_000, "tags without an end": "<a " * 8_000, "an open quote": "<p 'x" * 8_000,
    "open pairs": "<b>" * 8_000 + "x", "open comments": "<!--" * 8_000, "open blocks": "<p>" * 8_000 + "x",
    "pairs that never meet": "<b>x</i>" * 5_000, "pictures in pictures": "<svg>" * 5_000,
    "ends without a beginning": "</p>" * 8_000 + "x", "titles in titles": "<title>" * 5_000,
    "attributes": "<p " + "a=b " * 8_000 + ">x", "equals signs": "<p " + "=" * 20_000 + ">x",
    "empty pairs": "<b></b>" * 5_000 + "x" + "<b></b>" * 5_000, "scripts": "<script>" * 5_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_is_scanned_in_linear_time(kind):
    page = HOSTILE[kind]
    started = time.process_time()
    try:
        found = html.read(page.encode(), "x")
        html.write(page.encode(), {u.key: Translation("ع") for u in found.units}, "ar", "x")
    except UnreadableFile:
        pass
    assert time.process_time() - started < 5


@settings(max_examples=150, deadline=None, database=None)
@given(letters())
def test_every_character_of_a_page_belongs_to_one_token(page):
    at = 0
    for token in htmlscan.scan(page):
        assert token.start == at < token.end
        at = token.end
    assert at == len(page)


def test_a_page_too_large_to_take_apart_soon_is_refused():
    with pytest.raises(UnreadableFile) as refused:
        html.read("ሀ ".encode() * (html.MAX_BYTES // 4 + 1), "x")
    assert refused.value.reason == "too-large"
