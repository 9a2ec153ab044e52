"""The keeper's pages of the memory: search and filter, mend one unit or many at once, take it back, find what is wrong.

Administrators keep all of it, reviewers the pairs of theirs; nobody else gets here. Nothing on these pages reads the
whole memory while somebody waits: lists go on from where the last page ended, and searches through a whole pair become
jobs when they take longer than a moment.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, current_app, flash, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import access, keeping, renewing
from app.access import Hidden, NotAllowed
from app.db import current_session
from app.web import keepingwords, see_other
from app.web.forms import whole_number
from languages import tags
from memory import acts, findings, selection, undoing
from memory.keeping import Act, Search
from memory.models import QUALITIES, Unit
from memory.selection import Selection

pages = Blueprint("keeping", __name__, url_prefix="/memory")

#: Units on a page.
SIZE = 50


@pages.before_request
def keepers_only() -> None:
    if current_user.is_authenticated and access.belongs(current_user) and not access.is_keeper(current_user):
        raise NotAllowed("keeper")


# --- search and filter ---------------------------------------------------------------------------


def _asked_pair(pairs: list[tuple[str, str]], words: str) -> tuple[str, str] | None:
    """The pair asked for ("nl ar"), or the first. Raises NotAllowed, Hidden for one that is not theirs."""
    parts = tuple(words.split())
    if not parts:
        return pairs[0] if pairs else None
    if len(parts) != 2:
        raise Hidden
    if parts not in pairs:
        if not (tags.is_known(parts[0]) and tags.is_known(parts[1])):
            raise Hidden
        access.require_keeper(current_user, *parts)
    return parts[0], parts[1]


def _selection(pair: tuple[str, str], form) -> tuple[Selection, dict[str, str]]:
    """The filters of a form, and what is wrong with them by field."""
    wrong: dict[str, str] = {}
    days: dict[str, dt.date | None] = {}
    for name in ("since", "until"):
        days[name] = None
        if form.get(name):
            try:
                days[name] = dt.date.fromisoformat(form[name])
            except ValueError:
                wrong[name] = _("Write the date as year-month-day, for example 2027-03-31.")

    def one_of(name: str, allowed, otherwise: str) -> str:
        return form.get(name) if form.get(name) in allowed else otherwise

    chosen = Selection(
        *pair,
        phrase=form.get("q", "").strip()[:500],
        side=one_of("side", selection.SIDES, "either"),
        quality=one_of("quality", [str(q) for q in QUALITIES], ""),
        origin=one_of("origin", ("approved", "import", "starter"), ""),
        project=form.get("project", "").strip()[:80],
        subject=form.get("subject", "").strip()[:300],
        document=form.get("document", "").strip()[:80],
        name=form.get("name", "").strip()[:300],
        who=form.get("who", "").strip()[:200],
        since=days["since"],
        until=days["until"],
        recalled=one_of("recalled", selection.RECALLED, "no"),
        used=one_of("used", selection.USED, "any"),
    )
    return chosen, wrong


def _address(chosen: Selection) -> dict[str, str]:
    """A selection as the fields of its form."""
    words = chosen.to_json()
    pair = f"{words.pop('source_language')} {words.pop('target_language')}"
    if "phrase" in words:
        words["q"] = words.pop("phrase")
    return {"pair": pair, **words}


@pages.get("/keep")
def keep():
    """The units of a pair, newest first, by filters."""
    return _keep_page({})


def _keep_page(wrong: dict[str, str]) -> str:
    db = current_session()
    pairs = keeping.kept_pairs(db, current_user)
    pair = _asked_pair(pairs, request.values.get("pair", ""))
    if pair is None:
        return render_template(
            "memory_keep.html",
            pairs=[],
            chosen=None,
            errors={},
            renewing=renewing.at_work(db),
            **keepingwords.of_the_pages(),
        )
    chosen, mistakes = _selection(pair, request.values)
    page = selection.page(db, chosen, before=whole_number(request.args.get("before")), size=SIZE)
    return render_template(
        "memory_keep.html",
        pairs=pairs if pair in pairs else [*pairs, pair],
        pair=pair,
        chosen=chosen,
        page=page,
        first="before" not in request.args,
        address=_address(chosen),
        searches=findings.latest(db, *pair),
        renewing=renewing.at_work(db),
        errors=mistakes | wrong,
        **keepingwords.of_the_pages(),
    )


@pages.get("/keep/renewing")
def renewing_now():
    """How far the memory is prepared after an update: a fragment that asks again until it is."""
    access.require_belonging(current_user)
    return render_template("fragments/renewing.html", renewing=renewing.at_work(current_session()))


# --- searches through a whole pair -------------------------------------------------------------------


@pages.post("/keep/search")
def search():
    """Look through the whole pair: what a filter finds, or what may be wrong."""
    db = current_session()
    pair = _asked_pair(keeping.kept_pairs(db, current_user), request.form.get("pair", ""))
    finder = request.form.get("finder", "filter")
    if pair is None or finder not in findings.FINDERS:
        raise Hidden
    chosen, wrong = _selection(pair, request.form)
    if wrong:
        return make_response(_keep_page(wrong), 422)
    begun = findings.begin(db, finder, chosen, keeping.keeper(current_user).name)
    # looking goes on in transactions of its own
    db.commit()
    if not keeping.search_now(current_app.extensions["engine"], begun.id):
        keeping.search_later(db, begun)
        db.commit()
    return see_other("keeping.found", search_id=begun.id)


@pages.get("/keep/found/<int:search_id>")
def found(search_id: int):
    """What a search found, and how far it is."""
    db = current_session()
    shown = _search(search_id)
    after = whole_number(request.args.get("after")) or 0
    families, further = findings.families(db, shown, after=after, size=SIZE)
    template = "fragments/memory_progress.html" if request.headers.get("HX-Request") else "memory_found.html"
    return render_template(
        template,
        search=shown,
        pair=(shown.source_language, shown.target_language),
        families=families,
        further=further,
        first=not after,
        errors={},
        **keepingwords.of_the_pages(),
    )


def _search(search_id: int) -> Search:
    shown = current_session().get(Search, search_id)
    if shown is None or not access.keeps_memory(current_user, shown.source_language, shown.target_language):
        raise Hidden
    return shown


# --- acts ------------------------------------------------------------------------------------------


@pages.post("/keep/act")
def act():
    """Do something to the chosen units, or to everything a search found. It can be taken back as a whole."""
    db = current_session()
    kind, value = request.form.get("kind", ""), ""
    if kind not in acts.BULK:
        return refused(_("Choose what to do with the units."))
    everything = whole_number(request.form.get("search")) if request.form.get("which") == "all" else None
    ids = [n for n in map(whole_number, request.form.getlist("unit")) if n is not None][: 10 * SIZE]
    if everything is not None:
        of = _search(everything)
        pair = (of.source_language, of.target_language)
        if of.ended_at is None:
            return refused(_("The search still goes on. Wait until it has found everything."))
    else:
        pair = _pair_of(ids)
        if pair is None:
            return refused(_("Choose at least one unit first."))
    access.require_keeper(current_user, *pair)
    if kind == "approve" and not keepingwords.may_approve(pair):
        raise NotAllowed("not-reviewer", language=pair[1])
    if kind == "subject":
        value = request.form.get("subject", "").strip()[:300]
    if kind == "relabel":
        source, target = tags.normalise(request.form.get("new_source", "")), tags.normalise(request.form.get("new_target", ""))
        if tags.same_language(source, target):
            return refused(_("Source and translation are two different languages."))
        if (source, target) == pair:
            return refused(_("Choose the languages they are really in, under “For a subject, or other languages”."))
        access.require_keeper(current_user, source, target)
        value = f"{source} {target}"
    reason = request.form.get("reason", "").strip()[:300]
    done = acts.begin(db, kind, pair, keeping.keeper(current_user), reason=reason, value=value, search_id=everything)
    if everything is None:
        acts.apply(db, done, ids)
        acts.end(done)
    elif of.found <= keeping.AT_ONCE:
        acts.apply_to_findings(db, done, batch=keeping.AT_ONCE + 1)
    else:
        keeping.act_later(db, done)
    db.commit()
    tell(done)
    return back(done)


def _pair_of(ids: list[int]) -> tuple[str, str] | None:
    """The one pair of these units; those of another pair are left by the act."""
    unit = next((u for i in ids if (u := current_session().get(Unit, i))), None)
    return (unit.source_language, unit.target_language) if unit else None


def tell(done: Act) -> None:
    """Say what was done, and what was left."""
    if done.ended_at is None:
        flash(_("This takes a while. You can go on; how far it is stands under “What was done”."), "waits")
        return
    said = ngettext("%(num)s unit changed.", "%(num)s units changed.", done.changed)
    if done.left:
        said += " " + ngettext(
            "%(num)s was left as it is: it was so already, or it is your own work.",
            "%(num)s were left as they are: they were so already, or they are your own work.",
            done.left,
        )
    flash(f"{said} " + _("It can be taken back under “What was done”."), "done" if done.changed else "warning")


def refused(message: str):
    """Nothing was done: the same page again, with the reason."""
    flash(message, "warning")
    return back(None)


def back(done: Act | None):
    """To the list one came from."""
    search_id = whole_number(request.form.get("search"))
    if search_id is not None:
        return see_other("keeping.found", search_id=search_id)
    pair = request.form.get("pair", "")
    if done is not None and not pair:
        pair = f"{done.source_language} {done.target_language}"
    kept = {k: v for k, v in request.form.items() if k in _KEPT and v}
    return see_other("keeping.keep", **kept | ({"pair": pair} if pair else {}))


_KEPT = ("q", "side", "quality", "origin", "project", "document", "name", "who", "since", "until", "recalled", "used", "before")


@pages.get("/keep/acts")
def done():
    """What keepers did to the pairs of this person, newest first."""
    db = current_session()
    pairs = keeping.kept_pairs(db, current_user)
    before = whole_number(request.args.get("before"))
    # pairs that are empty now had units once: administrators see those too
    shown = acts.history(db, None if access.is_administrator(current_user) else pairs, before=before, size=SIZE + 1)
    return render_template(
        "memory_acts.html", acts=shown[:SIZE], further=shown[SIZE - 1].id if len(shown) > SIZE else None, **keepingwords.of_the_pages()
    )


@pages.post("/keep/acts/<int:act_id>/undo")
def undo(act_id: int):
    """Take an act back as a whole."""
    db = current_session()
    shown = db.get(Act, act_id, with_for_update=True)
    if shown is None or not access.keeps_memory(current_user, shown.source_language, shown.target_language):
        raise Hidden
    by = keeping.keeper(current_user)
    if shown.ended_at is None:
        flash(_("This is still being done. It can be taken back when it is over."), "warning")
    elif shown.undone_at:
        flash(_("This was taken back already."), "warning")
    elif shown.changed > keeping.AT_ONCE:
        keeping.undo_later(db, shown, by)
        flash(_("This takes a while. You can go on; how far it is stands under “What was done”."), "waits")
    else:
        undoing.undo(db, shown, by, batch=keeping.AT_ONCE + 1)
        said = _("Taken back: everything is as it was before.")
        if shown.undo_left:
            said = ngettext(
                "Taken back, but for %(num)s unit that somebody changed since.",
                "Taken back, but for %(num)s units that somebody changed since.",
                shown.undo_left,
            )
        flash(said, "done")
    db.commit()
    return see_other("keeping.done")
