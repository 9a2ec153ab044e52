"""Term base files meet the glossary: whatever a concept holds survives our own TBX, which the public schemas accept."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, isoschematron

from app import starter, termfiles
from glossary import entries
from glossary.models import (
    AUDIENCES,
    DEGREES,
    GENDERS,
    NOTE_KINDS,
    PARTS_OF_SPEECH,
    REGISTERS,
    RELATIONS,
    STATUSES,
    STRATEGIES,
)
from importers import termtable
from importers.units import UnreadableFile
from tests.importers.contract import FILES
from tests.termdata import shared

LOSSLESS = ("tbx", "ttl", "rdf", "jsonld", "json")


def bare(value):
    """An entry without what is empty and without order where order says nothing."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in sorted(value.items()) if v not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return sorted((bare(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


def again(made, kind):
    """code -> entry after writing and reading."""
    read = termfiles.read(termfiles.write(made, kind), f"x.{kind}")
    assert not read.warnings
    return {entry["code"]: bare(entry) for _, entry in read.entries}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_the_starter_pack_survives_whole(kind):
    made = list(starter.concepts())[:60]
    codes = {e["code"] for e in made}
    for entry in made:
        entry["relations"] = [r for r in entry.get("relations") or [] if r["to"] in codes]
    assert again(made, kind) == {e["code"]: bare(e) for e in made}


EVERYTHING = [
    {
        "code": "12", "subject": "recht & \"zo\"", "jurisdiction": "NL", "sensitivity": "violence", "content_note": "Gaat over geweld.",
        "keep_source": True, "licence": "CC BY 4.0", "picture": "plaatjes/bezwaar.svg",
        "picture_alt": "امرأة تكتب \u2067رسالة\u2069",
        "definitions": {
            "nl": {"text": "Exact.\n   Tweede regel  met  wit.\t", "plain": "Gewoon.", "source": "Awb, art. 1:5"},
            "ar": {"text": "تعريف", "plain": "بكلمات بسيطة"}, "fa": {"text": "بدون واژه", "source": "قانون"}, "ti": {"text": "ትርጉም"},
        },
        "terms": [
            {"language": language, "text": f"{word} {status}", "status": status, "part_of_speech": part, "gender": gender, "register": register,
             "abbreviation_of": "volle vorm", "context": "Een zin.", "context_source": "Een boek", "variants": ["ሀ", "ب"], "transliteration": "bez",
             "note": "noot\n  ingesprongen", "reason": "omdat", **({"wish": "forbidden"} if status == "proposed" else {})}
            for n, (language, word) in enumerate((("nl", "bezwaar"), ("ar-SY", "اعتراض\u200f"), ("ti-ER", "ተቓውሞ"), ("prs", "می\u200cخواهد")))
            for status, part, gender, register in zip(STATUSES, PARTS_OF_SPEECH[n:] + PARTS_OF_SPEECH, GENDERS[n:] + GENDERS, REGISTERS * 3, strict=False)
        ],
        "equivalence": {
            tag: {"degree": degree, "strategy": strategy, "differs": {"en": "so", "ar": "هكذا"}, "status": status}
            for tag, degree, strategy, status in zip(("ar", "fa", "ti", "tr", "so"), DEGREES, (*STRATEGIES, None), ("approved", "proposed") * 3, strict=False)
        },
        "law": [{"act": "Awb", "bwb": "BWBR0005537", "article": "1:5", "paragraph": "1", "valid_from": "2025-01-01", "quoted": "Onder “bezwaar” …\n\n2."}],
        "relations": [{"kind": kind, "to": to} for kind in (*RELATIONS, "narrower") for to in ("b", "niet-in-het-bestand")],
        "notes": [
            {"kind": kind, "audience": audience, "language": language, "text": f"[x] {kind} (public): \n  {audience}", **({"about": about} if about else {})}
            for kind in NOTE_KINDS for audience in AUDIENCES for language, about in (("en", None), ("ar", "ar-SY"), ("ti", "nl"), ("zh-Hans", None))
        ],
    },
    {"code": "b", "terms": [{"language": "am", "text": "ሀ"}]},
]  # fmt: skip


