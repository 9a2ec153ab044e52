"""Tables: read whatever separator and encoding they have; written so that no cell calculates."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers import spreadsheet
from importers.safexml import FORBIDDEN
from importers.spreadsheet import read_rows, write_csv, write_xlsx
from importers.units import UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, FILES, letters, naughty_strings


def workbook(*sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TABLES = {
    "commas": f"nl,ar\nhuis,{ARABIC}\n".encode(),
    "semicolons": f"nl;ar\nhuis;{ARABIC}\n".encode(),
    "tabs": f"nl\tar\nhuis\t{ARABIC}\n".encode(),
    "bars": f"nl|ar\nhuis|{ARABIC}\n".encode(),
    "what Excel writes": f"sep=;\r\nnl;ar\r\nhuis;{ARABIC}\r\n".encode("utf-8-sig"),
    "UTF-16 with tabs": f"nl\tar\r\nhuis\t{ARABIC}\r\n".encode("utf-16"),
    "quotes": f'"nl","ar"\n"huis","{ARABIC}"\n'.encode(),
    "empty rows around": f"\n,,\nnl,ar\n\nhuis,{ARABIC}\n,\n".encode(),
    "empty columns behind": f"nl,ar,,\nhuis,{ARABIC},,\n".encode(),
    "spaces around": f" nl , ar \n huis , {ARABIC} \n".encode(),
    "a workbook": workbook([["nl", "ar"], ["huis", ARABIC]]),
    "a workbook with an empty sheet first": workbook([], [[None], ["nl", "ar"], ["huis", ARABIC]]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_whatever_it_was_saved_as(case):
    table = read_rows(TABLES[case], "x")
    assert (table.headers, table.rows) == (["nl", "ar"], [["huis", ARABIC]])


def test_a_table_can_be_taken_apart():
    headers, rows = read_rows(f"nl,ti\nhuis,{ETHIOPIC}\n".encode(), "x.csv")
    assert (headers, rows) == (["nl", "ti"], [["huis", ETHIOPIC]])


def test_each_row_has_its_number_in_the_file():
    assert read_rows(b"a,b\n\n1,2\n\n\n3,4\n", "x").numbers == [3, 6]
    assert read_rows(workbook([["a", "b"], [], ["1", "2"]]), "x").numbers == [3]


def test_cells_keep_their_line_ends_quotes_and_commas():
    table = read_rows('nl,ti\n"een\ntwee, ""drie""",ሀ\n'.encode(), "x.csv")
    assert table.rows == [['een\ntwee, "drie"', "ሀ"]]


def test_old_encodings_are_read_with_a_warning():
    table = read_rows("nl;fr\ngeïnteresseerd;intéressé\n".encode("windows-1252"), "x.csv")
    assert table.rows == [["geïnteresseerd", "intéressé"]]
    assert [w.key for w in table.warnings] == ["encoding-guessed"]


def test_a_row_with_more_cells_than_columns_is_told_by_its_number():
    table = read_rows(b"a,b\n1,2,3\n4,5\n", "x")
    assert table.rows == [["1", "2"], ["4", "5"]]
    assert [(w.key, w.where) for w in table.warnings] == [("row-too-long", "row 2")]


def test_numbers_and_dates_are_what_people_see():
    table = read_rows(workbook([["a", "b", "c", "d"], [1.0, 2.5, dt.date(2026, 5, 3), True]]), "x.xlsx")
    assert table.rows == [["1", "2.5", "2026-05-03", "True"]]


def test_a_second_sheet_is_told():
    table = read_rows(workbook([["a"], ["1"]], [["b"], ["2"]]), "x.xlsx")
    assert table.rows == [["1"]]
    assert [w.key for w in table.warnings] == ["other-sheets"]


PAYLOADS = [*(FILES / "csv-injection" / "csv-payload.txt").read_text().splitlines(), "=1+1", "+1", "-1", "@SUM(A1)", "\t=1",
            "\r=1", "＝1+1", "-heid", '=HYPERLINK("http://x","ع")', "'=1", "''=1", "'n huis", "ሀ=1"]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_calculates_and_every_cell_comes_back(payload):
    data = write_csv(["nl"], [[payload], ["ع"]])
    (cell,) = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1]
    assert not cell.startswith(tuple("=+-@\t\r＝＋－＠"))
    assert read_rows(data, "x.csv").rows[0] == [payload.strip(" \u00a0")]
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["nl"], [[payload]])))
    assert [c.data_type for row in book.active for c in row] == ["s", "s"]


def test_naughty_strings_come_back_as_they_went_in():
    rows = [[s, "ሀ" + s] for s in naughty_strings() if s.strip(" \u00a0")]
    expected = [[a.strip(" \u00a0"), b.strip(" \u00a0")] for a, b in rows]
    assert read_rows(write_csv(["nl", "ti"], rows), "x.csv").rows == expected
    in_book = [[FORBIDDEN.sub("\ufffd", a), FORBIDDEN.sub("\ufffd", b)] for a, b in expected]
    assert read_rows(write_xlsx(["nl", "ti"], rows), "x.xlsx").rows == in_book


@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(letters(), st.text() | letters()), min_size=1, max_size=4), st.sampled_from([",", ";", "\t"]))
def test_any_table_comes_back_as_it_went_in(rows, separator):
    rows = [["x" + a, b] for a, b in rows]
    expected = [[cell.replace("\0", "\ufffd").strip(" \u00a0") for cell in row] for row in rows]
    table = read_rows(write_csv(["nl", "am"], rows, separator), "x.csv")
    assert table.rows == expected


BAD = {
    "nothing": (b"", "empty"),
    "only blanks": (b",,\n,,\n\n", "empty"),
    "an old workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 99, "unsupported"),
    "another ZIP": ((lambda o: (zipfile.ZipFile(o, "w").writestr("a", "b"), o.getvalue())[1])(io.BytesIO()), "mislabelled"),
    "a damaged workbook": (workbook([["a"]])[:900], "broken-zip"),
    "too many columns": ((",".join("a" * 600) + "\n").encode(), "too-large"),
    "no text": (bytes(range(256)) * 9, "not-text"),
    "a cell without an end": (b'a,b\n"' + b"x" * 1_100_000, "syntax"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables_are_refused_with_a_reason(case):
    data, reason = BAD[case]
    with pytest.raises(UnreadableFile) as refused:
        read_rows(data, "x")
    assert refused.value.reason == reason
    assert "%(" not in refused.value.text()


def test_a_workbook_with_entities_is_refused():
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], ["b"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/workbook.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            changed.writestr(name, data)
    with pytest.raises(UnreadableFile) as refused:
        read_rows(out.getvalue(), "x.xlsx")
    assert refused.value.reason == "entities"


def test_a_damaged_sheet_is_refused_whatever_the_library_raises():
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], ["b"]])))
    for broken in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as changed:
            for name in source.namelist():
                changed.writestr(name, source.read(name)[:40] if name == broken else source.read(name))
        with pytest.raises(UnreadableFile):
            read_rows(out.getvalue(), "x.xlsx")


def test_the_limit_of_csv_cells_is_put_back():
    before = csv.field_size_limit()
    read_rows(f"nl\n{ETHIOPIC}\n".encode(), "x")
    assert csv.field_size_limit() == before
    assert spreadsheet.MAX_ROWS == 200_000
