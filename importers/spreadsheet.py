"""Tables: CSV and TSV in any separator and encoding people save, XLSX; out again without a cell that can calculate."""

from __future__ import annotations

import csv
import io
import re
import warnings as python_warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from importers import safexml
from importers.textfile import check_size, decode
from importers.units import UnreadableFile, Warning_

NAME = "table"
MAX_ROWS = 200_000
MAX_COLUMNS = 500

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# A cell that starts so is calculated when a spreadsheet opens the file (OWASP, "CSV Injection"); an apostrophe
# in front makes it text. Full-width signs count in some versions of Excel.
_CALCULATES = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_IMPOSSIBLE = re.compile("[\0\ud800-\udfff]")
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(slots=True)
class Table:
    """A table as read: the names of its columns, its rows as texts (each as long as `headers`), and the number of each
    row in the file, from 1. It can be taken apart as ``headers, rows = table``."""

    headers: list[str]
    rows: list[list[str]]
    numbers: list[int]
    warnings: list[Warning_] = field(default_factory=list)

    def __iter__(self) -> Iterator[list]:
        return iter((self.headers, self.rows))


def read_rows(data: bytes, name: str) -> Table:
    """The first table of a CSV, TSV or XLSX file. The first row that is not empty holds the names of the columns; empty
    rows are left out. Formulas are read as their last result. Raises UnreadableFile."""
    check_size(data, NAME)
    if data.startswith(b"PK"):
        cells, warnings = _xlsx(data)
    elif data.startswith(_OLE):
        raise UnreadableFile(
            NAME,
            "unsupported",
            "This spreadsheet has a password or is from an old version of Excel (.xls). Open it, save it as .xlsx without "
            "a password, and upload that.",
        )
    else:
        cells, warnings = _csv(data)
    numbered = [(n, [cell.strip(" \u00a0") for cell in row]) for n, row in enumerate(cells, 1)]
    numbered = [(n, row) for n, row in numbered if any(row)]
    if not numbered:
        raise UnreadableFile(NAME, "empty", "There is nothing in this table. Check that it is the right file.")
    headers = [" ".join(cell.split()) for cell in numbered[0][1]]
    while headers and not headers[-1]:
        headers.pop()
    rows, numbers = [], []
    for number, row in numbered[1:]:
        if any(row[len(headers) :]):
            warnings.append(
                Warning_(
                    "row-too-long",
                    "Row %(row)s has more cells than there are columns; the cells at its end were left out.",
                    f"row {number}",
                    {"row": str(number)},
                )
            )
        rows.append([_meant(cell) for cell in (row + [""] * len(headers))[: len(headers)]])
        numbers.append(number)
    return Table(headers, rows, numbers, warnings)


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[str]], separator: str = ",") -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, which Excel needs. A cell that would calculate gets an apostrophe in
    front; `read_rows` takes it away again."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    for row in (headers, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "Dragoman") -> bytes:
    """A workbook of one sheet in which every cell is text, whatever it starts with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\*?:/\[\]]", " ", title)[:31] or "Dragoman")
    for row in (headers, *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, safexml.FORBIDDEN.sub("\ufffd", text)[:32_767])
            if cell.value:
                cell.data_type = "s"
                cell.quotePrefix = True
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(text: str) -> str:
    text = _IMPOSSIBLE.sub("\ufffd", text)
    return "'" + text if _CALCULATES.match(text) else text


def _meant(text: str) -> str:
    return text[1:] if text.startswith("'") and _CALCULATES.match(text) else text


def _csv(data: bytes) -> tuple[list[list[str]], list[Warning_]]:
    file = decode(data, NAME)
    text = file.text
    separator = None
    if told := re.match(r"sep=(.)\r?\n", text):
        separator, text = told[1], text[told.end() :]
    separator = separator or _separator(text)
    limit = csv.field_size_limit(1_000_000)
    try:
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(row)
            _check(len(rows), len(row))
    except csv.Error as error:
        raise UnreadableFile(
            NAME,
            "syntax",
            "Around row %(row)s this table cannot be read: a quotation mark is missing, or a cell is longer than a million "
            "characters. Open it in a spreadsheet program and save it again.",
            f"row {len(rows) + 1}",
            row=len(rows) + 1,
        ) from error
    finally:
        csv.field_size_limit(limit)
    return rows, list(file.warnings)


def _separator(text: str) -> str:
    """The separator that gives the first rows the same number of columns, and most of them."""
    sample = text[:20_000].rsplit("\n", 1)[0] if len(text) > 20_000 else text

    def columns(separator: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if row][:50]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    found = {separator: columns(separator) for separator in _SEPARATORS}
    best = max(_SEPARATORS, key=found.__getitem__)
    return best if found[best][1] else ","


def _xlsx(data: bytes) -> tuple[list[list[str]], list[Warning_]]:
    from importers.safezip import open_zip, read_entry

    with open_zip(data, "xlsx") as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise UnreadableFile(
                NAME, "mislabelled", "This is no spreadsheet. Save the table as .xlsx or .csv and upload that."
            )
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                start = read_entry(archive, name, "xlsx")[:4096]
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start or start.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise UnreadableFile(
                        NAME, "entities", "This spreadsheet has declarations in it that can be used to attack a server. "
                        "Open it, save it as a new .xlsx, and upload that.",
                    )  # fmt: skip
    return _workbook(data)


def _workbook(data: bytes) -> tuple[list[list[str]], list[Warning_]]:
    from openpyxl import load_workbook

    warnings: list[Warning_] = []
    rows: list[list[str]] = []
    try:
        with python_warnings.catch_warnings():
            python_warnings.simplefilter("ignore")  # openpyxl tells of features it leaves out: none of them are text
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if getattr(sheet, "sheet_state", "visible") == "visible"]
            for number, sheet in enumerate(sheets, 1):
                rows = []
                for row in sheet.iter_rows(values_only=True):
                    rows.append([_cell(value) for value in row])
                    _check(len(rows), len(row))
                if any(any(row) for row in rows):
                    if number < len(sheets):
                        warnings.append(
                            Warning_(
                                "other-sheets",
                                "Only the sheet “%(sheet)s” was read.",
                                sheet.title,
                                {"sheet": sheet.title},
                            )
                        )
                    break
            book.close()
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl raises whatever its XML and ZIP layers raise
        raise UnreadableFile(
            NAME,
            "syntax",
            "This spreadsheet is damaged. Open it in a spreadsheet program; if it opens there, save it under a new name and "
            "upload that.",
        ) from error
    return rows, warnings


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "isoformat"):
        text = value.isoformat()
        return text.removesuffix("T00:00:00")
    return str(value)


def _check(rows: int, columns: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise UnreadableFile(
            NAME,
            "too-large",
            "This table has more than %(rows)s rows or %(columns)s columns. Split it into smaller ones.",
            rows=MAX_ROWS,
            columns=MAX_COLUMNS,
        )
