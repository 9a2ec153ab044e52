"""Files of terms: what comes in is shown first, then applied as a whole, and can be taken back; and out again."""

from __future__ import annotations

import io
import secrets
from dataclasses import replace

from flask import Blueprint, current_app, flash, make_response, render_template, request, send_file
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import access, errors, glossaries, termfiles, termimports
from app.access import Hidden
from app.db import current_session
from app.installation import config
from app.models import RoleName, TermImport
from app.web import see_other
from app.web.termfilewords import (
    conflict_choices,
    group_words,
    meaning_words,
    said_doubt,
    said_part,
    said_place,
    said_reason,
    state_word,
)
from glossary.exchange import ON_CONFLICT, export_entries
from glossary.subjects import SUBJECTS
from importers import termtable
from importers.termcolumns import LANGUAGE_NEEDED, MEANINGS, OF_LANGUAGE, Mapping, without_names
from importers.units import UnreadableFile
from languages import tags

pages = Blueprint("termfiles", __name__)

#: Languages of columns besides ours: files of terms come from everywhere.
OTHER_LANGUAGES = (
    "ar-SY", "ar-MA", "ti-ER", "ti-ET", "de", "pt", "it", "el", "ro", "bg", "sq", "sr", "hy", "ka", "az", "he", "hi", "bn",
    "pa", "ta", "id", "vi", "sw", "om", "ha", "ln", "rw", "zh-Hant", "la",
)  # fmt: skip
#: Everybody with a role may take these: what every look-up page shows anyway.
FOR_EVERYBODY = ("omegat", "html")
MEDIA = {
    "tbx": ("tbx", "application/x-tbx"), "csv": ("csv", "text/csv"), "json": ("json", "application/json"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ttl": ("ttl", "text/turtle"), "rdf": ("rdf", "application/rdf+xml"), "jsonld": ("jsonld", "application/ld+json"),
    "omegat": ("utf8", "text/tab-separated-values"), "html": ("html", "text/html"),
}  # fmt: skip
#: Rows of a table that the mapping page shows.
SAMPLES = 4


@pages.before_request
def _administrators_only() -> None:
    if current_user.is_authenticated and request.endpoint not in ("termfiles.listing", "termfiles.export"):
        access.require_role(current_user, RoleName.ADMINISTRATOR)


@pages.get("/term-files")
def listing():
    """Every import, newest first; a form for the next; and files to take away."""
    return _listing({})


def _listing(wrong: dict[str, str]) -> str:
    db = current_session()
    administrator = access.is_administrator(current_user)
    imports = list(db.scalars(select(TermImport).order_by(TermImport.id.desc()).limit(100))) if administrator else []
    return render_template(
        "term_files.html",
        imports=imports,
        administrator=administrator,
        once=secrets.token_urlsafe(16),
        errors=wrong,
        languages=tags.OUR_LANGUAGES,
        subjects=SUBJECTS,
        endings=",".join(termfiles.ENDINGS),
        most=config().max_upload_bytes // (1024 * 1024),
        state_word=state_word,
    )


@pages.post("/term-files")
def upload():
    """A file comes in. A small one is read at once."""
    once = request.form.get("once", "")[:64] or secrets.token_urlsafe(16)
    given = request.files.get("file")
    wrong: dict[str, str] = {}
    if given is None or not given.filename:
        wrong["file"] = _("Choose a file first.")
    else:
        data, by, by_id = given.read(), current_user.name, current_user.id
        # reading may take a while: nobody else's write waits for it
        current_session().rollback()
        try:
            looked = termimports.look(data, given.filename)
        except UnreadableFile as error:
            kept = _("Nothing was saved.")
            wrong["file"] = f"{errors.invalid_message(error)} {kept}"
        else:
            db = current_session()
            found = termimports.upload(db, data, given.filename, looked, once=once, by=by, by_id=by_id)
            small = found.state == "reading" and termimports.start_reading(db, found)
            db.commit()
            if small:
                _work(found.id)
            return see_other("termfiles.show", import_id=found.id)
    return make_response(_listing(wrong), 422)


def _work(import_id: int) -> None:
    """Do at once what would otherwise be a job's, in transactions of its own."""
    current_session().rollback()
    termimports.work(current_app.extensions["engine"], {"import": import_id})


def _import(db: Session, import_id: int, *, with_data: bool = False) -> TermImport:
    found = termimports.find(db, import_id, with_data=with_data)
    if found is None:
        raise Hidden
    return found


@pages.get("/term-files/<int:import_id>")
def show(import_id: int):
    """One import, as far as it is: its columns, how far reading is, what it would do, what it did."""
    found = _import(current_session(), import_id, with_data=True)
    if found.state == "mapping":
        return _mapping_page(found)
    return render_template(
        "term_import.html",
        found=found,
        said_place=said_place,
        said_part=said_part,
        said_reason=said_reason,
        state_word=state_word,
        choices=conflict_choices(),
        groups=group_words(),
    )


def _mapping_page(found: TermImport) -> str:
    assert found.data is not None and found.mapping is not None
    mapping = Mapping.from_json(found.mapping)
    read = termfiles.read(found.data, found.file_name, mapping)
    table = read.table
    assert table is not None
    shown = table if mapping.names else without_names(table)
    used = [column[1] for column in mapping.columns if column and column[1]]
    offered = list(dict.fromkeys((*tags.OUR_LANGUAGES, *used, *OTHER_LANGUAGES)))
    return render_template(
        "term_mapping.html",
        found=found,
        table=shown,
        mapping=mapping,
        guessed=read.guessed or termtable.shape(mapping.columns) is None,
        usable=termtable.shape(mapping.columns) is not None,
        doubts=[(doubt, *said_doubt(doubt)) for doubt in termimports.doubts(read)],
        warnings=read.warnings,
        samples=[
            [row[index] for row in shown.rows if row[index]][:SAMPLES] for index in range(len(mapping.columns))
        ],
        meanings=meaning_words({column[0] for column in mapping.columns if column}),
        of_language=(*LANGUAGE_NEEDED, *OF_LANGUAGE),
        offered=offered,
        said_reason=said_reason,
    )


@pages.post("/term-files/<int:import_id>/columns")
def columns(import_id: int):
    """The columns of a table, as somebody says they are; or one correction of what speaks against them."""
    db = current_session()
    found = _import(db, import_id, with_data=True)
    if found.state not in ("mapping", "ready", "refused") or found.mapping is None or found.data is None:
        raise termimports.NotReady(found.state)
    before = Mapping.from_json(found.mapping)
    data, name = found.data, found.file_name
    action = request.form.get("action", "show")
    wanted = _mapping_asked(before)
    if action == "plain":
        wanted = replace(wanted, relabel=(), leave=frozenset())
    if action.startswith("fix:"):
        db.rollback()  # looking at the languages takes a while
        read = termfiles.read(data, name, wanted)
        fix = next((d.fix for d in termimports.doubts(read) if d.key == action.removeprefix("fix:")), None)
        wanted = fix or wanted
        found = _import(db, import_id)
    found.mapping = wanted.as_json()
    small = False
    if action == "show" and termtable.shape(wanted.columns) is not None:
        small = termimports.start_reading(db, found)
    else:
        found.state = "mapping"
    db.commit()
    if small:
        _work(import_id)
    return see_other("termfiles.show", import_id=import_id)


def _mapping_asked(before: Mapping) -> Mapping:
    """The mapping as the form has it; what it does not say stays."""
    asked = []
    for index, column in enumerate(before.columns):
        meaning = request.form.get(f"holds-{index}")
        if meaning is None:
            asked.append(column)
        elif meaning not in MEANINGS:
            asked.append(None)
        else:
            tag = request.form.get(f"language-{index}", "")
            language = tags.normalise(tag) if tag and meaning in (*LANGUAGE_NEEDED, *OF_LANGUAGE) else None
            asked.append((meaning, language) if language or meaning not in LANGUAGE_NEEDED else None)
    names = "names" in request.form if "has-names" in request.form else before.names
    return replace(before, columns=tuple(asked), names=names)


@pages.post("/term-files/<int:import_id>/choices")
def choose(import_id: int):
    """How concepts that are here already are treated, and whether the file's statuses count; then shown anew."""
    db = current_session()
    found = _import(db, import_id)
    on_conflict = request.form.get("on_conflict", "leave")
    found.on_conflict = on_conflict if on_conflict in ON_CONFLICT else "leave"
    found.keep_status = request.form.get("keep_status") == "1"
    small = termimports.start_reading(db, found)
    db.commit()
    if small:
        _work(import_id)
    return see_other("termfiles.show", import_id=import_id)


@pages.post("/term-files/<int:import_id>/back-to-columns")
def back_to_columns(import_id: int):
    """The mapping of a table again."""
    db = current_session()
    found = _import(db, import_id)
    if found.state not in ("ready", "refused") or found.mapping is None:
        raise termimports.NotReady(found.state)
    found.state = "mapping"
    db.commit()
    return see_other("termfiles.show", import_id=import_id)


@pages.post("/term-files/<int:import_id>/apply")
def apply(import_id: int):
    """Do what was shown, in one piece."""
    db = current_session()
    found = _import(db, import_id)
    small = termimports.start_applying(db, found, request.form.get("digest", ""))
    db.commit()
    if small:
        _work(import_id)
    return see_other("termfiles.show", import_id=import_id)


@pages.post("/term-files/<int:import_id>/undo")
def undo(import_id: int):
    """Take an import back."""
    db = current_session()
    found = _import(db, import_id)
    leave = request.form.get("leave_changed") == "1"
    small = termimports.start_undoing(db, found, by=current_user.name, leave_changed=leave)
    db.commit()
    if small:
        _work(import_id)
    return see_other("termfiles.show", import_id=import_id)


@pages.post("/term-files/<int:import_id>/again")
def again(import_id: int):
    """Start once more what takes too long."""
    db = current_session()
    termimports.start_again(db, _import(db, import_id))
    db.commit()
    return see_other("termfiles.show", import_id=import_id)


@pages.post("/term-files/<int:import_id>/drop")
def drop(import_id: int):
    """Forget a file that was not imported."""
    db = current_session()
    termimports.drop(db, _import(db, import_id))
    db.commit()
    flash(_("The file is forgotten. Nothing of it was imported."), "done")
    return see_other("termfiles.listing")


@pages.get("/term-files/export")
def export():
    """The term base as a file."""
    kind = request.args.get("kind", "")
    if kind not in MEDIA:
        raise Hidden
    if kind not in FOR_EVERYBODY:
        # notes for reviewers and everything else
        access.require_role(current_user, RoleName.ADMINISTRATOR)
    db = current_session()
    subject = request.args.get("subject") or None
    name = "dragoman-terms"
    if kind in FOR_EVERYBODY:
        source, target = tags.normalise(request.args.get("source", "nl")), tags.normalise(request.args.get("target", ""))
        proposed = request.args.get("proposed") == "1"
        concepts = glossaries.bilingual(db, source, target, subject=subject, proposed=proposed)
        name = f"{name}-{source}-{target}"
        if kind == "omegat":
            data = termfiles.omegat(concepts)
        else:
            data = glossaries.as_html(concepts, source, target, interface=str(get_locale() or "en"), say=_html_words)
    else:
        entries = list(export_entries(db, subject=subject))
        if not any(entry.get("terms") for entry in entries):
            flash(_("There are no concepts to write yet. Import some, or propose the first."), "warning")
            return see_other("termfiles.listing")
        data = termfiles.write(entries, kind)
    ending, media = MEDIA[kind]
    return send_file(io.BytesIO(data), media, as_attachment=True, download_name=f"{name}.{ending}", max_age=0)


def _html_words(text: str, **fields: object) -> str:
    """The words of a glossary that stands alone, in the reader's language."""
    known = {
        "Glossary %(source)s – %(target)s": _("Glossary %(source)s – %(target)s", **fields) if "source" in fields else "",
        "Meaning": _("Meaning"),
        "%(count)s concepts, %(day)s. Words marked with * wait for a reviewer.": ngettext(
            "%(num)s concept, %(day)s. Words marked with * wait for a reviewer.",
            "%(num)s concepts, %(day)s. Words marked with * wait for a reviewer.",
            int(str(fields.get("count", 0))), day=fields.get("day", ""),
        ),
    }  # fmt: skip
    return known.get(text) or (text % fields if fields else text)