def test_the_example_of_everything_is_right_and_leaves_nothing_out():
    assert entries.problems(EVERYTHING[0]) == []
    first = EVERYTHING[0]
    assert set(first) == entries.ALLOWED[""]
    for kind in ("terms", "law", "relations", "notes"):
        assert {name for part in first[kind] for name in part} == entries.ALLOWED[kind], kind
    for kind in ("definitions", "equivalence"):
        assert {name for part in first[kind].values() for name in part} == entries.ALLOWED[kind], kind


@pytest.mark.parametrize("kind", LOSSLESS)
def test_everything_a_concept_can_hold_survives(kind):
    there = [dict(e) for e in EVERYTHING]
    if kind not in ("tbx", "json"):
        # SKOS cannot point at a concept that is not in the file
        there[0]["relations"] = [r for r in there[0]["relations"] if r["to"] == "b"]
    found = again(there, kind)
    for entry in there:
        for name, value in bare(entry).items():
            assert found[entry["code"]].get(name) == value, name
        assert set(found[entry["code"]]) == set(bare(entry))


LANGUAGES = ("nl", "en", "ar", "ar-SY", "fa", "prs", "ti-ER", "am", "zh-Hans")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40).filter(lambda t: t.strip())
#: Both directions with their marks, letters nobody sees, Ethiopic, and what looks like our own notes.
TEXT |= st.sampled_from([
    "اعتراض\u200f (IND)", "\u2067تظلّم\u2069 14-6", "می\u200cخواهد\u202e", "ተቓውሞ፡ እዩ።", "\u061cأ\u0651 \u2066nl\u2069", "[dragoman] {}",
    "usage (public): ሀ\nusage (public): ب", "[status] forbidden", "العربية\n  ትግርኛ", "\ufeff\u200b҂",
])  # fmt: skip
MAYBE = st.none() | TEXT


@st.composite
def an_entry(draw):
    def one_of(values):
        return draw(st.none() | st.sampled_from(values))

    tags_ = draw(st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=4, unique=True))
    words = draw(st.lists(st.tuples(st.sampled_from(tags_), TEXT), min_size=1, max_size=5, unique_by=lambda w: (w[0], w[1].strip())))
    definition = st.fixed_dictionaries({"text": TEXT, "plain": MAYBE, "source": MAYBE})
    return {
        "code": draw(st.from_regex(r"[A-Za-zሀ-ሐا-ي0-9._-]{1,20}", fullmatch=True)), "subject": draw(MAYBE), "jurisdiction": draw(MAYBE),
        "keep_source": draw(st.booleans()), "content_note": draw(MAYBE), "picture": draw(MAYBE),
        "picture_alt": draw(MAYBE), "sensitivity": draw(MAYBE), "licence": draw(MAYBE),
        "law": draw(st.lists(st.fixed_dictionaries({
            "act": TEXT, "bwb": st.none() | st.just("BWBR0005537"), "article": MAYBE, "paragraph": MAYBE, "quoted": MAYBE,
            "valid_from": st.none() | st.dates().map(str)}), max_size=2)),
        "definitions": draw(st.dictionaries(st.sampled_from(LANGUAGES), definition, max_size=3)),
        "terms": [
            {"language": tag, "text": text, "status": one_of(STATUSES), "part_of_speech": one_of(PARTS_OF_SPEECH), "gender": one_of(GENDERS),
             "register": one_of(REGISTERS), "context": draw(MAYBE), "context_source": draw(MAYBE), "note": draw(MAYBE),
             "transliteration": draw(MAYBE), "variants": draw(st.lists(TEXT, max_size=2)), "abbreviation_of": draw(MAYBE),
             "reason": draw(MAYBE), "wish": one_of(STATUSES)}
            for tag, text in words
        ],
        "notes": draw(st.lists(st.fixed_dictionaries({
            "kind": st.sampled_from(NOTE_KINDS), "audience": st.sampled_from(AUDIENCES), "language": st.sampled_from(LANGUAGES),
            "about": st.none() | st.sampled_from(LANGUAGES), "text": TEXT}), max_size=3)),
        "equivalence": draw(st.dictionaries(st.sampled_from(LANGUAGES), st.fixed_dictionaries({
            "degree": st.sampled_from(DEGREES), "strategy": st.none() | st.sampled_from(STRATEGIES),
            "status": st.none() | st.sampled_from(("proposed", "approved")),
            "differs": st.dictionaries(st.sampled_from(LANGUAGES), TEXT, max_size=2)}), max_size=2)),
    }  # fmt: skip


@settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(an_entry())
def test_any_concept_comes_back_from_our_tbx_as_it_went_in(entry):
    assert entries.problems(entry) == []
    assert again([entry], "tbx") == {entry["code"]: bare(entry)}


# --- the public schemas ------------------------------------------------------------------------


def core_structure():
    """RELAX NG of the structure that every dialect shares. The integrated schema of LTAC is for TBX-Core, which has no data
    categories; here any category passes, and the Schematron of the dialect says which are right."""
    tree = etree.parse(shared("tbx-ltac", "TBX-Core_dialect", "Schemas", "TBXcoreStructV03_TBX-Core_integrated.rng"))
    ns = "{http://relaxng.org/ns/structure/1.0}"
    for define in tree.iter(f"{ns}define"):
        if define.get("name").endswith(".types"):
            for child in list(define):
                define.remove(child)
            etree.SubElement(define, f"{ns}text")
    return etree.RelaxNG(tree)


def basic_rules():
    """The Schematron of TBX-Basic in DCA style. It is written for XSLT 2; the two functions it uses of that are put into
    XSLT 1, which is what lxml has."""
    text = shared("tbx-ltac", "TBX-Basic_dialect", "DCA", "TBX-Basic_DCA.sch").read_text("utf-8-sig")
    text = re.sub(r"^<\?xml[^>]*\?>", "", text).replace('queryBinding="xslt2"', 'queryBinding="xslt"')
    text = text.replace("./local-name()", "local-name(.)")
    text = text.replace("matches(@target,'https?://.+')", "(starts-with(@target,'http://') or starts-with(@target,'https://'))")
    assert "matches(" not in text
    return isoschematron.Schematron(etree.fromstring(text), store_report=True)


def test_what_we_write_is_valid_for_the_schemas_of_tbx_basic():
    structure, rules = core_structure(), basic_rules()
    for made in (list(starter.concepts()), EVERYTHING):
        document = etree.fromstring(termfiles.write(made, "tbx"))
        assert structure.validate(document), structure.error_log.last_error
        assert rules.validate(document), re.findall(r"<svrl:text>([^<]*)", etree.tostring(rules.validation_report, encoding="unicode"))
    # the schemas are really asked: a wrong category and a wrong place are found
    wrong = termfiles.write(EVERYTHING, "tbx").replace(b'type="subjectField"', b'type="zomaar"', 1)
    assert not rules.validate(etree.fromstring(wrong))
    wrong = termfiles.write(EVERYTHING, "tbx").replace(b"<termSec>", b"<termSec><note>x</note>", 1)
    assert not structure.validate(etree.fromstring(wrong))


def test_both_styles_of_the_public_example_say_the_same():
    dca = termfiles.read(shared("tbx-ltac", "TBX-Basic_dialect", "DCA", "Example_Astronomy_DCA_VALID.tbx").read_bytes(), "a.tbx")
    dct = termfiles.read(shared("tbx-ltac", "TBX-Basic_dialect", "DCT", "Example_Astronomy_DCT_VALID.tbx").read_bytes(), "a.tbx")
    strip = [[{k: v for k, v in e.items() if k != "notes"} for _, e in read.entries] for read in (dca, dct)]
    assert len(strip[0]) == 45
    assert strip[0] == strip[1]


# --- every file of the test data -----------------------------------------------------------------

