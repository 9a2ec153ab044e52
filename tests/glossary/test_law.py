"""The text of acts, read from two forms and compared with what concepts cite."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary import editing, law
from glossary.exchange import load_concepts
from glossary.law import word_diff
from glossary.models import LegalReference
from glossary.statutes import UnreadableLaw, read_act

MARKDOWN = """<meta http-equiv='Content-Type' content='text/html; charset=utf-8' />

##Wet van 23 november 2000 tot algehele herziening van de Vreemdelingenwet (Vreemdelingenwet 2000)

Wij Beatrix, bij de gratie Gods
### Hoofdstuk  3
####Verblijf
### Artikel  28

1.  Onze Minister is bevoegd:

a. de aanvraag in te willigen;

b. de vergunning in te trekken.
2.  De vergunning wordt verleend voor ten hoogste vijf achtereenvolgende jaren.
###Artikel 9a

Deze bepaling heeft geen leden.
### Artikel  83.0a
1. Een lid.
"""

XML = """<?xml version="1.0" encoding="UTF-8"?>
<toestand bwb-id="BWBR0011823" inwerkingtreding="2026-07-01"><wetgeving soort="wet">
 <intitule>Wet tot algehele herziening</intitule>
 <citeertitel status="officieel">Vreemdelingenwet 2000<meta-data><brondata>2000 495</brondata></meta-data></citeertitel>
 <wet-besluit><wettekst><hoofdstuk><kop><label>Hoofdstuk</label><nr>3</nr></kop>
  <artikel label="Artikel 28" status="goed"><kop><label>Artikel</label><nr>28</nr><titel>Bevoegdheid</titel></kop>
   <lid><lidnr>1</lidnr><al>Onze Minister is bevoegd:</al>
    <lijst><li><li.nr>a.</li.nr><al>de aanvraag <nadruk>in</nadruk> te willigen;</al></li>
           <li><li.nr>b.</li.nr><al>de vergunning in te trekken.</al></li></lijst>
    <meta-data><brondata>2013 478 28-11-2013</brondata></meta-data></lid>
   <lid><lidnr>2</lidnr><al>De vergunning wordt verleend voor ten hoogste <redactie>Red.: nieuw</redactie>drie achtereenvolgende jaren.</al></lid>
   <lid status="vervallen"><lidnr>3</lidnr><al>Vervallen.</al></lid></artikel>
  <artikel status="vervallen"><kop><label>Artikel</label><nr>9a</nr></kop><al>Oud.</al></artikel>
  <afdeling status="nogniet"><artikel status="goed"><kop><nr>99</nr></kop><al>Geldt nog niet.</al></artikel></afdeling>
  <artikel status="goed"><kop><label>Artikel</label><nr>83.0a</nr></kop><lid><lidnr>1</lidnr><al>Een lid.</al></lid></artikel>
 </hoofdstuk></wettekst></wet-besluit></wetgeving></toestand>
