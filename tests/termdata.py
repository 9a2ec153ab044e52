"""Files that other people made and whose licence does not let us keep a copy: beside the project, if they are there."""

from __future__ import annotations

from pathlib import Path

import pytest


def shared(*parts: str) -> Path:
    """A file or folder below `shared/data` next to the project; the test is skipped, saying so, when it is not there."""
    for folder in Path(__file__).resolve().parents:
        found = folder.joinpath("shared", "data", *parts)
        if found.exists():
            return found
    pytest.skip(f"no {'/'.join(parts)}: put the test data into ../shared/data (see docs/formats.md), then run the tests again")
