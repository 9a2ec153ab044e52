"""`dragoman user`."""

from __future__ import annotations

import click

from app import accounts, db
from app.cli import CouldNot, configuration, opened, write_json
from languages.tags import UnknownLanguage


@click.group()
def commands() -> None:
    """Invite people and list them."""


def _grant(text: str) -> accounts.Grant:
    """"staff", or "translator:nl-ar" (a language with a region stands as nl:ar-SY)."""
    name, _, pair = text.partition(":")
    separator = ":" if ":" in pair else "-"
    source, _, target = pair.partition(separator)
    try:
        return accounts.make_grant(name, source, target)
    except UnknownLanguage as error:
        raise click.BadParameter(f"{error.tag or pair!r} is not a language we know, in {text!r}") from error
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r}: write administrator, staff, translator:nl-ar or reviewer:nl-ar"
        ) from error


@commands.command()
@click.argument("email")
@click.option("--name", default="", help="What colleagues call this person.")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE",
              help="administrator, staff, translator:nl-ar, reviewer:nl-ar (or nl:ar-SY). Can be given more than once.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def invite(email: str, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Print a link for EMAIL that works once."""
    grants = [_grant(role) for role in roles]
    config = configuration()
    with opened(config) as engine, db.transaction(engine) as session:
        try:
            invitation, token = accounts.invite(
                session, email=email, name=name, grants=grants, by=None, days=config.invitation_days
            )
        except accounts.NotAnAddress as error:
            raise click.BadParameter(f"{email!r} is not an e-mail address") from error
        except accounts.AlreadyThere as error:
            raise CouldNot(f"{email} already has an account.") from error
        expires = invitation.expires_at
    link = f"{config.base_url}/welcome/{token}"
    if as_json:
        write_json({"email": email, "link": link, "expires": expires.isoformat()})
    else:
        click.echo(f"{link}\nWorks once, until {expires:%Y-%m-%d %H:%M} UTC.")


@commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List people and their roles."""
    from sqlalchemy import select

    from app.models import Person

    with opened(configuration()) as engine, db.new_session(engine, writes=False) as session:
        people = list(session.scalars(select(Person).order_by(Person.email)))
        rows = [
            {
                "email": p.email,
                "name": p.name,
                "disabled": p.disabled_at is not None,
                "roles": [f"{r.name}:{r.source_language}:{r.target_language}".rstrip(":") for r in p.roles],
            }
            for p in people
        ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['email']}\t{row['name']}\t{', '.join(row['roles'])}{'  (disabled)' if row['disabled'] else ''}")
