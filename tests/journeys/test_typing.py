"""The field of the editor: every script, and tags that typing cannot break. No service is needed here."""

from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "app" / "static"
HERE = "https://typing.test"

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<link rel="stylesheet" href="/css/dragoman.css"><link rel="stylesheet" href="/css/editor.css">
<script type="module">
  import { Field } from "/js/editor/field.js";
  import * as text from "/js/editor/text.js";
  const area = document.querySelector("textarea");
  window.changes = 0;
  window.field = new Field(area, ["<1>", "</1>", "<2/>"], () => { window.changes++; });
  window.text = text;
  field.load("");
  area.focus();
</script></head>
<body><div class="typing"><textarea lang="ar" dir="rtl"></textarea></div></body></html>"""


def chip(tag: str) -> str:
    """How a tag stands in the field: in a left-to-right isolate, with a narrow space at both sides."""
    return f"\u2066\u202f{tag}\u202f\u2069"


@pytest.fixture(scope="module")
def opened(chromium):
    def give(route):
        path = route.request.url.removeprefix(HERE)
        if path == "/":
            return route.fulfill(body=PAGE, content_type="text/html")
        file = STATIC / path.lstrip("/")
        return route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)

    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    context.route("**/*", give)
    page = context.new_page()
    page.goto(HERE + "/")
    page.wait_for_function("window.field && document.activeElement === field.area")
    yield page
    context.close()


@pytest.fixture
def page(opened):
    """The field, empty and with the caret in it."""
    opened.evaluate("() => { field.showSigns(false); field.load(''); field.area.focus(); }")
    return opened


def text(page) -> str:
    return page.evaluate("field.text")


def value(page) -> str:
    return page.evaluate("field.area.value")


def caret(page, *place: int) -> None:
    page.evaluate("([a, b]) => field.area.setSelectionRange(a, b ?? a)", list(place))
    page.wait_for_function("a => field.span[0] === a", arg=place[0])


def caret_comes_to(page, place: int) -> None:
    page.wait_for_function(
        "a => field.area.selectionStart === a && field.span[0] === a", arg=place
    )


SENTENCES = [
    "يجب تقديم <1>اعتراض</1> لدى IND قبل 12-03-2027.<2/>",
    "شما می‌توانید <1>اعتراض</1> کنید.",
    "ኣብ ውሽጢ <1>ሽዱሽተ ሰሙን</1> ተቓውሞ ኣቕርቡ።",
    "U moet <1>bezwaar</1> maken.<2/>",
    "<1><2/></1>",
    "5 < 7 en <a> is geen label, <0> en <01> ook niet",
    "\u2066<1>\u2069 \u200eLRM\u200f",
    "",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_text_comes_out_of_the_field_as_it_went_in(page, sentence):
    page.evaluate("t => field.load(t)", sentence)
    assert text(page) == sentence
    page.evaluate("field.insert('ሀ')")
    page.keyboard.press("Backspace")
    assert text(page) == sentence


def test_arabic_latin_numbers_and_chips_are_typed_together(page):
    page.keyboard.type("قبل ")
    page.evaluate("field.insert('<1>')")
    page.keyboard.type("12-03-2027 IND")
    page.keyboard.type("</1>")
    assert text(page) == "قبل <1>12-03-2027 IND</1>"
    assert value(page) == "قبل " + chip("<1>") + "12-03-2027 IND" + chip("</1>")
    assert page.locator(".behind .token").count() == 2
    assert page.evaluate("field.area.clientWidth === field.behind.clientWidth")


def test_one_key_removes_a_whole_chip_and_undo_brings_it_back(page):
    page.keyboard.type("ኣብ <1>ሰሙን</1>")
    page.keyboard.press("Backspace")
    assert text(page) == "ኣብ <1>ሰሙን"
    page.keyboard.press("Control+z")
    assert text(page) == "ኣብ <1>ሰሙን</1>"
    caret(page, len("ኣብ "))
    page.keyboard.press("Delete")
    assert text(page) == "ኣብ ሰሙን</1>"
    page.keyboard.press("Control+z")
    assert text(page) == "ኣብ <1>ሰሙን</1>"


def test_one_arrow_key_passes_a_chip_in_both_directions(page):
    page.evaluate("t => field.load(t)", "خلال <1>ستة")
    start = len("خلال ")
    caret(page, start)
    page.keyboard.press("ArrowLeft")  # forward, where one reads from the right
    caret_comes_to(page, start + len(chip("<1>")))
    page.keyboard.press("ArrowRight")
    caret_comes_to(page, start)
    page.evaluate("a => field.area.setSelectionRange(a, a)", start + 3)  # a place inside the chip
    page.wait_for_function(
        "([a, b]) => [a, b].includes(field.area.selectionStart)", arg=[start, start + len(chip("<1>"))]
    )


def test_whatever_is_cut_out_of_a_chip_takes_the_whole_chip(page):
    size = len(chip("<1>"))
    for start in range(size):
        for end in range(start + 1, size + 1):
            page.evaluate("t => field.load(t)", "قبل <1>س</1>.")
            page.evaluate(
                "([a, b]) => { field.area.setSelectionRange(a, b); document.execCommand('delete'); }",
                [4 + start, 4 + end],
            )
            assert text(page) == "قبل س</1>.", (start, end)


@pytest.mark.parametrize("typed", ["ሰ", "1", "<", ">", "س1", "\u202f"])
def test_what_is_typed_into_a_chip_goes_beside_it(page, typed):
    for place in range(1, len(chip("<1>"))):
        page.evaluate("t => field.load(t)", "قبل <1>س</1>.")
        page.evaluate(
            "([a, t]) => { field.area.setSelectionRange(a, a); document.execCommand('insertText', false, t); }",
            [4 + place, typed],
        )
        assert text(page) == f"قبل <1>{typed}س</1>.", place


def test_an_input_method_writes_beside_chips_and_cannot_halve_them(page):
    method = page.context.new_cdp_session(page)
    page.evaluate("field.insert('<1>')")
    for so_far in ("s", "ስ", "ሰላ", "ሰላም"):
        method.send("Input.imeSetComposition", {"text": so_far, "selectionStart": 1, "selectionEnd": 1})
    method.send("Input.insertText", {"text": "ሰላም"})
    page.evaluate("field.insert('</1>')")
    assert text(page) == "<1>ሰላም</1>"
    length = len(value(page))
    replace = {"replacementStart": length - 3, "replacementEnd": length}
    method.send("Input.imeSetComposition", {"text": "ን", "selectionStart": 1, "selectionEnd": 1, **replace})
    method.send("Input.insertText", {"text": "ን"})
    assert text(page) == "<1>ሰላምን"


def test_the_clipboard_carries_plain_tags_and_plain_text(page):
    page.evaluate("t => field.load(t)", "خلال <1>ستة</1>")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == "خلال <1>ستة</1>"
    page.keyboard.press("Control+x")
    assert text(page) == ""
    page.evaluate("navigator.clipboard.writeText('قبل <1>x</1>\\r\\nسطر')")
    page.keyboard.press("Control+v")
    assert text(page) == "قبل <1>x</1>\nسطر"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert text(page) == "خلال <1>ستة</1>"


def test_a_tag_that_is_not_in_the_source_is_marked(page):
    page.keyboard.type("<1><9>")
    assert page.locator(".behind .token.extra").all_inner_texts() == [chip("<9>")]


def test_tags_go_around_what_is_selected(page):
    page.evaluate("t => field.load(t)", "ستة أسابيع")
    caret(page, 0, 3)
    page.evaluate("field.insert('<1>', '</1>')")
    assert text(page) == "<1>ستة</1> أسابيع"


def test_hidden_signs_can_be_seen_and_move_nothing(page):
    page.evaluate("t => field.load(t)", "می\u200cتوانید \u200e088-0430430\u200e")
    before = page.evaluate("field.behind.scrollHeight")
    page.evaluate("field.showSigns(true)")
    assert [s.get_attribute("data-name") for s in page.locator(".sign").all()] == ["ZWNJ", "LRM", "LRM"]
    assert page.locator(".names b").count() == 3
    assert page.evaluate("field.behind.textContent") == value(page)
    assert page.evaluate("field.behind.scrollHeight") == before


@pytest.mark.parametrize(
    ("plain", "marked"),
    [
        ("اتصل 088-0430430 الآن", "اتصل \u200e088-0430430\u200e الآن"),
        ("قبل 12-03-2027.", "قبل \u200e12-03-2027\u200e."),
        ("هاتف +31 88 0430430", "هاتف \u200e+31 88 0430430\u200e"),
        ("هاتف 06 1234 5678", "هاتف \u200e06 1234 5678\u200e"),
        ("قبل \u200e12-03-2027\u200e.", "قبل \u200e12-03-2027\u200e."),
        ("المادة 28 والمادة 3", "المادة 28 والمادة 3"),
        ("<1>٢٨</1> و <12/>", "<1>٢٨</1> و <12/>"),
        ("1,5 و 14:30", "1,5 و 14:30"),
    ],
)
def test_marks_are_put_around_numbers_that_would_turn_round(page, plain, marked):
    assert page.evaluate("t => text.markNumbers(t)", plain) == marked


def test_the_difference_of_two_texts_leaves_both_whole(page):
    mine, theirs = "يجب تقديم <1>اعتراض</1> الآن", "يجب عليكم تقديم <1>الاعتراض</1> الآن"
    shown = page.evaluate(
        """([mine, theirs]) => { const p = document.createElement("p"); text.showDifference(p, theirs, mine);
           return [text.rawText(p), [...p.querySelectorAll("ins")].map(text.rawText).map(t => t.trim())]; }""",
        [mine, theirs],
    )
    assert shown == [theirs, ["عليكم", "الاعتراض"]]
