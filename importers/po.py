"""PO and POT (GNU gettext): messages with their translations, contexts, plural forms and fuzzy marks.

A PO file can say that a translation needs a look (fuzzy), never that somebody approved it: what is fuzzy comes in
as a draft, what is not as translated; and what goes out without approval goes out fuzzy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from importers.nesting import pieces
from importers.placeholders import matched, tagged
from importers.pofile import Entry, Part, parse, written
from importers.poplurals import Plurals, plurals_of
from importers.textfile import LINE_END, TextFile, decode, known_encoding
from importers.units import Catalogue, Format, State, Translation, Unit, UnreadableFile, Warning_
from languages.tags import OUR_LANGUAGES, UnknownLanguage, normalise, same_language

NAME = "po"
_CHARSET = re.compile(rb'"Content-Type:[^"]*charset=([A-Za-z0-9_.:-]+)', re.I)
_CHARSET_TEXT = re.compile(r"charset=([A-Za-z0-9_.:-]+)", re.I)
_WIDEST = 79  # msgcat's page width

def read(data: bytes, name: str) -> Catalogue:
    """Every message that is not obsolete; a unit for each plural form of the target language."""
    file = _decode(data)
    lines = LINE_END.split(file.text)
    entries = parse(lines, NAME)
    if not any(not entry.is_header for entry in entries):
        raise UnreadableFile(NAME, "empty", "This PO file has no messages. Check that it is the right file.")
    header = _header(entries)
    warnings = list(file.warnings)
    target = _language(header.get("language", ""), name, warnings)
    plurals = plurals_of(header, target)
    units = [unit for _, forms in _messages(entries, plurals) for unit in forms]
    source = _known(header.get("x-source-language", ""))
    return Catalogue(NAME, units, source_language=source, target_language=target, warnings=warnings)


def write(data: bytes, translations: Mapping[str, Translation], language: str, draft: str | None) -> bytes:
    """The file with msgstr, fuzzy flags and header of the target language. Translations the file already had stay,
    unless they are in another language than `language`."""
    file = _decode(data)
    lines = LINE_END.split(file.text)
    entries = parse(lines, NAME)
    header = _header(entries)
    theirs = _language(header.get("language", ""), "", [])
    before = plurals_of(header, theirs)
    same = theirs is not None and same_language(theirs, language)
    after = before if same and before.header else plurals_of({}, language)
    changes: dict[int, tuple[int, list[str]]] = {}  # first line -> (last line, new lines)
    width = 0 if any(len(line) > _WIDEST + 1 and '"' in line[:9] for line in lines) else _WIDEST
    for entry, units in _messages(entries, before):
        texts = _texts(entry, units, translations, before, after)
        if texts:
            approved = all(t.approved for t in texts.values()) and all(
                form in texts or _has(entry, form) for form in range(after.count if entry.plural else 1)
            )
            _set_forms(entry, {f: t.text for f, t in texts.items()}, lines, changes, width, after.count)
            _set_fuzzy(entry, not approved, lines, changes)
        elif theirs is not None and not same and any(part.text for part in entry.forms.values()):
            count = after.count if entry.plural else 1
            _set_forms(entry, dict.fromkeys(range(count), ""), lines, changes, width, count)
            _set_fuzzy(entry, False, lines, changes)
    _set_header(entries, lines, changes, language, after, file, translations)
    text = _changed(lines, changes, file)
    if draft:
        text = "".join(f"# {line}{file.newline}" for line in draft.splitlines()) + text
    return file.encode(text)


def _decode(data: bytes) -> TextFile:
    declared = _CHARSET.search(data)
    name = declared[1].decode("ascii") if declared else None
    return decode(data, NAME, None if name in ("CHARSET", None) else name)


def _header(entries: list[Entry]) -> dict[str, str]:
    for entry in entries:
        if entry.is_header and not entry.obsolete:
            pairs = (line.partition(":") for line in entry.forms[0].text.split("\n") if ":" in line)
            return {key.strip().lower(): value.strip() for key, _, value in pairs}
    return {}


def _language(tag: str, name: str, warnings: list[Warning_]) -> str | None:
    """The language the header says, or the file's name (ti.po)."""
    if tag:
        known = _known(tag)
        if known is None:
            warnings.append(
                Warning_(
                    "language-unknown",
                    "The file says that its language is “%(tag)s”, which is no language we know.",
                    fields={"tag": tag},
                )
            )
        return known
    stem = PurePath(name.replace("\\", "/")).stem
    short = re.fullmatch(r"([a-z]{2,3})([_-][A-Za-z]{2,4})?", stem)
    return _known(stem) if short and (len(short[1]) == 2 or short[1] in OUR_LANGUAGES) else None


