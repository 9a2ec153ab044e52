"""What the starter pack says: its concepts, its paragraphs of the Declaration, its sample documents."""

import csv
import json
import re
import unicodedata
import zipfile
from collections import Counter, defaultdict

import pytest
from lxml import etree

from app import starter
from app.starter import build_samples
from glossary import entries
from glossary.models import SYMMETRIC
from glossary.subjects import SUBJECTS
from languages import tags

FOLDER = starter.FOLDER
CONCEPTS = list(starter.concepts())
BY_CODE = {concept["code"]: concept for concept in CONCEPTS}
EVERYWHERE = ("nl", "en", "ar", "fa", "tr", "fr")

#: Letters that a language is written in, by the beginning of their Unicode names.
LETTERS = {
    "ar": "ARABIC", "fa": "ARABIC", "ti": "ETHIOPIC", "am": "ETHIOPIC", "ru": "CYRILLIC", "uk": "CYRILLIC", "zh-Hans": "CJK",
}  # fmt: skip
#: Letters of one language that look right in another and are wrong there.
FOREIGN_LETTERS = {"ar": "کیپچژگۀ", "fa": "كيىةٍ"}

#: Articles of the laws whose text was read when the concepts were written (versions of 2015 to 2017).
ARTICLES = {
    "BWBR0011823": "1 1a 2a 2p 8 9 10 14 20 28 29 30 30b 31 32 33 34 38 39 41 45 47 54 59 59a 62 62a 62b 63 64 66a 67 69 84 89 94",
    "BWBR0006685": "1 2 3",
    "BWBR0017959": "1 7 9 14 19",
}


def terms_of(concept, language):
    return [term for term in concept["terms"] if term["language"] == language]


def written(term):
    return [term["text"], *term.get("variants", [])]


def test_the_pack_is_as_large_as_it_says():
    said = (FOLDER / "concepts" / "SOURCE.md").read_text("utf-8")
    counted = Counter()
    for concept in CONCEPTS:
        counted.update({term["language"] for term in concept["terms"]})
    table = dict(re.findall(r"^\| ([\w -]+?) \| (\d+) \|", said, re.MULTILINE))
    assert {language: str(number) for language, number in counted.items()} == {
        language: number for languages, number in table.items() for language in languages.split()
    }
    assert f"{len(CONCEPTS)} concepts" in said
    assert f"{len(CONCEPTS)} concepts" in (FOLDER / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", sorted((FOLDER / "concepts").glob("*.json")), ids=lambda path: path.stem)
def test_a_file_is_readable_json_in_its_own_letters(path):
    text = path.read_text("utf-8")
    assert json.dumps(json.loads(text), ensure_ascii=False, indent=1) + "\n" == text


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept["code"])
def test_a_concept_can_be_loaded_and_says_what_it_means(concept):
    assert entries.problems(concept) == []
    assert concept["subject"] in SUBJECTS
    for language in ("nl", "en"):
        definition = concept["definitions"][language]
        assert definition["text"].strip() and definition["plain"].strip()
        assert definition["text"].endswith(".") and definition["plain"][-1] in ".?"
        longest = max(len(sentence.split()) for sentence in re.split(r"[.?:]", definition["plain"]))
        assert longest <= 25, f"a sentence of {longest} words is not plain"
    for language in EVERYWHERE:
        assert terms_of(concept, language), f"no term in {language}"
    assert bool(concept.get("sensitivity")) == bool(concept.get("content_note"))


def test_no_two_concepts_have_the_same_code():
    assert [code for code, times in Counter(concept["code"] for concept in CONCEPTS).items() if times > 1] == []


def test_nobody_is_said_to_have_approved_anything():
    assert [c["code"] for c in CONCEPTS for part in (*c["terms"], *c.get("equivalence", {}).values()) if "status" in part] == []


