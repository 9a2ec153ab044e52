"""Files into the memory and out of it: upload, look, say what it is, take in; a part of the memory as TMX."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from flask import Blueprint, Response, current_app, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import access, db, errors, imports, intake, jobs, memoryexport, memoryfiles, previewing
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.imports import DONE, INTERRUPTED, QUEUED, RUNNING, STOPPED, WAITING, MemoryImport
from app.installation import config
from app.memoryexport import Filter
from app.memoryfiles import Choices
from app.models import Job
from app.previewing import Preview
from app.web import see_other, words
from app.web.keepingwords import origin_words, quality_words
from importers.units import UnreadableFile
from languages import tags
from memory.exchange import MOST_PLACES
from memory.models import QUALITIES, Unit

pages = Blueprint("memoryfiles", __name__)

#: Imports that the page lists.
LISTED = 50
ORIGINS = ("approved", "import", "alignment", "starter")


@pages.before_request
def _keepers_only() -> None:
    if current_user.is_authenticated and access.belongs(current_user) and not access.is_keeper(current_user):
        raise NotAllowed("keeper")


# --- words --------------------------------------------------------------------------------------


def state_words(state: str) -> str:
    """How far an import is."""
    return {
        WAITING: _("waits for you to say what it is"),
        QUEUED: _("waits its turn"),
        RUNNING: _("is being taken in"),
        DONE: _("is taken in"),
        STOPPED: _("could not be read"),
        INTERRUPTED: _("was interrupted"),
    }[state]


def left_out_words(reason: str) -> str:
    """Why units were left out, or what is remarkable about them."""
    return {
        "empty-source": _("without a source text: left out"),
        "empty-target": _("without a translation: left out"),
        "untranslated": _("without a translation: left out"),
        "broken-source": _("with a broken character in the source: left out"),
        "broken-target": _("with a broken character in the translation: left out"),
        "unknown-language": _("in a language we do not know: left out"),
        "same-language": _("in one language twice: left out"),
        "confidential": _("confidential: left out"),
        "unfinished": _("marked as unfinished in the file: left out"),
        imports.COPIES: _("whose translation is the same as the source: taken in, perhaps never translated"),
    }.get(reason, reason)


def column_words(what: str) -> str:
    return {
        memoryfiles.NOTES: _("notes"),
        memoryfiles.SUBJECT: _("subject"),
        memoryfiles.PROJECT: _("project"),
        memoryfiles.TUID: _("number or key"),
    }[what]


def warning_words(warning: dict) -> str:
    """A warning with the names of languages instead of their tags."""
    fields = dict(warning.get("fields") or {})
    for name in ("source", "target", "language", "found"):
        if name in fields and tags.is_known(fields[name]):
            fields[name] = words.language(fields[name])
    return words.warning({**warning, "fields": fields})


def _words() -> dict:
    return {
        "state_words": state_words,
        "left_out_words": left_out_words,
        "column_words": column_words,
        "warning_words": warning_words,
        "quality_words": quality_words,
        "origin_words": origin_words,
        "qualities": [str(q) for q in QUALITIES],
        "languages": tags.OUR_LANGUAGES,
        "administrator": access.is_administrator(current_user),
        "most_places": MOST_PLACES,
    }


# --- in -----------------------------------------------------------------------------------------


@pages.route("/memory/import", methods=["GET", "POST"])
def take_in():
    """Upload a file; what was taken in before."""
    if request.method != "POST":
        return _import_page({})
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return make_response(_import_page({"file": _("Choose a file first: TMX, XLIFF, PO, CSV or XLSX.")}), 422)
    by = {"by_id": current_user.id, "by_name": current_user.name}
    imports.forget_old(current_session())
    current_session().commit()
    # each part takes the lock to write for itself: this request must not hold it
    current_session().rollback()
    try:
        name = intake.safe_name(upload.filename)
        import_id = imports.upload(current_app.extensions["engine"], upload.stream, name, **by)
    except UnreadableFile as error:
        kept = _("Nothing was saved.")
        return make_response(_import_page({"file": f"{errors.invalid_message(error)} {kept}"}), 422)
    return see_other("memoryfiles.one", import_id=import_id)


def _import_page(wrong: dict[str, str]) -> str:
    query = select(MemoryImport).order_by(MemoryImport.id.desc()).limit(LISTED)
    if not access.is_administrator(current_user):
        query = query.where(MemoryImport.by_id == current_user.id)
    return render_template(
        "memory_import.html",
        errors=wrong,
        imports=list(current_session().scalars(query)),
        most=config().max_upload_bytes // (1024 * 1024),
        **_words(),
    )


def _find(import_id: int) -> MemoryImport:
    entry = current_session().get(MemoryImport, import_id)
    if entry is None or not (access.is_administrator(current_user) or entry.by_id == current_user.id):
        raise Hidden
    return entry


@pages.get("/memory/import/<int:import_id>")
def one(import_id: int):
    """One file: its first units and the questions about it; how far it is; what became of it."""
    entry = _find(import_id)
    if "HX-Request" in request.headers:
        return render_template("fragments/import_progress.html", entry=entry, **_words())
    if entry.state != WAITING:
        return _one_page(entry)
    seen = _look(entry)
    return _one_page(entry, choices=_suggested(_choices(entry), seen["preview"]), **seen)


def _suggested(choices: Choices, preview: Preview | None) -> Choices:
    """A reviewer takes in only what is in languages of theirs: those that the file has most of are chosen already."""
    if access.is_administrator(current_user) or choices.source or choices.target or preview is None:
        return choices
    offered = set(tags.OUR_LANGUAGES)
    pairs = sorted(preview.pairs.items(), key=lambda entry: -entry[1])
    for pair, _number in pairs:
        source, target = map(tags.variety, pair)
        if access.keeps_memory(current_user, *pair) and {source, target} <= offered:
            return replace(choices, source=source, target=target)
    return choices


def _pair_in_memory(entry: MemoryImport) -> str | None:
    """The languages of the newest unit of a file, as the keeper's page asks for them."""
    query = select(Unit.source_language, Unit.target_language).where(Unit.origin_name == entry.file_name)
    found = current_session().execute(query.order_by(Unit.id.desc()).limit(1)).first()
    return " ".join(found) if found else None


