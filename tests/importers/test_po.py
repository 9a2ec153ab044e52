"""PO files: what is fuzzy stays fuzzy, what nobody approved goes out fuzzy, and all else stays byte for byte."""

import gettext
import re

import polib
import pytest

from importers import placeholders, po, pofile
from importers.nesting import pieces
from importers.units import State, Translation, UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, FILES, DocumentContract


class TestPo(DocumentContract):
    format = po.FORMAT
    samples = ("berichten.po",)
    language = "ar"
    bilingual = True

    def of_paragraphs(self, texts):
        header = 'msgid ""\nmsgstr ""\n"Language: ar\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        return (header + "\n".join(f'msgid "{text}"\nmsgstr ""\n' for text in texts)).encode()

    def test_units_without_a_translation_keep_their_text(self):
        data = self.sample("berichten.po")
        units = self.read(data).units
        again = self.read(self.write(data, {units[1].key: ARABIC})).units
        assert [(u.text, u.target) for u in again[2:]] == [(u.text, u.target) for u in units[2:]]
        assert again[0] == units[0]

    def test_writing_the_source_as_translation_keeps_every_unit(self):
        data = self.sample("berichten.po")
        units = self.read(data).units
        again = self.read(self.write(data, {unit.key: unit.text for unit in units}, "ar")).units
        assert [(u.key, u.text, u.codes, u.target) for u in again] == [(u.key, u.text, u.codes, u.text) for u in units]

    def test_a_draft_says_so_before_anything_else(self):
        data = self.sample("berichten.po")
        written = self.write(data, {"1": ARABIC}, draft="مسودة\nሕሉፍ")
        assert written.decode().startswith("# مسودة\n# ሕሉፍ\n#")
        assert len(self.read(written).units) == len(self.read(data).units)


FILES_THAT_ARE_READ = [
    *sorted((FILES / "polib").glob("*.po")),
    *(FILES / "okapi-po" / name for name in ("AllCasesTest.po", "plurals.po")),
]


@pytest.mark.parametrize("path", FILES_THAT_ARE_READ, ids=lambda p: p.name)
def test_real_files_are_read_as_polib_reads_them(path):
    found = po.read(path.read_bytes(), path.name)
    entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    messages = [unit for unit in found.units if unit.plural is None]
    assert len(messages) == len(entries)
    for unit, entry in zip(messages, entries, strict=True):
        _, _, raws = placeholders.tagged(entry.msgid if not entry.msgid_plural else entry.msgid_plural, entry.flags)
        raws = {**placeholders.tagged(entry.msgid, entry.flags)[2], **raws}
        said = ["".join(p.text or raws[p.number] for p in pieces(t, unit.codes)) for t in (unit.text, unit.target or "")]
        assert said[0] in (entry.msgid, entry.msgid_plural)
        assert said[1] == (entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)
        assert unit.context == (entry.msgctxt or "body")
        assert (unit.state is State.DRAFT) == (entry.fuzzy and bool(said[1]))


@pytest.mark.parametrize("path", [*FILES_THAT_ARE_READ, FILES / "okapi-po" / "Test01.po"], ids=lambda p: p.name)
def test_what_nobody_translated_stays_byte_for_byte(path):
    """All lines but the header's, and one translated message."""
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8-sig" if b"8859" not in data else "iso8859-15"
    written = po.write(data, {"1": Translation("x y z")}, "fr", None)
    before, after = (d.decode(encoding).split("\n") for d in (data, written))
    expected = ("Language:", "Plural-Forms:", "MIME", "Content-T", 'msgid ""', 'msgstr ""', "x y z", "fuzzy", "django")
    assert [line for line in after if line not in before and not any(word in line for word in expected)] == []
    assert [line for line in after if line.startswith("#~")] == [line for line in before if line.startswith("#~")]


def test_a_utf_16_file_is_written_as_utf_16():
    data = (FILES / "okapi-po" / "Test01.po").read_bytes()
    written = po.write(data, {"2": Translation(ETHIOPIC, True)}, "ti", None)
    assert written[:2] == data[:2]
    assert po.read(written, "x").units[1].target == ETHIOPIC


def test_a_file_that_begins_in_the_middle_is_refused_with_its_line():
    with pytest.raises(UnreadableFile) as refused:
        po.read((FILES / "okapi-po" / "msgctxt_notes.po").read_bytes(), "x.po")
    assert (refused.value.reason, refused.value.where) == ("syntax", "line 1")


SYNTAX = {
    "a quotation mark is missing": ('msgid "a\nmsgstr "b"', "line 1"),
    "a quotation mark too many": ('msgid "a "b" c"\nmsgstr "b"', "line 1"),
    "no msgid": ('msgid "a"\nmsgstr "b"\n\nmsgstr "c"', "line 4"),
    "no msgstr": ('msgid "a"\n\nmsgid "b"\nmsgstr "c"', "line 3"),
    "no msgstr at the end": ('msgid "a"\nmsgstr "c"\n\nmsgid "b"\n', "line 4"),
    "loose words": ('msgid "a"\nmsgstr "c"\nhallo', "line 3"),
    "twice": ('msgid "a"\nmsgstr "c"\nmsgstr "d"', "line 3"),
}


