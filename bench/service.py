"""How quick the service is for people: from upload to the open editor, saving with 50 translators at work, the
editor in Chromium, starting.

    python bench/service.py [--database sqlite|postgresql|both] [--quick] [--only PART ...] [--json FILE]

Starts `dragoman serve` on a free port of 127.0.0.1 with a folder and a database of its own, and ends it. Every part is
bounded in time; the whole takes about six minutes for each database, with --quick one and a half. Times in
milliseconds; p50 and p95 are the middle and the slowest twentieth. The ratios compare within the run, so they say
more than the times when a machine is busy or another one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import desk_at_work, in_chromium
from bench.installation import Installation, Visitor, a_folder, postgresql, signed_in
from bench.letter import a_letter

PARTS = ("start", "upload", "editor", "desk")
SEGMENTS = 500


@dataclass(frozen=True, slots=True)
class Size:
    """How often and how long."""

    starts: int
    cold: int
    warm: int
    loads: int
    people: int
    work: float
    rush: float
    alone: float


FULL = Size(starts=5, cold=4, warm=20, loads=7, people=50, work=40, rush=15, alone=20)
QUICK = Size(starts=2, cold=1, warm=4, loads=2, people=50, work=12, rush=5, alone=8)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """{"n", "p50", "p95", "most"}: milliseconds; p95 by the nearest rank."""
    ordered = sorted(seconds)
    if not ordered:
        return {"n": 0}
    return {
        "n": len(ordered),
        "p50": round(statistics.median(ordered) * 1000, 1),
        "p95": round(ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] * 1000, 1),
        "most": round(ordered[-1] * 1000, 1),
    }


def measure_start(installation: Installation, size: Size) -> dict:
    """From the command to the first answer of /health: the first start makes the database and loads the starter pack."""
    first = installation.start()
    later = []
    for _ in range(size.starts):
        installation.stop()
        later.append(installation.start())
    return {
        "first start, with a new database": percentiles([first]),
        "later starts": percentiles(later),
        "peak memory after a start, MB": round(installation.peak_memory() / 1e6),
    }


def reading_alone(data: bytes) -> float:
    """Seconds to read and cut a file in this process: importers and languages, no database, no HTTP."""
    from importers import detect, inline
    from languages import sentences

    begun = time.perf_counter()
    for unit in detect.detect(data, "brief.docx").read(data, "brief.docx").units:
        inline.split(unit.text, lambda whole: sentences.split(whole, "nl"))
    return time.perf_counter() - begun


def upload_and_open(person: Visitor, number: int) -> dict[str, float]:
    """One upload of a new letter, as a browser does it: seconds for the POST, the page it leads to, the editor."""
    data = a_letter(SEGMENTS, number)
    begun = time.perf_counter()
    posted = desk_at_work.upload(person, data, f"brief-{number}.docx", ["ar"])
    prepared = time.perf_counter() - begun - posted.seconds
    begun = time.perf_counter()
    page = person.get(posted.headers["Location"])
    translation = desk_at_work.translations_of(page)[0]
    between = time.perf_counter() - begun
    editor = person.get(f"/translations/{translation}")
    shown = editor.text.count("<article class=\"segment")
    if editor.status != 200 or shown != SEGMENTS:
        raise RuntimeError(f"the editor answered {editor.status} with {shown} segments")
    # `prepared` is the form's own page, which the person had open before
    del prepared
    return {
        "upload": posted.seconds,
        "document": between,
        "editor": editor.seconds,
        "whole": posted.seconds + between + editor.seconds,
        "reading alone": reading_alone(data),
    }


def measure_upload(installation: Installation, size: Size) -> dict:
    """Upload of 500 segments until the editor was received: first after a start, and later ones."""
    roles = [("staff", "", ""), ("translator", "nl", "ar")]
    (person,) = signed_in(installation, [("Marijke", roles)])
    # the process that measures reads once before, as the serving one has in warm uploads
    reading_alone(a_letter(SEGMENTS, 1))
    cold, warm = [], []
    for number in range(size.cold):
        person.close()
        installation.stop()
        installation.start()
        cold.append(upload_and_open(person, 100 + number))
    for number in range(size.warm):
        warm.append(upload_and_open(person, 200 + number))
    person.close()
    alone = [times["reading alone"] for times in cold + warm]
    found: dict = {"reading and cutting alone": percentiles(alone)}
    for name, runs in (("cold", cold), ("warm", warm)):
        for step in ("upload", "document", "editor", "whole"):
            found[f"{name}: {step}"] = percentiles([times[step] for times in runs])
        ratio = statistics.median(t["whole"] for t in runs) / statistics.median(alone)
        found[f"{name}: whole against reading alone, ×"] = round(ratio, 1)
    found["peak memory after the uploads, MB"] = round(installation.peak_memory() / 1e6)
    return found


def measure_editor(installation: Installation, size: Size) -> dict:
    """The editor of 50 and of 500 segments in Chromium, on this processor and on one four times slower."""
    roles = [("staff", "", ""), ("translator", "nl", "ar")]
    (person,) = signed_in(installation, [("Samira", roles)])
    found: dict = {}
    with in_chromium.browser() as chromium:
        for segments in (50, SEGMENTS):
            posted = desk_at_work.upload(person, a_letter(segments, 300 + segments), f"brief-{segments}.docx", ["ar"])
            translation = desk_at_work.translations_of(person.get(posted.headers["Location"]))[0]
            path = f"/translations/{translation}"
            found[f"{segments} segments: HTML on the wire, bytes"] = html_sizes(person, path)
            # the first load of all warms up the server and Chromium's own caches
            in_chromium.load_twice(chromium, person, path)
            for slowdown in (1, 4):
                loads = [in_chromium.load_twice(chromium, person, path, slowdown=slowdown) for _ in range(size.loads)]
                for which, name in enumerate(("first load", "later load")):
                    some = [pair[which] for pair in loads]
                    label = f"{segments} segments, {name}" + (", processor 4× slower" if slowdown > 1 else "")
                    found[label] = {
                        "interactive": percentiles([load.ready / 1000 for load in some]),
                        "first paint": percentiles([load.painted / 1000 for load in some]),
                        "HTML received": percentiles([load.answered / 1000 for load in some]),
                        "longest task": percentiles([load.longest / 1000 for load in some]),
                        "requests": some[-1].requests,
                        "bytes": some[-1].bytes,
                        "bytes by kind": {kind: list(pair) for kind, pair in sorted(some[-1].wire.items())},
                        "encoding": some[-1].encoding,
                    }
    person.close()
    return found


def html_sizes(person: Visitor, path: str) -> dict[str, int]:
    """Bytes of the page's body for each encoding that a browser may ask for."""
    found = {}
    for encoding in ("identity", "gzip", "br", "zstd"):
        asking = Visitor(person.port, person.name, encoding, dict(person.cookies))
        answer = asking.get(path)
        asking.close()
        found[encoding] = answer.wire
    return found


