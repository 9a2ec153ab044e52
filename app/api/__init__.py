"""The term base and the memory as JSON, described by OpenAPI 3.1.

Every view is registered with `app.api.routing.route`; the description is made from those registrations and from
`app.url_map`, so that it cannot say anything else than what runs. Rights are those of the pages.
"""

from __future__ import annotations

from flask import Blueprint


def install() -> Blueprint:
    """The blueprint with every view registered."""
    # imported for what it does: each module puts its views on `pages`
    from app.api import concepts, following, openapi, removing, review, texts  # noqa: F401
    from app.api.routing import pages

    return pages
