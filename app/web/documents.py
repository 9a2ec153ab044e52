"""Documents: upload, languages, files out, erasing."""

from __future__ import annotations

import datetime as dt
import io
import secrets

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import access, assigning, delivery, erasure, errors, forgetting, intake, jobs, standing, suggestions
from app.db import current_session
from app.installation import config
from app.models import Confidentiality, Document, Event, RoleName, Translation
from app.web import see_other
from glossary.subjects import SUBJECTS
from importers.units import UnreadableFile
from languages import tags

pages = Blueprint("documents", __name__)


@pages.get("/documents")
def listing():
    """Every document this person may see, newest first, with how far each language is."""
    db = current_session()
    query = (
        select(Document)
        .where(access.visible_documents(current_user))
        .options(selectinload(Document.translations), joinedload(Document.uploaded_by))
        .order_by(Document.id.desc())
        .limit(200)
    )
    documents = list(db.scalars(query))
    shown = {d.id: [t for t in d.translations if access.may_see_translation(current_user, t)] for d in documents}
    counts = standing.progress(db, [t.id for translations in shown.values() for t in translations])
    return render_template("documents.html", documents=documents, shown=shown, counts=counts)


@pages.route("/documents/new", methods=["GET", "POST"])
def new():
    """Upload a file and say which languages are wanted and how far the text may go."""
    access.require_role(current_user, RoleName.STAFF, RoleName.ADMINISTRATOR)
    form = {
        "once": request.form.get("once") or secrets.token_urlsafe(16),
        "title": request.form.get("title", ""),
        "source": request.form.get("source", "nl"),
        "targets": request.form.getlist("targets"),
        "other": request.form.get("other", ""),
        "confidentiality": request.form.get("confidentiality", ""),
        "instructions": request.form.get("instructions", ""),
        "deadline": request.form.get("deadline", ""),
        "client_reference": request.form.get("client_reference", ""),
        "project": request.form.get("project", ""),
        "subject": request.form.get("subject", ""),
    }
    if request.method != "POST":
        return _upload_page(form, {})
    wrong: dict[str, str] = {}
    upload = request.files.get("file")
    read = None
    if upload is None or not upload.filename:
        wrong["file"] = _("Choose a file first: DOCX, TXT, MD, HTML or PO.")
    else:
        data = upload.read()
        # reading may take a while: nobody else's write waits for it
        person_id = current_user.id
        current_session().rollback()
        try:
            read = intake.read_file(data, upload.filename)
        except UnreadableFile as error:
            kept = _("Nothing was saved.")
            wrong["file"] = f"{errors.invalid_message(error)} {kept}"
    targets = form["targets"] + [tag for tag in form["other"].replace(",", " ").split() if tag]
    if not targets:
        wrong["targets"] = _("Choose at least one language to translate into.")
    for tag in targets:
        try:
            if tags.same_language(tags.normalise(tag), tags.normalise(form["source"])):
                wrong["targets"] = errors.invalid_message(intake.SameLanguage()) or ""
        except tags.UnknownLanguage as error:
            wrong["other" if error.tag in form["other"] else "targets"] = errors.invalid_message(error) or ""
    if form["confidentiality"] not in set(Confidentiality):
        wrong["confidentiality"] = _("Say how far this text may go.")
    deadline = None
    if form["deadline"]:
        try:
            deadline = dt.date.fromisoformat(form["deadline"])
        except ValueError:
            wrong["deadline"] = _("Write the date as year-month-day, for example 2027-03-31.")
    if wrong or read is None:
        return make_response(_upload_page(form, wrong), 422)
    db = current_session()
    document = intake.add_document(
        db,
        read,
        source_language=form["source"],
        target_languages=targets,
        confidentiality=Confidentiality(form["confidentiality"]),
        by=db.get_one(type(current_user._get_current_object()), person_id),
        once=form["once"],
        title=form["title"],
        instructions=form["instructions"],
        deadline=deadline,
        client_reference=form["client_reference"],
        project=form["project"],
        subject=form["subject"] if form["subject"] in SUBJECTS else None,
    )
    for translation in document.translations:
        jobs.enqueue(db, suggestions.JOB, {"translation": translation.id}, translation_id=translation.id)
    db.commit()
    return see_other("documents.show", document_id=document.id)


def _upload_page(form: dict, wrong: dict[str, str]) -> str:
    return render_template(
        "document_new.html",
        form=form,
        errors=wrong,
        languages=tags.OUR_LANGUAGES,
        subjects=list(SUBJECTS),
        most=config().max_upload_bytes // (1024 * 1024),
    )


@pages.get("/documents/<int:document_id>")
def show(document_id: int):
    """One document: its languages, how far they are, what can be done."""
    db = current_session()
    document = access.find_document(db, current_user, document_id)
    translations = [t for t in document.translations if access.may_see_translation(current_user, t)]
    return render_template(
        "document.html",
        document=document,
        translations=translations,
        counts=standing.progress(db, [t.id for t in translations]),
        jobs=jobs.latest(db, [t.id for t in translations]),
        languages=[
            tag
            for tag in tags.OUR_LANGUAGES
            if not tags.same_language(tag, document.source_language)
            and tag not in {t.target_language for t in document.translations}
        ],
        may_ask=access.sees_whole_document(current_user, document),
        may_erase=access.may_erase(current_user, document),
        access=access,
    )