#: file -> how many concepts come in, or why the file is refused. "?" after a number: a person confirms the columns first.
SWEEP = {
    "tbx-ltac/TBX-Basic_dialect/DCA/Example_Astronomy_DCA_VALID.tbx": 45,
    "tbx-ltac/TBX-Basic_dialect/DCA/TBX-Basic_DCA.sch": "mislabelled",
    "tbx-ltac/TBX-Basic_dialect/DCT/Example_Astronomy_DCT_VALID.tbx": 45,
    "tbx-ltac/TBX-Basic_dialect/DCT/TBX-Basic.nvdl": "mislabelled",
    "tbx-ltac/TBX-Basic_dialect/DCT/TBX-Basic_DCT.sch": "mislabelled",
    "tbx-ltac/TBX-Core_dialect/Schemas/Example_Astronomy_DCA_VALID.tbx": 45,
    "tbx-ltac/TBX-Core_dialect/Schemas/TBX-Core.sch": "mislabelled",
    "tbx-ltac/TBX-Core_dialect/Schemas/TBXcoreStructV03_TBX-Core_integrated.rng": "mislabelled",
    "okapi/tbx/ibm_tbx.tbx": 5,
    "okapi/tbx/oracle_TBX.tbx": 2,
    "okapi/tbx/test01.tbx": 1,
    "hxltm/UNLICENSE": "unsupported",
    "hxltm/codicem.linguam.hxl.csv": "7867?",
    "hxltm/codicem.locum.hxl.csv": 249,
    "hxltm/de-csv/csv-non-hxltm-exemplum.csv": 6,
    "hxltm/de-extraneum/hxltm-bi-linguam-in-columnam.csv": 6,
    "hxltm/de-extraneum/hxltm-multi-linguam-in-columnam-v.csv": 6,
    "hxltm/de-extraneum/hxltm-multi-linguam-in-columnam.csv": 6,
    "hxltm/de-extraneum/hxltm-solum-id.tm.hxl.csv": "unsupported",
    "hxltm/de-extraneum/hxltm-solum-linguam.tm.hxl.csv": 6,
    "hxltm/de-hxl/hxl-non-hxltm-exemplum.hxl.csv": 6,
    "hxltm/hxltm-exemplum-glossarium-minimum.tm.hxl.csv": 6,
    "hxltm/hxltm-exemplum-linguam.tm.hxl.csv": 9,
    "hxltm/resultatum/csv-3-exemplum.csv": 6,
    "hxltm/resultatum/de-csv/csv-non-hxltm-exemplum.tm.hxl.csv": 6,
    "hxltm/resultatum/de-hxl/hxl-non-hxltm-exemplum.tm.hxl.csv": 6,
    "hxltm/resultatum/hxltm-exemplum-linguam.por-Latn--spa-Latn.obsoletum.xlf": "mislabelled",
    "hxltm/resultatum/hxltm-exemplum-linguam.por-Latn--spa-Latn.xlf": "mislabelled",
    "hxltm/resultatum/hxltm-exemplum-linguam.por-Latn_spa-Latn.csv": 9,
    "hxltm/resultatum/hxltm-exemplum-linguam.por-Latn_spa-Latn.tsv": 9,
    "hxltm/resultatum/hxltm-exemplum-linguam.tbx": 9,
    "hxltm/resultatum/hxltm-exemplum-linguam.tmx": "mislabelled",
    "hxltm/resultatum/hxltm-salve-mundi.tm.hxl.csv": 1,
    "hxltm/rursum/XLIFF-obsoletum/hxltm-exemplum-linguam.por-Latn--spa-Latn.tm.hxl.csv": 9,
    "hxltm/rursum/XLIFF/hxltm-exemplum-linguam.por-Latn--spa-Latn.tm.hxl.csv": 9,
    "skos/LICENSE.benoitdavidfr.md": "unsupported",
    "skos/nl-sbb/README.md": "unsupported",
    "skos/nl-sbb/VariantA.ttl": 1,
    "skos/nl-sbb/VariantB1.ttl": 2,
    "skos/nl-sbb/VariantB2.ttl": 6,
    "skos/nl-sbb/VariantC.trig": 1,
    "skos/nl-sbb/shapes.ttl": "mislabelled",
    "skos/nl-sbb/skos-ap-nl.ttl": "mislabelled",
    "skos/nl-sbb/skos-versiebeheer-ap-nl.ttl": "mislabelled",
    "skos/nl-sbb/thesaurus-versiebeheer.ttl": 6,  # five concepts of it have an empty name
    "skos/nl-sbb/thesaurus.ttl": 27,
    "skos/nl-sbb/variantB.ttl": 2,
    "skos/nl-sbb/voorbeeld DCAT-AP-NL begrippenkader IMEV.ttl": "syntax",  # "vcard:hasEmail <…> . ]" is no Turtle
    "skos/skosmos-tests/LICENSE": "unsupported",
    "skos/skosmos-tests/altlabel.ttl": 1,
    "skos/skosmos-tests/cbd.ttl": 2,
    "skos/skosmos-tests/changes.ttl": 5,
    "skos/skosmos-tests/collation.ttl": 3,
    "skos/skosmos-tests/conceptPropertyLabels.ttl": 4,
    "skos/skosmos-tests/cycle.ttl": 4,
    "skos/skosmos-tests/date.ttl": 5,
    "skos/skosmos-tests/default_graph.ttl": "mislabelled",
    "skos/skosmos-tests/dup.ttl": 7,
    "skos/skosmos-tests/dupgroup.ttl": 1,
    "skos/skosmos-tests/groups.ttl": 7,
    "skos/skosmos-tests/hash.ttl": 2,
    "skos/skosmos-tests/http304.ttl": 7,
    "skos/skosmos-tests/mapping.ttl": 2,
    "skos/skosmos-tests/multiple-schemes.ttl": 3,
    "skos/skosmos-tests/myns-ontology.ttl": "mislabelled",
    "skos/skosmos-tests/nolang.ttl": 3,
    "skos/skosmos-tests/prefix.ttl": 1,
    "skos/skosmos-tests/sub.ttl": 1,
    "skos/skosmos-tests/subtag.ttl": 1,
    "skos/skosmos-tests/test-551-A.ttl": 551,
    "skos/skosmos-tests/test-concept-schemes.ttl": 6,
    "skos/skosmos-tests/test-hierarchy-without-top-concepts.ttl": 17,
    "skos/skosmos-tests/test-hierarchy.ttl": 17,
    "skos/skosmos-tests/test-marc.ttl": "mislabelled",
    "skos/skosmos-tests/test-notation-sort.ttl": 15,
    "skos/skosmos-tests/test-qualified-broader.ttl": 3,
    "skos/skosmos-tests/test-qualified-notation.ttl": 5,
    "skos/skosmos-tests/test-rdf-list.ttl": 27,
    "skos/skosmos-tests/test.ttl": 17,
    "skos/skosmos-tests/xl.ttl": 1,
    "skos/skosmos-tests/yso.ttl": 271,
    "tico19/terminologies/f_en-am_ET.csv": 306,
    "tico19/terminologies/f_en-fa_IR.csv": 306,
    "tico19/terminologies/f_en-fr_XX.csv": 306,
    "tico19/terminologies/f_en-nl_XX.csv": 306,
}  # fmt: skip


