"""How a run looks: which differences between runs matter, and what to call them."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from importers.docx.names import R_PR, VAL, W, drop, in_order, on, put

# What Word scatters over runs without anybody seeing it, or what is decided anew for the target language. Revision
# marks (rsid) are attributes of the run itself and never looked at. Okapi's "aggressive cleanup" drops the same.
_NOISE = {
    W + tag
    for tag in [
        "lang",
        "noProof",
        "spacing",
        "kern",
        "rtl",
        "cs",
        "rPrChange",
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "snapToGrid",
        "specVanish",
        "webHidden",
        "eastAsianLayout",
    ]
}
_COMPLEX = {W + "bCs": W + "b", W + "iCs": W + "i", W + "szCs": W + "sz"}
_ON_OFF = {
    W + tag
    for tag in "b i caps smallCaps strike dstrike outline shadow emboss imprint vanish oMath".split()  # noqa: SIM905
}
_FONTS = [W + attribute for attribute in ("ascii", "hAnsi", "asciiTheme", "hAnsiTheme")]
_WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

Look = tuple[tuple[str, object], ...]
"""What can be seen of a run's properties, comparable: pairs of a name and a value, sorted."""

PLAIN: Look = ()

#: Properties that can be seen on white space too.
_SEEN_ON_SPACE = {W + tag for tag in "u strike dstrike highlight shd bdr effect rStyle".split()}  # noqa: SIM905

SYMBOL_FONTS = ("symbol", "wingdings", "wingdings 2", "wingdings 3", "webdings", "marlett", "mt extra")

_NAMES = {
    "b": "b",
    "i": "i",
    "u": "u",
    "strike": "strike",
    "dstrike": "strike",
    "color": "colour",
    "sz": "size",
    "highlight": "highlight",
    "shd": "shade",
    "vertAlign": "raised",
    "caps": "caps",
    "smallCaps": "caps",
    "rFonts": "font",
}


def look(properties: etree._Element | None) -> Look:
    """What can be seen of a w:rPr; of a complex-script run (w:rtl, w:cs) its bCs, iCs and szCs count instead of b,
    i and sz (ISO/IEC 29500-1 §17.3.2.30)."""
    if properties is None or not len(properties):
        return PLAIN
    complex_script = is_complex(properties)
    seen: dict[str, object] = {}
    for child in properties:
        tag = child.tag
        if tag in _NOISE or not isinstance(tag, str):
            continue
        if tag in _COMPLEX:
            if not complex_script:
                continue
            tag = _COMPLEX[tag]
        elif complex_script and tag in _COMPLEX.values():
            continue
        if tag in _ON_OFF:
            seen[tag] = on(child)
        elif tag == W + "rFonts":
            fonts = tuple(child.get(attribute) for attribute in _FONTS)
            if any(fonts):
                seen[tag] = fonts
        elif tag.startswith(_WORD_2010) and not len(child):
            continue  # ligatures and spacing of numbers
        else:
            # in lxml's order of attributes, which is the file's; equal enough for runs of one file
            seen[tag] = (tuple(child.attrib.items()), etree.tostring(child) if len(child) else b"")
    if seen.get(W + "u") == (((VAL, "none"),), b""):
        del seen[W + "u"]
    return tuple(sorted(seen.items()))


def is_complex(properties: etree._Element) -> bool:
    """Whether Word takes the complex-script half of the properties for this run."""
    return on(properties.find(W + "rtl")) or on(properties.find(W + "cs"))


def is_hidden(properties: etree._Element | None) -> bool:
    """Whether the run is hidden text."""
    return properties is not None and on(properties.find(W + "vanish"))


def is_symbol(properties: etree._Element | None) -> bool:
    """Whether the run's letters are pictures of a symbol font and mean nothing as text."""
    fonts = properties.find(W + "rFonts") if properties is not None else None
    return fonts is not None and (fonts.get(W + "ascii") or "").lower() in SYMBOL_FONTS


def shows_on_space(seen: Look) -> bool:
    """Whether white space with this look can be told from white space without."""
    return any(tag in _SEEN_ON_SPACE for tag, _ in seen)


def described(seen: Look, base: Look) -> tuple[str, str]:
    """(kind of code, a few characters for its chip) for text that differs from the text around it."""
    here, around = dict(seen), dict(base)
    differ = [tag for tag in here | around if here.get(tag) != around.get(tag)]
    words = []
    for tag in differ:
        local = tag.rpartition("}")[2]
        if local == "rStyle":
            value = here.get(tag)
            words.append(value[0][0][1] if isinstance(value, tuple) and value[0] else "plain")
        elif local in _NAMES:
            is_off = here.get(tag) in (None, False)
            words.append(("no " if is_off and local in ("b", "i", "u") else "") + _NAMES[local])
    only = differ[0].rpartition("}")[2] if len(differ) == 1 else ""
    kind = {"b": "bold", "i": "italic", "u": "underline"}.get(only, "format")
    if kind != "format" and here.get(differ[0]) in (None, False):
        kind = "format"
    if only == "rStyle":
        kind = {"strong": "bold", "emphasis": "italic"}.get(words[0].lower(), "format")
    return kind, " ".join(dict.fromkeys(words)) or "format"


_DECIDED_ANEW = ("lang", "rtl", "cs", "rPrChange", "ins", "del", "moveFrom", "moveTo")


def as_simple(properties: etree._Element | None) -> etree._Element:
    """A copy of a w:rPr for text of any language: without language, direction and history. Of a complex-script run
    the look is carried over to the simple half (b := bCs, …)."""
    if properties is None:
        return etree.Element(R_PR)
    copy = deepcopy(properties)
    copy.tail = None
    complex_script = is_complex(copy)
    drop(copy, *_DECIDED_ANEW)
    if complex_script:
        for twin, simple in (("bCs", "b"), ("iCs", "i"), ("szCs", "sz")):
            found = copy.find(W + twin)
            if found is None and simple == "sz":
                continue  # no size of its own: what the simple half says is the better guess
            drop(copy, simple)
            if found is not None:
                put(copy, simple, **{etree.QName(k).localname: v for k, v in found.attrib.items()})
    drop(copy, "bCs", "iCs", "szCs")
    in_order(copy)
    return copy
