"""What the pages are made of: colours that can be read, both directions, nothing from elsewhere, and little weight."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "app" / "static"
TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
STYLES = sorted((STATIC / "css").glob("*.css"))
PAGES = sorted(TEMPLATES.rglob("*.html"))

#: WCAG 2.2, 1.4.3: text; 1.4.11: edges of fields and buttons.
TEXT, EDGE = 4.5, 3.0
ON = {
    "ink": ["paper", "sheet", "sunk", "accent-soft", "waits-soft", "approved-soft", "amber-soft"],
    "ink-soft": ["paper", "sheet", "sunk", "waits-soft", "approved-soft", "amber-soft"],
    "accent": ["paper", "sheet", "sunk", "accent-soft"],
    "on-accent": ["accent"],
    "waits": ["paper", "sheet", "waits-soft"],
    "approved": ["paper", "sheet", "approved-soft"],
    "amber": ["paper", "sheet", "amber-soft"],
}


def colours(scheme: str) -> dict[str, str]:
    """The colours of the style sheet, by name."""
    css = (STATIC / "css" / "dragoman.css").read_text()
    day, rest = css.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", day))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", rest.split("/* Type", 1)[0]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_counted_as_wcag_counts_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_on_every_ground_it_stands_on(scheme):
    colour = colours(scheme)
    low = {
        (word, ground): round(contrast(colour[word], colour[ground]), 2)
        for word, grounds in ON.items()
        for ground in grounds
        if contrast(colour[word], colour[ground]) < TEXT
    }
    edges = {
        ground: round(contrast(colour["edge"], colour[ground]), 2)
        for ground in ("paper", "sheet", "sunk")
        if contrast(colour["edge"], colour[ground]) < EDGE
    }
    assert not low and not edges


@pytest.mark.parametrize("style", STYLES, ids=lambda p: p.name)
def test_the_style_knows_no_left_and_right(style):
    css = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.S)
    physical = re.findall(
        r"[\w-]*(?:margin|padding|border|inset)-(?:left|right)[\w-]*|(?<![\w-])(?:left|right)\s*:|"
        r"text-align:\s*(?:left|right)|float:\s*(?:left|right)",
        css,
    )
    assert physical == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_page_holds_a_script_a_style_or_an_address_elsewhere(page):
    html = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.S)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']https?:", html)


def test_every_font_the_style_names_is_there_with_its_licence():
    named = re.findall(r'url\("([^"]+)"\)', (STATIC / "css" / "fonts.css").read_text())
    files = {(STATIC / "css" / name).resolve() for name in named}
    assert len(files) == 12 and all(f.is_file() for f in files)
    assert set((STATIC / "fonts").rglob("*.woff2")) == files
    for folder in {f.parent for f in files}:
        assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text().upper()


def test_an_old_laptop_fetches_little():
    everything = sum(f.stat().st_size for f in STATIC.rglob("*") if f.is_file())
    scripts = sum(f.stat().st_size for f in (STATIC / "js").rglob("*.js"))
    styles = sum(f.stat().st_size for f in STYLES)
    assert everything < 2_000_000
    assert scripts < 80_000 and styles < 60_000