def test_the_sweep_names_every_file_there_is():
    folders = ("tbx-ltac", "okapi/tbx", "hxltm", "skos", "tico19/terminologies")
    root = shared("tbx-ltac").parent
    there = {str(path.relative_to(root)) for folder in folders for path in (root / folder).rglob("*") if path.is_file()}
    assert there == set(SWEEP)


@pytest.mark.parametrize("name", SWEEP)
def test_every_file_imports_or_is_refused_with_a_reason(name, sqlite_session):
    from app import termimports

    path = shared(*name.split("/"))
    expected = SWEEP[name]
    try:
        read = termfiles.read(path.read_bytes(), path.name)
        termfiles.refuse_unmapped(read)
    except UnreadableFile as refused:
        assert refused.reason == expected
        said = refused.text()
        assert "%(" not in said
        assert len(said) > 40 and said.endswith((".", "memory instead.", "document instead."))
        return
    assert f"{expected}".endswith("?") == read.guessed
    load = termimports.apply(sqlite_session, read.entries, path.name, by="test")
    # what stays out says why, and where in the file
    for place, reason in load.rejected:
        assert place and str(reason), (place, reason)
    assert load.added == int(str(expected).rstrip("?"))
    repeated = termimports.apply(sqlite_session, termfiles.read(path.read_bytes(), path.name).entries, path.name, by="test")
    assert (repeated.added, repeated.changed, repeated.unchanged) == (0, 0, load.added)


