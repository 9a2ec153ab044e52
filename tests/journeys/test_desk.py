"""Staff with a client in front of them: look up, read, on a phone and in Arabic."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_letter import looked_at

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def desk(service, somebody):
    service.start()

    def desk(**options):
        address = f"m{len(somebody.__dict__)}{options.get('locale', 'en')}@example.org"
        return somebody(service.invite(address, "Marijke", "staff"), name="Marijke", **options)

    return desk


def no_sideways_scrolling(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_concept_is_found_in_any_spelling_and_read_on_a_phone(desk):
    page = desk(**PHONE)
    expect(page.locator("#f-q")).to_be_focused()
    for typed, word in (
        ("verblijfsvergunnig", "verblijfsvergunning"),
        ("لاجيء", "vluchteling"),
        ("پناهنده", "vluchteling"),
        ("asylum", "asiel"),
        ("ዑቕባ", "asiel"),
    ):
        page.fill("#f-q", typed)
        expect(page.locator("#results li").first).to_be_visible()
        expect(page.locator("#results")).to_contain_text(word)
        assert no_sideways_scrolling(page), typed
    looked_at(page, "phone-look-up")
    page.fill("#f-q", "huurtoeslag")
    expect(page.locator("#results h2 a").first).to_contain_text("huurtoeslag")
    page.locator("#results h2 a").first.click()
    page.select_option("#f-language", "ar")
    page.click("text=Show")
    answer = page.locator("section.answer")
    expect(answer.locator("[lang=ar]").first).to_be_visible()
    expect(answer.locator(".term-text")).to_have_attribute("dir", "rtl")
    expect(answer).to_contain_text("How it differs")
    assert no_sideways_scrolling(page)
    looked_at(page, "phone-concept")
    page.select_option("#f-language", "ti")
    page.click("text=Show")
    looked_at(page, "phone-concept-ti")


def test_the_pages_read_from_right_to_left_in_arabic(desk):
    page = desk(locale="ar")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    for path, name in (("/look-up", "ar-look-up"), ("/documents/new", "ar-upload"), ("/documents", "ar-documents"),
                       ("/concepts/huurtoeslag?language=ar", "ar-concept"), ("/memory", "ar-memory")):  # fmt: skip
        page.goto(path)
        assert no_sideways_scrolling(page), path
        looked_at(page, name)
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/look-up", "/documents/new", "/concepts/huurtoeslag?language=ar"):
        page.goto(path)
        assert no_sideways_scrolling(page), path


def test_looking_up_works_without_a_script(service, somebody):
    service.start()
    page = somebody(
        service.invite("x@example.org", "X", "staff"), name="X", java_script_enabled=False
    )
    page.fill("#f-q", "bezwaar")
    page.click("form[role=search] button")
    expect(page.locator("#results")).to_contain_text("bezwaar")