def _known(tag: str) -> str | None:
    try:
        return normalise(tag) if tag else None
    except UnknownLanguage:
        return None


# -- reading ---------------------------------------------------------------------------------------------------


def _messages(entries: list[Entry], plurals: Plurals) -> list[tuple[Entry, list[Unit]]]:
    messages = []
    for entry in entries:
        if entry.obsolete or entry.is_header or entry.source is None:
            continue
        key = str(len(messages) + 1)
        if entry.plural is None:
            messages.append((entry, [_unit(entry, key, entry.source.text, 0, ())]))
            continue
        units = []
        for form in range(max(plurals.count, max(entry.forms, default=0) + 1)):
            singular = plurals.of(1) == form and plurals.of(2) != form
            note = _form_note(form, plurals)
            unit = _unit(entry, f"{key}[{form}]", (entry.source if singular else entry.plural).text, form, note)
            units.append(unit)
        messages.append((entry, units))
    return messages


def _form_note(form: int, plurals: Plurals) -> tuple[str, ...]:
    numbers = [n for n in range(200) if plurals.of(n) == form][:5]
    if not numbers or plurals.count == 1:
        return ()
    return (f"Plural form {form + 1} of {plurals.count}, for numbers such as {', '.join(map(str, numbers))}",)


def _unit(entry: Entry, key: str, source: str, form: int, notes: tuple[str, ...]) -> Unit:
    text, codes, raws = tagged(source, entry.flags)
    target = entry.forms[form].text if form in entry.forms else ""
    if entry.previous and entry.previous != source:
        notes = (*notes, f"The source text was before: {entry.previous}")
    return Unit(
        key,
        text,
        codes,
        entry.context.text if entry.context else "body",
        (*entry.notes, *notes),
        matched(target, codes, raws, entry.flags) if target else None,
        State.OPEN if not target else State.DRAFT if entry.fuzzy else State.TRANSLATED,
        f"{key.partition('[')[0]}[0]" if form else None,
    )


# -- writing ---------------------------------------------------------------------------------------------------


def _texts(
    entry: Entry, units: list[Unit], translations: Mapping[str, Translation], before: Plurals, after: Plurals
) -> dict[int, Translation]:
    """What to write, by form of the target language. Where it has other forms than the file was read with, a form takes
    the text of the form its numbers had, and nobody has approved that."""
    given: dict[int, Translation] = {}
    for form, unit in enumerate(units):
        translation = translations.get(unit.key)
        if translation is None or not translation.text.strip():
            continue
        _, _, raws = tagged(entry.source.text if unit.text == units[0].text else entry.plural.text, entry.flags)
        text = "".join(p.text if p.role == "text" else raws.get(p.number, "") for p in pieces(translation.text, unit.codes))
        source = (entry.plural or entry.source).text
        if source.endswith("\n") and not text.endswith("\n"):
            text += "\n"
        given[form] = Translation(text, translation.approved)
    if entry.plural is None or not given or before.count == after.count:
        return given
    moved: dict[int, Translation] = {}
    for form in range(after.count):
        number = next((n for n in [*range(2, 200), 1, 0] if after.of(n) == form), 2)
        if before.of(number) in given:
            moved[form] = Translation(given[before.of(number)].text, approved=after.count == 1 and given[before.of(number)].approved)
    return moved


def _has(entry: Entry, form: int) -> bool:
    return form in entry.forms and bool(entry.forms[form].text) and not entry.fuzzy


_Changes = dict[int, tuple[int, list[str]]]


def _set_forms(
    entry: Entry, texts: dict[int, str], lines: list[str], changes: _Changes, width: int, count: int
) -> None:
    ordered = sorted(entry.forms)
    last = entry.forms[ordered[-1]]
    added: list[str] = []
    for form, text in sorted(texts.items()):
        part = entry.forms.get(form)
        if part is not None:
            if part.text != text:
                changes[part.first] = (part.last, _part(part, lines, text, width))
        else:
            added += written(f"msgstr[{form}] ", text, "", width)
    if entry.plural is not None:
        for form in ordered:
            if form >= count and form not in texts:
                changes[entry.forms[form].first] = (entry.forms[form].last, [])
    if added:
        end, new = changes.get(last.first, (last.last, lines[last.first : last.last + 1]))
        changes[last.first] = (end, new + added)


