"""``tiebeam workspace create``: an empty workspace with its first administrator."""

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from tiebeam.errors import InvalidInput
from tiebeam.interfaces.cli.exits import ExitStatus
from tiebeam.interfaces.cli.help import session_of
from tiebeam.interfaces.cli.workspace import open_workspace

Email = Annotated[str, typer.Option(help="help.workspace.email", metavar="ADDRESS")]
Name = Annotated[str, typer.Option(help="help.workspace.name", metavar="NAME")]
OfficeEn = Annotated[str, typer.Option(help="help.workspace.office_en", metavar="NAME")]
OfficeZh = Annotated[str, typer.Option(help="help.workspace.office_zh", metavar="NAME")]


DemoPlan = Annotated[Path | None, typer.Option("--plan", help="help.workspace.plan", metavar="DIR")]


def create_workspace(
    ctx: typer.Context,
    email: Email,
    name: Name,
    office_en: OfficeEn = "Coordinating office",
    office_zh: OfficeZh = "统筹协调办公室",
) -> int:
    """
    Make the tables, the first organisation, the first administrator and the key of the log.

    The password comes from ``TIEBEAM_ADMIN_PASSWORD``; without it one is made and
    shown once.
    """
    session = session_of(ctx)
    open_workspace()
    from django.conf import settings
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from tiebeam.apps.regions.operations import found_workspace
    from tiebeam.errors import Fault
    from tiebeam.interfaces.cli import console, documents
    from tiebeam.platform.audit.keys import ensure_key

    password = os.environ.get("TIEBEAM_ADMIN_PASSWORD", "")
    is_made = not password
    if is_made:
        password = secrets.token_urlsafe(15)
    try:
        validate_password(password)
    except ValidationError as weak:
        fault = Fault(
            code="cli.weak_password",
            place="TIEBEAM_ADMIN_PASSWORD",
            facts={"reasons": " ".join(weak.messages)},
        )
        raise InvalidInput([fault]) from weak
    prepare_tables()
    office, person = found_workspace(
        name_en=office_en,
        name_zh=office_zh,
        email=email,
        person_name=name,
        language=session.language,
        password=password,
        now=timezone.now(),
    )
    key = ensure_key(settings.TIEBEAM_AUDIT_KEY, settings.TIEBEAM_AUDIT_ANCHORS)
    if session.wants_json:
        content: dict[str, object] = {
            "organisation": office.pk,
            "person": person.pk,
            "audit_key": key.key_id,
        }
        if is_made:
            content["password"] = password
        console.print_document(documents.envelope("workspace create", ExitStatus.DONE, content))
        return ExitStatus.DONE
    console.print_lines(
        [
            session.say("cli.workspace_created", email=email),
            session.say("cli.workspace_key", path=str(settings.TIEBEAM_AUDIT_KEY), key=key.key_id),
        ]
    )
    if is_made:
        console.print_lines([session.say("cli.workspace_password", password=password)])
    return ExitStatus.DONE


def load_demonstration(ctx: typer.Context, plan: DemoPlan = None) -> int:
    """
    Load the real programmes and somebody in each role, once; say how to sign in.

    The password comes from ``TIEBEAM_DEMO_PASSWORD``; without it one is made and
    kept beside the database, so that it can be said again.
    """
    session = session_of(ctx)
    open_workspace()
    from django.utils import timezone

    from tiebeam.interfaces import demonstration
    from tiebeam.interfaces.cli import console, documents

    prepare_tables()
    told = demonstration.load(
        now=timezone.now(),
        plan=plan,
        tell=lambda name: console.print_notes([session.say("cli.demo_loading", name=name)]),
    )
    if session.wants_json:
        console.print_document(documents.envelope("workspace demo", ExitStatus.DONE, told))
        return ExitStatus.DONE
    columns = [
        console.Column(title=session.say(f"cli.column_{name}"))
        for name in ("role", "organisation", "email")
    ]
    rows = [
        (
            session.say(f"web.role.{sign_in['role']}"),
            session.name(sign_in["organisation_en"], sign_in["organisation_zh"]),
            sign_in["email"],
        )
        for sign_in in told["sign_ins"]
    ]
    console.print_table(session, session.say("cli.demo_sign_ins"), columns, rows)
    console.print_lines(["", session.say("cli.demo_password", password=told["password"])])
    return ExitStatus.DONE


def prepare_tables() -> None:
    """Make the tables that this version needs, as the role that owns them."""
    from django.core.management import call_command
    from django.db import connection

    options = connection.settings_dict["OPTIONS"]
    role = options.pop("assume_role", None)
    connection.close()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        if role is not None:
            options["assume_role"] = role
        connection.close()