@pytest.fixture
def sqlite_session(tmp_path, sqlite_template):
    """A session on an empty SQLite database: these files say nothing about databases."""
    import shutil

    from app.db import make_engine, new_session

    shutil.copyfile(sqlite_template, tmp_path / "sweep.sqlite3")
    engine = make_engine(f"sqlite:///{tmp_path / 'sweep.sqlite3'}")
    with new_session(engine) as session:
        yield session
    engine.dispose()


# --- codes and columns ---------------------------------------------------------------------------


def test_numbers_of_a_file_are_no_codes_and_the_same_file_gives_the_same():
    data = "id,nl,ar\n1,de bank,مصرف\n2,de bank,مقعد\n3,بنك,ب\nbezwaar,het bezwaar,ا\n4,,ሀ\n".encode()
    codes = [entry["code"] for _, entry in termfiles.read(data, "x.csv").entries]
    assert codes == ["de-bank", "de-bank-2", "بنك", "bezwaar", "ሀ"]
    assert [entry["code"] for _, entry in termfiles.read(data, "x.csv").entries] == codes


def test_an_identifier_used_twice_is_refused_by_its_place(sqlite_session):
    from app import termimports

    text = "".join(
        f'<conceptEntry id="c1"><langSec xml:lang="ti"><termSec><term>{word}</term></termSec></langSec></conceptEntry>\n' for word in ("ሀ", "ለ")
    )
    tbx = f'<tbx type="TBX-Basic" style="dca" xml:lang="nl" xmlns="urn:iso:std:iso:30042:ed-2">\n<text><body>{text}</body></text></tbx>'
    load = termimports.apply(sqlite_session, termfiles.read(tbx.encode(), "x.tbx").entries, "x.tbx", by="test")
    assert load.added == 1
    ((place, reason),) = load.rejected
    assert place.startswith("line 3") and "already used by line 2" in reason


def test_relations_that_go_in_a_circle_stay_out_and_are_named(sqlite_session):
    from app import termimports

    path = shared("skos", "skosmos-tests", "cycle.ttl")
    load = termimports.apply(sqlite_session, termfiles.read(path.read_bytes(), path.name).entries, path.name, by="test")
    assert load.added == 4
    assert any("round in a circle" in reason for _, reason in load.rejected)


def test_a_table_without_names_is_understood_by_what_is_in_it():
    rows = "verblijfsvergunning aanvragen\tطلب تصريح إقامة\tbij de IND\n" * 3 + "de huurtoeslag aanvragen\tطلب بدل الإيجار\t\nhet bezwaarschrift\tالاعتراض الخطي\tAwb\n"
    read = termfiles.read(rows.encode(), "glossary.txt")
    assert read.guessed and not read.mapping.names
    assert read.mapping.columns == (("terms", "nl"), ("terms", "ar"), ("note", None))
    assert len(read.entries) == 5
    assert read.entries[-1][0] == "row 5"


@pytest.mark.parametrize("name", ["f_en-am_ET", "f_en-fa_IR", "f_en-fr_XX", "f_en-nl_XX"])
def test_real_columns_are_not_doubted_and_the_same_swapped_are(name):
    data = shared("tico19", "terminologies", f"{name}.csv").read_bytes()
    read = termfiles.read(data, "x.csv")
    assert not [d for d in termtable.doubts(read.table, read.mapping) if d.key != "cells"]
    swapped = "\n".join(",".join([line.split(",")[0], line.split(",")[2], line.split(",")[1], *line.split(",")[3:]]) for line in data.decode().splitlines()[1:])
    read = termfiles.read(("id,sourceLang,targetLang,sourceString,targetString\n" + swapped).encode(), "x.csv")
    (doubt,) = [d for d in termtable.doubts(read.table, read.mapping) if d.key != "cells"]
    assert doubt.key == "swapped"
    right = termfiles.read(("id,sourceLang,targetLang,sourceString,targetString\n" + swapped).encode(), "x.csv", doubt.fix)
    languages = Counter(t["language"].split("-")[0] for _, e in right.entries for t in e["terms"])
    assert languages["en"] == 306


