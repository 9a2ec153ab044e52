"""Reviewers look after the concepts, with the pages in Arabic: two that are one are merged and parted again, and what the
starter pack brought in Tigrinya is read and approved concept by concept."""

import json
import re

from playwright.sync_api import expect

from tests.journeys.test_desk import no_sideways_scrolling
from tests.journeys.test_letter import looked_at

#: The same as "asiel" of the starter pack, entered once more by somebody who did not find it.
TWICE = {
    "code": "asielrecht",
    "subject": "asylum",
    "definitions": {"en": {"text": "Protection from danger.", "plain": "Who is in danger has a right to protection."}},
    "terms": [
        {"language": "nl", "text": "asiel"},
        {"language": "ar", "text": "حق الحماية"},
        {"language": "ti", "text": "መሰል ዑቕባ"},
    ],
}
#: What the starter pack says of it.
MEANING = "Asylum is protection."


def test_two_concepts_become_one_the_old_address_leads_on_and_it_is_taken_back(shared_service, somebody, tmp_path):
    service = shared_service
    file = tmp_path / "twice.json"
    file.write_text(json.dumps([TWICE], ensure_ascii=False), "utf-8")
    service.run("terms", "import", str(file))
    page = somebody(service.invite("t@example.org", "ተስፋይ", "administrator"), name="ተስፋይ", locale="ar")
    page.goto("/concepts/asielrecht?language=ti")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("section.answer .term-text")).to_have_text("መሰል ዑቕባ")
    expect(page.locator(".meaning .lede")).to_have_text(TWICE["definitions"]["en"]["plain"])

    # they share their Dutch word, so the other one is offered
    page.locator(".concept-actions a[href$='/merge']").click()
    offered = page.locator("ul.work > li", has=page.locator("a[href*='/concepts/asiel?'], a[href$='/concepts/asiel']"))
    expect(offered).to_contain_text("حق اللجوء")
    offered.locator("a.button").click()

    # what moves and what uses it is shown before anything happens
    moves = page.locator("form[method=post] > ul")
    expect(moves).to_contain_text("لجوء")
    expect(moves).to_contain_text("ዑቕባ")
    expect(moves.locator("li", has_text="في الذاكرة")).to_contain_text(re.compile(r"[1-9]"))
    meaning = page.locator("fieldset", has_text=MEANING)
    expect(meaning.locator("input:checked")).to_have_value("here")
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert no_sideways_scrolling(page), width
    looked_at(page, "ar-merge")
    meaning.locator("label", has_text=MEANING).click()
    page.fill("#f-why", "أُدخل مرتين · ክልተ ግዜ")
    page.locator("form[method=post] button[type=submit]").last.click()
    expect(page.locator("#notices")).to_contain_text("مفهومًا واحدًا")
    expect(page.locator(".meaning .lede")).to_contain_text(MEANING)

    # the old address leads on, in the language that was asked for
    page.goto("/concepts/asiel?language=ti")
    assert re.search(r"/concepts/asielrecht\?language=ti$", page.url)
    expect(page.locator("#notices")).to_contain_text("أصبح «asiel» جزءًا من هذا المفهوم")
    expect(page.locator("section.answer")).to_contain_text("ዑቕባ")
    expect(page.locator("section.answer")).to_contain_text("መሰል ዑቕባ")

    # and one button of the history parts them again, each with what it had
    page.locator("#history summary").click()
    merged = page.locator("#history li", has_text="ክልተ ግዜ").first
    expect(merged).to_contain_text("ተስፋይ")
    looked_at(page, "ar-merged-history")
    merged.locator("button").click()
    expect(page.locator("#notices .notice").first).to_be_visible()
    for code, word, meant in (("asiel", "ዑቕባ", MEANING), ("asielrecht", "መሰል ዑቕባ", "a right to protection")):
        page.goto(f"/concepts/{code}?language=ti")
        assert f"/concepts/{code}?" in page.url
        expect(page.locator("section.answer .answer-word")).to_have_count(1)
        expect(page.locator("section.answer .term-text")).to_have_text(word)
        expect(page.locator(".meaning .lede")).to_contain_text(meant)
    assert not page.__dict__.get("mistakes")


def test_a_reviewer_reads_the_starter_pack_and_approves_what_is_right(shared_service, somebody):
    service = shared_service
    page = somebody(service.invite("s@example.org", "ሰላም", "reviewer:nl-ti"), name="ሰላም", locale="ar")
    page.goto("/to-review/terms/read?language=ti")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    entries = page.locator("ul.work > li")
    before = int(re.search(r"\d+", page.locator("h1 .soft").inner_text())[0])
    assert before > entries.count() > 2
    read, left = ({"id": e.get_attribute("id"), "word": e.locator(".term-text[lang=ti]").first, "page": e.locator("h2 a")} for e in (entries.nth(0), entries.nth(1)))
    for entry in (read, left):
        expect(entry["word"]).to_have_attribute("dir", "ltr")
        entry["word"], entry["page"] = entry["word"].inner_text(), entry["page"].get_attribute("href")
        assert re.search(r"[\u1200-\u137f]", entry["word"])
    looked_at(page, "ar-read-terms")

    # nothing is approved that nobody ticked
    approve = page.locator("form[method=post]:has(ul.work) button[type=submit]")
    approve.click()
    expect(page.locator("#notices .amber")).to_be_visible()
    expect(page.locator("h1 .soft")).to_contain_text(str(before))

    page.locator(f"#{read['id']} input[name=read]").check()
    approve.click()
    expect(page.locator("#notices")).to_contain_text("اعتُمدت")
    expect(page.locator(f"#{read['id']}")).to_have_count(0)
    expect(page.locator(f"#{left['id']}")).to_contain_text(left["word"])
    expect(page.locator("h1 .soft")).to_contain_text(str(before - 1))
    page.set_viewport_size({"width": 360, "height": 740})
    assert no_sideways_scrolling(page)

    # it counts from the next look-up on, for whoever is at the desk; what was left is still only proposed
    desk = somebody(service.invite("m@example.org", "Marijke", "staff"), name="Marijke")
    for entry, states in ((read, ("preferred", "admitted")), (left, ("proposed",))):
        desk.goto(entry["page"])
        word = desk.locator("section.answer .answer-word", has_text=entry["word"]).first
        expect(word.locator(".state-word")).to_have_text(re.compile("|".join(states)))
    assert not page.__dict__.get("mistakes")