@pages.post("/documents/<int:document_id>/languages")
def ask(document_id: int):
    """Ask for one more language."""
    db = current_session()
    document = access.find_document(db, current_user, document_id)
    if not access.sees_whole_document(current_user, document):
        raise access.NotAllowed("role")
    person = current_user._get_current_object()
    translation = intake.add_translation(db, document, request.form.get("language", ""), by=person)
    jobs.enqueue(db, suggestions.JOB, {"translation": translation.id}, translation_id=translation.id)
    db.commit()
    return see_other("documents.show", document_id=document.id)


@pages.route("/documents/<int:document_id>/erase", methods=["GET", "POST"])
def erase(document_id: int):
    """Erase a document with everything that was made from it. The only thing that asks "are you sure"."""
    db = current_session()
    document = access.find_document(db, current_user, document_id)
    if not access.may_erase(current_user, document):
        raise access.NotAllowed("not-yours")
    if request.method != "POST":
        return render_template("document_erase.html", document=document, units=erasure.units_of(db, document))
    # the only thing that erases says what it did, and has transactions of its own: it waits for this one to be over
    by, by_id = current_user.name, current_user.id
    db.rollback()
    wanted = forgetting.Wanted(document_id=document_id, with_memory=request.form.get("memory") == "yes")
    report = forgetting.forget(current_app.extensions["engine"], config().index, wanted, by=by, by_id=by_id)
    return see_other("forgetting.report", number=report)


@pages.get("/documents/<int:document_id>/original")
def original(document_id: int):
    """The file as it was uploaded."""
    from app.models import Original

    db = current_session()
    document = access.find_document(db, current_user, document_id)
    return _file(db.get_one(Original, document.id).data, document.file_name, "application/octet-stream")


@pages.get("/translations/<int:translation_id>/file")
def file(translation_id: int):
    """The translation in the document's own format, or as TMX or XLIFF."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    match request.args.get("as", "document"):
        case "document":
            delivered = delivery.deliver(db, translation)
        case "tmx":
            delivered = delivery.as_tmx(db, translation)
        case "xliff":
            delivered = delivery.as_xliff(db, translation)
        case _:
            abort(404)
    return _file(delivered.data, delivered.file_name, delivered.media_type)


def _file(data: bytes, name: str, media_type: str):
    response = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name, max_age=0)
    # a document somebody uploaded never runs in our origin
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@pages.get("/documents/<int:document_id>/history")
def history(document_id: int):
    """Who did what with this document."""
    db = current_session()
    document = access.find_document(db, current_user, document_id)
    visible = [t.id for t in document.translations if access.may_see_translation(current_user, t)]
    query = (
        select(Event)
        .where(Event.document_id == document.id, (Event.translation_id.is_(None)) | Event.translation_id.in_(visible))
        .options(joinedload(Event.person))
        .order_by(Event.id.desc())
        .limit(300)
    )
    positions = _positions(db, document)
    return render_template("document_history.html", document=document, events=list(db.scalars(query)), positions=positions)


def _positions(db, document: Document) -> dict[int, tuple[int, int]]:
    """segment id -> (translation id, number shown to people)."""
    from app.models import Segment

    rows = db.execute(
        select(Segment.id, Segment.translation_id, Segment.position)
        .join(Translation)
        .where(Translation.document_id == document.id)
    )
    return {segment: (translation, position + 1) for segment, translation, position in rows}


@pages.post("/translations/<int:translation_id>/waiver")
def waiver(translation_id: int):
    """Let one person approve their own work in this translation, or end that."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    person = current_user._get_current_object()
    if request.form.get("end") == "yes":
        assigning.end_waiver(db, person, translation)
    else:
        assigning.waive(db, person, translation, request.form.get("reason", ""))
    db.commit()
    return see_other("documents.show", document_id=translation.document_id)


@pages.post("/translations/<int:translation_id>/take")
def take(translation_id: int):
    """Take a translation on, or give it back."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    person = current_user._get_current_object()
    if request.form.get("release") == "yes":
        assigning.release(db, person, translation)
        db.commit()
        return see_other("work.my_work")
    assigning.take_on(db, person, translation)
    db.commit()
    return see_other("editor.edit", translation_id=translation.id)


@pages.get("/translations/<int:translation_id>/machine")
def machine(translation_id: int):
    """How far the machine's suggestions are: a fragment that asks again until they are there."""
    db = current_session()
    translation = access.find_translation(db, current_user, translation_id)
    job = jobs.latest(db, [translation.id]).get(translation.id)
    return render_template("fragments/machine.html", translation=translation, job=job, url=url_for(".machine", translation_id=translation.id))
