"""A Dutch letter becomes a reviewed Arabic letter, in real browsers, with a real model."""

import io
import re
import zipfile
from pathlib import Path

import docx
from playwright.sync_api import expect

from tests import tiny_model

LETTER = Path(__file__).parents[2] / "app" / "starter" / "brief-ind.docx"


def looked_at(page, name: str) -> None:
    """Keep a picture for people to look at, when a folder for it is named."""
    import os

    folder = os.environ.get("DRAGOMAN_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=False)


def test_a_dutch_letter_becomes_a_reviewed_arabic_letter(first_service, somebody, tmp_path):
    service = first_service
    for source, target in (("nl", "en"), ("en", "ar")):
        package = tmp_path / f"{source}_{target}.argosmodel"
        tiny_model.build_argos_package(package, source, target)
        service.run("models", "install", str(package))
    service.start()
    letter = tmp_path / "brief-ind.docx"
    written = docx.Document(LETTER)
    # words that the tiny model of the tests knows
    written.add_paragraph("De asielzoeker heeft nodig schoon water en hulp vandaag.")
    written.save(letter)

    # the administrator invites three people by links
    admin = somebody(service.link, name="Tesfay", email="tesfay@example.org")
    expect(admin.locator("h1")).to_have_text("The desk")
    looked_at(admin, "desk")
    links = {}
    for email, name, role in (
        ("samira@example.org", "سميرة", "translator"),
        ("yusuf@example.org", "Yusuf", "reviewer"),
        ("marijke@example.org", "Marijke", "staff"),
    ):
        admin.goto("/people")
        admin.fill("#f-email", email)
        admin.fill("#f-name", name)
        admin.check(f"#role-{role}")
        admin.check("#target-ar")
        admin.click("text=Make the link")
        links[role] = admin.locator("[data-link]").inner_text()
    looked_at(admin, "people")

    # staff upload the letter
    marijke = somebody(links["staff"], name="Marijke")
    expect(marijke.locator("h1")).to_have_text("Look up")
    looked_at(marijke, "look-up")
    marijke.goto("/documents/new")
    marijke.set_input_files("#f-file", letter)
    marijke.check("#f-targets-ar")
    marijke.check("input[name=confidentiality][value=internal]")
    looked_at(marijke, "upload")
    marijke.click("text=Upload and ask for the translations")
    expect(marijke.locator("h1")).to_contain_text("brief")
    document = marijke.url
    looked_at(marijke, "document")

    # the translator takes it on
    samira = somebody(links["translator"], name="سميرة")
    expect(samira.locator("h1")).to_have_text("My work")
    looked_at(samira, "my-work")
    samira.click("text=Take this on")
    field = samira.locator("form[data-form] textarea[name=text]:visible")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("dir", "rtl")
    expect(samira.locator("aside.panel h2").first).to_be_visible()
    looked_at(samira, "editor")

    # one key inserts a suggestion, one key saves and goes on; tags come with it
    total = samira.locator("article.segment").count()
    assert total > 10
    by_machine = samira.locator("aside.panel:not([aria-busy]) .suggestion[data-band=machine]")
    offered = set()
    for _ in range(total):
        current = samira.locator("article.segment.is-open")
        if current.get_attribute("data-state") not in ("open", "sent_back"):
            break
        source = samira.evaluate(
            """() => { const text = document.querySelector('.segment.is-open .source .text').cloneNode(true);
               text.querySelectorAll('.chip').forEach(c => c.replaceWith(c.dataset.tag)); return text.textContent; }"""
        )
        before = current.get_attribute("id")
        if not offered and "schoon water" in source:
            expect(by_machine.first).to_be_visible()
            offered.add(by_machine.first.inner_text())
            looked_at(samira, "editor-machine")
            field.press("Alt+1")
            expect(field).to_have_value(re.compile(r"[\u0600-\u06ff]"))
        field.fill("ترجمة " + source)
        field.press("Control+Enter")
        if samira.locator(f"#{before}.is-open .problem:visible").count():
            field.press("Control+Enter")
        samira.wait_for_function(
            "id => !document.getElementById(id).classList.contains('is-open') || !document.querySelector('[data-all-done]').hidden",
            arg=before,
        )
    expect(samira.locator("[data-all-done]")).to_be_visible()
    assert any("nl → en → ar" in words for words in offered)
    looked_at(samira, "editor-done")
    samira.click("header.editor-head >> text=Hand over")
    looked_at(samira, "hand-over")
    samira.click("form button:has-text('Hand over')")
    expect(samira.locator(".notice").first).to_contain_text("handed over")

    # until it is reviewed the file is a draft
    marijke.goto(document)
    with marijke.expect_download() as download:
        marijke.click("text=Download the draft")
    assert download.value.suggested_filename == "DRAFT-brief-ind.ar.docx"
    assert "DRAFT" in docx.Document(download.value.path()).paragraphs[0].text

    # the reviewer sends one back, corrects one, approves the others
    yusuf = somebody(links["reviewer"], name="Yusuf")
    expect(yusuf.locator("h1")).to_have_text("To review")
    looked_at(yusuf, "review-queue")
    yusuf.click(".work a.button")
    yusuf.wait_for_selector("[data-do=approve]:visible")
    looked_at(yusuf, "review")
    yusuf.locator("[data-do=send-back]:visible").first.click()
    yusuf.locator("select[name=reason]:visible").select_option("term")
    yusuf.locator("textarea[name=comment]:visible").fill("استعملي «طلب»")
    sent_back = yusuf.locator("article.segment.is-open").get_attribute("id")
    yusuf.locator("[data-send-back] button[type=submit]:visible").click()
    expect(yusuf.locator(f"#{sent_back}")).to_have_attribute("data-state", "sent_back")
    while True:
        current = yusuf.locator("article.segment.is-open")
        if current.get_attribute("data-state") != "waiting" or not current.locator("[data-do=approve]:visible").count():
            break
        at = current.get_attribute("id")
        current.locator("[data-do=approve]:visible").click()
        expect(yusuf.locator(f"#{at}")).to_have_attribute("data-state", "approved")
        if yusuf.locator("[data-all-done]:visible").count():
            break

    # it comes back to the translator with the reason, and goes round once more
    samira.goto("/my-work")
    expect(samira.locator("main")).to_contain_text("1 sent back")
    samira.click("text=Continue where I left off")
    expect(samira.locator("aside.panel")).to_contain_text("wrong term")
    expect(samira.locator("aside.panel")).to_contain_text("استعملي «طلب»")
    looked_at(samira, "sent-back")
    field = samira.locator("form[data-form] textarea[name=text]:visible")
    field.press("End")
    field.type(" طلب")
    field.press("Control+Enter")
    expect(samira.locator(f"#{sent_back}")).to_have_attribute("data-state", "translated")
    samira.goto(samira.url.split("#")[0].split("?")[0].rstrip("/") + "/hand-over")
    samira.click("form button:has-text('Hand over')")
    yusuf.goto("/to-review")
    yusuf.click(".work a.button")
    yusuf.locator("[data-do=approve]:visible").click()
    expect(yusuf.locator(f"#{sent_back}")).to_have_attribute("data-state", "approved")

    # the finished letter keeps its layout and reads from right to left
    marijke.goto(document)
    looked_at(marijke, "document-finished")
    with marijke.expect_download() as download:
        marijke.click("a.button:has-text('Download')")
    assert download.value.suggested_filename == "brief-ind.ar.docx"
    data = Path(download.value.path()).read_bytes()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert sorted(names) == sorted(zipfile.ZipFile(letter).namelist())
    body = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert "ترجمة" in body and "DRAFT" not in body
    assert body.count("<w:tbl>") == zipfile.ZipFile(letter).read("word/document.xml").decode().count("<w:tbl>")
    assert re.search(r"<w:bidiVisual", body) and "<w:rtl" in body

    # and the memory has learned: the command finds it at once
    found = service.run("memory", "lookup", "--from", "nl", "--to", "ar", "--json", "Hulp nodig?").stdout
    assert "ترجمة Hulp nodig?" in found and "Yusuf" not in found
    for page in (admin, marijke, samira, yusuf):
        assert not page.__dict__.get("mistakes")
