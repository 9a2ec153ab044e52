"""Every endpoint refuses strangers and outsiders, unless it is on a short list of open ones."""

import re
from pathlib import Path

import pytest

from app.web import OPEN_ENDPOINTS, ROLELESS_ENDPOINTS, bearer


def needs_a_token(endpoint: str) -> bool:
    return endpoint.partition(".")[0] in bearer.SCOPES

#: What stands in an address for each kind of part.
PARTS = {"int": "1", "default": "x", "path": "css/dragoman.css"}


def addresses(app):
    for rule in app.url_map.iter_rules():
        values = {name: PARTS.get(type(rule._converters[name]).__name__.replace("Converter", "").lower().replace("integer", "int"), "x") for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values, method=sorted(rule.methods)[0], force_external=False)
        for method in sorted(rule.methods & {"GET", "POST", "PUT", "DELETE"}):
            yield rule.endpoint, method, path


def test_strangers_are_asked_to_sign_in_everywhere(app, visit, letter):
    stranger = visit()
    token = stranger.token
    seen = set()
    for endpoint, method, path in addresses(app):
        seen.add(endpoint)
        if endpoint in OPEN_ENDPOINTS:
            continue
        answer = stranger.open(path, method=method, data={"csrf_token": token})
        if endpoint.startswith("api."):
            assert answer.status_code == 401 and answer.mimetype == "application/problem+json", (method, path)
            continue
        if needs_a_token(endpoint):
            assert answer.status_code == 401 and set(answer.json) == {"message", "reason"}, (method, path)
            continue
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"], (method, path)
    assert len(seen) > 30


def test_an_outsider_sees_nothing(app, visit, outsider, letter):
    visitor = visit(outsider)
    for endpoint, method, path in addresses(app):
        if endpoint in OPEN_ENDPOINTS | ROLELESS_ENDPOINTS:
            continue
        answer = visitor.open(path, method=method, data={"csrf_token": visitor.token})
        # a sign-in opens nothing where programs bring a token
        assert answer.status_code == (401 if needs_a_token(endpoint) else 404), (method, path)
        assert "Uw aanvraag" not in answer.get_data(as_text=True)


def test_every_form_carries_a_token_and_nothing_is_done_without_it(app, visit, staff):
    """In the page for its script and in each of its forms; a token of somebody else's visit is none."""
    staff.name = "ሰላም"
    visitor, other = visit(staff), visit(staff)
    tokens = [
        re.findall(r'name="csrf-token" content="([^"]+)"|name="csrf_token" value="([^"]+)"', one.get("/account").get_data(as_text=True))
        for one in (visitor, other)
    ]
    (mine, theirs) = ({a or b for a, b in found} for found in tokens)
    assert len(tokens[0]) > 2 and len(mine) == len(theirs) == 1
    values = {"language": "ar", "next": "/account"}
    for token in (None, theirs.pop()):
        refused = visitor.open("/language", method="POST", data=values | ({"csrf_token": token} if token else {}))
        assert refused.status_code == 400
    assert 'lang="en"' in visitor.get("/account").get_data(as_text=True)
    assert visitor.open("/language", method="POST", data={**values, "csrf_token": mine.pop()}).status_code == 303
    page = visitor.get("/account").get_data(as_text=True)
    assert 'lang="ar" dir="rtl"' in page and "ሰላም" in page


def test_an_outsiders_first_page_says_who_can_help(visit, outsider, letter):
    page = visit(outsider).get("/").get_data(as_text=True)
    assert "administrator" in page
    assert "brief" not in page


@pytest.mark.parametrize("path", ["/documents/{}", "/documents/{}/original", "/documents/{}/history", "/documents/{}/erase"])
def test_what_is_hidden_looks_like_what_never_was(session, visit, letter, path):
    from tests.factories import a_person

    stranger_to_it = visit(a_person(session, "Hana", "translator:nl-ti"))
    pages = []
    for number in (letter.id, 999_999):
        answer = stranger_to_it.get(path.format(number))
        assert answer.status_code == 404
        pages.append(re.search(r"<main.*</main>", answer.get_data(as_text=True), re.DOTALL)[0])
    assert pages[0] == pages[1]


def test_every_page_keeps_to_itself(visit, staff):
    headers = visit(staff).get("/documents").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused(visit, staff, letter):
    answer = visit(staff).open(f"/documents/{letter.id}/erase", method="POST", data={"memory": "yes"})
    assert answer.status_code == 400
    assert "expired" in answer.get_data(as_text=True)


def test_nothing_inline_runs_on_any_page(visit, administrator, letter):
    visitor = visit(administrator)
    for path in ("/desk", "/people", "/documents", f"/documents/{letter.id}", "/documents/new", "/look-up", "/memory", "/account"):
        page = visitor.get(path).get_data(as_text=True)
        assert " style=" not in page and " onclick=" not in page and "<style" not in page, path
        assert page.count("<script") == page.count("<script src=") + page.count('<script type="module" src='), path


def test_asking_for_the_head_of_a_page_does_nothing(app, visit, session, administrator, letter):
    """A program that only looks whether a page is there sends HEAD, which carries no token."""
    visitor, looked = visit(administrator), 0
    for endpoint, method, path in addresses(app):
        if method != "GET" or endpoint.startswith("api.") or needs_a_token(endpoint) or endpoint == "static":
            continue
        assert visitor.open(path, method="HEAD").status_code == visitor.get(path).status_code, path
        looked += 1
    assert looked > 40
    assert visitor.get(f"/documents/{letter.id}").status_code == 200


def test_every_page_that_a_template_names_is_there(application):
    known = {rule.endpoint for rule in application.url_map.iter_rules()}
    named = {
        (path.name, endpoint)
        for path in Path(application.root_path, application.template_folder).rglob("*.html")
        for endpoint in re.findall(r"url_for\(\s*'([\w.]+)'", path.read_text("utf-8"))
    }
    assert len(named) > 100
    assert {entry for entry in named if entry[1] not in known} == set()