def _one_page(entry: MemoryImport, wrong: dict[str, str] | None = None, **more) -> str:
    problem = imports.problem_of(entry) if entry.state == STOPPED else None
    return render_template(
        "memory_import_one.html",
        entry=entry,
        errors=wrong or {},
        pair=_pair_in_memory(entry) if entry.state == DONE else None,
        problem=errors.invalid_message(problem) if problem else None,
        stuck=_is_stuck(current_session(), entry),
        **({"choices": _choices(entry), "preview": None, "table": None, "told": None, "readable": True} | more),
        **_words(),
    )


def _look(entry: MemoryImport) -> dict:
    """The first units of an uploaded file as it would be taken in now, or why there are none."""
    choices = _choices(entry)
    engine = current_app.extensions["engine"]
    found: dict = {"preview": None, "table": None, "told": None, "readable": True}
    try:
        if entry.kind == memoryfiles.TABLE:
            from importers import spreadsheet

            table = spreadsheet.read_rows(imports.Parts(engine, entry.id, entry.size).read(), entry.file_name)
            chosen = choices.columns or memoryfiles.guessed_columns(table.headers)
            found["table"] = [
                (place, header, chosen.get(place, ""), [row[place] for row in islice(table.rows, 3) if row[place]])
                for place, header in enumerate(table.headers)
            ]
        rows = memoryfiles.read(imports.Parts(engine, entry.id, entry.size), entry.kind, choices)
        found["preview"] = previewing.preview(rows)
    except UnreadableFile as error:
        found["told"] = errors.invalid_message(error)
        # what columns hold, or that a part is enough, may mend it; nothing else on the page does
        found["readable"] = entry.kind == memoryfiles.TABLE or error.reason == "cut-short"
    except memoryfiles.NoPair:
        found["told"] = errors.invalid_message(imports.no_pair(entry.kind))
    return found


def _choices(entry: MemoryImport) -> Choices:
    return Choices.from_json({**entry.choices, "name": entry.file_name})


@pages.post("/memory/import/<int:import_id>")
def decide(import_id: int):
    """Say what the file is, and look again or take it in."""
    session = current_session()
    entry = _find(import_id)
    if entry.state != WAITING:
        return see_other("memoryfiles.one", import_id=entry.id)
    form, wrong = request.form, {}
    columns = {}
    for name, what in form.items():
        if name.startswith("column-") and name[7:].isdecimal() and what:
            columns[int(name[7:])] = what if what in memoryfiles.COLUMNS else tags.normalise(what)
    source, target = (tags.normalise(form[side]) if form.get(side) else None for side in ("source", "target"))
    administrator = access.is_administrator(current_user)
    quality = form.get("quality", "")
    if quality not in set(QUALITIES):
        wrong["quality"] = _("Say how far these units can be trusted.")
        quality = "unreviewed"
    choices = Choices(
        name=entry.file_name,
        source=source,
        target=target,
        quality=str(quality),
        believe=administrator and form.get("believe") == "yes",
        project=form.get("project", "").strip()[:80] or None,
        subject=form.get("subject", "").strip()[:300] or None,
        keep_whole=form.get("whole") == "yes",
        columns=columns,
    )
    entry.choices = choices.to_json()
    if form.get("act") != "take":
        session.commit()
        return see_other("memoryfiles.one", import_id=entry.id, _anchor="preview")
    seen = _look(entry)
    if seen["told"]:
        wrong["source"] = seen["told"]
    if not administrator:
        for pair in seen["preview"].pairs if seen["preview"] else ():
            if not access.keeps_memory(current_user, *pair):
                wrong["source"] = _("You keep the memory of your own languages only: choose them here.")
        if not (source and target):
            wrong["source"] = _("You keep the memory of your own languages only: choose them here.")
    if wrong:
        return make_response(_one_page(entry, wrong, **seen), 422)
    _queue(session, entry)
    return see_other("memoryfiles.one", import_id=entry.id)


