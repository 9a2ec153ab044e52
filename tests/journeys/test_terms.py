"""A word on its way: proposed beside the segment, approved by somebody else, recognised, printed."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_desk import no_sideways_scrolling
from tests.journeys.test_letter import looked_at

LETTER = "U krijgt een dwangsom als u niet betaalt.\n\nDe dwangsommen zijn hoog.\n\nDe zon schijnt."
WORD = "غرامة إجبارية"
SELECT = """word => { const text = document.querySelector('.segment.is-open .source .text');
  const walk = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) { const at = node.data.indexOf(word); if (at < 0) continue;
    const range = document.createRange(); range.setStart(node, at); range.setEnd(node, at + word.length);
    const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range); return true; } return false; }"""


@pytest.fixture
def people(service, somebody, tmp_path):
    service.start()
    roles = {
        "marijke": ("Marijke", "staff"),
        "samira": ("سميرة", "translator:nl-ar"),
        "yusuf": ("Yusuf", "reviewer:nl-ar"),
    }
    found = {
        key: somebody(service.invite(f"{key}@example.org", name, role), name=name) for key, (name, role) in roles.items()
    }
    letter = tmp_path / "brief.txt"
    letter.write_text(LETTER, encoding="utf-8")
    marijke = found["marijke"]
    marijke.goto("/documents/new")
    marijke.set_input_files("#f-file", letter)
    marijke.check("#f-targets-ar")
    marijke.check("input[name=confidentiality][value=internal]")
    marijke.click("text=Upload and ask for the translations")
    expect(marijke.locator("h1")).to_contain_text("brief")
    return found


def test_a_word_is_proposed_approved_recognised_and_printed(people):
    samira, yusuf, marijke = people["samira"], people["yusuf"], people["marijke"]
    samira.goto("/my-work")
    samira.click("text=Take this on")
    field = samira.locator("form[data-form] textarea[name=text]:visible")
    expect(field).to_be_focused()
    field.fill(f"ستدفع {WORD}.")
    # what is selected in the translation and in the source is filled in
    field.evaluate("(area, word) => { const at = area.value.indexOf(word); area.setSelectionRange(at, at + word.length); }", WORD)
    samira.wait_for_timeout(100)
    assert samira.evaluate(SELECT, "dwangsom")
    samira.wait_for_timeout(100)
    samira.keyboard.press("Alt+Shift+P")
    expect(samira.locator("#term-source")).to_have_value("dwangsom")
    expect(samira.locator("#term-target")).to_have_value(WORD)
    expect(samira.locator("#term-context")).to_have_value("U krijgt een dwangsom als u niet betaalt.")
    looked_at(samira, "propose")
    samira.click("[data-propose-form] button")
    expect(samira.locator("[data-proposed]")).to_contain_text(WORD)
    # nobody left the segment, nothing typed was lost
    expect(samira.locator("article.segment.is-open")).to_have_attribute("data-number", "1")
    expect(field).to_have_value(f"ستدفع {WORD}.")

    yusuf.goto("/to-review")
    expect(yusuf.locator("main")).to_contain_text(WORD)
    expect(yusuf.locator("main")).to_contain_text("U krijgt een dwangsom als u niet betaalt.")
    yusuf.locator(".work details summary", has_text="Decide").first.click()
    looked_at(yusuf, "decide")
    yusuf.fill("input[name=reason]", "كلمة القانون")
    yusuf.locator("button[value=prefer]").first.click()
    expect(yusuf.locator("#notices")).to_contain_text("It counts from the next look-up on")

    # the next sentence has it inflected, and knows it now
    samira.locator("article.segment").nth(1).locator(".segment-number").click()
    entry = samira.locator("aside.panel:not([aria-busy]) .term-entry", has_text="dwangsommen")
    expect(entry).to_contain_text(WORD)
    expect(entry).to_contain_text("preferred")
    # a draft without it says so below the field while one types, with the way to the concept; the right word ends it
    field.fill("المبالغ مرتفعة.")
    problem = samira.locator("article.segment.is-open .problem")
    expect(problem).to_contain_text(WORD)
    expect(problem.locator("a")).to_have_attribute("href", re.compile("/concepts/.*language=ar"))
    expect(samira.locator("article.segment.is-open [data-save-state]")).to_contain_text("saved")
    looked_at(samira, "draft-checked")
    field.fill(f"إن {WORD} مرتفعة.")
    expect(problem).to_have_count(0)
    samira.goto("/my-work")
    answers = samira.locator("section", has_text="Answers to your proposals")
    expect(answers).to_contain_text("كلمة القانون")
    looked_at(samira, "answers")
    answers.get_by_role("button", name="I have read these").click()
    expect(samira.locator("main")).not_to_contain_text("كلمة القانون")

    marijke.goto("/look-up?q=dwangsom")
    marijke.locator("#results h2 a").first.click()
    card = marijke.request.get(marijke.get_by_role("link", name="Print card", exact=True).get_attribute("href"))
    assert card.ok and card.body().startswith(b"%PDF")


def test_a_change_is_proposed_in_the_panel_and_wrong_forms_keep_what_was_written(people):
    samira = people["samira"]
    samira.goto("/my-work")
    samira.click("text=Take this on")
    samira.locator("details[data-propose] summary").click()
    samira.fill("#term-source", "dwangsom")
    samira.fill("#term-target", "…")
    samira.click("[data-propose-form] button")
    expect(samira.locator("#term-error")).to_contain_text("at least one letter")
    expect(samira.locator("#term-source")).to_have_value("dwangsom")
    samira.fill("#term-target", WORD)
    samira.click("[data-propose-form] button")
    expect(samira.locator("[data-proposed]")).to_be_visible()
    samira.locator("article.segment").nth(1).locator(".segment-number").click()
    entry = samira.locator("aside.panel:not([aria-busy]) .term-entry", has_text="dwangsommen")
    entry.locator("a[data-propose-link]").click()
    entry.locator("[data-propose-here] a", has_text="What it means, in Arabic").click()
    entry.locator("textarea[name=text]").fill("مبلغ تدفعه كل يوم لا تفعل فيه ما يجب.")
    looked_at(samira, "propose-change")
    entry.get_by_role("button", name="Propose").click()
    expect(entry.locator("[data-proposed]")).to_be_visible()
    samira.goto("/my-proposals")
    expect(samira.locator("main")).to_contain_text("مبلغ تدفعه كل يوم")
    samira.set_viewport_size({"width": 360, "height": 740})
    assert no_sideways_scrolling(samira)
    looked_at(samira, "phone-my-proposals")