def test_no_definition_states_an_amount_that_changes_every_year():
    texts = [
        (concept["code"], definition[part])
        for concept in CONCEPTS
        for definition in concept["definitions"].values()
        for part in ("text", "plain")
    ]
    assert [code for code, text in texts if re.search(r"€|\beuro|\d{3,}", text) and "2000" not in text and "112" not in text] == []


def test_each_term_is_written_in_the_letters_of_its_language():
    strangers = []
    for concept in CONCEPTS:
        for term in concept["terms"]:
            language = tags.normalise(term["language"])
            assert language == term["language"]
            beginning = LETTERS.get(language, "LATIN")
            for text in written(term):
                letters = [c for c in text if c.isalpha() and not unicodedata.name(c).startswith(beginning)]
                # A Dutch name on every button, which nobody writes in other letters in the middle of a Russian sentence.
                if letters and "".join(letters) != "DigiD":
                    strangers.append((concept["code"], language, text))
                if set(text) & set(FOREIGN_LETTERS.get(language, "")):
                    strangers.append((concept["code"], language, text))
    assert strangers == []


def test_no_term_has_a_stray_space_a_control_character_or_an_explanation_in_brackets():
    odd = []
    for concept in CONCEPTS:
        for term in concept["terms"]:
            for text in written(term):
                controls = [c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c != "\u200c"]
                if text != " ".join(text.split()) or controls or set("()[]|~#") & set(text):
                    odd.append((concept["code"], text))
                if unicodedata.normalize("NFC", text) != text:
                    odd.append((concept["code"], text))
    assert odd == []


def test_a_term_stands_once_in_a_concept_and_language():
    twice = []
    for concept in CONCEPTS:
        for language in {term["language"] for term in concept["terms"]}:
            texts = Counter(text.casefold() for term in terms_of(concept, language) for text in set(written(term)))
            twice += [(concept["code"], language, text) for text, times in texts.items() if times > 1]
    assert twice == []


def test_no_dutch_or_english_term_is_the_same_in_two_concepts():
    """A word with two meanings needs a note, and the pack so far has none: a double would be a slip."""
    places = defaultdict(set)
    for concept in CONCEPTS:
        for language in ("nl", "en"):
            for term in terms_of(concept, language):
                for text in written(term):
                    places[language, text.casefold()].add(concept["code"])
    assert {text: codes for text, codes in places.items() if len(codes) > 1} == {}


def test_an_abbreviation_is_short_for_something():
    assert [
        term["text"]
        for concept in CONCEPTS
        for term in concept["terms"]
        if term.get("abbreviation_of") and len(term["abbreviation_of"]) <= len(term["text"])
    ] == []


def test_relations_lead_somewhere_and_never_in_a_circle():
    stated = set()
    above = defaultdict(set)
    for concept in CONCEPTS:
        for relation in concept.get("relations", []):
            one, kind, other = concept["code"], relation["kind"], relation["to"]
            assert other in BY_CODE, f"{one} {kind} {other}: there is no such concept"
            assert one != other
            key = (frozenset((one, other)), kind) if kind in SYMMETRIC else (one, other, kind)
            assert key not in stated, f"{one} {kind} {other} is said twice"
            stated.add(key)
            if kind not in SYMMETRIC:
                above[kind, one].add(other)
    for kind, start in list(above):
        seen, edge = set(), [start]
        while edge:
            for wider in above[kind, edge.pop()]:
                assert wider != start, f"{start} is {kind} of itself"
                if wider not in seen:
                    seen.add(wider)
                    edge.append(wider)


def test_dutch_laws_are_named_alike_and_by_their_identifier():
    names = defaultdict(set)
    for concept in CONCEPTS:
        for law in concept.get("law", []):
            if "bwb" in law:
                assert re.fullmatch(r"BWBR\d{7}", law["bwb"])
                names[law["bwb"]].add(law["act"])
            else:
                assert re.match(r"Richtlijn|Verordening|Vluchtelingenverdrag", law["act"])
            assert "paragraph" not in law or "article" in law
    assert {bwb: acts for bwb, acts in names.items() if len(acts) > 1} == {}


