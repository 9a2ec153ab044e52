"""A reviewer keeps the memory: search, withdraw many at once, take it back; on a phone and from right to left too."""

import json

from playwright.sync_api import expect

from tests.journeys.test_desk import PHONE, no_sideways_scrolling
from tests.journeys.test_letter import looked_at


def offered(service, text, target="ar"):
    """What another process finds in the memory at this moment."""
    found = service.run("memory", "lookup", text, "--from", "nl", "--to", target, "--threshold", "50", "--limit", "20", "--json")
    return {row["target"] for row in json.loads(found.stdout)}


def test_a_bulk_recall_and_its_undoing_count_from_the_next_lookup(service, somebody):
    service.start()
    page = somebody(service.invite("yusuf@example.org", "Yusuf", "reviewer:nl-ar"), name="Yusuf")
    page.goto("/memory")
    page.get_by_role("link", name="Keep the memory").click()
    page.fill("#f-q", "حرية")
    page.click("form[role=search] .search button")
    units = page.locator(".units > li")
    expect(units.first.locator("mark").first).to_have_text("حرية")
    expect(units.first.locator("p[lang=ar]")).to_have_attribute("dir", "rtl")
    page.check("#choose-all")
    assert all(box.is_checked() for box in page.locator(".units input").all())
    page.uncheck("#choose-all")
    assert not any(box.is_checked() for box in page.locator(".units input").all())
    chosen = []
    for place in (0, 1):
        source = units.nth(place).locator("p[lang=nl]").inner_text()
        chosen.append((source, units.nth(place).locator("p[lang=ar]").inner_text()))
        units.nth(place).locator("input").check()
    for source, target in chosen:
        assert target in offered(service, source)
    page.select_option("#f-kind", "recall")
    page.fill("#f-reason", "خطأ في المعنى")
    page.click("#bulk > .row button")
    expect(page.locator("#notices")).to_contain_text("2 units changed")
    assert page.locator("#f-q").input_value() == "حرية"
    for _source, target in chosen:
        expect(page.locator(".units")).not_to_contain_text(target)
    for source, target in chosen:
        assert target not in offered(service, source)
    page.get_by_role("link", name="What was done").click()
    expect(page.locator(".work > li").first).to_contain_text("خطأ في المعنى")
    looked_at(page, "keeper-acts")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#notices")).to_contain_text("everything is as it was")
    for source, target in chosen:
        assert target in offered(service, source)
    assert not page.__dict__.get("mistakes")


def test_a_search_through_the_whole_pair_and_a_correction_work_without_a_script(service, somebody):
    service.start()
    page = somebody(service.invite("hana@example.org", "Hana", "reviewer:nl-ti"), name="Hana", java_script_enabled=False)
    page.goto("/memory/keep?q=ነጻነት")  # as it is written today; the declaration has ነፃነት
    text = page.locator(".units p[lang=ti]").first.inner_text()
    assert "ነፃነት" in text
    page.locator(".units a").first.click()
    source = page.locator("#f-source").input_value()
    page.fill("#f-target", "ብዛዕባ ሓርነት ሓድሽ ትርጉም።")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator("#notices")).to_contain_text("Until another reviewer approves it")
    assert "ብዛዕባ ሓርነት ሓድሽ ትርጉም።" in offered(service, source, "ti")
    # nobody approves their own words
    expect(page.locator("main")).to_contain_text("Another reviewer has to approve it")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    page.goto("/memory/keep")
    page.locator("form:has(input[value=languages]) button").click()
    expect(page.locator("h1")).to_have_text("Swapped or in another language")
    expect(page.locator("main")).to_contain_text("found")


def test_the_keepers_pages_on_a_phone_and_from_right_to_left(service, somebody):
    service.start()
    page = somebody(service.invite("samira@example.org", "سميرة", "reviewer:nl-ar"), name="سميرة", locale="ar", **PHONE)
    for path, name in (("/memory", "memory"), ("/memory/keep?q=حق", "keep"), ("/memory/keep?quality=approved&who=x", "keep-filter"),
                       ("/memory/keep/acts", "acts"), ("/account", "account")):  # fmt: skip
        page.goto(path)
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert no_sideways_scrolling(page), path
        looked_at(page, f"phone-ar-keeper-{name}")
    page.goto("/memory/keep?q=حق")
    page.locator(".units a").first.click()
    page.wait_for_load_state()
    assert no_sideways_scrolling(page)
    looked_at(page, "phone-ar-keeper-unit")
