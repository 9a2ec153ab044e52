"""Real English sentences found on this machine, to measure the memory with. Nothing of it is committed.

Gathered from what Debian and Python packages carry: messages of .mo catalogues, package descriptions, manual pages,
documentation and docstrings. What is missing to the size asked for is made by perturbing real ones (words exchanged,
left out and put in), and the share is reported.
"""

from __future__ import annotations

import ast
import gettext
import gzip
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-Z\"'(])")
SKIPPED = re.compile(r"[{}\\|~^=]|https?:|--\w|^\W+$|\d{4,}|[a-z]_[a-z]|\w\(\)")


def messages() -> Iterator[str]:
    """Texts of programs: the msgids of every catalogue of two languages with many."""
    for language in ("sv", "fr", "nl", "de", "es", "ru"):
        for path in Path("/usr").rglob(f"{language}/LC_MESSAGES/*.mo"):
            try:
                with path.open("rb") as file:
                    catalogue = gettext.GNUTranslations(file)._catalog
            except (OSError, UnicodeDecodeError, ValueError):
                continue
            for key in catalogue:
                yield key[0] if isinstance(key, tuple) else key.split("\x04")[-1]


def descriptions() -> Iterator[str]:
    """Short descriptions of every package that apt knows."""
    found = subprocess.run(["apt-cache", "dumpavail"], capture_output=True, text=True, check=False).stdout
    for line in found.splitlines():
        if line.startswith(("Description: ", "Description-en: ")):
            yield line.partition(": ")[2]


def manuals() -> Iterator[str]:
    for path in sorted(Path("/usr/share/man").glob("man[1-9]/*.gz")):
        try:
            text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        except OSError:
            continue
        text = re.sub(r"\\f.|\\\[[^\]]*\]|\\[-&e%|^]|\\\(..", "", text)
        for block in re.split(r"\n(?:\.[^\n]*\n|\s*\n)+", "\n" + text):
            yield from SENTENCE.split(" ".join(block.split()))


def documentation() -> Iterator[str]:
    roots = [
        Path("/usr/share/doc"),
        *(p for p in Path("/usr/lib").glob("python3*")),
        Path(ast.__file__).parent,
    ]
    import sysconfig

    roots.append(Path(sysconfig.get_paths()["purelib"]))
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.suffix in (".md", ".rst", ".txt") or path.name in ("METADATA", "copyright", "README"):
                text = path.read_text("utf-8", "replace") if path.is_file() else ""
                for block in re.split(r"\n\s*\n", text):
                    yield from SENTENCE.split(" ".join(block.split()))
            elif path.suffix == ".py" and path.is_file():
                yield from _docstrings(path)


def _docstrings(path: Path) -> Iterator[str]:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            for block in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
                yield from SENTENCE.split(" ".join(block.split()))


def real() -> list[str]:
    """Distinct sentences of 3 to 300 characters, shuffled with a fixed seed."""
    found: dict[str, None] = {}
    for source in (messages, descriptions, manuals, documentation):
        for text in source():
            text = " ".join(text.split())
            if 3 <= len(text) <= 300 and not SKIPPED.search(text) and any(c.isalpha() for c in text):
                found[text] = None
    sentences = sorted(found)
    random.Random(1).shuffle(sentences)
    return sentences


def perturbed(sentences: list[str]) -> Iterator[str]:
    """Without end: sentences with one to four words exchanged for words of others, left out or put in."""
    chance = random.Random(2)
    words = [w for s in sentences for w in s.split()]
    while True:
        text = chance.choice(sentences).split()
        for _ in range(chance.randint(1, 4)):
            at, act = chance.randrange(len(text)), chance.random()
            if act < 0.6:
                text[at] = chance.choice(words)
            elif act < 0.8 or len(text) < 3:
                text.insert(at, chance.choice(words))
            else:
                del text[at]
        yield " ".join(text)


def corpus(size: int, folder: Path) -> tuple[list[str], int]:
    """`size` distinct sentences, and how many of them are real. Kept in a folder for the next run."""
    kept = folder / "sentences.txt"
    if kept.exists():
        sentences = kept.read_text("utf-8").splitlines()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        sentences = real()
        kept.write_text("\n".join(sentences), "utf-8")
    found = dict.fromkeys(sentences[:size])
    many = len(found)
    more = perturbed(sentences)
    while len(found) < size:
        found[next(more)] = None
    return list(found), many


def edited(text: str, share: float, chance: random.Random) -> str:
    """A text with this share of its characters exchanged, left out or put in."""
    letters = list(text)
    for _ in range(max(1, round(len(text) * share))):
        at, act = chance.randrange(len(letters)), chance.random()
        if act < 0.5:
            letters[at] = chance.choice("abcdefghijklmnopqrstuvwxyz ")
        elif act < 0.75:
            letters.insert(at, chance.choice("abcdefghijklmnopqrstuvwxyz "))
        elif len(letters) > 1:
            del letters[at]
    return "".join(letters)