def test_cited_articles_of_migration_law_exist():
    cited = {
        (law["bwb"], law["article"]) for concept in CONCEPTS for law in concept.get("law", []) if law.get("bwb") in ARTICLES and "article" in law
    }
    assert cited == {(bwb, article) for bwb, articles in ARTICLES.items() for article in articles.split()} & cited
    assert len(cited) > 35


def test_what_has_no_equal_elsewhere_says_how_it_differs():
    for code in ("huurtoeslag", "eigen-risico", "inburgeringsplicht", "dublinclaim", "voorlopige-voorziening", "statushouder", "voogd", "nidos", "referent"):
        for language in ("ar", "fa", "tr"):
            differs = BY_CODE[code].get("equivalence", {}).get(language, {}).get("differs", {})
            assert differs.get("en") and differs.get("nl"), f"{code}: nothing for a reader of {language}"
        assert BY_CODE[code]["equivalence"]["ar"]["differs"].get("ar")


# The Universal Declaration of Human Rights


def declaration():
    with (FOLDER / "udhr.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_declaration_has_a_row_for_each_paragraph_and_a_cell_for_each_language():
    heading, *rows = declaration()
    assert heading == ["ref", "nl", "en", "ar", "fa", "ti", "am", "tr", "fr", "ru", "es", "zh-Hans", "so"]
    assert [tags.normalise(language) for language in heading[1:]] == heading[1:]
    references = [row[0] for row in rows]
    assert len(references) == len(set(references)) == 50
    assert sorted({int(reference.split(".")[0]) for reference in references}) == list(range(1, 31))
    assert {len(row) for row in rows} == {len(heading)}
    assert [(row[0], heading[place]) for row in rows for place, text in enumerate(row) if not text] == [("26.3", "ti")]


def test_the_declaration_has_no_control_characters_and_each_cell_is_in_its_letters():
    heading, *rows = declaration()
    for row in rows:
        for language, text in zip(heading[1:], row[1:], strict=True):
            assert text == text.strip()
            assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn") and c != "\u200c"]
            beginning = LETTERS.get(language, "LATIN")
            letters = [c for c in text if c.isalpha()]
            assert all(unicodedata.name(c).startswith(beginning) for c in letters), (row[0], language)


def test_the_paragraphs_stand_beside_their_translations():
    """A paragraph that is far longer or shorter than the language's usual measure stands beside the wrong one."""
    heading, *rows = declaration()
    english = heading.index("en")
    for place in range(1, len(heading)):
        shares = {row[0]: len(row[place]) / len(row[english]) for row in rows if row[place]}
        usual = sorted(shares.values())[len(shares) // 2]
        far = {reference: share / usual for reference, share in shares.items() if not 0.5 < share / usual < 1.8}
        assert far == {}, heading[place]


def test_what_was_put_right_in_the_declaration_is_listed_and_is_there():
    heading, *rows = declaration()
    cells = {(row[0], language): text for row in rows for language, text in zip(heading, row, strict=True)}
    with (FOLDER / "udhr-restored.tsv").open(encoding="utf-8", newline="") as file:
        restored = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(restored) > 80
    for line in restored:
        for reference in line["where"].split():
            words = cells[reference, line["language"]]
            assert line["here"] in words and line["why"]
            if line["published"] not in line["here"]:
                assert not re.search(rf"(?<!\w){re.escape(line['published'])}(?!\w)", words), (reference, line["published"])
    assert cells["29.3", "ar"].startswith("لا يصح")


# The sample documents

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACES = {
    "w": W[1:-1],
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}


def parts_of(name):
    with zipfile.ZipFile(FOLDER / name) as file:
        assert file.testzip() is None
        return {entry: etree.fromstring(file.read(entry)) for entry in file.namelist() if entry.endswith((".xml", ".rels"))}


def text_of(part):
    return "".join(part.itertext(f"{W}t"))


@pytest.mark.parametrize("name", build_samples.SAMPLES)
def test_a_sample_opens_and_is_what_its_script_builds(name, tmp_path):
    from docx import Document

    Document(FOLDER / name)
    build_samples.main(tmp_path)
    with zipfile.ZipFile(FOLDER / name) as kept, zipfile.ZipFile(tmp_path / name) as built:
        assert kept.namelist() == built.namelist()
        assert text_of(etree.fromstring(kept.read("word/document.xml"))) == text_of(etree.fromstring(built.read("word/document.xml")))


def test_the_letter_has_everything_that_a_letter_can_lose():
    parts = parts_of("brief-ind.docx")
    body = parts["word/document.xml"]
    text = text_of(body)
    for words in ("verblijfsvergunning asiel voor bepaalde tijd", "d.w.z.", "i.v.m.", "bijv.", "art. 35, lid 1", "€ 1.250,00", "3 maart 2026"):
        assert words in text
    assert text.count("Neem altijd uw identiteitsbewijs mee") == 3
    bold = ["".join(run.itertext(f"{W}t")) for run in body.xpath(".//w:r[w:rPr/w:b]", namespaces=SPACES)]
    assert "binnen zes weken" in bold
    assert len(body.findall(".//w:tbl/w:tr", SPACES)) == 4
    assert len(body.findall(".//w:hyperlink", SPACES)) == 1
    assert len(body.findall(".//w:footnoteReference", SPACES)) == 2
    boxes = body.findall(".//w:txbxContent", SPACES)
    assert len(boxes) == 2 and text_of(boxes[0]) == text_of(boxes[1])
    assert text_of(boxes[0]).startswith("Hulp nodig?Bel 071-0000000")
    assert "Artikel 28, lid 1, Vreemdelingenwet 2000" in text_of(parts["word/footnotes.xml"])
    footer = next(part for entry, part in parts.items() if re.fullmatch(r"word/footer\d*\.xml", entry))
    assert [code.text.strip() for code in footer.iterfind(".//w:instrText", SPACES)] == ["PAGE", "NUMPAGES"]
    header = next(part for entry, part in parts.items() if re.fullmatch(r"word/header\d*\.xml", entry))
    assert "Gemeente Voorbeeldstad" in text_of(header)


def test_the_leaflet_has_a_picture_that_is_described_lists_and_two_pages():
    body = parts_of("folder-taal-en-inburgering.docx")["word/document.xml"]
    styles = Counter(style.get(f"{W}val") for style in body.iterfind(".//w:pStyle", SPACES))
    assert styles["ListNumber"] == 4 and styles["ListBullet"] == 3 and styles["Heading1"] == 5 and styles["Heading2"] == 2
    assert body.find(".//wp:docPr", SPACES).get("descr").startswith("Tekening van twee tekstballonnen")
    assert len(body.findall(".//w:tbl/w:tr", SPACES)) == 4
    assert len(body.findall(".//w:hyperlink", SPACES)) == 1
    assert [mark.get(f"{W}type") for mark in body.iterfind(".//w:br", SPACES)] == ["page"]


@pytest.mark.parametrize("name", build_samples.SAMPLES)
def test_nobody_real_is_named_in_a_sample(name):
    with zipfile.ZipFile(FOLDER / name) as file:
        everything = "".join(file.read(entry).decode("utf-8") for entry in file.namelist() if entry.endswith((".xml", ".rels")))
    links = re.findall(r'Target="([^"]+)" TargetMode="External"', everything)
    assert [re.match(r"https://www\.voorbeeldstad\.example/", link) is not None for link in links] == [True]
    assert set(re.findall(r"\b0\d\d-\d{7}\b", everything)) == {"071-0000000"}
