"""SKOS in and out: NL-SBB's own examples, three ways of writing, nothing fetched."""

import json

import pytest
import rdflib

from importers.concepts import ConceptDefinition, ConceptEntry, ConceptNote, ConceptTerm
from importers.skos import read_skos
from importers.skoswriting import KINDS, write_skos
from importers.units import UnreadableFile
from tests.importers.contract import FILES, naughty_strings
from tests.termdata import shared

SKOS = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix x: <http://example.org/id/> . @prefix isothes: <http://purl.org/iso25964/skos-thes#> .\n"
NL_SBB = SKOS + """
@prefix dct: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skosxl: <http://www.w3.org/2008/05/skos-xl#> .
x:bezwaar a skos:Concept ; skos:prefLabel "bezwaar"@nl, "اعتراض"@ar, "ተቓውሞ"@ti ; skos:altLabel "bezwaarschrift"@nl ; skos:hiddenLabel "bezwar"@nl ;
  skos:definition "Vragen om een nieuw besluit."@nl ; rdfs:comment "U bent het er niet mee eens."@nl ;
  dct:source [ rdfs:label "Awb" ; dct:bibliographicCitation "Awb, art. 1:5" ] ; skos:scopeNote "Niet: beroep."@nl ; skos:broader x:rechtsmiddel ;
  isothes:broaderPartitive x:procedure ; skos:exactMatch <http://elders.example/1> ; skos:notation "12" .
x:rechtsmiddel a skos:Concept ; skosxl:prefLabel x:label1 ; isothes:narrowerPartitive x:procedure .
x:label1 a skosxl:Label ; skosxl:literalForm "rechtsmiddel"@nl .
x:procedure a skos:Concept ; rdfs:label "procedure"@nl .
"""


def test_a_concept_as_the_dutch_profile_describes_it():
    first, second, third = read_skos(NL_SBB.encode(), "x.ttl").entries
    assert [(t.language, t.text, t.status) for t in first.terms] == [
        ("nl", "bezwaar", "preferred"), ("ar", "اعتراض", "preferred"), ("ti", "ተቓውሞ", "preferred"), ("nl", "bezwaarschrift", "admitted"),
    ]  # fmt: skip
    assert first.terms[0].details == (("variant", "bezwar"),)
    assert first.definitions == {"nl": ConceptDefinition("Vragen om een nieuw besluit.", "Awb, art. 1:5, Awb", "U bent het er niet mee eens.")}
    assert ConceptNote("Niet: beroep.", "nl") in first.notes
    assert set(first.relations) == {("broader", "http://example.org/id/rechtsmiddel"), ("part_of", "http://example.org/id/procedure")}
    assert first.links == (("http://elders.example/1", "near"),)
    assert [t.text for t in second.terms] == ["rechtsmiddel"]
    assert third.relations == (("part_of", "http://example.org/id/rechtsmiddel"),)
    assert [t.text for t in third.terms] == ["procedure"]


def test_turtle_rdf_xml_and_json_ld_say_the_same():
    graph = rdflib.Graph().parse(data=NL_SBB, format="turtle")
    found = []
    for kind in ("turtle", "xml", "json-ld", "nt"):
        name = {"turtle": "x.ttl", "xml": "x.rdf", "json-ld": "x.jsonld", "nt": "x.nt"}[kind]
        # a context inside the file, none elsewhere
        data = graph.serialize(format=kind, encoding="utf-8", **({"auto_compact": False} if kind == "json-ld" else {}))
        entries = read_skos(data, name).entries
        found.append({e.id: (sorted((t.language, t.text, t.status) for t in e.terms), e.definitions, sorted(e.relations)) for e in entries})
    assert found[0] == found[1] == found[2] == found[3]


