"""The quick way to read TMX gives what lxml gives: the same units, the same refusals at the same line."""

import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.tmx import read_tmx
from importers.units import UnreadableFile
from tests.importers.contract import ARABIC, ETHIOPIC, FILES

HEAD = (
    '<?xml version="1.0"?>\n<tmx version="1.4">\n<header creationtool="t" creationtoolversion="1" segtype="sentence" '
    'o-tmf="x" adminlang="en" srclang="nl" datatype="xml"/>\n<body>\n'
)
TAIL = "</body>\n</tmx>\n"


def outcome(data: bytes, chunk: int = -1):
    """The units of a file, and why and where it was refused if it was."""

    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(chunk if chunk > 0 and (size < 0 or size > chunk) else size)

    reader = read_tmx(Slow(data))
    units = []
    try:
        units.extend(reader)
    except UnreadableFile as refused:
        return units, refused.reason, refused.where
    return units, sorted((w.key, *w.fields.values()) for w in reader.warnings), reader.header


def by_lxml(data: bytes):
    """The same file with a comment before its body, which makes all of it unusual."""
    assert data.count(b"<body>") == 1
    return outcome(data.replace(b"<body>", b"<!-- --><body>"))


def tuv(language, text, attributes="", facts=""):
    return f'<tuv xml:lang="{language}"{attributes}>{facts}<seg>{text}</seg></tuv>'


PIECES = {
    "plain": f'<tu tuid="1">{tuv("nl", "een")}{tuv("ar", ARABIC)}</tu>\n',
    "three languages": f"<tu>{tuv('nl', 'een')}{tuv('ti', ETHIOPIC)}{tuv('EN_us', 'one')}</tu>\n",
    "one language": f"<tu >\n {tuv('nl', 'een')}\n</tu >\n",
    "references": f"<tu>{tuv('nl', 'a &amp; b &#233; &#x1F600; &quot;&apos;&gt;')}{tuv('ar', '&#1605;')}</tu>",
    "a tag of ours": f"<tu>{tuv('nl', 'a &lt;1&gt; b')}{tuv('ar', 'ع')}</tu>",
    "an inline code": f"<tu>{tuv('nl', '<ph x=&quot;1&quot;>x</ph>a'.replace('&quot;', chr(34)))}{tuv('ar', 'ع')}</tu>\n",
    "facts": f"<tu creationdate='20200101T000000Z' tuid=\"a&amp;b\"><note>noot</note><prop type=\"x-a\">b &lt; c</prop>{tuv('nl', 'een')}"
    + tuv("ar", "ب", ' changeid="ann" changedate="gisteren"', '<prop type="p" xml:lang="nl">q</prop>') + "</tu>",
    "an unknown language": f"<tu>{tuv('qqq', 'x')}{tuv('nl', 'een')}</tu>",
    "the same language twice": f"<tu>{tuv('nl', 'een')}{tuv('ar', 'ب')}{tuv('AR', 'ت')}</tu>",
    "an old attribute": '<tu><tuv lang="NL"><seg>een</seg></tuv><tuv lang="am"><seg>ሀ</seg></tuv></tu>',
    "empty texts": f"<tu>{tuv('nl', '')}<tuv xml:lang='ar'><seg/></tuv></tu>",
    "no texts": "<tu></tu><tu/>",
    "white space": f"<tu>\n\t{tuv('nl', '  a  b ')}\r\n{tuv('ar', 'ع' + chr(10) + 'غ')}\n</tu>\r\n",
    "a comment": f"<!-- <tu>{tuv('nl', 'niet')}{tuv('ar', 'لا')}</tu> -->",
    "CDATA": f"<tu>{tuv('nl', '<![CDATA[a < </tu> b]]>')}{tuv('ar', 'ع')}</tu>",
    "a processing instruction": "<?pi </tu> ?>",
    "loose text": "los",
}  # fmt: skip
BROKEN = {
    "an unknown entity": f"<tu>{tuv('nl', '&onbekend;')}</tu>",
    "a bare ampersand": f"<tu>{tuv('nl', 'a & b')}</tu>",
    "a control character": f"<tu>{tuv('nl', chr(1))}</tu>",
    "a reference to one": f"<tu>{tuv('nl', '&#1;')}</tu>",
    "a noncharacter": f"<tu>{tuv('nl', chr(0xFFFE))}</tu>",
    "the end of CDATA": f"<tu>{tuv('nl', 'a ]]> b')}</tu>",
    "an attribute twice": f"<tu tuid='1' tuid='2'>{tuv('nl', 'a')}</tu>",
    "a foreign prefix": f"<tu x:y='1'>{tuv('nl', 'a')}</tu>",
    "crossed tags": "<tu><tuv xml:lang='nl'><seg>a</tuv></seg></tu>",
    "a stray end": "</tu>",
    "an attribute without a value": f"<tu tuid>{tuv('nl', 'a')}</tu>",
    "a less-than sign in an attribute": f"<tu tuid='<'>{tuv('nl', 'a')}</tu>",
}