"""


def test_an_act_in_markdown_has_its_articles_and_their_paragraphs():
    act = read_act(MARKDOWN, "wetten/Vreemdelingenwet-2000_BWBR0011823.md")
    assert (act.title, act.bwb, list(act.articles)) == (
        "Vreemdelingenwet 2000",
        "BWBR0011823",
        ["28", "9a", "83.0a"],
    )
    assert (
        act.text_of("28", "2")
        == "De vergunning wordt verleend voor ten hoogste vijf achtereenvolgende jaren."
    )
    assert act.text_of("art. 28", "1.").endswith("b. de vergunning in te trekken.")
    assert act.text_of("9a") == "Deze bepaling heeft geen leden."
    assert act.text_of("9a", "1") is act.text_of("300") is act.text_of(None) is None
    assert act.text_of("83.0A") == "1. Een lid."


def test_an_act_in_xml_is_read_without_what_is_not_law_or_not_in_force():
    act = read_act(XML.encode())
    assert (act.title, act.bwb, act.valid_from.isoformat()) == (
        "Vreemdelingenwet 2000",
        "BWBR0011823",
        "2026-07-01",
    )
    assert list(act.articles) == ["28", "83.0a"] and list(act.articles["28"].paragraphs) == ["1", "2"]
    assert (
        act.text_of("28", "1")
        == "Onze Minister is bevoegd:\na. de aanvraag in te willigen;\nb. de vergunning in te trekken."
    )
    assert (
        act.text_of("28", "2")
        == "De vergunning wordt verleend voor ten hoogste drie achtereenvolgende jaren."
    )
    assert act.text_of("28").splitlines()[0] == "1. Onze Minister is bevoegd:"
    assert read_act(XML.replace(' encoding="UTF-8"', "")).articles.keys() == act.articles.keys()


def test_both_forms_of_one_paragraph_have_one_hash():
    markdown, xml = read_act(MARKDOWN, "BWBR0011823.md"), read_act(XML.encode())
    assert law.text_hash(markdown.text_of("28", "1")) == law.text_hash(xml.text_of("28", "1"))


UNREADABLE = [
    (b"<toestand><wetgeving>", "broken"),
    (
        b"<?xml version='1.0'?><!DOCTYPE toestand [<!ENTITY x 'yyyy'>]><toestand><artikel><kop><nr>1</nr></kop><al>&x;</al></artikel></toestand>",
        "entities",
    ),
    (b"<?xml version='1.0'?><toestand bwb-id='BWBR0000001'></toestand>", "no article"),
    ("Hallo, ዓለም".encode(), "no heading"),
    (b"", "no heading"),
    (b"### Artikel 1\n\xff\xfe", "line 2"),
    ("المادة ٢٨".encode(), "no heading"),
]


@pytest.mark.parametrize(("content", "said"), UNREADABLE, ids=[said for _, said in UNREADABLE])
def test_what_is_no_act_is_refused_with_what_to_do(content, said):
    with pytest.raises(UnreadableLaw, match=re.escape(said)) as refusal:
        read_act(content)
    assert "wetten.overheid.nl" in str(refusal.value)


@given(st.text(alphabet="ab ደ ل\n", max_size=60), st.text(alphabet="ab ደ ل\n", max_size=60))
def test_a_diff_holds_both_texts(before, after):
    pieces = word_diff(before, after)
    assert " ".join(text for kind, text in pieces if kind != "new").split() == before.split()
    assert " ".join(text for kind, text in pieces if kind != "gone").split() == after.split()
    assert before.split() == after.split() or any(kind != "same" for kind, _ in pieces)


def entry(code, **cited):
    return {"code": code, "terms": [{"language": "nl", "text": code}, {"language": "ti", "text": "ፍቓድ"}, {"language": "ar", "text": "تصريح"}],
            "law": [{"act": "Vreemdelingenwet 2000", "bwb": "BWBR0011823", **cited}]}  # fmt: skip


@pytest.fixture
def concepts(session):
    entries = [
        entry("duur", article="28", paragraph="2"),
        entry("bevoegdheid", article="28", paragraph="1"),
        entry("vervallen", article="9a"),
        entry("verkeerd", article="500"),
        entry("wet"),
        {
            "code": "elders",
            "terms": [{"language": "nl", "text": "elders"}],
            "law": [{"act": "Wet COA", "bwb": "BWBR0006685", "article": "28"}],
        },
        {
            "code": "zonder-bwb",
            "terms": [{"language": "nl", "text": "x"}],
            "law": [{"act": "vreemdelingenwet 2000", "article": "28"}],
        },
    ]
    assert not load_concepts(session, entries, origin="import", origin_name="law", by="test").rejected
    session.commit()
    return session


def kinds(found):
    return {compared.code: compared.kind for compared in found}


def test_the_first_text_is_taken_over_and_a_later_one_flags_what_changed(concepts):
    old, new = read_act(MARKDOWN, "BWBR0011823.md"), read_act(XML.encode())
    first = law.import_act(concepts, old, by="Rana")
    concepts.commit()
    assert kinds(first) == {
        "duur": "first",
        "bevoegdheid": "first",
        "vervallen": "first",
        "verkeerd": "gone",
        "wet": "act",
        "zonder-bwb": "first",
    }
    assert list(law.flagged(concepts)) == []
    assert set(kinds(law.import_act(concepts, old, by="Rana")).values()) == {"same", "gone", "act"}
    second = law.import_act(concepts, new, by="Rana")
    concepts.commit()
    assert kinds(second) == {
        "duur": "changed",
        "bevoegdheid": "same",
        "vervallen": "gone",
        "verkeerd": "gone",
        "wet": "act",
        "zonder-bwb": "changed",
    }
    assert [reference.concept.code for reference in law.flagged(concepts)] == [
        "duur",
        "vervallen",
        "zonder-bwb",
    ]
    changed = next(compared for compared in second if compared.code == "duur")
    assert [piece for piece in changed.diff if piece[0] != "same"] == [("gone", "vijf"), ("new", "drie")]


def test_importing_the_same_act_again_leaves_no_trace(concepts):
    act = read_act(XML.encode())
    law.import_act(concepts, read_act(MARKDOWN, "BWBR0011823.md"), by="Rana")
    law.import_act(concepts, act, by="Rana")
    concepts.commit()
    concept = editing.concept_with_code(concepts, "duur")
    acts, flags = len(editing.history_of(concepts, concept.id)), [r.flagged_at for r in law.flagged(concepts)]
    law.import_act(concepts, act, by="Rana")
    concepts.commit()
    assert len(editing.history_of(concepts, concept.id)) == acts
    assert [r.flagged_at for r in law.flagged(concepts)] == flags


def test_a_person_who_looked_settles_it_and_that_can_be_taken_back(concepts):
    law.import_act(concepts, read_act(MARKDOWN, "BWBR0011823.md"), by="Rana")
    law.import_act(concepts, read_act(XML.encode()), by="Rana")
    reference = next(law.flagged(concepts))
    assert "vijf" in reference.quoted and "drie" in reference.changed_text
    law.settle(concepts, reference, by="Rana", by_id=2, why="shorter: change the definition")
    concepts.commit()
    assert "drie" in reference.quoted and reference.flagged_at is None
    assert kinds(law.compare(concepts, read_act(XML.encode())))["duur"] == "same"
    latest = editing.history_of(concepts, reference.concept_id)[0]
    assert latest.why == "shorter: change the definition"
    editing.undo(concepts, latest.id, by="Rana")
    concepts.commit()
    assert concepts.get(LegalReference, reference.id).flagged_at is not None