ENTRY = ConceptEntry(
    "een woord/ሀ", (ConceptTerm("nl", "bezwaar", "preferred"), ConceptTerm("ar", "تظلم", "forbidden"), ConceptTerm("ar", "اعتراض", "proposed", details=(("dragoman", "{}"),)),
                ConceptTerm("nl", "tweede", "preferred"), ConceptTerm("ti", "ተቓውሞ", None)),
    "recht", {"nl": ConceptDefinition('Met "aanhaling"\n en \\ <b>&</b>', "Awb", "plain"), "ar": ConceptDefinition("تعريف")}, (ConceptNote("ملاحظة", "ar"),),
    details=(("dragoman", '{"law": []}'),), relations=(("broader", "b"), ("opposite", "c"), ("false_friend", "b"), ("near", "c"), ("part_of", "c")),
)  # fmt: skip
OTHERS = [ConceptEntry("b", (ConceptTerm("nl", "b", "admitted"),)), ConceptEntry("c", (ConceptTerm("fa", "پ\u200cپ", "preferred"),))]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_comes_back(kind):
    found = read_skos(write_skos([ENTRY, *OTHERS], kind), f"x.{kind}")
    assert found.own
    first = found.entries[0]
    assert first.id == ENTRY.id
    assert first.terms == ENTRY.terms
    assert first.definitions == ENTRY.definitions
    assert set(first.relations) == set(ENTRY.relations)
    assert (first.details, first.notes, first.subject) == (ENTRY.details, ENTRY.notes, ENTRY.subject)
    assert [e.terms[0].text for e in found.entries[1:]] == ["b", "پ\u200cپ"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_same_graph_for_rdflib(kind):
    first = rdflib.Graph().parse(data=write_skos([ENTRY, *OTHERS], "ttl"), format="turtle")
    other = rdflib.Graph().parse(data=write_skos([ENTRY, *OTHERS], kind), format={"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}[kind])
    from rdflib.compare import isomorphic

    assert isomorphic(first, other)


def test_one_preferred_label_for_a_language_and_forbidden_ones_hidden():
    graph = rdflib.Graph().parse(data=write_skos([ENTRY], "ttl"), format="turtle")
    core = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")
    labels = {name: {(str(o), o.language) for o in graph.objects(None, core[name])} for name in ("prefLabel", "altLabel", "hiddenLabel")}
    assert labels["prefLabel"] == {("bezwaar", "nl"), ("اعتراض", "ar"), ("ተቓውሞ", "ti")}
    assert labels["hiddenLabel"] == {("تظلم", "ar")}
    assert not labels["prefLabel"] & labels["altLabel"]  # S13


@pytest.mark.parametrize("kind", KINDS)
def test_naughty_strings_come_back(kind):
    from importers.safexml import FORBIDDEN

    strings = [s for s in naughty_strings() if s.strip()]
    entries = [ConceptEntry(f"n{n}", (ConceptTerm("nl", " ".join(s.split("\n"))),), definitions={"ti": ConceptDefinition("ሀ" + s + "ሀ")}) for n, s in enumerate(strings)]
    found = {e.id: e for e in read_skos(write_skos(entries, kind), f"x.{kind}").entries}
    for entry in entries:
        kept = FORBIDDEN.sub("\ufffd", entry.terms[0].text).strip()
        assert [t.text for t in found[entry.id].terms] == ([kept] if kept else [])
        assert found[entry.id].definitions["ti"].text.replace("\r", "") == FORBIDDEN.sub("\ufffd", entry.definitions["ti"].text).replace("\r", "")


def test_labels_without_a_language_are_told():
    bare = "".join(f'x:c{n} a skos:Concept ; skos:prefLabel "{word}" .\n' for n, word in enumerate(
        ["verblijfsvergunning aanvragen", "de gemeentelijke basisadministratie", "ziektekostenverzekering", "het bezwaarschrift"]))
    found = read_skos((SKOS + bare).encode(), "x.ttl")
    assert {t.language for e in found.entries for t in e.terms} == {"nl"}
    assert [w.key for w in found.warnings] == ["language-guessed"]
    found = read_skos((SKOS + 'x:c a skos:Concept ; skos:prefLabel "xq" , "حق"@ar .').encode(), "x.ttl")
    assert [w.key for w in found.warnings] == ["language-missing"]
    assert [t.language for t in found.entries[0].terms] == ["ar"]
    found = read_skos((SKOS + 'x:c a skos:Concept ; skos:prefLabel "xq"@qqq , "ሀ"@ti .').encode(), "x.ttl")
    assert [w.key for w in found.warnings] == ["language-unknown"]


BAD = {
    "nothing": (b"", "x.ttl", "empty"),
    "no RDF": (SKOS.encode() + b"dit is geen turtle", "x.ttl", "syntax"),
    "no concepts": (SKOS.encode() + b'x:a skos:note "b" .', "x.ttl", "mislabelled"),
    "a context elsewhere": (json.dumps({"@context": "http://example.org/c.jsonld", "@id": "x:a"}).encode(), "x.jsonld", "unsupported"),
    "a context elsewhere, deep inside": (json.dumps([{"@id": "x:a", "x:b": {"@context": [{}, "https://example.org/c"]}}]).encode(), "x.jsonld", "unsupported"),
    "an imported context": (json.dumps({"@context": {"@import": "https://example.org/c"}}).encode(), "x.jsonld", "unsupported"),
    "no JSON": (b'{"@context": {', "x.jsonld", "syntax"),
    "JSON too deep": (b'{"@id": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "x.jsonld", "syntax"),
    "entities": ((FILES / "xml-bombs" / "xmlbomb.xml").read_bytes(), "x.rdf", "entities"),
    "an entity elsewhere": ((FILES / "xml-bombs" / "external.xml").read_bytes(), "x.rdf", "entities"),
    "broken XML": (b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><a>", "x.rdf", "syntax"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_with_a_reason(case):
    data, name, reason = BAD[case]
    with pytest.raises(UnreadableFile) as refused:
        read_skos(data, name)
    assert refused.value.reason == reason
    assert "%(" not in refused.value.text()


def test_a_broken_line_is_named():
    with pytest.raises(UnreadableFile) as refused:
        read_skos((SKOS + 'x:a a skos:Concept ;\n skos:prefLabel "اعتراض"@ar .\nx:b a [ ;\n').encode(), "x.ttl")
    assert refused.value.where.startswith("line ")


def test_a_file_that_never_ends_is_stopped(monkeypatch):
    from importers import skos

    monkeypatch.setattr(skos, "MAX_TRIPLES", 20)
    with pytest.raises(UnreadableFile) as refused:
        read_skos((SKOS + "\n".join(f'x:c{n} a skos:Concept ; skos:prefLabel "{n}"@nl .' for n in range(50))).encode(), "x.ttl")
    assert refused.value.reason == "too-large"


def test_the_dutch_standards_own_thesaurus():
    found = read_skos(shared("skos", "nl-sbb", "thesaurus.ttl").read_bytes(), "thesaurus.ttl")
    assert len(found.entries) == 27
    by_id = {e.id.rsplit("/", 1)[1]: e for e in found.entries}
    assert [(t.language, t.text) for t in by_id["Keywords"].terms] == [("nl", "trefwoorden"), ("en", "keywords")]
    assert by_id["Collection"].definitions["nl"].text.startswith("Een collectie is een verzameling van begrippen")


def test_our_own_file_keeps_what_the_dutch_profile_asks():
    """The violations (not warnings) of NL-SBB's SHACL for a concept: a preferred label per language at most once, a
    definition with a language, addresses for relations."""
    profile = rdflib.Graph().parse(shared("skos", "nl-sbb", "skos-ap-nl.ttl"))
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    ap = dict(profile.namespaces())["skosapnl"]
    ours = rdflib.Graph().parse(data=write_skos([ENTRY, *OTHERS], "ttl"), format="turtle")
    core = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")
    checked = 0
    for shape in profile.objects(rdflib.URIRef(ap + "Concept"), sh.property):
        path = profile.value(shape, sh.path)
        if not isinstance(path, rdflib.URIRef):
            continue
        for concept in ours.subjects(rdflib.RDF.type, core.Concept):
            values = list(ours.objects(concept, path))
            kind = profile.value(shape, sh.nodeKind)
            for value in values:
                checked += 1
                if kind == sh.IRI:
                    assert isinstance(value, rdflib.URIRef), (path, value)
                if kind == sh.Literal:
                    assert isinstance(value, rdflib.Literal), (path, value)
                if profile.value(shape, sh.datatype) == rdflib.RDF.langString:
                    assert value.language, (path, value)
            if profile.value(shape, sh.uniqueLang):
                languages = [value.language for value in values]
                assert len(languages) == len(set(languages)), path
    assert checked > 20


def test_addresses_relative_to_the_file_hold_together():
    data = SKOS + '<bezwaar> a skos:Concept ; skos:prefLabel "اعتراض"@ar ; skos:broader <#hoger>, <nergens> . <#hoger> a skos:Concept ; skos:prefLabel "ሀ"@ti .'
    first, second = read_skos(data.encode(), "x.ttl").entries
    assert (first.id, first.place, second.id) == ("bezwaar", "bezwaar", "#hoger")
    assert (first.relations, first.links) == ((("broader", "#hoger"),), ())