@pytest.mark.parametrize("kind", [*PIECES, *BROKEN])
def test_each_kind_of_unit_is_read_as_by_lxml(kind):
    text = HEAD + PIECES["plain"] * 2 + {**PIECES, **BROKEN}[kind] + "\n" + PIECES["plain"] + TAIL
    data = text.encode()
    found = outcome(data)
    assert found == by_lxml(data)
    assert len(found[0]) >= 2
    if kind in BROKEN:
        assert isinstance(found[1], str)
        assert found[2].startswith("line ")


@pytest.mark.parametrize("path", sorted(FILES.glob("**/*.tmx")), ids=lambda path: path.stem)
def test_real_files_are_read_as_by_lxml(path):
    data = path.read_bytes()
    if b"<body>" in data:
        assert outcome(data) == by_lxml(data)


@settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*PIECES.values(), *list(BROKEN.values())[:4]]), max_size=8), st.integers(1, 400), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_mixture_in_any_portions_is_read_as_by_lxml(pieces, chunk, end):
    data = (HEAD + "".join(pieces) + TAIL).replace("\n", end).encode()
    assert outcome(data, chunk) == by_lxml(data)


def test_files_damaged_anywhere_are_read_or_refused_as_by_lxml():
    data = (HEAD + "".join(PIECES.values()).replace(PIECES["loose text"], "") + TAIL).encode()
    start = data.index(b"<body>") + 6
    rng = random.Random(7)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(start, len(damaged))] = rng.choice(b"<>&;\"'=/ abtuv\n\r\x00\x01\xff\xc3\xd9")
        cut = bytes(damaged[: rng.randrange(start, len(damaged))]) if rng.random() < 0.4 else bytes(damaged)
        assert outcome(cut, rng.randrange(1, 300)) == by_lxml(cut)


HEADS = {
    "a byte order mark": ("utf-8-sig", HEAD), "UTF-16": ("utf-16", HEAD),
    "a document type": ("utf-8", HEAD.replace("<tmx ", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx ')),
    "another encoding": ("windows-1256", HEAD.replace('"1.0"?', '"1.0" encoding="windows-1256"?')),
    "UTF-8 by name": ("utf-8", HEAD.replace('"1.0"?', '"1.0" encoding="utf-8" standalone="yes"?')),
    "properties in the header": ("utf-8", HEAD.replace("/>\n<body>", '><prop type="p">q</prop></header>\n<body >')),
    "a namespace": ("utf-8", HEAD.replace("<tmx ", '<tmx xmlns="http://www.lisa.org/tmx14" ')),
}  # fmt: skip


@pytest.mark.parametrize("kind", HEADS)
def test_every_kind_of_beginning_leads_to_the_same_units(kind):
    encoding, head = HEADS[kind]
    body = f"<tu>{tuv('nl', 'een')}{tuv('ar', 'المادة 29')}</tu><tu>{tuv('nl', '<ph>x</ph>')}{tuv('ar', 'ع')}</tu>\n" * 3
    units, warnings, header = outcome((head + body + TAIL).encode(encoding))
    assert [unit.texts for unit in units] == [{"nl": "een", "ar": "المادة 29"}, {"nl": "<1/>", "ar": "ع"}] * 3
    assert not warnings
    assert header.source_language == "nl"


def test_a_unit_larger_than_any_portion_is_read():
    text = "ሀ" * 700_000
    data = (HEAD + f"<tu>{tuv('nl', 'een')}{tuv('ti', text)}</tu>" + TAIL).encode()
    assert outcome(data)[0][0].texts["ti"] == text
