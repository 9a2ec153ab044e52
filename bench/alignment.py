"""How well two texts are aligned: precision and recall of beads on real translations whose sentences were joined, cut and lost.

    python bench/alignment.py [TICO-19 TMX ...] [--seed 1]

Texts: the Universal Declaration of Human Rights of the starter pack, paragraph by paragraph in Dutch and English against the
other languages, and the TMX files that are named (TICO-19's, for example), cut into documents of a hundred units. Changed on
purpose, on either side: 8 % of the sentences joined with the next, 4 % left out, 4 % put in from elsewhere. A bead counts as
found when exactly these sentences answer each other.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from importers import tmx
from languages import alignment

UDHR = Path(__file__).resolve().parents[1] / "app" / "starter" / "udhr.tsv"
Text = list[str]


def declaration() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    with UDHR.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    languages = [name for name in rows[0] if name != "ref"]
    for source in ("nl", "en"):
        for target in languages:
            if target not in (source, "nl"):
                yield f"UDHR {source}-{target}", [(r[source], r[target]) for r in rows if r[source] and r[target]]


def memories(paths: list[Path]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for path in paths:
        with path.open("rb") as stream:
            pairs = [tuple(unit.texts.values()) for unit in tmx.read_tmx(stream) if len(unit.texts) == 2]
        yield path.name, pairs


def changed(pairs: list[tuple[str, str]], chance: random.Random, strange: list[tuple[str, str]]):
    """(source sentences, target sentences, the true beads)."""
    source: Text = []
    target: Text = []
    beads = []
    at = 0
    while at < len(pairs):
        one, other = pairs[at]
        fate = chance.random()
        s, t = len(source), len(target)
        if fate < 0.04:  # one side lost it, or has something of its own
            if chance.random() < 0.5:
                source.append(one)
                beads.append(((s, s + 1), (t, t)))
            else:
                target.append(chance.choice(strange)[1] if chance.random() < 0.5 else other)
                beads.append(((s, s), (t, t + 1)))
        elif fate < 0.2 and at + 1 < len(pairs):
            two, second = pairs[at + 1]
            if fate < 0.12:
                source += [one, two]
                target.append(f"{other} {second}")
                beads.append(((s, s + 2), (t, t + 1)))
            else:
                source.append(f"{one} {two}")
                target += [other, second]
                beads.append(((s, s + 1), (t, t + 2)))
            at += 1
        else:
            source.append(one)
            target.append(other)
            beads.append(((s, s + 1), (t, t + 1)))
        at += 1
    return source, target, beads


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tmx", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"{'text':28} {'beads':>6} {'lengths alone P / R':>22} {'with anchors P / R':>22} {'ms/bead':>8}")
    total = [0, 0, 0, 0, 0, 0]
    for name, pairs in [*declaration(), *memories(asked.tmx)]:
        chance = random.Random(asked.seed)
        counts = [0, 0, 0, 0, 0, 0]
        spent = 0.0
        for start in range(0, len(pairs), 100):
            source, target, beads = changed(pairs[start : start + 100], chance, pairs)
            true = set(beads)
            counts[0] += len(true)
            for place, anchors in ((1, False), (3, True)):
                begin = time.process_time()
                found = {(b.source, b.target) for b in alignment.align(source, target, anchors=anchors)}
                spent = spent + time.process_time() - begin if anchors else spent
                counts[place] += len(found)
                counts[place + 1] += len(found & true)
        for n, number in enumerate(counts):
            total[n] += number
        _line(name, counts, spent)
    _line("all", total, 0)


def _line(name: str, counts: list[int], spent: float) -> None:
    true, plain, plain_right, found, right, _ = counts
    print(
        f"{name:28} {true:6} {plain_right / plain:11.3f} / {plain_right / true:.3f}  {right / found:11.3f} / {right / true:.3f}"
        f" {1000 * spent / true:11.2f}"
    )


if __name__ == "__main__":
    main()
