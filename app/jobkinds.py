"""Every kind of job that this program knows. `app.jobs` holds the queue and knows none; each kind asks it for work."""

from __future__ import annotations

from app import aligning, impact, imports, keeping, renewing, suggestions, termimports
from app.jobs import Step
from app.mt.registry import Models

#: What a worker deletes for its age.
FORGETTING = (aligning.forget_old, imports.forget_old)
#: What a worker does as it begins.
BEGINNING = (renewing.ask_when_needed,)
#: Kinds that let every other pass.
PATIENT = frozenset({renewing.JOB})


def every(models: Models | None) -> dict[str, Step]:
    """Kind -> how one step of it is done. `models`: who translates by machine."""
    return {
        suggestions.JOB: suggestions.job(models),
        impact.JOB: impact.step,
        imports.JOB: imports.job,
        termimports.JOB: termimports.work,
        renewing.JOB: renewing.step,
        **keeping.STEPS,
    }
