"""Tiny true translation models, built on the spot: no training, no download, under a second.

The weights of a Transformer with one encoder and one decoder layer are written by hand, so that it computes a
weighted phrase lexicon (`tiny_lexicon.tsv`): step t of the decoder looks, by attention over positions, at piece t of
the source, and the output layer has one row for each target piece, solved so that each of its source pieces gives it
exactly its weight. Word order is the source's; what is not in the lexicon is copied, letter by letter. A second
translation in a cell is a true second best. The files are what CTranslate2, SentencePiece and Argos expect, so the
programs under test run unchanged.

Every build of the same model gives the same bytes. At most 255 source pieces: one position each.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

LANGUAGES = ("en", "nl", "ar", "fa", "ti")
FLORES = {"en": "eng_Latn", "nl": "nld_Latn", "ar": "arb_Arab", "fa": "pes_Arab", "ti": "tir_Ethi"}
OPUS = {"en": "eng", "nl": "nld", "ar": "ara", "fa": "pes", "ti": "tir"}
_ENGLISH_NAMES = {"en": "English", "nl": "Dutch", "ar": "Arabic", "fa": "Persian", "ti": "Tigrinya"}

# The depth of the model: what a piece is, where it stands, which language it names, which language is asked for.
CODE, PLACE, NAMES, ASKED = slice(0, 256), slice(256, 320), slice(320, 352), slice(352, 384)
DEPTH, HEADS, HEAD, PLACES = 384, 6, 64, 256
SHARP = 8.0  # how strongly attention prefers the one place it looks for
LOGIT = 24.0  # the logit of a translation of weight 1
SECOND, COPY, OF_LANGUAGE = 0.92, 1.2, 0.5  # weights: a second translation, a copy, a piece of the asked language
SPECIAL = ("<unk>", "<s>", "</s>", "<pad>")
CHARACTERS = "▁" + "".join(chr(c) for c in range(33, 127)) + "،؛؟۔።፣፤፧٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"


@cache
def lexicon() -> tuple[dict[str, tuple[str, ...]], ...]:
    """The rows of the lexicon: language -> its words, the best first. ``("-",)``: left out in that language."""
    lines = (Path(__file__).parent / "tiny_lexicon.tsv").read_text("utf-8").splitlines()
    header = lines[0].split("\t")
    return tuple(
        {language: tuple(cell.split("|")) for language, cell in zip(header, line.split("\t"), strict=True) if cell}
        for line in lines[1:]
    )


def _spellings(word: str) -> list[str]:
    """As pieces: inside a sentence, and at its start where the script has capitals."""
    piece = "▁" + word.replace(" ", "▁")
    capital = "▁" + word[0].upper() + word[1:].replace(" ", "▁")
    return [piece] if capital == piece else [piece, capital]


@dataclass
class _Weights:
    """Which source piece gives which target piece how much, and which pieces belong to which language."""

    gives: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))  # target -> source -> weight
    of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # piece -> languages
    words: dict[str, None] = field(default_factory=dict)  # in order
    sources: set[str] = field(default_factory=set)

    def give(self, source: str, target: str, weight: float) -> None:
        self.gives[target][source] = max(weight, self.gives[target].get(source, 0.0))
        self.sources.add(source)

    def is_source(self, piece: str) -> bool:
        return piece in self.sources


def _weigh(sources: Sequence[str], targets: Sequence[str]) -> _Weights:
    """The lexicon from each source to each other target language."""
    found = _Weights()
    for row in lexicon():
        for language in dict.fromkeys([*sources, *targets]):
            for word in row.get(language, ()):
                for spelling in _spellings(word) if word != "-" else ():
                    found.words[spelling] = None
                    found.of[spelling].add(language)
    for target in targets:
        found.of[f"<nothing:{target}>"].add(target)
    for row in lexicon():
        for source in sources:
            for target in targets:
                if source == target or row.get(source, ("-",)) == ("-",):
                    continue
                for word in row[source]:
                    for rank, answer in enumerate(row.get(target, ())):
                        answers = _spellings(answer) if answer != "-" else [f"<nothing:{target}>"]
                        for i, spelling in enumerate(_spellings(word)):
                            weight = 1.0 if rank == 0 else SECOND
                            found.give(spelling, answers[min(i, len(answers) - 1)], weight)
    return found


def _code(text: str, size: int = CODE.stop) -> np.ndarray:
    """A balanced code of +1 and -1, the same on every machine."""
    order = np.argsort(np.frombuffer(hashlib.shake_256(text.encode()).digest(8 * size), ">u8"), kind="stable")
    code = np.ones(size, np.float32)
    code[order[: size // 2]] = -1
    return code


@cache
def _hadamard(size: int) -> np.ndarray:
    h = np.ones((1, 1), np.float32)
    while len(h) < size:
        h = np.block([[h, h], [h, -h]])
    return h


def _places(first: int = 0) -> np.ndarray:
    """Codes of places: two hexadecimal digits, each a balanced row of a Hadamard matrix."""
    rows = _hadamard(32)[1:17]
    table = np.zeros((PLACES, DEPTH), np.float32)
    for i in range(PLACES):
        n = min(i + first, PLACES - 1)
        table[i, PLACE] = np.concatenate([rows[n // 16], rows[n % 16]])
    return table


def _sentencepiece(pieces: Iterable[tuple[str, float, int]]) -> bytes:
    """A unigram ModelProto (sentencepiece_model.proto), written field by field. Types: 1 normal, 2 unknown,
    3 control, 6 byte."""

    def varint(n: int) -> bytes:
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    def number(field_number: int, value: int) -> bytes:
        return varint(field_number << 3) + varint(value)

    def block(field_number: int, value: bytes) -> bytes:
        return varint(field_number << 3 | 2) + varint(len(value)) + value

    pieces = list(pieces)
    proto = b""
    for text, score, kind in pieces:
        one = block(1, text.encode()) + varint(2 << 3 | 5) + struct.pack("<f", score) + number(3, kind)
        proto += block(1, one)
    # trainer_spec: model_type unigram, vocab_size, byte_fallback, ids of <unk> <s> </s> and no <pad>
    proto += block(
        2,
        number(3, 1) + number(4, len(pieces)) + number(35, 1) + number(40, 0) + number(41, 1) + number(42, 2)
        + number(43, 3),
    )  # fmt: skip
    # normalizer_spec: identity, a space before the text, no double spaces, spaces written as ▁
    proto += block(3, block(1, b"identity") + number(3, 1) + number(4, 1) + number(5, 1))
    return proto


def _pieces(weights: _Weights, more: Sequence[str] = ()) -> list[tuple[str, float, int]]:
    kinds = {"<unk>": 2}
    nothings = [text for text in weights.of if text.startswith("<nothing:")]
    pieces = [(text, 0.0, kinds.get(text, 3)) for text in (*SPECIAL, *nothings)]
    pieces += [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256)]
    pieces += [(c, -10.0, 1) for c in CHARACTERS]
    # the longer piece wins: one score for each word of a phrase would prefer words
    pieces += [(word, -1.0, 1) for word in weights.words if word not in set(CHARACTERS)]
    return pieces + [(text, 0.0, 3) for text in more]


def _write_model(
    folder: Path,
    vocabulary: Sequence[str],
    weights: _Weights,
    *,
    names: Mapping[str, str],
    decoder_start: str,
    add_source_eos: bool,
    prefix: str,
) -> None:
    """Write model.bin, config.json and shared_vocabulary.json. `names`: language token -> language;
    `prefix`: "none", "source" (the target's token leads the source) or "target" (it leads the target)."""
    from ctranslate2.specs import TransformerSpec

    languages = list(dict.fromkeys(names.values()))
    language_codes = {language: _hadamard(32)[1 + i] for i, language in enumerate(languages)}
    codes = {piece: _code(piece) for piece in vocabulary}
    spec = TransformerSpec.from_config(1, HEADS, pre_norm=True)

    source = np.zeros((len(vocabulary), DEPTH), np.float32)
    target = np.zeros((len(vocabulary), DEPTH), np.float32)
    for i, piece in enumerate(vocabulary):
        source[i, CODE] = codes[piece]
        if piece in names:
            source[i, NAMES] = target[i, NAMES] = language_codes[names[piece]]

    spec.encoder.embeddings[0].weight = source
    spec.decoder.embeddings.weight = target
    spec.encoder.scale_embeddings = spec.decoder.scale_embeddings = False
    spec.encoder.position_encodings.encodings = _places()
    spec.decoder.position_encodings.encodings = _places(1 if prefix == "source" else 0)
    for layer in (spec.encoder.layer[0], spec.decoder.layer[0]):
        _quiet(layer.self_attention, fused=3)
        _quiet_feed_forward(layer.ffn)
    for norm in (spec.encoder.layer_norm, spec.decoder.layer_norm):
        _keep(norm)
    _look_at_own_place(spec.decoder.layer[0].attention, language_at_zero=prefix == "source")
    if prefix == "target":
        _look_at_first_place(spec.decoder.layer[0].self_attention)

    projection = np.zeros((len(vocabulary), DEPTH), np.float32)
    for i, piece in enumerate(vocabulary):
        projection[i] = _row(piece, weights, codes, language_codes, copies=bool(names))
    spec.decoder.projection.weight = np.round(projection, 4)
    spec.register_source_vocabulary(list(vocabulary))
    spec.register_target_vocabulary(list(vocabulary))
    spec.config.unk_token, spec.config.bos_token, spec.config.eos_token = "<unk>", "<s>", "</s>"
    spec.config.decoder_start_token = decoder_start
    spec.config.add_source_eos = add_source_eos
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def _row(piece, weights, codes, language_codes, *, copies: bool) -> np.ndarray:
    """The output layer's row of a piece: each source piece that may give it gives exactly its weight."""
    gives = dict(weights.gives.get(piece, {}))
    word = piece in weights.words
    if piece == "</s>" or (piece not in SPECIAL and not word and not weights.of[piece]):
        gives[piece] = 1.0 + (OF_LANGUAGE if copies else 0.0)
    elif word and copies:
        gives.setdefault(piece, COPY)
    elif word and not weights.is_source(piece):
        gives[piece] = 1.0
    row = np.zeros(DEPTH, np.float32)
    if gives:
        basis = np.stack([codes[source] for source in gives]).astype(np.float64)
        wanted = np.array(list(gives.values()))
        row[CODE] = LOGIT * (np.linalg.solve(basis @ basis.T, wanted) @ basis)
    if copies:
        for language in sorted(weights.of[piece] & language_codes.keys()):
            row[ASKED] += LOGIT * OF_LANGUAGE * language_codes[language] / 32
    return row


def _keep(norm) -> None:
    norm.gamma, norm.beta = np.ones(DEPTH, np.float32), np.zeros(DEPTH, np.float32)


def _zeros(linear, out: int, into: int) -> None:
    linear.weight, linear.bias = np.zeros((out, into), np.float32), np.zeros(out, np.float32)


def _quiet(attention, *, fused: int) -> None:
    """An attention that adds nothing."""
    _keep(attention.layer_norm)
    _zeros(attention.linear[0], fused * DEPTH, DEPTH)
    _zeros(attention.linear[1], DEPTH, DEPTH)


def _quiet_feed_forward(ffn) -> None:
    _keep(ffn.layer_norm)
    _zeros(ffn.linear_0, 4, DEPTH)
    _zeros(ffn.linear_1, DEPTH, 4)


def _identity(weight: np.ndarray, rows: slice, columns: slice, by: float = 1.0) -> None:
    weight[rows, columns] = by * np.eye(rows.stop - rows.start, dtype=np.float32)


def _look_at_own_place(attention, *, language_at_zero: bool) -> None:
    """Heads one to four each bring a quarter of the code of the source piece at the decoder's own place; head five,
    where asked, the language named by the first source piece."""
    _keep(attention.layer_norm)
    query, key_value, out = attention.linear
    _zeros(query, DEPTH, DEPTH)
    _zeros(key_value, 2 * DEPTH, DEPTH)
    _zeros(out, DEPTH, DEPTH)
    for head in range(4):
        looks = slice(head * HEAD, (head + 1) * HEAD)
        _identity(query.weight, looks, PLACE, SHARP)
        _identity(key_value.weight, looks, PLACE)
    _identity(key_value.weight, slice(DEPTH, DEPTH + 4 * HEAD), CODE)
    _identity(out.weight, CODE, slice(0, 4 * HEAD))
    if language_at_zero:
        fifth = slice(4 * HEAD, 5 * HEAD)
        query.bias[fifth] = SHARP * _places()[0, PLACE]
        _identity(key_value.weight, fifth, PLACE)
        _identity(key_value.weight, slice(DEPTH + fifth.start, DEPTH + fifth.start + 32), NAMES)
        _identity(out.weight, ASKED, slice(fifth.start, fifth.start + 32))


def _look_at_first_place(attention) -> None:
    """Brings the language named by the target's piece at place 1: the forced one."""
    fused, out = attention.linear
    fused.bias[0:64] = SHARP * 4 * _places()[1, PLACE]
    _identity(fused.weight, slice(DEPTH, DEPTH + 64), PLACE)
    _identity(fused.weight, slice(2 * DEPTH, 2 * DEPTH + 32), NAMES, 1 / 2)
    _identity(out.weight, ASKED, slice(0, 32))


def _zip(path: Path, top: str, files: Mapping[str, bytes]) -> Path:
    """A zip with one folder and no clock in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"{top}/{name}", (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


def _contents(folder: Path, under: str = "") -> dict[str, bytes]:
    return {under + path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def argos_files(source: str, target: str, *, version: str = "1.0", bpe: bool = False) -> dict[str, bytes]:
    """The files of an Argos package by name, metadata.json and model/ included. With `bpe` it is tokenized as Argos's
    older packages are, by Moses and byte pair encoding: single words only, and no word whose beginning stands inside
    another word is sure to be found."""
    weights = _without_phrases(_weigh([source], [target])) if bpe else _weigh([source], [target])
    pieces = _pieces(weights)
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = [text for text, _, _ in pieces]
        _write_model(
            Path(folder), vocabulary, weights,
            names={}, decoder_start="<s>", add_source_eos=True, prefix="none",
        )  # fmt: skip
        files = _contents(Path(folder), "model/")
    metadata = {
        "package_version": version,
        "argos_version": "1.9",
        "from_code": source,
        "from_name": _ENGLISH_NAMES[source],
        "to_code": target,
        "to_name": _ENGLISH_NAMES[target],
    }
    return {
        "metadata.json": json.dumps(metadata, indent=4).encode(),
        "README.md": f"# {_ENGLISH_NAMES[source]} to {_ENGLISH_NAMES[target]}: a tiny model for tests\n".encode(),
        **({"bpe.model": _merges(weights.words)} if bpe else {"sentencepiece.model": _sentencepiece(pieces)}),
        **files,
    }


def build_argos_package(path: Path, source: str, target: str, *, version: str = "1.0") -> Path:
    """Write a true `.argosmodel` for a pair of LANGUAGES. `path` is the file, or a folder for it."""
    name = f"translate-{source}_{target}-{version.replace('.', '_')}"
    path = Path(path)
    if path.is_dir():
        path = path / f"{name}.argosmodel"
    return _zip(path, name, argos_files(source, target, version=version))


def _without_phrases(weights: _Weights) -> _Weights:
    """Single words only, as byte pair encoding writes whole words: without a mark."""

    def plain(piece: str) -> str:
        return piece.removeprefix("▁")

    kept = _Weights()
    for word in weights.words:
        if "▁" not in plain(word):
            kept.words[plain(word)] = None
    for target, sources in weights.gives.items():
        for source, weight in sources.items():
            if plain(source) in kept.words and plain(target) in kept.words:
                kept.give(plain(source), plain(target), weight)
    return kept


def _merges(words: Iterable[str]) -> bytes:
    """Rules of byte pair encoding that join the letters of each word from its beginning."""
    rules: dict[str, None] = {}
    for word in words:
        for i in range(1, len(word)):
            rules[f"{word[:i]} {word[i]}" + ("</w>" if i == len(word) - 1 else "")] = None
    return ("#version: 0.2\n" + "\n".join(rules) + "\n").encode()


def build_nllb_folder(path: Path, languages: Sequence[str] = LANGUAGES) -> Path:
    """Write a folder shaped like NLLB-200 converted for CTranslate2: any of `languages` to any other."""
    weights = _weigh(languages, languages)
    pieces = _pieces(weights)
    names = {FLORES[language]: language for language in languages}
    vocabulary = [text for text, _, _ in pieces] + list(names)
    path = Path(path)
    _write_model(
        path, vocabulary, weights, names=names, decoder_start="</s>", add_source_eos=False, prefix="target"
    )
    (path / "sentencepiece.bpe.model").write_bytes(_sentencepiece(pieces))
    return path


def build_opus_folder(path: Path, source: str, target: str | Sequence[str]) -> Path:
    """Write a folder shaped like OPUS-MT converted for CTranslate2. With several targets the source starts with
    ``>>xxx<<``, as in the group models."""
    path = Path(path)
    several = not isinstance(target, str)
    targets = list(target) if several else [target]
    weights = _weigh([source], targets)
    pieces = _pieces(weights)
    names = {f">>{OPUS[language]}<<": language for language in targets} if several else {}
    _write_model(
        path, [text for text, _, _ in pieces] + list(names), weights,
        names=names, decoder_start="<pad>", add_source_eos=False, prefix="source" if several else "none",
    )  # fmt: skip
    for name in ("source.spm", "target.spm"):
        (path / name).write_bytes(_sentencepiece(pieces))
    return path


def build_madlad_folder(path: Path, languages: Sequence[str] = LANGUAGES) -> Path:
    """Write a folder shaped like MADLAD-400 converted for CTranslate2: the source starts with ``<2xx>``."""
    weights = _weigh(languages, languages)
    names = {f"<2{language}>": language for language in languages}
    pieces = _pieces(weights, list(names))
    path = Path(path)
    _write_model(
        path, [text for text, _, _ in pieces], weights,
        names=names, decoder_start="<pad>", add_source_eos=False, prefix="source",
    )  # fmt: skip
    (path / "spiece.model").write_bytes(_sentencepiece(pieces))
    return path


def repacked(package: Path, changes: Mapping[str, bytes | None]) -> bytes:
    """An Argos package with files replaced, added or (None) left out; names are full names inside the zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in changes:
                new.writestr(entry, old.read(entry), zipfile.ZIP_DEFLATED)
        for name, content in changes.items():
            if content is not None:
                new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