def _part(part: Part, lines: list[str], text: str, width: int) -> list[str]:
    line = lines[part.first]
    further = lines[part.first + 1] if part.last > part.first else ""
    indent = further[: further.index('"')] if '"' in further else ""
    return written(line[: line.index('"')], text, indent, width)


def _set_fuzzy(entry: Entry, fuzzy: bool, lines: list[str], changes: _Changes) -> None:
    if not fuzzy:
        for number in entry.previous_lines:
            changes[number] = (number, [])
    if fuzzy == entry.fuzzy:
        return
    if not fuzzy:
        for number in entry.flag_lines:
            flags = [f.strip() for f in lines[number].strip()[2:].split(",")]
            rest = [f for f in flags if f and f != "fuzzy"]
            changes[number] = (number, [f"#, {', '.join(rest)}"] if rest else [])
    elif entry.flag_lines:
        number = entry.flag_lines[0]
        changes[number] = (number, ["#, fuzzy, " + lines[number].strip()[2:].strip()])
    else:
        number = min([*entry.previous_lines, entry.first_keyword])
        end, new = changes.get(number, (number - 1, []))
        changes[number] = (end, ["#, fuzzy", *new])


def _set_header(
    entries: list[Entry],
    lines: list[str],
    changes: _Changes,
    language: str,
    plurals: Plurals,
    file: TextFile,
    translations: Mapping[str, Translation],
) -> None:
    """Language, plural forms and encoding; every other field, translators' names among them, stays."""
    everything = "".join(new_line for _, new in changes.values() for new_line in new)
    encoding = file.encoding_for(everything)
    wanted = {"Language": language.replace("-", "_")}
    if any(entry.plural is not None for entry in entries):
        wanted["Plural-Forms"] = plurals.header
    header = next((e for e in entries if e.is_header and not e.obsolete), None)
    if header is None:
        new = ['msgid ""', 'msgstr ""', *(f'"{key}: {value}\\n"' for key, value in wanted.items() if value)]
        new += ['"MIME-Version: 1.0\\n"', f'"Content-Type: text/plain; charset={encoding.upper()}\\n"']
        new += ['"Content-Transfer-Encoding: 8bit\\n"', ""]
        end, rest = changes.get(0, (-1, []))
        changes[0] = (end, new + rest)
        return
    facts = _header(entries)
    charset = _CHARSET_TEXT.search(facts.get("content-type", ""))
    declares_another = charset is None or known_encoding(charset[1]) != (known_encoding(encoding) or encoding)
    if declares_another and not encoding.startswith("utf-16"):
        wanted["Content-Type"] = f"text/plain; charset={encoding.upper()}"
    part = header.forms[0]
    block = lines[part.first : part.last + 1]
    for key, value in wanted.items():
        now = facts.get(key.lower())
        if not value or (now == value) or (key == "Language" and now and _known(now) == language):
            continue
        block = _header_line(block, key, value)
    if block != lines[part.first : part.last + 1]:
        changes[part.first] = (part.last, block)
        _set_fuzzy(header, False, lines, changes)


def _header_line(block: list[str], key: str, value: str) -> list[str]:
    line = f'"{key}: {value}\\n"'
    for index, text in enumerate(block):
        if re.match(rf'\s*"{re.escape(key)}\s*:', text, re.I):
            end = index
            while not block[end].rstrip().endswith('\\n"') and end + 1 < len(block):
                end += 1
            return [*block[:index], line, *block[end + 1 :]]
    if len(block) == 1:  # the whole header stands on the line of its msgstr
        start = block[0].index('"')
        body = block[0][start:]
        block = [block[0][:start] + '""'] + ([] if body.strip() == '""' else [body])
    if len(block) > 1 and not block[-1].rstrip().endswith('\\n"'):
        block = [*block[:-1], block[-1].rstrip()[:-1] + '\\n"']
    return [*block, line]


def _changed(lines: list[str], changes: _Changes, file: TextFile) -> str:
    """The text with lines replaced; every other line keeps its own line end."""
    ends = LINE_END.findall(file.text) + [""]
    newline = file.newline
    out: list[str] = []
    number = 0
    while number < len(lines):
        if number not in changes:
            out.append(lines[number] + ends[number])
            number += 1
            continue
        last, new = changes[number]
        if last < number:  # put before this line
            out += [line + newline for line in new]
            out.append(lines[number] + ends[number])
            number += 1
            continue
        out += [line + newline for line in new[:-1]] + [line + ends[last] for line in new[-1:]]
        number = last + 1
    return "".join(out)


FORMAT = Format(NAME, "Gettext PO", (".po", ".pot"), "text/x-gettext-translation; charset=utf-8", read, write)
