"""An administrator brings a table of terms in: its columns are swapped, are put right, shown, imported, taken back."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

ROWS = [
    ("bezwaar-maken", "bezwaar maken tegen een besluit", "تقديم اعتراض على قرار", "ኣንጻር ውሳነ ጥርዓን ምቕራብ"),
    ("stadhuis", "de gemeente en het stadhuis", "البلدية ودار البلدية", "ምምሕዳር ከተማን ቤት ጽሕፈትን"),
    ("huurtoeslag-vragen", "huurtoeslag aanvragen bij de Belastingdienst", "طلب بدل الإيجار", "ሓገዝ ክራይ ገዛ ምሕታት"),
    ("ziektekosten", "verzekering voor ziektekosten", "التأمين ضد تكاليف المرض", "መድሕን ወጻኢታት ሕክምና"),
    ("inburgering", "het examen voor de inburgering", "امتحان الاندماج في المجتمع", "ፈተና ውህደት ሕብረተሰብ"),
    ("verblijf", "verblijfsvergunning voor bepaalde tijd", "تصريح إقامة \u200fلمدة محددة", "ፍቓድ መንበሪ ንዝተወሰነ ግዜ"),
]


def photo(page, name):
    """A picture for whoever looks at the pages: only when a folder for it is given."""
    if folder := os.environ.get("DRAGOMAN_TEST_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_table_with_swapped_columns_comes_in_and_goes_again(service, somebody, tmp_path):
    service.start()
    admin = somebody(service.link, name="Tesfay", email="tesfay@example.org")
    table = tmp_path / "woorden van de gemeente.csv"
    lines = ["code,ar,nl,ti", *(f"{code},{nl},{ar},{ti}" for code, nl, ar, ti in ROWS), f"te-lang,{'x' * 10_000},حق,መሰል"]
    table.write_text("\n".join(lines), "utf-8")

    admin.goto("/term-files")
    photo(admin, "files")
    admin.set_input_files("#f-file", str(table))
    admin.get_by_role("button", name="Show what is in it").click()
    expect(admin.get_by_text("are swapped")).to_be_visible()
    photo(admin, "mapping")
    admin.get_by_role("button", name="Swap the two languages").click()
    expect(admin.get_by_text("are swapped")).to_have_count(0)
    expect(admin.locator("#f-language-1")).to_have_value("nl")
    expect(admin.locator("#f-language-2")).to_have_value("ar")
    admin.get_by_role("button", name="Show what would be imported").click()
    expect(admin.get_by_text("Nothing is saved yet")).to_be_visible()
    expect(admin.get_by_text("10000 characters")).to_be_visible()
    expect(admin.get_by_text("RLM").first).to_be_visible()
    # the starter pack has a concept of that name
    expect(admin.get_by_text("from Dragoman starter pack, has this code already")).to_be_visible()
    photo(admin, "preview")
    admin.get_by_role("button", name="Import 5 concepts and leave the rest out").click()
    expect(admin.get_by_text("Imported.")).to_be_visible()
    photo(admin, "applied")
    address = admin.url

    admin.goto("/look-up?q=huurtoeslag-vragen")
    admin.goto("/concepts/stadhuis")
    expect(admin.get_by_text("ምምሕዳር ከተማን ቤት ጽሕፈትን").first).to_be_visible()

    # the page at 360 px and in Arabic: nothing sticks out
    admin.set_viewport_size({"width": 360, "height": 800})
    for path in ("/term-files", address):
        admin.goto(path)
        assert admin.evaluate("document.documentElement.scrollWidth") <= 360, path
    photo(admin, "applied-360")
    admin.set_viewport_size({"width": 1280, "height": 800})

    admin.goto(address)
    admin.get_by_role("button", name="Take this import back").click()
    expect(admin.get_by_text("This import was taken back.")).to_be_visible()
    assert admin.goto("/concepts/stadhuis").status == 404
    assert not admin.__dict__.get("mistakes")


def test_the_pages_in_arabic_and_on_a_phone(service, somebody, tmp_path):
    service.start()
    admin = somebody(service.link, name="Tesfay", email="tesfay@example.org")
    admin.goto("/term-files")
    admin.locator("details.menu summary").first.click()
    admin.locator('button[name=language][value="ar"]').click()
    expect(admin.locator("html")).to_have_attribute("dir", "rtl")
    table = tmp_path / "x.csv"
    table.write_text("code,ar,nl,ti\n" + "\n".join(",".join((code, nl, ar, ti)) for code, nl, ar, ti in ROWS), "utf-8")
    admin.goto("/term-files")
    photo(admin, "files-ar")
    admin.set_input_files("#f-file", str(table))
    admin.locator("form:has(#f-file) button[type=submit]").click()
    expect(admin.locator("[data-doubt=swapped]")).to_be_visible()
    photo(admin, "mapping-ar")
    admin.set_viewport_size({"width": 360, "height": 800})
    assert admin.evaluate("document.documentElement.scrollWidth") <= 360
    photo(admin, "mapping-ar-360")
    admin.locator("[data-doubt=swapped] button").click()
    expect(admin.locator("[data-doubt]")).to_have_count(0)
    admin.locator("button[value=show]").click()
    expect(admin.locator("ul.counts")).to_be_visible()
    assert admin.evaluate("document.documentElement.scrollWidth") <= 360
    photo(admin, "preview-ar-360")
    admin.set_viewport_size({"width": 1280, "height": 800})
    photo(admin, "preview-ar")