def _starter_table(order, headers):
    rows = []
    for entry in list(starter.concepts())[:80]:
        words = {}
        for term in entry["terms"]:
            words.setdefault(term["language"], term["text"])
        if all(tag in words for tag in order):
            rows.append(",".join(f'"{words[tag]}"' for tag in order))
    return (",".join(headers) + "\n" + "\n".join(rows)).encode()


@pytest.mark.parametrize(("order", "headers", "key"), [
    (("nl", "en", "ar", "fa", "fr"), ("nl", "en", "ar", "fa", "fr"), None),
    (("nl", "en", "ar", "fa", "fr"), ("nl", "en", "fa", "ar", "fr"), "swapped"),
    (("nl", "en", "ar", "fa", "fr"), ("fr", "nl", "en", "ar", "fa"), "shifted"),
    (("nl", "en", "tr", "ar"), ("nl", "en", "so", "ar"), "mislabelled"),
    (("nl", "fr", "ru", "am"), ("nl", "nl", "ru", "ti"), "shifted"),
])  # fmt: skip
def test_columns_that_hold_another_language_are_caught_and_put_right(order, headers, key):
    data = _starter_table(order, headers)
    read = termfiles.read(data, "x.csv")
    found = [d for d in termtable.doubts(read.table, read.mapping) if d.key != "cells"]
    assert [d.key for d in found] == ([key] if key else [])
    if key:
        right = termfiles.read(data, "x.csv", found[0].fix)
        assert right.mapping.columns == tuple(("terms", tag) for tag in order)
        assert not [d for d in termtable.doubts(right.table, right.mapping) if d.key != "cells"]


def test_cells_of_a_shifted_row_are_found_and_left_out():
    data = _starter_table(("nl", "ar", "ti"), ("nl", "ar", "ti")) + "\nde huurovereenkomst opzeggen,de huur,تصريح إقامة\n".encode()
    read = termfiles.read(data, "x.csv")
    last = read.table.numbers[-1]
    (doubt,) = termtable.doubts(read.table, read.mapping)
    assert (doubt.key, doubt.rows) == ("cells", (last,))
    right = termfiles.read(data, "x.csv", doubt.fix)
    assert [t["text"] for t in right.entries[-1][1]["terms"]] == ["de huurovereenkomst opzeggen"]