def _queue(session, entry: MemoryImport) -> None:
    entry.state, entry.ended_at = QUEUED, None
    jobs.enqueue(session, imports.JOB, {"import": entry.id})
    session.commit()


def _is_stuck(session, entry: MemoryImport) -> bool:
    """Whether nobody works on an import that waits: its job failed or is gone."""
    query = select(Job).where(Job.kind == imports.JOB, Job.state.in_(("queued", "running")))
    return entry.state in (QUEUED, RUNNING) and not any(job.subject == {"import": entry.id} for job in session.scalars(query))


@pages.post("/memory/import/<int:import_id>/again")
def again(import_id: int):
    """Go on with what was interrupted; take in what is whole of a file that is cut short."""
    session = current_session()
    entry = _find(import_id)
    if entry.state == STOPPED and request.form.get("whole") == "yes":
        entry.choices = {**entry.choices, "keep_whole": True}
    elif entry.state != INTERRUPTED and not _is_stuck(session, entry):
        return see_other("memoryfiles.one", import_id=entry.id)
    _queue(session, entry)
    return see_other("memoryfiles.one", import_id=entry.id)


@pages.post("/memory/import/<int:import_id>/discard")
def discard(import_id: int):
    """Delete a file that is not to be taken in."""
    session = current_session()
    entry = _find(import_id)
    if entry.state in (QUEUED, RUNNING, DONE):
        return see_other("memoryfiles.one", import_id=entry.id)
    imports.discard(session, entry)
    session.commit()
    db.empty_write_ahead_log(current_app.extensions["engine"])
    flash(_("The file is deleted. What was taken in of it stays in the memory."))
    return see_other("memoryfiles.take_in")


# --- out ----------------------------------------------------------------------------------------


@pages.get("/memory/export")
def choose():
    """Which part of the memory is wanted."""
    return _export_page({})


def _export_page(wrong: dict[str, str]) -> str:
    from memory import recording

    counts = recording.count(current_session())
    readable = {pair: number for pair, number in counts.items() if access.reads_memory(current_user, *pair)}
    return render_template(
        "memory_export.html",
        errors=wrong,
        asked=request.args,
        pairs=sorted(readable.items()),
        total=sum(readable.values()),
        origins=ORIGINS,
        projects=imports.projects(current_session()),
        **_words(),
    )


@pages.get("/memory/export.tmx")
def give_out():
    """The memory, or what is asked of it, as TMX 1.4b: sent while it is read, however large it is."""
    asked, wrong = request.args, {}
    source, _space, target = asked.get("pair", "").partition(" ")
    source, target = (tags.normalise(tag) if tag else None for tag in (source, target))
    moments: dict[str, dt.datetime | None] = {}
    for name in ("since", "until"):
        try:
            moments[name] = dt.datetime.fromisoformat(asked[name]).replace(tzinfo=dt.UTC) if asked.get(name) else None
        except ValueError:
            wrong[name] = _("Write the date as year-month-day, for example 2027-03-31.")
    administrator = access.is_administrator(current_user)
    if not administrator and not (source and target and access.reads_memory(current_user, source, target)):
        wrong["pair"] = _("You keep the memory of your own languages only: choose them here.")
    if wrong:
        return make_response(_export_page(wrong), 422)
    if moments["until"]:
        moments["until"] += dt.timedelta(days=1)  # the day that is named counts
    wanted = Filter(
        source=source,
        target=target,
        project=asked.get("project") or None,
        subject=asked.get("subject", "").strip() or None,
        origin=asked.get("origin") if asked.get("origin") in ORIGINS else None,
        min_quality=asked.get("quality") if asked.get("quality") in set(QUALITIES) else None,
        references=administrator and asked.get("references") == "yes",
        **moments,
    )
    engine = current_app.extensions["engine"]

    def sent() -> Iterator[bytes]:
        with db.new_session(engine, writes=False) as session:
            yield from memoryexport.tmx_chunks(session, wanted)

    name = "-".join(["memory", *filter(None, (source, target))])
    return Response(
        sent(), mimetype="application/x-tmx+xml", headers={"Content-Disposition": f'attachment; filename="{name}.tmx"'}
    )
