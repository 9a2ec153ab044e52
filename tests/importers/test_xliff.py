"""XLIFF out: valid XLIFF 2.1 core, every text, tag and state where another tool looks for it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from importers.units import Code
from importers.xliff import NAMESPACE, XliffBlock, XliffSegment, export_xliff
from languages.tags import UnknownLanguage
from tests.importers.contract import ARABIC, ETHIOPIC, letters, naughty_strings

X = f"{{{NAMESPACE}}}"
XML = "{http://www.w3.org/XML/1998/namespace}"

# What XLIFF 2.1 §4.2 says of the elements written here: attributes and children, restated as RELAX NG.
YES_NO = "<choice><value>yes</value><value>no</value></choice>"
DIRECTION = "<choice><value>ltr</value><value>rtl</value><value>auto</value></choice>"
OWN_VALUE = '<data type="string"><param name="pattern">[^\\s:]+:[^\\s:]+</param></data>'
TYPE = "<choice>" + "".join(f"<value>{v}</value>" for v in ("fmt", "ui", "quote", "link", "image", "other")) + "</choice>"


def optional(name, content="<text/>"):
    return f'<optional><attribute name="{name}">{content}</attribute></optional>'


INLINE_ATTRIBUTES = (
    '<attribute name="id"><data type="NMTOKEN"/></attribute>' + optional("copyOf", '<data type="NMTOKEN"/>')
    + optional("type", TYPE) + optional("subType", OWN_VALUE) + optional("canDelete", YES_NO)
)  # fmt: skip
RULES = f"""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="{NAMESPACE}"
  datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
 <start><element name="xliff">
  <attribute name="version"><value>2.1</value></attribute>
  <attribute name="srcLang"><data type="language"/></attribute>{optional("trgLang", '<data type="language"/>')}
  <oneOrMore><element name="file">
   <attribute name="id"><data type="NMTOKEN"/></attribute>{optional("original")}{optional("srcDir", DIRECTION)}
   {optional("trgDir", DIRECTION)}{optional("xml:space", "<value>preserve</value>")}
   <optional><ref name="notes"/></optional>
   <oneOrMore><element name="unit">
    <attribute name="id"><data type="NMTOKEN"/></attribute>{optional("name")}
    <optional><ref name="notes"/></optional>
    <oneOrMore><choice>
     <element name="segment">{optional("id", '<data type="NMTOKEN"/>')}
      {optional("state", "<choice><value>initial</value><value>translated</value><value>reviewed</value><value>final</value></choice>")}
      {optional("subState", OWN_VALUE)}
      <element name="source"><ref name="inline"/></element>
      <optional><element name="target"><ref name="inline"/></element></optional></element>
     <element name="ignorable">{optional("id", '<data type="NMTOKEN"/>')}<element name="source"><ref name="inline"/></element></element>
    </choice></oneOrMore>
   </element></oneOrMore>
  </element></oneOrMore>
 </element></start>
 <define name="notes"><element name="notes"><oneOrMore><element name="note">
  {optional("id", '<data type="NMTOKEN"/>')}{optional("category")}<text/></element></oneOrMore></element></define>
 <define name="inline"><zeroOrMore><choice><text/>
  <element name="cp"><attribute name="hex"><data type="hexBinary"/></attribute></element>
  <element name="ph">{INLINE_ATTRIBUTES}{optional("disp")}</element>
  <element name="pc">{INLINE_ATTRIBUTES}{optional("dispStart")}{optional("dispEnd")}<ref name="inline"/></element>
 </choice></zeroOrMore></define>