@pytest.mark.parametrize("case", SYNTAX)
def test_broken_files_are_refused_with_the_line(case):
    text, where = SYNTAX[case]
    with pytest.raises(UnreadableFile) as refused:
        po.read(text.encode(), "x.po")
    assert (refused.value.reason, refused.value.where) == ("syntax", where)
    assert where.replace("line", "Line") in refused.value.text()


def units(text, name="x.po"):
    return po.read(text.encode(), name).units


PLACEHOLDERS = {
    # flags, message -> its placeholders
    ("python-format", "%(n)s of %d, 5% done %%"): ["%(n)s", "%d", "% d", "%%"],
    ("c-format", "%-5.2f %1$s % d %*d %lu"): ["%-5.2f", "%1$s", "% d", "%*d", "%lu"],
    ("", "%s and %(x)s, 100% of 50%discount, 3 % d"): ["%s", "%(x)s"],
    ("", "{name} {0} {n!r:>10} {{var}} ${x} %{y}"): ["{name}", "{0}", "{n!r:>10}", "{{var}}", "${x}", "%{y}"],
    ("", 'a <b>c</b> <a href="x">d</a><br/> 1 < 2 > 0'): ["<b>", "</b>", '<a href="x">', "</a>", "<br/>"],
    ("no-c-format", "%s {x}"): ["{x}"],
    ("qt-format", "%1 of %n"): ["%1", "%n"],
    ("", "<1>a</1> <2/>"): ["<1>", "</1>", "<2/>"],
    ("", "ሰላም {ስም} و%s"): ["{ስም}", "%s"],
}


@pytest.mark.parametrize(("flags", "message"), PLACEHOLDERS)
def test_placeholders_and_tags_stand_alone_as_codes(flags, message):
    _, codes, _ = placeholders.tagged(message, [flags] if flags else [])
    assert [code.shows for code in codes] == PLACEHOLDERS[flags, message]
    assert not any(code.paired for code in codes)


def header(language, plural=""):
    lines = ['msgid ""', 'msgstr ""', f'"Language: {language}\\n"', '"Content-Type: text/plain; charset=UTF-8\\n"']
    if plural:
        lines.append(f'"Plural-Forms: {plural}\\n"')
    return "\n".join(lines) + "\n\n"


def test_fuzzy_is_a_draft_and_never_more():
    first, second, third = units(
        header("ti") + '#, fuzzy\nmsgid "a"\nmsgstr "ሀ"\n\nmsgid "b"\nmsgstr "ለ"\n\n#, fuzzy\nmsgid "c"\nmsgstr ""\n'
    )
    assert (first.state, second.state, third.state) == (State.DRAFT, State.TRANSLATED, State.OPEN)
    assert (first.target, second.target, third.target) == ("ሀ", "ለ", None)


@pytest.mark.parametrize(("approved", "was_fuzzy"), [(True, True), (True, False), (False, True), (False, False)])
def test_what_is_not_approved_goes_out_fuzzy(approved, was_fuzzy):
    flags = "#, fuzzy, c-format\n" if was_fuzzy else "#, c-format\n"
    text = header("ar") + flags + '#| msgid "old"\nmsgid "a"\nmsgstr "ب"\n'
    written = po.write(text.encode(), {"1": Translation("ج", approved)}, "ar", None).decode()
    (entry,) = polib.pofile(written)
    assert entry.msgstr == "ج"
    assert entry.fuzzy is not approved
    assert "c-format" in entry.flags
    assert ("old" in written) is not approved


def test_a_translation_in_another_language_does_not_stay():
    text = header("nl", "nplurals=2; plural=(n != 1);") + 'msgid "a"\nmsgstr "Nederlands"\n\n#, fuzzy\nmsgid "b"\nmsgstr "ook"\n'
    written = po.write(text.encode(), {"1": Translation("عربي", True)}, "ar", None).decode()
    first, second = polib.pofile(written)
    assert (first.msgstr, second.msgstr, second.fuzzy) == ("عربي", "", False)
    assert '"Language: ar\\n"' in written


def test_the_header_is_set_and_people_in_it_stay():
    text = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: x\\n"\n"Last-Translator: A <person@example.org>\\n"\n'
        '"Language: \\n"\n"Content-Type: text/plain; charset=CHARSET\\n"\n"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    )
    written = polib.pofile(po.write(text.encode(), {}, "ar", None).decode())
    assert written.metadata["Language"] == "ar"
    assert written.metadata["Content-Type"] == "text/plain; charset=UTF-8"
    assert written.metadata["Plural-Forms"].startswith("nplurals=6;")
    assert written.metadata["Last-Translator"] == "A <person@example.org>"


def test_a_file_without_a_header_gets_one():
    written = po.write(b'msgid "a"\nmsgstr ""\n', {"1": Translation("ሀ", True)}, "ti", None)
    found = polib.pofile(written.decode())
    assert found.metadata["Language"] == "ti"
    assert [e.msgstr for e in found] == ["ሀ"]


