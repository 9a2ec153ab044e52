"""How well texts are cut into sentences: precision, recall and F1 of the boundaries inside each block.

    python bench/segmentation.py FOLDER [--errors LANGUAGE]

FOLDER holds *.jsonl files with one block a line: {"lang", "text", "sentences"}. Where a boundary stands is counted
in characters that are no white space, so that trimming makes no difference; blocks whose sentences do not add up to
their text are left out and counted. The last column but one is sentencex alone, on the same blocks.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

OURS = ("nl", "en", "ar", "fa", "am", "ti", "tr", "ru", "fr", "es", "zh", "pl", "ur", "uk")


def boundaries(pieces: list[str]) -> set[int]:
    """Ends of all pieces but the last that have text, in characters that are no white space."""
    found, at = [], 0
    for piece in pieces:
        length = len("".join(piece.split()))
        if length:
            at += length
            found.append(at)
    return set(found[:-1])


def scores(hits: int, found: int, expected: int) -> tuple[float, float, float]:
    precision = hits / found if found else 1.0
    recall = hits / expected if expected else 1.0
    return precision, recall, 2 * hits / (found + expected) if found + expected else 1.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", metavar="LANGUAGE", help="print every wrong or missed boundary of one language")
    options = parser.parse_args()
    import sentencex

    from languages.sentences import SEGMENTER_VERSION, split

    files = sorted(options.folder.glob("*.jsonl"))
    if not files:
        print(f"{options.folder} holds no .jsonl file.", file=sys.stderr)
        return 2
    print(f"segmenter {SEGMENTER_VERSION}")
    for file in files:
        blocks = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        ours: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        theirs: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        count: dict[str, int] = defaultdict(int)
        skipped = characters = 0
        took = 0.0
        for block in blocks:
            language, text = block["lang"], block["text"]
            if language not in OURS:
                continue
            if "".join(text.split()) != "".join("".join(block["sentences"]).split()):
                skipped += 1
                continue
            count[language] += 1
            characters += len(text)
            expected = boundaries(block["sentences"])
            start = time.perf_counter()
            pieces = split(text, language)
            took += time.perf_counter() - start
            for totals, found in (
                (ours[language], boundaries(pieces)),
                (theirs[language], boundaries(sentencex.segment(language, text))),
            ):
                totals[0] += len(found & expected)
                totals[1] += len(found)
                totals[2] += len(expected)
            if options.errors == language and boundaries(pieces) != expected:
                print(f"\n{text!r}\n  cut: {pieces}\n  want: {block['sentences']}")
        print(f"\n{file.name}: {skipped} blocks left out; {took / max(characters, 1) * 1e6:.1f} ms per 1,000 characters × 1,000")
        print(f"{'':6}{'blocks':>8}{'inner':>7}{'P':>8}{'R':>8}{'F1':>8}{'sentencex':>11}{'':>3}")
        for language in sorted(count, key=OURS.index):
            precision, recall, f1 = scores(*ours[language])
            alone = scores(*theirs[language])[2]
            print(
                f"{language:6}{count[language]:8}{ours[language][2]:7}{precision:8.3f}{recall:8.3f}{f1:8.3f}"
                f"{alone:11.3f}{'  <' if f1 < alone else ''}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
