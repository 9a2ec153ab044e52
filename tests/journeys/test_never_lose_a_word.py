"""A lost connection, a closed tab, a killed server: on the return the text is there."""

import json
import re
import resource
import urllib.request

from playwright.sync_api import expect

FIELD = "form[data-form] textarea[name=text]:visible"
SAVED = re.compile(r"^saved \d\d:\d\d$")


def a_translator_at_work(service, somebody, language="ar"):
    """A translator with a small Dutch text open, and the address of its editor."""
    service.start()
    desk = somebody(service.invite("marijke@example.org", "Marijke", "staff"), name="Marijke")
    desk.goto("/documents/new")
    text = "Uw aanvraag is ontvangen.\n\nU krijgt binnen zes weken bericht.\n\nBel 071-1234567.\n"
    desk.set_input_files("#f-file", {"name": "brief.txt", "mimeType": "text/plain", "buffer": text.encode()})
    desk.check(f"#f-targets-{language}")
    desk.check("input[name=confidentiality][value=internal]")
    desk.click("text=Upload and ask for the translations")
    page = somebody(service.invite("samira@example.org", "Samira", f"translator:nl-{language}"), name="Samira")
    page.click("text=Take this on")
    page.wait_for_selector("main.is-live")
    return page, page.url.split("#")[0]


def kept_on_the_server(service, page) -> list[str]:
    """The target texts as the server has them, read by a page that never ran the script."""
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    request = urllib.request.Request(page.url.split("#")[0], headers={"Cookie": cookies})
    with urllib.request.urlopen(request, timeout=60) as answer:
        html = answer.read().decode()
    return [part.split("</p>", 1)[0] for part in html.split('<div class="target"')[1:]]


def test_what_is_typed_without_a_connection_arrives_when_it_is_back(service, somebody):
    page, _ = a_translator_at_work(service, somebody)
    page.context.set_offline(True)
    page.locator(FIELD).press_sequentially("تم استلام طلبكم")
    expect(page.locator("[data-save-state]:visible")).to_contain_text("kept on this computer")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-save-state]:visible")).to_have_text(SAVED)
    assert any("تم استلام طلبكم" in text for text in kept_on_the_server(service, page))


def test_a_closed_tab_loses_nothing(service, somebody):
    page, address = a_translator_at_work(service, somebody, "ti")
    page.locator(FIELD).press_sequentially("ሕቶኹም በጺሑ ኣሎ።")
    page.close()  # at once, before anything could be sent by itself
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator(FIELD)).to_have_value("ሕቶኹም በጺሑ ኣሎ።")


def test_a_killed_server_loses_nothing(service, somebody):
    page, address = a_translator_at_work(service, somebody)
    field = page.locator(FIELD)
    field.press_sequentially("قبل الانقطاع")
    expect(page.locator("[data-save-state]:visible")).to_have_text(SAVED)
    service.kill()
    field.press_sequentially(" وبعده")
    expect(page.locator("[data-save-state]:visible")).to_contain_text("kept on this computer")
    service.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-save-state]:visible")).to_have_text(SAVED)
    page.goto(address)
    expect(page.locator(FIELD)).to_have_value("قبل الانقطاع وبعده")


def test_going_away_while_the_server_comes_back_shows_the_newest_text(service, somebody):
    page, address = a_translator_at_work(service, somebody)
    service.kill()
    page.locator(FIELD).press_sequentially("بعد الانقطاع ሰላም")
    expect(page.locator("[data-save-state]:visible")).to_contain_text("kept on this computer")
    service.start()
    # the page is asked for at the very moment in which the text is sent
    page.evaluate("dispatchEvent(new Event('online'))")
    page.goto(address)
    expect(page.locator(FIELD)).to_have_value("بعد الانقطاع ሰላም")


def test_two_people_at_one_segment_both_keep_their_text(service, somebody):
    page, address = a_translator_at_work(service, somebody)
    other = somebody(service.invite("hana@example.org", "Hana", "translator:nl-ar"), name="Hana")
    other.goto(address)
    other.wait_for_selector(FIELD)
    page.locator(FIELD).press_sequentially("نص سميرة")
    expect(page.locator("[data-save-state]:visible")).to_have_text(SAVED)
    other.locator(FIELD).press_sequentially("نص هناء")
    conflict = other.locator("[data-conflict]")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text("نص سميرة")
    expect(conflict).to_contain_text("نص هناء")
    expect(conflict).to_contain_text("Samira")
    conflict.locator("[data-take=mine]").click()
    expect(other.locator("[data-save-state]:visible")).to_have_text(SAVED)
    panel = other.locator("aside.panel")
    other.reload()
    expect(panel).to_contain_text("replaced a draft", use_inner_text=False)
    expect(panel).to_contain_text("نص سميرة", use_inner_text=False)


def test_repeated_sentences_fill_each_other_on_the_page(service, somebody):
    service.start()
    desk = somebody(service.invite("m@example.org", "M", "staff", "translator:nl-am"), name="M")
    desk.goto("/documents/new")
    text = "Neem uw paspoort mee.\n\nBel ons.\n\nNeem uw paspoort mee.\n"
    desk.set_input_files("#f-file", {"name": "b.txt", "mimeType": "text/plain", "buffer": text.encode()})
    desk.check("#f-targets-am")
    desk.check("input[name=confidentiality][value=public]")
    desk.click("text=Upload and ask for the translations")
    desk.click("a.button:has-text('Open')")
    desk.wait_for_selector("main.is-live")
    desk.locator(FIELD).fill("ፓስፖርትዎን ይዘው ይምጡ።")
    desk.locator(FIELD).press("Control+Enter")
    states = desk.locator("article.segment")
    expect(states.nth(2)).to_have_attribute("data-state", "translated")
    expect(states.nth(2).locator(".target")).to_contain_text("ፓስፖርትዎን ይዘው ይምጡ።", use_inner_text=False)
    expect(states.nth(1)).to_have_class("segment is-open")


def processor_time_of_a_start(service) -> float:
    """Seconds that the processors of the service worked until it answered: however busy the machine is."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    service.start()
    with urllib.request.urlopen(f"{service.url}/health", timeout=30) as answer:
        assert json.load(answer) == {"status": "ok"}
    service.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_the_second_start_is_quick(first_service):
    first = processor_time_of_a_start(first_service)
    second = processor_time_of_a_start(first_service)
    assert second < first, "the starter pack is loaded once"
    assert second < 10, "seconds of a processor; 3 where this was written"
