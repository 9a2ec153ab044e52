"""ZIP files from strangers are opened within bounds; what is refused says why and what to do."""

import io
import struct
import warnings
import zipfile

import pytest

from importers import safezip
from importers.units import UnreadableFile


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a duplicate name is what some of these cases are about
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def with_flag(data, flag):
    """The same ZIP with a general purpose flag set in every central and local header (APPNOTE 4.3.7, 4.3.12)."""
    changed = bytearray(data)
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = 0
        while (start := data.find(signature, start)) >= 0:
            struct.pack_into("<H", changed, start + at, flag)
            start += 4
    return bytes(changed)


def with_size(data, size):
    """The same ZIP whose central directory claims that its first entry unpacks to `size` bytes."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.index(b"PK\x01\x02") + 24, size)
    return bytes(changed)


GOOD = zipped(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<x>سلام ሰላም</x>"))
ENCRYPTED_OFFICE = safezip.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
OLD_WORD = safezip.OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 600

REFUSED = {
    "not a zip": (b"%PDF-1.7 ...", "mislabelled"),
    "nothing": (b"", "empty"),
    "cut off": (GOOD[:60], "broken-zip"),
    "only a signature": (b"PK\x03\x04", "broken-zip"),
    "encrypted entries": (with_flag(GOOD, 0x1), "encrypted"),
    "encrypted office file": (ENCRYPTED_OFFICE, "encrypted"),
    "old word file": (OLD_WORD, "unsupported"),
    "odd compression": (zipped(("a", "b" * 100), method=zipfile.ZIP_BZIP2), "unsupported"),
    "absolute name": (zipped(("/etc/passwd", "x")), "broken-zip"),
    "name going up": (zipped(("word/../../x", "x")), "broken-zip"),
    "windows name": (zipped(("C:\\x", "x")), "broken-zip"),
    "twice the same name": (zipped(("word/a.xml", "1"), ("word/a.xml", "2")), "broken-zip"),
    "twice but for case": (zipped(("word/a.xml", "1"), ("Word/A.xml", "2")), "broken-zip"),
    # made when they are asked for: every worker imports this module
    "bomb by ratio": (lambda: zipped(("a.xml", b"0" * 40_000_000)), "zip-bomb"),
    "bomb by total": (with_size(GOOD, 3_000_000_000), "zip-bomb"),
    "bomb by number": (lambda: zipped(*((f"{i}", "") for i in range(safezip.MAX_ENTRIES + 1))), "zip-bomb"),
    "macros": (zipped(("[Content_Types].xml", "<Types/>"), ("word/vbaProject.bin", "x")), "macros"),
    "macro content type": (
        zipped(("[Content_Types].xml", "application/vnd.ms-word.document.macroEnabled.main+xml")),
        "macros",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_zip_is_refused_with_its_reason(name):
    data, reason = REFUSED[name]
    with pytest.raises(UnreadableFile) as refused:
        safezip.open_zip(data() if callable(data) else data, "docx")
    assert refused.value.reason == reason
    assert "%(" not in refused.value.text()
    assert len(refused.value.text().split(". ")) >= 2, "says what happened and what to do"


def test_a_good_zip_is_opened_and_read():
    archive = safezip.open_zip(GOOD, "docx")
    assert safezip.read_entry(archive, "word/document.xml", "docx").decode() == "<x>سلام ሰላም</x>"


def test_an_entry_that_is_damaged_inside_is_refused_when_it_is_read():
    data = bytearray(zipped(("a.xml", "ሰላም " * 500)))
    data[40] ^= 0xFF
    archive = safezip.open_zip(bytes(data), "docx")
    with pytest.raises(UnreadableFile) as refused:
        safezip.read_entry(archive, "a.xml", "docx")
    assert (refused.value.reason, refused.value.where) == ("broken-zip", "a.xml")


def test_a_header_that_lies_about_the_size_cannot_unpack_more_than_it_said():
    archive = safezip.open_zip(with_size(zipped(("a.xml", b"0" * 5_000_000)), 1000), "docx")
    with pytest.raises(UnreadableFile) as refused:
        safezip.read_entry(archive, "a.xml", "docx")
    assert refused.value.reason == "broken-zip"


def test_a_rewritten_zip_keeps_every_other_entry_its_order_and_its_packing():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/x", zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("b.xml", (2024, 5, 6, 7, 8, 10)), "نعم" * 50, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("a.png"), bytes(range(256)), zipfile.ZIP_STORED)
    archive = safezip.open_zip(out.getvalue(), "odt")
    once = safezip.rewritten(archive, {"b.xml": "እወ".encode()}, "odt", {"new.xml": b"<x/>"})
    again = safezip.open_zip(once, "odt")
    assert again.namelist() == ["mimetype", "b.xml", "a.png", "new.xml"]
    assert again.read("a.png") == bytes(range(256))
    assert again.read("b.xml").decode() == "እወ"
    assert [e.compress_type for e in again.infolist()] == [0, 8, 0, 8]
    assert again.getinfo("b.xml").date_time == (2024, 5, 6, 7, 8, 10)
    assert safezip.rewritten(archive, {"b.xml": "እወ".encode()}, "odt", {"new.xml": b"<x/>"}) == once
