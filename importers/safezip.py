"""ZIP files from strangers (DOCX, ODT, XLSX are ZIP): bounded, no tricks with names, no macros, no passwords."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from importers.units import UnreadableFile

MAX_ENTRIES = 10_000
MAX_TOTAL = 256 * 1024 * 1024
"""All entries together, unpacked (bytes)."""
MAX_RATIO = 200
"""Unpacked against packed, for entries over RATIO_FROM bytes: bombs reach 1,000. Smaller entries may shrink as much as
they like (an empty bitmap does)."""
RATIO_FROM = 32 * 1024 * 1024

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of a Compound File ([MS-CFB] §2.2): an encrypted Office file, or one from before 2007."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Stored and deflated are all that OPC (ISO/IEC 29500-2 §B.4) and ODF 1.3 part 2 allow."""


def open_zip(data: bytes, format: str) -> zipfile.ZipFile:
    """The ZIP file, after looking at every entry's header. Nothing is unpacked except ``[Content_Types].xml``.

    Raises UnreadableFile with reason "encrypted", "unsupported" (an old binary Office file, an odd compression),
    "broken-zip", "mislabelled" (no ZIP at all), "zip-bomb", "too-large" or "macros".
    """
    if data.startswith(OLE):
        raise _ole(data, format)
    if not data:
        raise UnreadableFile(
            format, "empty", "This file is empty. Check that it was saved completely and upload it again."
        )
    if not data.startswith(b"PK"):
        raise UnreadableFile(
            format,
            "mislabelled",
            "The name of this file says .%(extension)s, but its content is something else. Open it in the program that "
            "made it, save it as .%(extension)s and upload that.",
            extension=format,
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError):
        raise broken(format) from None
    _refuse_bombs(entries, format)
    seen: set[str] = set()
    for entry in entries:
        _refuse_names(entry.filename, format)
        # OPC part names are equal when they differ only in case (ISO/IEC 29500-2 §6.2.2.3)
        if entry.filename.casefold() in seen:
            raise broken(format, entry.filename)
        seen.add(entry.filename.casefold())
        if entry.flag_bits & 0x41:  # encrypted, strongly encrypted: APPNOTE.TXT 4.4.4
            raise encrypted(format)
        if entry.compress_type not in METHODS:
            raise UnreadableFile(
                format,
                "unsupported",
                "This file is packed in an unusual way. Open it in Word or LibreOffice, save it again and upload that.",
            )
    _refuse_macros(archive, seen, format)
    return archive


def read_entry(archive: zipfile.ZipFile, name: str, format: str) -> bytes:
    """One entry unpacked, never longer than its header said. Raises UnreadableFile ("broken-zip") when damaged."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError, NotImplementedError):
        raise broken(format, name) from None


def rewritten(
    archive: zipfile.ZipFile,
    changed: Mapping[str, bytes],
    format: str,
    added: Mapping[str, bytes] | None = None,
) -> bytes:
    """The ZIP file again, with the entries in `changed` replaced and those in `added` put at the end.

    Every other entry keeps its bytes; all keep their order, date and way of packing, so the same input always
    gives the same output (an ODF `mimetype` stays first and unpacked).
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        written.comment = archive.comment
        for entry in archive.infolist():
            copy = zipfile.ZipInfo(entry.filename, entry.date_time)
            copy.compress_type, copy.external_attr = entry.compress_type, entry.external_attr
            copy.create_system = entry.create_system
            content = changed.get(entry.filename)
            written.writestr(
                copy, read_entry(archive, entry.filename, format) if content is None else content
            )
        for name, content in (added or {}).items():
            fresh = zipfile.ZipInfo(name)  # dated 1 January 1980, as Word does
            fresh.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(fresh, content)
    return out.getvalue()


def broken(format: str, where: str = "") -> UnreadableFile:
    """The error for a ZIP that is damaged."""
    return UnreadableFile(
        format,
        "broken-zip",
        "This file is damaged or was not copied completely. Open it in the program that made it; if it opens there, "
        "save it under a new name and upload that.",
        where,
    )


def encrypted(format: str) -> UnreadableFile:
    """The error for a file behind a password."""
    return UnreadableFile(
        format,
        "encrypted",
        "This file is protected with a password. Open it in Word or LibreOffice, remove the password "
        "(File > Info > Protect Document), save it and upload it again.",
    )


def _ole(data: bytes, format: str) -> UnreadableFile:
    # the stream name in the directory of an encrypted package: [MS-OFFCRYPTO] §1.3.2
    if "EncryptedPackage".encode("utf-16-le") in data:
        return encrypted(format)
    return UnreadableFile(
        format,
        "unsupported",
        "This is a file from an old version of Office (.doc, .xls or .ppt). Open it in Word or LibreOffice, choose "
        '"Save as", take the new format (.docx or .xlsx) and upload that.',
    )


def _refuse_bombs(entries: list[zipfile.ZipInfo], format: str) -> None:
    message = (
        "This file would unpack to far more than a document needs (%(found)s), which can stop a server. It was not "
        "opened. If it is a real document, save it again in the program that made it, with smaller pictures."
    )
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(format, "zip-bomb", message, found=f"{len(entries)} files")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise UnreadableFile(format, "zip-bomb", message, found=f"{total // 1024 // 1024} MB")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise UnreadableFile(
                format, "zip-bomb", message, entry.filename, found=f"{entry.file_size // 1024 // 1024} MB"
            )


def _refuse_names(name: str, format: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or (len(name) > 1 and name[1] == ":"):
        raise UnreadableFile(
            format,
            "broken-zip",
            "This file contains an entry whose name points outside of it. It may be damaged or hostile and was not "
            "opened. Save it again in the program that made it and upload that.",
            name[:100],
        )


def _refuse_macros(archive: zipfile.ZipFile, names: set[str], format: str) -> None:
    has_macros = any(name.rsplit("/", 1)[-1] in ("vbaproject.bin", "vbadata.xml") for name in names)
    if not has_macros and "[Content_Types].xml" in archive.namelist():
        has_macros = b"macroEnabled" in read_entry(archive, "[Content_Types].xml", format)
    if has_macros:
        raise UnreadableFile(
            format,
            "macros",
            "This file contains macros (small programs), which are not accepted. Open it in Word, choose "
            '"Save as" and the type "Word Document (.docx)" without macros, and upload that.',
        )
