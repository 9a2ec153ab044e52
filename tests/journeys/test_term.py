"""A word is proposed in the editor, approved by somebody else, recognised in the next sentence, and printed for a client."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.test_desk import PHONE, no_sideways_scrolling
from tests.journeys.test_letter import looked_at

#: A word of no starter pack, in the plural where it must be recognised.
FIRST = "Het buurtpunt van Leiden geeft hulp."
SECOND = "Twee buurtpunten zijn te veel."
#: The language that the client speaks: the word proposed for it, and how a card in that language says "not approved".
WORDS = {"ar": ("بطاقتي", "معتمد"), "ti": ("ወረቐተይ", "proposed, not approved")}


@pytest.mark.parametrize("language", WORDS)
def test_a_proposed_word_is_approved_recognised_and_printed(service, somebody, tmp_path, language):
    word, mark = WORDS[language]
    service.start()
    staff = somebody(service.invite("m@example.org", "Marijke", "staff"), name="Marijke")
    translator = somebody(service.invite("s@example.org", "Samira", f"translator:nl-{language}"), name="Samira")
    reviewer = somebody(
        service.invite("y@example.org", "Yusuf", f"reviewer:nl-{language}", "reviewer:en-nl"), name="Yusuf"
    )

    text = tmp_path / "buurtpunt.txt"
    text.write_text(f"{FIRST}\n\n{SECOND}\n", "utf-8")
    staff.goto("/documents/new")
    staff.set_input_files("#f-file", text)
    staff.check(f"#f-targets-{language}")
    staff.check("input[name=confidentiality][value=internal]")
    staff.click("text=Upload and ask for the translations")
    expect(staff.locator("h1")).to_contain_text("buurtpunt")

    # proposed without leaving the segment
    translator.goto("/")
    translator.click("text=Take this on")
    editor = translator.url
    expect(translator.locator("form[data-form] textarea[name=text]:visible")).to_be_focused()
    translator.locator("details[data-propose] > summary").click()
    form = translator.locator("details[data-propose] form[data-propose-form]")
    form.locator("#term-source").fill("buurtpunt")
    form.locator("#term-target").fill(word)
    form.locator("button:has-text('Propose')").click()
    expect(translator.locator("[data-proposed]").first).to_be_visible()
    assert translator.url.split("?")[0] == editor.split("?")[0]

    # nobody approved it yet, and the page for a client says so
    staff.goto("/look-up")
    staff.fill("#f-q", "buurtpunt")
    expect(staff.locator("#results h2 a").first).to_contain_text("buurtpunt")
    staff.locator("#results h2 a").first.click()
    staff.select_option("#f-language", language)
    staff.wait_for_url(re.compile(f"language={language}"))
    expect(staff.locator("section.answer")).to_contain_text("proposed")
    concept = staff.url.split("?")[0]
    before = printed(staff, language)
    assert before.count(mark) == 2  # neither the Dutch word nor the client's is approved

    # somebody else approves
    reviewer.goto("/to-review/terms")
    entry = reviewer.locator("li", has_text=word)
    entry.locator("summary:has-text('Decide')").first.click()
    entry.locator("button:has-text('Approve as preferred')").first.click()
    expect(reviewer.locator(".notice").first).to_be_visible()

    # the very next look-up knows it, in the plural of the next sentence
    translator.goto(editor.split("?")[0])
    translator.locator("article.segment", has_text=SECOND).click()
    panel = translator.locator("aside.panel")
    expect(panel).to_contain_text(word)
    expect(translator.locator("article.segment.is-open mark.term")).to_contain_text("buurtpunten")
    looked_at(translator, f"term-recognised-{language}")

    # and the card that staff print has it, without the mark
    staff.goto(f"{concept}?language={language}")
    answer = staff.locator("section.answer")
    expect(answer).to_contain_text(word)
    expect(answer.locator(".state").first).to_contain_text("preferred")
    card = printed(staff, language)
    assert "buurtpunt" in card and word in card
    assert card.count(mark) < before.count(mark)


def printed(page, language: str) -> str:
    """The text of the card that the button on the concept page gives."""
    link = page.locator("a:has-text('Print card')").first.get_attribute("href")
    assert f"language={language}" in link
    answer = page.request.get(link)
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.body())).pages)


#: What people ask about most, with words in (nearly) all five languages.
STARTER = (
    "asiel", "asielzoeker", "asielaanvraag", "verblijfsvergunning-asiel-bepaalde-tijd", "vluchteling", "aanmeldgehoor",
    "nader-gehoor", "gezinshereniging", "uitzetting", "bezwaar", "beroep", "beschikking", "termijn", "huurtoeslag",
    "huurovereenkomst", "inschrijving-brp", "zorgverzekering", "huisarts", "spoedeisende-hulp", "inburgering",
    "arbeidsovereenkomst", "statushouder",
)  # fmt: skip


def test_the_starter_packs_concepts_read_well_on_a_phone(service, somebody):
    service.start()
    page = somebody(service.invite("m@example.org", "Marijke", "staff"), name="Marijke", **PHONE)
    languages = ("ar", "fa", "ti", "am", "tr")
    for number, code in enumerate(STARTER):
        for language in (languages[number % 5], languages[(number + 2) % 5]):
            page.goto(f"/concepts/{code}?language={language}")
            assert no_sideways_scrolling(page), (code, language)
            # the answer begins on the first screen, below what the word means
            answer = page.locator("section.answer")
            meaning = page.locator(".meaning .lede").bounding_box()
            assert meaning["y"] < answer.bounding_box()["y"] < 740, (code, language)
            word = answer.locator(".term-text")
            if word.count():
                assert word.get_attribute("dir") == ("rtl" if language in ("ar", "fa") else "ltr")
                assert word.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24
            else:
                expect(answer).to_contain_text("No word in")