</grammar>"""
GRAMMAR = etree.RelaxNG(etree.fromstring(RULES))


def valid(data: bytes) -> etree._Element:
    """The file, after holding it against the grammar and the rules a grammar cannot say (§4.2, §4.3.1, §4.7.2)."""
    root = etree.fromstring(data)
    assert GRAMMAR.validate(root), GRAMMAR.error_log
    units = list(root.iter(f"{X}unit"))
    assert len({u.get("id") for u in units}) == len(units)
    for unit in units:
        notes = [note.get("id") for note in unit.iter(f"{X}note")]
        assert len(set(notes)) == len(notes)
        for side in ("source", "target"):
            # identifiers of segments, ignorables and codes are unique in the unit, source and target apart
            seen = [part.get("id") for part in unit.iter(f"{X}segment", f"{X}ignorable")]
            seen += [c.get("id") for place in unit.iter(X + side) for c in place.iter(f"{X}ph", f"{X}pc")]
            assert len(set(seen)) == len(seen)
        for segment in unit.iter(f"{X}segment"):
            if segment.get("subState"):
                assert segment.get("state")
            if segment.get("state") != "initial":
                assert segment.find(f"{X}target") is not None
            source = {c.get("id"): c for c in segment.find(f"{X}source").iter(f"{X}ph", f"{X}pc")}
            for code in segment.iter(f"{X}ph", f"{X}pc"):
                if code.get("copyOf"):
                    assert any(c.get("id") == code.get("copyOf") for c in segment.iter(f"{X}ph", f"{X}pc"))
                elif code.get("id") in source:
                    assert code.tag == source[code.get("id")].tag
    return root


def export(*blocks, source="nl", target="ar", title="brief.docx", notes=()):
    data = export_xliff(title=title, source_language=source, target_language=target, blocks=blocks, notes=notes)
    return valid(data)


def words(element) -> str:
    """The text of a source or target, its code points put back and its tags left out."""
    out = [element.text or ""]
    for child in element:
        out.append(chr(int(child.get("hex"), 16)) if child.tag == f"{X}cp" else words(child))
        out.append(child.tail or "")
    return "".join(out)


def test_a_document_is_a_file_its_blocks_are_units_and_sentences_are_segments():
    root = export(
        XliffBlock("1", [XliffSegment("Een.", "ሓደ።", "approved", after=" "), XliffSegment("Twee.", None, "open")], ("let op", "ኣስተውዕል"), "heading"),
        XliffBlock("2", [XliffSegment("Drie.", "ሰለስተ።", "waiting")]), target="ti-ER", notes=("over alles",),
    )  # fmt: skip
    assert (root.get("srcLang"), root.get("trgLang")) == ("nl", "ti-ER")
    file = root[0]
    assert (file.get("original"), file.get("srcDir"), file.get("trgDir")) == ("brief.docx", "ltr", "ltr")
    assert file.get(f"{XML}space") == "preserve"
    first, second = root.iter(f"{X}unit")
    assert [etree.QName(child).localname for child in first] == ["notes", "segment", "ignorable", "segment"]
    assert [note.text for note in first[0]] == ["let op", "ኣስተውዕል", "heading"]
    assert (first.get("name"), second.get("name")) == ("1", "2")
    assert [words(t) for t in root.iter(f"{X}target")] == ["ሓደ።", "ሰለስተ።"]


STATES = {
    "open": ("initial", None), "translated": ("translated", None), "waiting": ("translated", "dragoman:waiting"),
    "sent_back": ("initial", "dragoman:sent_back"), "approved": ("final", None),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_states_are_said_in_the_words_of_the_standard(state):
    (segment,) = export(XliffBlock("1", [XliffSegment("Een", "واحد", state)])).iter(f"{X}segment")
    assert (segment.get("state"), segment.get("subState")) == STATES[state]


def test_what_has_no_translation_is_initial_whatever_was_said_of_it():
    (segment,) = export(XliffBlock("1", [XliffSegment("Een", None, "waiting")])).iter(f"{X}segment")
    assert (segment.get("state"), segment.get("subState")) == ("initial", None)


@pytest.mark.parametrize(("target", "way"), [("ar", "rtl"), ("prs", "rtl"), ("ti", "ltr"), ("so", "ltr")])
def test_directions_are_those_of_the_languages(target, way):
    assert export(XliffBlock("1", [XliffSegment("a")]), target=target)[0].get("trgDir") == way


def test_tags_are_codes_with_the_same_name_on_both_sides():
    codes = (Code(1, True, "bold", "b"), Code(2, False, "break", "br"), Code(3, True, "link", "link: ind.nl"), Code(4, False, "literal", "<1>"))
    root = export(XliffBlock("1", [XliffSegment("<1>Een</1><2/> <3>twee</3> <4/>", "<3>اثنان</3> <2/><1>واحد</1> <4/>", "translated", codes)]))
    source, target = root.find(f".//{X}source"), root.find(f".//{X}target")
    assert [(c.get("id"), c.get("type"), c.get("subType")) for c in source] == [
        ("s1c1", "fmt", "xlf:b"), ("s1c2", "fmt", "xlf:lb"), ("s1c3", "link", None),
    ]  # fmt: skip
    assert [c.get("id") for c in target] == ["s1c3", "s1c2", "s1c1"]
    assert source[0].get("dispStart") == "b"
    assert source[2].get("dispStart") == "link: ind.nl"
    assert words(source) == "Een twee <1>"
    assert words(target) == "اثنان واحد <1>"


def test_a_tag_used_twice_is_a_copy():
    root = export(XliffBlock("1", [XliffSegment("<1>a</1> <2/>", "<1>ሀ</1> <1>ለ</1> <2/><2/>", "translated")]))
    codes = [(c.get("id"), c.get("copyOf")) for c in root.find(f".//{X}target")]
    assert codes == [("s1c1", None), ("s1c1-2", "s1c1"), ("s1c2", None), ("s1c2-2", "s1c2")]


def test_two_sentences_of_a_block_share_no_identifier():
    export(XliffBlock("1", [XliffSegment("<1>a</1>", "<1>ሀ</1>", "translated"), XliffSegment("<1/>b", "<1/>ب", "translated")]))


def test_a_file_name_can_be_anything():
    assert export(XliffBlock('a"<&\n', [XliffSegment("a")]), title='br"ie<f>&\n\x01رسالة.docx')[0].get("original") == 'br"ie<f>&\n\ufffdرسالة.docx'


def test_wrong_calls_are_told():
    with pytest.raises(ValueError, match="needs a segment"):
        export(XliffBlock("1", []))
    with pytest.raises(ValueError, match="no state"):
        export(XliffBlock("1", [XliffSegment("a", "b", "finished")]))
    with pytest.raises(UnknownLanguage):
        export(XliffBlock("1", [XliffSegment("a")]), target="xx")


def test_naughty_strings_arrive_whole():
    strings = naughty_strings()
    root = export(XliffBlock("1", [XliffSegment(s, "ع" + s, "translated") for s in strings]))
    plain = [s.replace("<1>", "") for s in strings]  # one of them holds what is a tag to us
    assert [words(t) for t in root.iter(f"{X}source")] == plain
    assert [words(t) for t in root.iter(f"{X}target")] == ["ع" + s for s in plain]


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(letters() | st.text(alphabet=st.characters(exclude_categories=())), st.text(), st.lists(
    st.sampled_from(["<1>", "</1>", "<2/>", "<3>", "</3>", "ሀ", "ع "]), max_size=10).map("".join))
def test_any_text_and_any_tags_give_a_valid_file(text, note, tagged):
    codes = (Code(1, True, "bold", text[:9]), Code(2, False, "field", ""))
    root = export(XliffBlock("1", [XliffSegment(text, tagged, "translated", codes, before=note, after=text)], (note,)))
    if not any(tag in text for tag in ("<1>", "</1>", "<2/>")):
        assert words(next(root.iter(f"{X}segment"))[0]) == text


def test_a_thousand_blocks_of_real_text():
    blocks = [XliffBlock(str(n), [XliffSegment(f"Artikel <1>{n}</1>", f"<1>{n}</1> {ARABIC if n % 2 else ETHIOPIC}", "approved")]) for n in range(1000)]
    assert sum(1 for _ in export(*blocks).iter(f"{X}segment")) == 1000