def measure_desk(installation: Installation, size: Size) -> dict:
    """Drafts and saves of one translator alone, of many at once at the pace of people, and of as many without a pause."""
    translators = desk_at_work.open_desk(installation, size.people, SEGMENTS)
    runs = {
        "one alone": desk_at_work.work(installation, translators[:1], size.alone, thinking=True),
        f"{size.people} at once": desk_at_work.work(installation, translators, size.work, thinking=True),
        f"{size.people} without a pause": desk_at_work.work(installation, translators, size.rush, thinking=False),
    }
    found: dict = {}
    for name, times in runs.items():
        answered = sum(len(values) for values in times.seconds.values())
        found[name] = {
            **{kind: percentiles(times.seconds[kind]) for kind in ("draft", "save", "panel")},
            "per second": {k: round(len(v) / times.lasted, 1) for k, v in sorted(times.seconds.items())},
            "requests a second": round(answered / times.lasted, 1),
            "processor time of the service, ms a request": round(times.processor / max(answered, 1) * 1000, 1),
            "processors in use by the service": round(times.processor / times.lasted, 2),
            "refused": {f"{kind} {status}": number for (kind, status), number in sorted(times.refused.items())},
        }
    one, many = found["one alone"], found[f"{size.people} at once"]
    found["many against one, ×"] = {
        f"{kind} {rank}": round(many[kind][rank] / one[kind][rank], 2)
        for kind in ("draft", "save", "panel")
        for rank in ("p50", "p95")
        if one[kind]["n"] and many[kind]["n"]
    }
    found["peak memory after the work, MB"] = round(installation.peak_memory() / 1e6)
    return found


MEASURES = {"upload": measure_upload, "editor": measure_editor, "desk": measure_desk}


def measure(database: str, size: Size, parts: tuple[str, ...]) -> dict:
    """Every part on a new installation with this database."""
    found: dict = {}
    with ExitStack() as stack:
        address = stack.enter_context(postgresql()) if database == "postgresql" else None
        installation = Installation(stack.enter_context(a_folder()), address)
        stack.callback(installation.stop)
        if "start" in parts:
            found["start"] = measure_start(installation, size)
        else:
            installation.start()
        for part in parts:
            if part != "start":
                print(f"  {database}: {part} …", file=sys.stderr, flush=True)
                found[part] = MEASURES[part](installation, size)
    return found


def shown(value: object, depth: int = 1) -> str:
    """Findings as lines of text."""
    pad = "  " * depth
    lines = []
    for name, part in value.items():
        if isinstance(part, dict) and set(part) == {"n", "p50", "p95", "most"}:
            lines.append(
                f"{pad}{name:<{60 - 2 * depth}}{part['p50']:>9.1f}{part['p95']:>9.1f}{part['most']:>9.1f}{part['n']:>7}"
            )
        elif isinstance(part, dict) and part and any(isinstance(v, dict) for v in part.values()):
            lines += [f"{pad}{name}", shown(part, depth + 1)]
        elif isinstance(part, dict):
            lines.append(f"{pad}{name:<{60 - 2 * depth}}  " + ", ".join(f"{k} {v}" for k, v in part.items()))
        else:
            lines.append(f"{pad}{name:<{60 - 2 * depth}}{part:>9}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs: to see that it works")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    found: dict = {
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 1),
        "quick": options.quick,
    }
    for database in databases:
        found[database] = measure(database, size, tuple(p for p in PARTS if p in options.only))
    found["load after"] = round(os.getloadavg()[0], 1)
    about = {k: v for k, v in found.items() if not isinstance(v, dict)}
    print(", ".join(f"{k} {v}" for k, v in about.items()))
    for database in databases:
        for part, figures in found[database].items():
            print(f"\n{database}: {part}\n{'  milliseconds':<60}{'p50':>9}{'p95':>9}{'most':>9}{'n':>7}")
            print(shown(figures))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
