"""Term base files meet the glossary: a round trip through our own TBX loses nothing."""

from app import starter, termfiles
from importers import tbx


def test_the_starter_pack_survives_tbx_whole():
    entries = list(starter.concepts())
    read = [termfiles.from_file(e) for e in tbx.read_tbx(termfiles.write(entries, ".tbx")).entries]

    def bare(entry):
        """An entry without what is empty, and without the order of its keys."""
        if isinstance(entry, dict):
            return {k: bare(v) for k, v in sorted(entry.items()) if v not in (None, "", [], {}, False)}
        return [bare(v) for v in entry] if isinstance(entry, list) else entry

    before = {e["code"]: bare(e) for e in entries}
    after = {e["code"]: bare(e) for e in read}
    assert set(before) == set(after)
    for code, entry in before.items():
        assert after[code] == entry, code


def test_rows_of_a_table_become_concepts_and_rows_again():
    headers = ["code", "subject", "definition_nl", "nl", "ar", "ti", "remarks"]
    rows = [["bezwaar", "procedure", "Vragen om een nieuw besluit", "bezwaar | bezwaarschrift", "اعتراض", "ጥርዓን", "x"]]
    (place, entry), = termfiles.from_rows(headers, rows)
    assert place == "row 2"
    assert [(t["language"], t["text"]) for t in entry["terms"]] == [
        ("nl", "bezwaar"), ("nl", "bezwaarschrift"), ("ar", "اعتراض"), ("ti", "ጥርዓን"),
    ]  # fmt: skip
    again, cells = termfiles.to_rows([entry])
    assert dict(zip(again, cells[0], strict=True))["ar"] == "اعتراض"