# (language, number) -> the form gettext must choose; CLDR 48, plural rules for cardinals
FORMS = {
    "ar": {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3, 111: 4},
    "ti": {0: 0, 1: 0, 2: 1}, "am": {0: 0, 1: 0, 2: 1}, "fa": {0: 0, 1: 0, 2: 1}, "prs": {0: 0, 1: 0, 2: 1},
    "tr": {0: 1, 1: 0, 2: 1}, "nl": {0: 1, 1: 0, 2: 1}, "fr": {0: 0, 1: 0, 2: 1}, "so": {0: 1, 1: 0, 2: 1},
    "ru": {1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1}, "zh-Hans": {0: 0, 1: 0, 2: 0}, "ckb": {1: 0, 2: 1},
}  # fmt: skip


@pytest.mark.parametrize("language", FORMS)
def test_plural_forms_are_those_of_the_language(language):
    text = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    written = polib.pofile(po.write(text.encode(), {}, language, None).decode()).metadata["Plural-Forms"]
    count, expression = re.fullmatch(r"nplurals=(\d+); plural=(.*?);?", written).groups()
    form = gettext.c2py(expression)
    for number, expected in FORMS[language].items():
        assert form(number) == expected, number
    assert int(count) == max(form(n) for n in range(200)) + 1


def test_every_form_of_a_plural_is_a_unit_with_the_numbers_it_is_for():
    found = units(header("ar") + 'msgid "%d letter"\nmsgid_plural "%d letters"\nmsgstr[0] ""\n')
    assert [u.key for u in found] == [f"1[{n}]" for n in range(6)]
    assert [u.text for u in found] == ["<1/> letters", "<1/> letter", *["<1/> letters"] * 4]
    assert found[0].plural is None
    assert {u.plural for u in found[1:]} == {"1[0]"}
    assert found[3].notes == ("Plural form 4 of 6, for numbers such as 3, 4, 5, 6, 7",)


def test_a_language_with_more_plural_forms_gets_them_all_and_somebody_must_look():
    text = header("") + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    given = {"1[0]": Translation("واحد", True), "1[1]": Translation("كثير", True)}
    (entry,) = polib.pofile(po.write(text.encode(), given, "ar", None).decode())
    assert entry.msgstr_plural == {0: "كثير", 1: "واحد", 2: "كثير", 3: "كثير", 4: "كثير", 5: "كثير"}
    assert entry.fuzzy


def test_a_language_with_one_form_gets_one():
    text = header("nl") + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] "y"\n'
    given = {"1[0]": Translation("一", True), "1[1]": Translation("多", True)}
    (entry,) = polib.pofile(po.write(text.encode(), given, "zh-Hans", None).decode())
    assert entry.msgstr_plural == {0: "多"}


def test_a_plural_with_a_form_missing_is_not_approved():
    text = header("nl") + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n'
    (entry,) = polib.pofile(po.write(text.encode(), {"1[0]": Translation("ሀ", True)}, "ti", None).decode())
    assert entry.fuzzy


@pytest.mark.parametrize("expression", ["n/0", "((((", "n!=1;import os", "__import__('os')", "n" * 2000, "1" + "+1" * 400])
def test_a_hostile_plural_formula_is_not_run(expression):
    found = units(header("nl", f"nplurals=2; plural={expression};") + 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\n')
    assert len(found) == 2


@pytest.mark.parametrize(
    "text", ["", "a", 'a"b\\c', "a\nb", "a\n", "\n", "tab\tcr\rbell\a\0", ETHIOPIC, ARABIC * 9, "a" * 300, " x  y ", "ሀ\n" * 3]
)
@pytest.mark.parametrize("width", [0, 40, 79])
def test_a_string_is_read_as_it_was_written(text, width):
    lines = pofile.written("msgstr ", text, "", width)
    entry = pofile.parse(['msgid "x"', *lines], "po")[0]
    assert entry.forms[0].text == text
    if width and " " in text:
        assert max(map(len, lines)) <= max(width, *(len(w) + 12 for w in text.split(" ")))


def test_the_language_comes_from_the_header_or_the_name_of_the_file():
    assert po.read((header("pt_BR") + 'msgid "a"\nmsgstr ""').encode(), "x.po").target_language == "pt-BR"
    assert po.read(b'msgid "a"\nmsgstr ""', "locale/ti.po").target_language == "ti"
    assert po.read(b'msgid "a"\nmsgstr ""', "messages.po").target_language is None
    found = po.read((header("qqqq") + 'msgid "a"\nmsgstr ""').encode(), "x.po")
    assert found.target_language is None
    assert [w.key for w in found.warnings] == ["language-unknown"]


def test_a_source_that_changed_says_what_it_was():
    (unit,) = units(header("ti") + '#. for the button\n# ask Ann\n#| msgid "Old"\n#, fuzzy\nmsgid "New"\nmsgstr "ሀ"\n')
    assert unit.notes == ("for the button", "ask Ann", "The source text was before: Old")