IN_A_TABLE = [
    {
        "code": "bezwaar", "subject": "procedure", "jurisdiction": "NL", "sensitivity": "fear of authorities", "content_note": "Eerst vragen.",
        "keep_source": True, "licence": "CC BY 4.0",
        "terms": [
            {"language": "nl", "text": "bezwaar", "status": "preferred"}, {"language": "ar", "text": "اعتراض\u200f", "status": "admitted"},
            {"language": "ar", "text": "تظلّم", "status": "forbidden"}, {"language": "ti-ER", "text": "ተቓውሞ", "status": "proposed"},
        ],
        "definitions": {"ti": {"text": "ትርጉም", "plain": "ብቐሊሉ", "source": "=Awb"}},
        "equivalence": {
            "ar": {"degree": "partial", "strategy": "functional equivalent", "differs": {"ar": "يختلف\nفي الأجل", "nl": "De termijn", "en": "The period"}, "status": "approved"},
            "so": {"degree": "none", "strategy": "borrow"}, "ti-ER": {"degree": "false friend", "differs": {"nl": "Is iets anders"}, "status": "proposed"},
        },
        "law": [
            {"act": "Algemene wet bestuursrecht", "bwb": "BWBR0005537", "article": "6:4", "paragraph": "1", "valid_from": "2025-07-01", "quoted": "Het maken van bezwaar\ngeschiedt door …"},
            {"act": "Vreemdelingenwet 2000", "article": "69"},
        ],
        "relations": [{"kind": "broader", "to": "beroep"}, {"kind": "false_friend", "to": "beroep"}],
        "notes": [
            {"kind": "culture", "audience": "public", "language": "ar", "about": "ar-SY", "text": "في سوريا\nيختلف"},
            {"kind": "translator", "audience": "reviewers", "language": "ar", "text": "انتبه"},
            {"kind": "usage", "audience": "organisation", "language": "ti", "text": "ተጠንቀቕ"},
        ],
    },
    {"code": "beroep", "terms": [{"language": "am", "text": "ይግባኝ"}]},
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_has_columns_for_equivalence_law_and_relations(kind):
    assert not any(entries.problems(entry) for entry in IN_A_TABLE)
    assert again(IN_A_TABLE, kind) == {e["code"]: bare(e) for e in IN_A_TABLE}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_of_the_starter_pack_a_table_keeps_all_but_what_it_says_of_single_words(kind):
    made = list(starter.concepts())
    found = again(made, kind)
    for entry in made:
        wanted = bare({**entry, "terms": [{"language": t["language"], "text": t["text"], "status": t.get("status")} for t in entry["terms"]]})
        assert found[entry["code"]] == wanted


def test_cells_that_are_no_degree_day_or_relation_are_told_with_their_row():
    rows = (
        "code,nl,ar,ar_degree,ar_strategy,ti_differs,law_wet,law_artikel,law_valid_from,relations,keep_source\n"
        "a,bezwaar,اعتراض,Gedeeltelijk,omschrijven,,Awb,6:4,1-7-2025,broader: b,ja\n"
        "b,beroep,استئناف,ongeveer,gok,ይፈላለ,Awb,8:1,ooit,staat bij a,nee\n"
    )
    read = termfiles.read(rows.encode(), "x.csv")
    first, second = (entry for _, entry in read.entries)
    assert first["equivalence"] == {"ar": {"degree": "partial", "strategy": "describe"}} and first["keep_source"] is True
    assert first["law"] == [{"act": "Awb", "article": "6:4", "valid_from": "2025-07-01"}]
    assert "equivalence" not in second and "keep_source" not in second and second["law"] == [{"act": "Awb", "article": "8:1"}]
    assert {w.where for w in read.warnings} == {"row 3"} and len(read.warnings) == 4


def test_a_term_per_row_says_its_equivalence_too():
    rows = "id,language,term,degree,differs,law_act\n1,nl,bezwaar,,,Awb\n1,ar,اعتراض,none,لا يوجد,\n"
    ((_, entry),) = termfiles.read(rows.encode(), "x.csv").entries
    assert entry["equivalence"] == {"ar": {"degree": "none", "differs": {"ar": "لا يوجد"}}} and entry["law"] == [{"act": "Awb"}]


def test_the_importers_words_for_degrees_are_the_glossarys():
    from importers import concepts

    assert (concepts.DEGREES, concepts.STRATEGIES) == (DEGREES, STRATEGIES)


def test_hostile_cells_come_in_as_they_are_and_leave_harmless():
    lines = (FILES / "csv-injection" / "csv-payload.txt").read_text("utf-8").splitlines()
    made = [{"code": f"x{n}", "terms": [{"language": "nl", "text": line}, {"language": "ti", "text": f"=ሀ{n}"}]} for n, line in enumerate(lines) if line.strip()]
    for kind in ("csv", "xlsx"):
        data = termfiles.write(made, kind)
        if kind == "csv":
            assert not re.search(r'(^|,)"?[=+@-]', data.decode("utf-8-sig"), re.M)
        found = {e["code"]: [t["text"] for t in e["terms"]] for _, e in termfiles.read(data, f"x.{kind}").entries}
        assert found == {e["code"]: [t["text"] for t in e["terms"]] for e in made}
