"""Word documents (DOCX: ISO/IEC 29500, Office Open XML, transitional), read and written on raw XML.

`reading` takes a document apart into units, `writing` puts translations back; `paragraphs` and `building` do one
paragraph each, `dress` and `direction` see to right-to-left and Ethiopic text.
"""

from importers.docx.reading import read
from importers.docx.writing import write
from importers.units import Format

FORMAT = Format(
    "docx",
    "Word document (DOCX)",
    (".docx", ".dotx"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    read,
    write,
)
