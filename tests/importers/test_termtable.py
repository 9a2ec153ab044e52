"""Tables of terms: columns are understood by their names, and what is not understood is told."""

import pytest

from importers.concepts import ConceptDefinition, ConceptEntry, ConceptNote, ConceptTerm
from importers.spreadsheet import read_rows, write_csv, write_xlsx
from importers.termtable import columns, concepts_of, table_of
from importers.units import UnreadableFile
from tests.importers.contract import FILES

HEADERS = {
    "nl": ("terms", "nl"), "AR": ("terms", "ar"), "ar_SY": ("terms", "ar-SY"), "ti-ER": ("terms", "ti-ER"), "fa-AF": ("terms", "prs"),
    "Arabic": ("terms", "ar"), "Nederlands": ("terms", "nl"), "Tigrinya": ("terms", "ti"), "العربية": ("terms", "ar"),
    "term_nl": ("terms", "nl"), "nl term": ("terms", "nl"), "nld": ("terms", "nl"),
    "definition_nl": ("definition", "nl"), "nl_definition": ("definition", "nl"), "Definitie NL": ("definition", "nl"),
    "definition_ar_SY": ("definition", "ar-SY"), "ti-ER status": ("status", "ti-ER"), "bron_nl": ("source", "nl"),
    "definition": ("definition", None), "Note": ("note", None), "ID": ("id", None), "concept": ("id", None),
    "Onderwerp": ("subject", None), "taal": ("language", None), "sourceLang": ("source_language", None),
    "zomaar": None, "": None, "src_line": None,
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_a_column_is_understood_by_its_name(header):
    assert columns([header]) == [HEADERS[header]]


def concepts(text, name="x.csv"):
    return concepts_of(read_rows(text.encode(), name))


def test_a_concept_per_row():
    found = concepts(
        "id,subject,nl,nl_status,nl_definition,nl_source,ar,ti,note,vreemd\n"
        'bezwaar,recht,"bezwaar | bezwaarschrift","preferred\nadmitted",Een brief,Awb,اعتراض,ተቓውሞ,let op,x\n,,,,,,,,,\n'
    )
    assert found.entries == [
        ConceptEntry(
            "bezwaar",
            (ConceptTerm("nl", "bezwaar", "preferred"), ConceptTerm("nl", "bezwaarschrift", "admitted"), ConceptTerm("ar", "اعتراض"),
             ConceptTerm("ti", "ተቓውሞ")),
            "recht", {"nl": ConceptDefinition("Een brief", "Awb")}, (ConceptNote("let op"),),
        )
    ]  # fmt: skip
    assert [(w.key, w.fields["columns"]) for w in found.warnings] == [("column-unknown", "vreemd")]


def test_a_term_per_row():
    found = concepts(
        "id;language;term;status;definition;note\n1;nl;bezwaar;preferred;Een brief;\n1;ar;اعتراض;;;ملاحظة\n2;ti;ዳኛ;obsolete;;\n;xx?;q;;;\n"
    )
    assert [(e.id, [(t.language, t.text, t.status, t.notes) for t in e.terms]) for e in found.entries] == [
        ("1", [("nl", "bezwaar", "preferred", ()), ("ar", "اعتراض", None, ("ملاحظة",))]), ("2", [("ti", "ዳኛ", "deprecated", ())]),
    ]  # fmt: skip
    assert found.entries[0].definitions == {"nl": ConceptDefinition("Een brief")}
    assert [(w.key, w.where) for w in found.warnings] == [("language-unknown", "row 5")]


def test_a_pair_per_row_as_in_a_real_file():
    found = concepts_of(read_rows((FILES / "tico19" / "first40.f_en-am_ET.csv").read_bytes(), "x.csv"))
    assert len(found.entries) == 40
    assert found.entries[1].terms == (ConceptTerm("en", "acute bronchitis"), ConceptTerm("am-ET", "አጣዳፊ ብሮንካይተስ"))
    assert not found.warnings


def test_a_status_nobody_knows_is_told_with_its_row():
    found = concepts("nl,nl_status\nbezwaar,zeker\n")
    assert found.entries[0].terms[0].status is None
    assert [(w.key, w.where) for w in found.warnings] == [("status-unknown", "row 2")]


def test_a_table_in_which_no_column_is_a_language_is_refused_with_what_to_do():
    with pytest.raises(UnreadableFile) as refused:
        concepts("woord,vreemd\nbezwaar,x\n")
    assert refused.value.reason == "unsupported"
    assert "nl, en" in refused.value.text()


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_concepts_come_back_from_the_table_they_were_written_to(write):
    entries = [
        ConceptEntry(
            "bezwaar", (ConceptTerm("nl", "bezwaar", "preferred"), ConceptTerm("nl", "=bezwaar", "forbidden"), ConceptTerm("ar", "اعتراض")),
            "recht", {"nl": ConceptDefinition("Een\nbrief", "Awb"), "ti": ConceptDefinition("ደብዳበ")}, (ConceptNote("ملاحظة", "ar"), ConceptNote("algemeen")),
        ),
        ConceptEntry("2", (ConceptTerm("ti", "ዳኛ", "proposed"),)),
    ]  # fmt: skip
    table = table_of(entries)
    assert table.headers[:3] == ["id", "subject", "nl"]
    assert concepts_of(read_rows(write(table.headers, table.rows), "x")).entries == entries
